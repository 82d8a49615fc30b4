"""Reporting an anomaly: the one act that opens an incident (5.2.1)."""

from secrets import token_hex
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from adapters.snapshot import now_in_utc
from adapters.temporal import another_report, report_digest
from api.auth import CurrentPerson
from api.bodies import IdempotencyKey, ReportBody
from api.commands import command_id
from api.deps import Locale, Ports
from api.neighbours import check_recurrence
from api.openapi import problems
from api.runbooks import suggested
from api.runbookviews import SuggestionView
from api.services import Services
from api.settling import settled
from domain.activation import report as check_report
from domain.acts import Report
from domain.authority import reporting
from domain.incident import Incident
from domain.numbering import number_from
from workflows.contract import Alert, Opening

router = APIRouter(prefix="/incidents", tags=["incidents"])
SOURCE = "person"


class Opened(BaseModel):
    """Which incident stands for the report."""

    number: str
    outcome: Literal["opened", "joined", "repeated"]
    suggestions: list[SuggestionView] = Field([], description="Runbooks that may fit a report that names none.")


class Stored(BaseModel):
    """The report is stored; no worker gave it a number yet. The same report again tells the number."""

    dedup_key: str
    outcome: Literal["stored"] = "stored"


@router.post(
    "",
    name="report",
    operation_id="report",
    summary="Report an anomaly (5.2.1)",
    status_code=201,
    response_model=Opened,
    response_description="An incident was opened; manager and supervisor are paged.",
    responses={
        200: {"model": Opened, "description": "The same report, or one more about an open incident."},
        202: {"model": Stored, "description": "Stored under its dedup key; the number follows."},
        **problems(409, 413, 415, 422, 429),
    },
)
async def report(
    body: ReportBody, person: CurrentPerson, ports: Ports, _: Locale, response: Response, key: IdempotencyKey = None
) -> Opened | JSONResponse:
    """Open an incident, or join the open one that has the same `dedup_key`."""
    wanted = Report.model_validate(body.model_dump())
    number = number_from(person.id, key) if key else number_from(token_hex(16))
    actor = reporting(await ports.snapshots.directory.company(), person.id, wanted.system, now_in_utc())
    opening = await ports.snapshots.opening(
        number,
        wanted,
        person.id,
        role=actor.role,
        on_behalf_of=actor.on_behalf_of,
        command_id=command_id(person.id, key),
    )
    check(opening)
    await check_recurrence(wanted, ports)
    if wanted.dedup_key:
        return await _join(opening, wanted.dedup_key, ports, response)
    is_new = await ports.incidents.open(opening)
    opened = _opened(response, number, "opened" if is_new else "repeated")
    if not wanted.preliminary_assessment.covered:
        opened.suggestions = await suggested(ports, wanted.symptom, wanted.system, _)
    return opened


def check(opening: Opening) -> None:
    """Refuse what the workflow would refuse: unknown system or runbook, a time in the future (5.2.1)."""
    blank = Incident(number=opening.number, policy=opening.policy, company=opening.company, calendar=opening.calendar)
    check_report(blank, opening.report, opening.channel, now_in_utc(), None)


def _opened(response: Response, number: str, outcome: Literal["opened", "joined", "repeated"]) -> Opened:
    response.status_code = 201 if outcome == "opened" else 200
    response.headers["Location"] = f"/api/v1/incidents/{number}"
    return Opened(number=number, outcome=outcome)


async def _join(opening: Opening, dedup_key: str, ports: Services, response: Response) -> Opened | JSONResponse:
    alert = _alert_of(opening, dedup_key)
    workflow = await ports.incidents.alert(alert)
    state = await settled(ports.incidents, workflow)
    taken = state.reports.get(alert.command_id) if state else None
    if taken is None:
        return JSONResponse(Stored(dedup_key=dedup_key).model_dump(), status_code=202)
    if taken.digest != alert.digest:
        raise another_report()
    if taken.request != alert.request:
        return _opened(response, taken.number, "repeated")
    return _opened(response, taken.number, "opened" if taken.has_opened else "joined")


def _alert_of(opening: Opening, dedup_key: str) -> Alert:
    wanted = opening.report
    assessment = wanted.preliminary_assessment
    return Alert(
        source=SOURCE,
        dedup_key=dedup_key,
        status="firing",
        occurrence=opening.command_id,
        command_id=opening.command_id,
        title=wanted.title,
        system=wanted.system,
        symptom=wanted.symptom,
        severity=wanted.severity,
        started_at=wanted.discovered_at or now_in_utc(),
        reporter=opening.reporter,
        is_drill=wanted.is_drill,
        runbook=assessment.runbook if assessment.covered else None,
        location=wanted.location,
        category=wanted.category,
        assessment=assessment.text,
        recurrence_of=wanted.recurrence_of,
        recurrence_reason=wanted.recurrence_reason,
        reporter_role=opening.reporter_role,
        on_behalf_of=opening.on_behalf_of,
        drill_includes=wanted.drill_includes,
        digest=report_digest(opening),
        request=token_hex(8),
    )
