"""That a receiver has opened the submitted report is recorded once, and never keeps him from reading it."""

import structlog
from fastapi import BackgroundTasks

from adapters.snapshot import now_in_utc
from adapters.temporal import OutcomeUnknown, TemporalAway, TooBusy
from api.commands import command_id
from api.services import Services
from domain import acts
from domain.errors import Refusal
from domain.incident import Incident
from domain.possible import possible

_log = structlog.get_logger(__name__)


def noted(ports: Services, incident: Incident, person: str, later: BackgroundTasks) -> None:
    """Record after the answer that this person has opened the newest version, where he is one who receives it."""
    summary = incident.summary
    if summary is None or person in summary.read_by:
        return
    if acts.ReadSummary.name in possible(incident, person, now_in_utc()):
        later.add_task(_record, ports, incident.number, person, summary.version)


async def _record(ports: Services, number: str, person: str, version: int) -> None:
    command = acts.Command[acts.ReadSummary](
        command_id=command_id(person, f"read/{version}"), person=person, act=acts.ReadSummary(version=version)
    )
    try:
        await ports.incidents.act(number, command)
    except (Refusal, TemporalAway, OutcomeUnknown, TooBusy) as error:
        # It is recorded when he opens the report the next time.
        _log.warning("reading_not_recorded", incident=number, person=person, reason=type(error).__name__)
