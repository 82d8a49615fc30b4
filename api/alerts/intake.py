"""Where alerts come in: each is stored durably under its dedup key, then told which incident stands for it."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request, Response

from adapters.credentials import Caller
from adapters.snapshot import now_in_utc
from adapters.temporal import Incidents
from api import audit
from api.alerts import alertmanager, events
from api.alerts.alertmanager import AlertmanagerGroup
from api.alerts.events import EventBody
from api.auth import CurrentCaller
from api.deps import Locale, Ports
from api.failures import of_refusal
from api.openapi import problems
from api.settling import settled
from domain.accounts import check_system
from domain.company import Company
from domain.errors import NotAuthorised, Refusal, Unknown
from domain.text import N_, Wire
from workflows.contract import Alert, AlertState

router = APIRouter(prefix="/alerts", tags=["alerts"])
_LABEL = "alerts.labels.system"
_UNKNOWN = N_("The company has no system “{system}”.")
_ANSWERS = {
    202: {"description": "Stored; the incident's number follows. The same alert again tells it."},
    **problems(413, 415, 422, 429),
}


class AlertOutcome(Wire):
    """What became of one alert."""

    system: str
    status: Literal["firing", "resolved"]
    outcome: Literal["opened", "joined", "noted", "stored", "refused"]
    number: str | None = None
    detail: str | None = None


class Taken(Wire):
    """What became of each alert, in the order in which they came."""

    alerts: list[AlertOutcome]


@router.post(
    "/alertmanager",
    operation_id="alertmanager",
    summary="Alerts of a Prometheus Alertmanager (webhook, version 4)",
    responses={**_ANSWERS, 202: {**_ANSWERS[202], "model": Taken}},
)
async def from_alertmanager(
    group: AlertmanagerGroup, caller: CurrentCaller, request: Request, ports: Ports, _: Locale, response: Response
) -> Taken:
    """Take a group of alerts; one of an unknown system, or of one that the key is not for, is refused alone."""
    now = now_in_utc()
    company = await ports.snapshots.directory.company()
    alerts = [alertmanager.to_alert(group, alert, now) for alert in group.alerts]
    faults = {system: _fault(company, caller, system, _LABEL) for system in {alert.system for alert in alerts}}
    fit = [alert for alert in alerts if faults[alert.system] is None]
    for refusal in faults.values():
        await _audit(request, caller, refusal)
    if not fit:
        raise faults[alerts[0].system] or _unknown(alerts[0].system, _LABEL)
    outcomes = await _take(ports.incidents, fit)
    if any(outcome.outcome == "stored" for outcome in outcomes):
        response.status_code = 202
    taken = iter(outcomes)
    told = ((alert, faults[alert.system]) for alert in alerts)
    return Taken(alerts=[_refused(alert, fault, _) if fault else next(taken) for alert, fault in told])


@router.post(
    "/events",
    operation_id="event",
    summary="An event of any monitor",
    responses={**_ANSWERS, 202: {**_ANSWERS[202], "model": AlertOutcome}},
)
async def from_anywhere(
    event: EventBody, caller: CurrentCaller, request: Request, ports: Ports, response: Response
) -> AlertOutcome:
    """Take one event."""
    if refusal := _fault(await ports.snapshots.directory.company(), caller, event.system, "system"):
        await _audit(request, caller, refusal)
        raise refusal
    alert = events.to_alert(event, now_in_utc(), is_limited=bool(caller.systems))
    (outcome,) = await _take(ports.incidents, [alert])
    response.status_code = 202 if outcome.outcome == "stored" else 200
    return outcome


async def _take(incidents: Incidents, alerts: list[Alert]) -> list[AlertOutcome]:
    """Store all first, so that none is lost behind another; then ask once per dedup key what came of them."""
    workflows = [await incidents.alert(alert) for alert in alerts]
    keys = list(dict.fromkeys(workflows))
    found = dict(zip(keys, await asyncio.gather(*(settled(incidents, key) for key in keys)), strict=True))
    return [_outcome(alert, found[workflow]) for alert, workflow in zip(alerts, workflows, strict=True)]


def _outcome(alert: Alert, state: AlertState | None) -> AlertOutcome:
    outcome: Literal["opened", "joined", "noted", "stored"] = "noted" if alert.status == "resolved" else "joined"
    if state is None:
        outcome = "stored"
    elif alert.command_id == state.opened_by:
        outcome = "opened"
    number = state.number if state else None
    return AlertOutcome(system=alert.system, status=alert.status, outcome=outcome, number=number)


def _fault(company: Company, caller: Caller, system: str, field: str) -> Refusal | None:
    """Tell why nothing is taken of a system: the key is not for it, or the company does not have it."""
    try:
        check_system(system, caller.systems)
    except NotAuthorised as refusal:
        return refusal
    return None if company.system(system) else _unknown(system, field)


def _unknown(system: str, field: str) -> Unknown:
    return Unknown(_UNKNOWN, clause="5.2.1", field=field, system=system)


async def _audit(request: Request, caller: Caller, refusal: Refusal | None) -> None:
    if isinstance(refusal, NotAuthorised):
        await audit.note_machine(request, caller.id, of_refusal(refusal))


def _refused(alert: Alert, refusal: Refusal, _: Locale) -> AlertOutcome:
    detail = _(refusal.message, **refusal.params)
    return AlertOutcome(system=alert.system, status=alert.status, outcome="refused", detail=detail)
