"""Refusals leave no trace in a workflow, so they are kept here."""

from http import HTTPStatus

import structlog
from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from adapters.store.audit import Audited
from adapters.store.database import DatabaseAway
from api.problems import Case, bounded
from api.services import Services

# A monitor repeats itself without end; the audit trail must not grow with it.
_MOST_OF_A_KEY = parse("10/minute")
# A program of somebody who left, or with a token that was revoked, asks on until it is ended.
_MOST_OF_A_LEAVER = parse("10/hour")
_limiter = FixedWindowRateLimiter(MemoryStorage())
_log = structlog.get_logger(__name__)
_READS = ("GET", "HEAD", "OPTIONS")


async def note(request: Request, case: Case) -> None:
    """Audit what a known person was refused; with the database away as soon as it is back."""
    person = getattr(request.state, "person", None)
    if person is None or not case.is_news or (request.method in _READS and case.status != HTTPStatus.FORBIDDEN):
        return
    about = bounded(request.path_params.get("number") or request.path_params.get("measure") or "") or None
    await keep(request.app.state.services, line(request, case, person.id, incident=about))


async def note_machine(request: Request, key: str, case: Case) -> None:
    """Audit what the key of a machine was refused; beyond some a minute it is only in the log."""
    if not _limiter.hit(_MOST_OF_A_KEY, key):
        _log.warning("machine_refused", key=key, code=case.code)
        return
    await keep(request.app.state.services, line(request, case, key=key))


async def note_leaver(request: Request, case: Case, person: str | None, key: str) -> None:
    """Audit what was shown that lets nobody in any more; beyond some an hour it is only in the log."""
    if not _limiter.hit(_MOST_OF_A_LEAVER, "leaver", key or person or ""):
        _log.warning("leaver_refused", person=person, key=key, code=case.code)
        return
    await keep(request.app.state.services, line(request, case, person, key=key))


def line(
    request: Request, case: Case, person: str | None = None, *, incident: str | None = None, key: str = ""
) -> Audited:
    """Return what a request leaves in the audit trail."""
    params = {name: bounded(value, 500) for name, value in case.params.items()}
    return Audited(
        person=person,
        act=getattr(request.scope.get("route"), "name", "") or "unknown",
        method=request.method,
        path=bounded(request.url.path),
        incident=incident,
        code=case.code,
        clause=case.clause,
        message=case.message,
        params=({"key": key} if key or person is None else {}) | params,
    )


async def keep(services: Services, audited: Audited) -> None:
    """Audit a refusal; with the database away as soon as it is back."""
    try:
        await services.audit.append(audited)
    except DatabaseAway:
        services.latecomers.add(audited)
