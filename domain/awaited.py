"""What an incident waits for: which question, from whom, since when, until when, by which clause."""

from typing import Literal

from pydantic import AwareDatetime

from domain.clock import next_due
from domain.escalation import approval, approval_ladder, arrival_ladder, arrivals, beacons
from domain.incident import HANDLING, Incident
from domain.ladder import Ladder
from domain.policy import Deadline
from domain.text import Wire


class Awaited(Wire):
    """One thing that the incident waits for."""

    question: str
    clause: str
    level: str
    people: list[str]
    since: AwareDatetime
    due: AwareDatetime | None = None
    is_provisional: bool = False
    arrival: Literal["on_the_way", "at_risk", "overdue"] | None = None


def ladders(incident: Incident) -> list[Ladder]:
    """Return every ladder that burns: questions, the plan before the general manager, responders on their way."""
    plan = approval(incident)
    pending = [approval_ladder(incident, plan)] if plan else []
    coming = [arrival_ladder(incident, item) for item in arrivals(incident)]
    return [ladder for ladder in (*beacons(incident), *pending, *coming) if ladder.rungs[0].people]


def awaited(incident: Incident) -> list[Awaited]:
    """Return what the incident waits for, the most urgent first."""
    found = [
        Awaited(
            question=ladder.question,
            clause=ladder.clause,
            level=ladder.rungs[0].level,
            people=ladder.rungs[0].people,
            since=ladder.asked_at,
            due=ladder.due,
            is_provisional=ladder.is_provisional,
            arrival=_arrival(incident, ladder.question),
        )
        for ladder in ladders(incident)
    ]
    found += _time_box(incident)
    return sorted(found, key=lambda item: (item.due is None, item.due or item.since, item.since))


def _time_box(incident: Incident) -> list[Awaited]:
    """The result of a step that has a time box; nobody is paged for it, it reminds once (5.2.3)."""
    step, box = incident.next_step, incident.deadlines.get("time_box")
    if step is None or box is None or incident.next_step_since is None or incident.phase not in HANDLING:
        return []
    return [
        Awaited(
            question=f"time_box/{step.id}",
            clause=box.clause,
            level=step.who,
            people=[incident.operator] if incident.operator else incident.company.holders(step.who),
            since=incident.next_step_since,
            due=box.at,
            is_provisional=box.is_provisional,
        )
    ]


def _arrival(incident: Incident, question: str) -> Literal["on_the_way", "at_risk", "overdue"] | None:
    """Tell how it stands with somebody who is expected on the scene (R20)."""
    kind, _, dispatch = question.partition("/")
    responder = incident.responder(dispatch.rpartition("/")[0]) if kind == "arrival" else None
    if responder is None:
        return None
    if responder.is_overdue:
        return "overdue"
    return "at_risk" if responder.is_at_risk else "on_the_way"


def nearest_deadline(incident: Incident) -> Deadline | None:
    """Return what is due next, of limits and of questions."""
    limit = next_due(incident)
    dues = [
        Deadline(at=item.due, clause=item.clause, is_provisional=item.is_provisional)
        for item in awaited(incident)
        if item.due
    ]
    return min([*dues, *([limit[1]] if limit else [])], key=lambda due: (due.at, not due.is_provisional), default=None)
