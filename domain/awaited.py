"""What an incident waits for: which question, from whom, since when, until when, by which clause."""

from pydantic import AwareDatetime

from domain.clock import next_due
from domain.escalation import approval, approval_ladder, arrival_ladder, arrivals, beacons
from domain.incident import Incident
from domain.ladder import Ladder
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
        )
        for ladder in ladders(incident)
    ]
    return sorted(found, key=lambda item: (item.due is None, item.due or item.since, item.since))


def nearest_deadline(incident: Incident) -> AwareDatetime | None:
    """Return the nearest instant at which something is due, of limits and of questions."""
    limit = next_due(incident)
    dues = [item.due for item in awaited(incident) if item.due] + ([limit[1].at] if limit else [])
    return min(dues, default=None)
