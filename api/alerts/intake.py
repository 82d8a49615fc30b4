"""Where alerts come in: each is stored durably under its dedup key, then told which incident stands for it."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Response

from adapters.snapshot import now_in_utc
from adapters.temporal import Incidents
from api.alerts import alertmanager, events
from api.alerts.alertmanager import AlertmanagerGroup
from api.alerts.events import EventBody
from api.deps import Locale, Ports
from api.openapi import problems
from api.settling import settled
from domain.company import Company
from domain.errors import Unknown
from domain.text import N_, Wire
from workflows.contract import Alert, AlertState

router = APIRouter(prefix="/alerts", tags=["alerts"])
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
async def from_alertmanager(group: AlertmanagerGroup, ports: Ports, _: Locale, response: Response) -> Taken:
    """Take a group of alerts; one of an unknown system is refused, the others go on."""
    now = now_in_utc()
    company = await ports.snapshots.directory.company()
    alerts = [alertmanager.to_alert(group, alert, now) for alert in group.alerts]
    known = [alert for alert in alerts if company.system(alert.system)]
    if not known:
        raise _unknown(alerts[0].system, "alerts.labels.system")
    outcomes = await _take(ports.incidents, known)
    if any(outcome.outcome == "stored" for outcome in outcomes):
        response.status_code = 202
    taken = iter(outcomes)
    return Taken(alerts=[next(taken) if company.system(alert.system) else _refused(alert, _) for alert in alerts])


@router.post(
    "/events",
    operation_id="event",
    summary="An event of any monitor",
    responses={**_ANSWERS, 202: {**_ANSWERS[202], "model": AlertOutcome}},
)
async def from_anywhere(event: EventBody, ports: Ports, response: Response) -> AlertOutcome:
    """Take one event."""
    _must_know(await ports.snapshots.directory.company(), event.system)
    (outcome,) = await _take(ports.incidents, [events.to_alert(event, now_in_utc())])
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


def _must_know(company: Company, system: str) -> None:
    if company.system(system) is None:
        raise _unknown(system, "system")


def _unknown(system: str, field: str) -> Unknown:
    return Unknown(_UNKNOWN, clause="5.2.1", field=field, system=system)


def _refused(alert: Alert, _: Locale) -> AlertOutcome:
    detail = _(_UNKNOWN, system=alert.system)
    return AlertOutcome(system=alert.system, status=alert.status, outcome="refused", detail=detail)
