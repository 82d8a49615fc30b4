"""What stands beside an incident: recurrences, incidents with the same cause, people who hold two commands."""

from collections.abc import Iterable
from typing import Any

import structlog

from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from adapters.store.neighbours import Neighbour
from adapters.temporal import OutcomeUnknown, TemporalAway
from api.names import called, name_of
from api.reading import find
from api.services import Services
from api.views import IncidentView
from domain import acts, reopening
from domain.acts import Act, Command, Report
from domain.awaited import ladders
from domain.closure import left_open
from domain.company import Company
from domain.decide import decide
from domain.errors import NoSuchIncident, Unknown
from domain.incident import Incident, Phase
from domain.text import N_

_log = structlog.get_logger(__name__)


# ── what is beside it ─────────────────────────────────────────────────────────


async def beside(ports: Services, numbers: Iterable[str]) -> list[Neighbour]:
    """Return the recurrences and linked incidents of these; none while the record does not answer."""
    try:
        return await ports.neighbours.of(numbers)
    except DatabaseAway:
        return []


async def complete(shown: IncidentView, incident: Incident, ports: Services, _: Translator) -> IncidentView:
    """Add to the view of an incident what its own workflow does not know."""
    found = await beside(ports, [incident.number])
    added: Any = shown
    added.recurrences = [item.number for item in found if item.recurrence_of == incident.number]
    people = {person for ladder in ladders(incident) for person in ladder.asked}
    others = await _commands(ports, incident.number, {*people, *([incident.commander] if incident.commander else [])})
    for item in added.awaited:
        item.warnings = _of_commands(
            {person: others[person] for person in item.people if person in others}, incident.company, _
        )
    commander = incident.commander
    added.warnings = _of_commands({commander: others[commander]} if commander in others else {}, incident.company, _)
    added.warnings += _of_left_open(incident, _) if incident.phase == Phase.SUMMARY else []
    return shown


# ── what the answer to an act warns of ────────────────────────────────────────


async def foreseen(number: str, act: Act, ports: Services, _: Translator) -> list[str]:
    """Return what to warn of that is only seen before the act: what closing leaves open."""
    if not isinstance(act, acts.Close):
        return []
    try:
        return _of_left_open((await find(ports, number)).incident, _)
    except (NoSuchIncident, OutcomeUnknown, TemporalAway, DatabaseAway):
        return []


async def warnings(number: str, command: Command[Any], ports: Services, _: Translator) -> list[str]:
    """Return what the answer to an act warns of: somebody holds two commands now."""
    match command.act:
        case acts.FormGroup():
            people = {command.act.commander}
        case acts.OfferCommand():
            people = {command.act.to}
        case acts.AcceptCommand():
            people = {command.person}
        case acts.Link():
            people = await _commander(ports, number)
        case _:
            return []
    company = await ports.snapshots.directory.company()
    return _of_commands(await _commands(ports, number, people), company, _)


async def _commander(ports: Services, number: str) -> set[str]:
    try:
        row = await ports.record.get(number)
    except DatabaseAway:
        return set()
    return {row.commander} if row and row.commander else set()


async def _commands(ports: Services, number: str, people: set[str]) -> dict[str, list[str]]:
    """Return which other incidents these people command."""
    if not people:
        return {}
    try:
        found = await ports.neighbours.commanded_by(sorted(people))
    except DatabaseAway:
        return {}
    others = [item for item in found if item.number != number and item.commander]
    return {
        person: [item.number for item in others if item.commander == person]
        for person in {item.commander for item in others if item.commander}
    }


def _of_commands(held: dict[str, list[str]], company: Company, _: Translator) -> list[str]:
    return [
        _(N_("{name} also commands {number}."), name=name_of(company, person, _), number=", ".join(numbers))
        for person, numbers in sorted(held.items())
    ]


def _of_left_open(incident: Incident, _: Translator) -> list[str]:
    comma = "、" if _.language == "zh-CN" else ", "
    items = [called(item, incident.company, incident.policy.regulators, _) for item in left_open(incident)]
    return [_(N_("Nobody has answered or decided: {item}."), item=comma.join(items))] if items else []


# ── what only the door can check ──────────────────────────────────────────────


async def check(number: str, command: Command[Any], ports: Services) -> None:
    """Refuse a link to a parent that is unknown, over, or linked itself; the parent's own word counts in the end.

    Whoever may not link at all is refused for that first, as by the incident itself.
    """
    act = command.act
    if not isinstance(act, acts.Link):
        return
    incident = (await find(ports, number)).incident
    if incident.parent == act.parent:
        return  # carried out before, or refused by the incident
    decide(incident, command, now_in_utc())
    try:
        parent = (await find(ports, act.parent)).incident
    except NoSuchIncident:
        raise Unknown(N_("There is no incident {number}."), clause="3.1", field="parent", number=act.parent) from None
    reopening.may_be_parent(parent, is_drill=incident.is_drill)


async def check_recurrence(report: Report, ports: Services) -> None:
    """Refuse a report that names a predecessor which is unknown or still open.

    While nobody can tell, the report is taken as it is: a report is never lost over a link.
    """
    if report.recurrence_of is None:
        return
    try:
        before = (await find(ports, report.recurrence_of)).incident
    except NoSuchIncident:
        raise reopening.unknown_predecessor(report.recurrence_of) from None
    except (OutcomeUnknown, TemporalAway, DatabaseAway):
        _log.warning("recurrence_unchecked", number=report.recurrence_of)
        return
    reopening.may_recur(report, before.number, is_over=before.is_over, system=before.system)
