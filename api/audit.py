"""Refusals leave no trace in a workflow, so they are kept here."""

from http import HTTPStatus

import structlog
from fastapi import Request

from adapters.store.audit import Audited
from adapters.store.database import DatabaseAway
from api.problems import Case, bounded

_log = structlog.get_logger(__name__)
_READS = ("GET", "HEAD", "OPTIONS")


async def note(request: Request, case: Case) -> None:
    """Audit what a known person was refused; with the database away a line of the log stands for it."""
    person = getattr(request.state, "person", None)
    if person is None or (request.method in _READS and case.status != HTTPStatus.FORBIDDEN):
        return
    audited = Audited(
        person=person.id,
        act=getattr(request.scope.get("route"), "name", "") or "unknown",
        method=request.method,
        path=bounded(request.url.path),
        incident=bounded(request.path_params.get("number") or "") or None,
        code=case.code,
        clause=case.clause,
        message=case.message,
        params={name: bounded(value, 500) for name, value in case.params.items()},
    )
    try:
        await request.app.state.services.audit.append(audited)
    except DatabaseAway:
        _log.warning("refusal_not_audited", **audited.model_dump(exclude_none=True))
