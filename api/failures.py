"""One table: what went wrong → which problem. Unknown failures are logged and told barely."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from activities.ports import StorageAway
from adapters.i18n.validation import explain
from adapters.store.database import DatabaseAway
from adapters.store.pages import BadCursor
from adapters.temporal import OutcomeUnknown, TemporalAway, TooBusy
from api import audit
from api.problems import Case, Denied, bounded, plain, respond
from domain.acts import ACTS
from domain.authority import AUTHORITY
from domain.errors import Conflict, NoSuchIncident, NoSuchMeasure, NotAuthorised, Refusal
from domain.rectification import CLAUSE, RIGHTS
from domain.text import N_

_MOST_FAULTS = 20
_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotAuthorised, 403),
    (Conflict, 409),
    (NoSuchIncident, 404),
    (NoSuchMeasure, 404),
)
_REPORTING = dict.fromkeys(("report", "from_alertmanager", "from_anywhere"), "5.2.1")
_MEASURES = {act.name: right.clause for act, right in RIGHTS.items()} | {"open_measure": CLAUSE}
_RETRY = {"Retry-After": "5"}
_FIXED: dict[type[Exception], Case] = {
    BadCursor: Case(422, "malformed", N_("This page mark is none of ours."), field="after"),
    OutcomeUnknown: Case(503, "no-answer", N_("No worker answers now; ask again in a moment."), headers=_RETRY),
    TooBusy: Case(429, "too-busy", N_("Too much at once; try again in a moment."), headers=_RETRY),
    DatabaseAway: Case(503, "database-away", N_("The record does not answer now."), headers=_RETRY),
    StorageAway: Case(
        503,
        "storage-away",
        N_(
            "The storage of evidence does not answer now; nothing was recorded. "
            "Keep the file unchanged and try again in a moment."
        ),
        headers=_RETRY,
    ),
}
UNEXPECTED = Case(500, "internal", N_("Something unexpected happened; it was logged."))
_log = structlog.get_logger(__name__)


def of_refusal(refusal: Refusal) -> Case:
    """Return the case of an act that the policy forbids."""
    status = next((status for kind, status in _STATUS if isinstance(refusal, kind)), 422)
    return Case(status, refusal.code, refusal.message, refusal.params, refusal.field, refusal.clause)


def of_temporal_away(request: Request) -> Case:
    """Say that nothing was recorded and where to phone; never a false success."""
    phones = tuple(request.app.state.settings.emergency_phones)
    if request.method == "GET":
        message = N_("The workflow engine does not answer now.")
    elif phones:
        message = N_("Nothing was recorded. Report by phone now: {phones}")
    else:
        message = N_("Nothing was recorded. Report by phone now.")
    params = {"phones": ", ".join(phones)} if phones and request.method != "GET" else {}
    return Case(503, "temporal-away", message, params, phones=phones, headers=_RETRY)


def of_validation(request: Request, error: RequestValidationError) -> Case:
    """Name every field that cannot be accepted, but never repeat its value."""
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return plain(400)
    errors = tuple((_place(fault["loc"]), *explain(fault)) for fault in faults[:_MOST_FAULTS])
    return Case(
        422,
        "malformed",
        N_("{count} fields cannot be accepted.") if len(faults) > 1 else N_("One field cannot be accepted."),
        {"count": str(len(faults))} if len(faults) > 1 else {},
        field=errors[0][0] if errors else None,
        clause=_clause_of(request),
        errors=errors,
    )


def _clause_of(request: Request) -> str | None:
    name = getattr(request.scope.get("route"), "name", "")
    act = ACTS.get(name)
    return AUTHORITY[act].clause if act else (_REPORTING | _MEASURES).get(name)


def _place(loc: tuple[int | str, ...]) -> str:
    path = ".".join(str(part) for part in loc[1:]) or str(loc[0])
    return bounded(path)


def case_of(request: Request, error: Exception) -> Case:
    """Return the case of a failure; one that nobody expected is told barely."""
    match error:
        case Refusal():
            return of_refusal(error)
        case Denied():
            return error.case
        case RequestValidationError():
            return of_validation(request, error)
        case TemporalAway():
            return of_temporal_away(request)
        case HTTPException():
            return plain(error.status_code, dict(error.headers or {}))
    return _FIXED.get(type(error), UNEXPECTED)


async def handle(request: Request, error: Exception) -> Response:
    """Answer a failure; a refusal of somebody known is audited."""
    case = case_of(request, error)
    if case is UNEXPECTED:
        _log.error("unexpected", path=bounded(request.url.path), exc_info=error)
    elif case.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        await audit.note(request, case)
    return respond(request, case)


def install(app: FastAPI) -> None:
    """Let every failure become a problem."""
    for kind in (
        *(Refusal, RequestValidationError, BadCursor, TemporalAway, OutcomeUnknown),
        *(TooBusy, DatabaseAway, StorageAway, Denied, HTTPException, Exception),
    ):
        app.add_exception_handler(kind, handle)
