"""How people came when they were sent: counted from the timeline, drills apart (5.3.3, 5.3.4)."""

from collections.abc import Iterable

from domain import events as ev
from domain.entry import Entry
from domain.text import Wire

KINDS = ("dispatched", "arrived", "arrival_overdue", "stood_down")


class Arrivals(Wire):
    """How often a person was sent, and how that went; ``missed`` deadlines include those of late arrivals."""

    person: str
    dispatched: int = 0
    in_time: int = 0
    late: int = 0
    late_minutes: float = 0
    most_late_minutes: float = 0
    missed: int = 0
    stood_down: int = 0
    remote: int = 0
    verified: int = 0
    recorded_by_others: int = 0


def tally(entries: Iterable[Entry]) -> list[Arrivals]:
    """Count for each person, by name of his id."""
    found: dict[str, Arrivals] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, ev.Dispatched | ev.Arrived | ev.ArrivalOverdue | ev.StoodDown):
            _count(found.setdefault(event.responder, Arrivals(person=event.responder)), event)
    return [found[person] for person in sorted(found)]


def _count(sums: Arrivals, event: ev.Dispatched | ev.Arrived | ev.ArrivalOverdue | ev.StoodDown) -> None:
    match event:
        case ev.Dispatched():
            sums.dispatched += 1
        case ev.StoodDown():
            sums.stood_down += 1
        case ev.ArrivalOverdue():
            sums.missed += 1
        case ev.Arrived(counts_as_arrival=False):
            sums.remote += 1
        case ev.Arrived():
            sums.in_time += not event.late_minutes
            sums.late += bool(event.late_minutes)
            sums.late_minutes = round(sums.late_minutes + event.late_minutes, 2)
            sums.most_late_minutes = max(sums.most_late_minutes, event.late_minutes)
            sums.verified += event.is_verified
            sums.recorded_by_others += event.recorded_by is not None
