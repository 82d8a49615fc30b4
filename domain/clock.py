"""What the passing of time makes happen: limits of the incident that fall due, and which of them is next."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from domain import events as ev
from domain import statutory
from domain.activation import dispatched, technicians_dispatched
from domain.company import Role
from domain.handling import running_analyses
from domain.incident import ACTIVE, HANDLING, Incident, Phase, StatutoryReport
from domain.notices import asked
from domain.policy import Deadline
from domain.procedure import time_box_passed


class Due(NamedTuple):
    """An event that is due, and since when; whoever is dispatched by it is dispatched now."""

    event: ev.Event
    since: datetime


def _operator_limit(incident: Incident, now: datetime) -> Iterator[ev.Event]:
    """Not resolved by the operator in time: technicians go to the scene (5.2.4)."""
    yield ev.UnresolvedReported(limit_passed=True)
    yield from technicians_dispatched(incident, now)


def _short_time_limit(incident: Incident, now: datetime) -> Iterator[ev.Event]:
    """Not resolved in a short time: the director is paged (5.2.6); a limit of 0 sends the technicians as well."""
    if not incident.is_unresolved:
        yield from _operator_limit(incident, now)
    yield ev.ShortTimeLimitPassed()


def _procedure_asked_again(_incident: Incident, _now: datetime) -> Iterator[ev.Event]:
    """Not started, still not solved: the director is asked again (5.2.7)."""
    yield ev.ProcedureAskedAgain()


def _dismissal_window(_incident: Incident, _now: datetime) -> Iterator[ev.Event]:
    """Nobody contested or overrode the dismissal (5.2.2)."""
    yield ev.DismissalStood()


def _notice_due(incident: Incident, now: datetime) -> Iterator[ev.Event]:
    """The next notice is overdue (5.3.1)."""
    interval = incident.policy.notice_interval
    yield ev.NoticeOverdue(next_due=Deadline(at=now + interval.duration, clause=interval.clause))


def _summary_due(incident: Incident, now: datetime) -> Iterator[ev.Event]:
    """The summary report is overdue (6.2)."""
    reminder = incident.policy.summary_reminder
    yield ev.SummaryOverdue(next_reminder=Deadline(at=now + reminder.duration, clause=reminder.clause))


def _preliminary_due(incident: Incident, now: datetime) -> Iterator[ev.Event]:
    """The preliminary report of a severity I or II is overdue (6.2)."""
    reminder = incident.policy.summary_reminder
    yield ev.PreliminaryOverdue(next_reminder=Deadline(at=now + reminder.duration, clause=reminder.clause))


def _statutory(item: StatutoryReport, incident: Incident, now: datetime) -> Iterator[ev.Event]:
    """A regulator is to be told soon, or should have been (8)."""
    yield from statutory.rung(incident, item, now)


def _time_box(incident: Incident, _now: datetime) -> Iterator[ev.Event]:
    """The next step of the runbook has no result in its time (5.2.3)."""
    yield from time_box_passed(incident)


def _analysis(finding: int, due_: Deadline, _incident: Incident, _now: datetime) -> Iterator[ev.Event]:
    """No measure was proposed for a finding in time (5.3.7)."""
    yield ev.AnalysisOverdue(finding=finding, due=due_)


class _Limit(NamedTuple):
    name: str
    phases: frozenset[Phase]
    falls_due: Callable[[Incident, datetime], Iterator[ev.Event]]


# A limit outside its phases waits: recovery pauses the short-time limit's effect, never its clock (6.1).
_LIMITS = (
    _Limit("operator_limit", frozenset({Phase.OPERATOR_HANDLING}), _operator_limit),
    _Limit("short_time_limit", HANDLING, _short_time_limit),
    _Limit("procedure_asked_again", frozenset({Phase.DEPARTMENT_HANDLING}), _procedure_asked_again),
    _Limit("dismissal_window", frozenset({Phase.DISMISSED}), _dismissal_window),
    _Limit("notice_due", frozenset({Phase.GROUP_HANDLING}), _notice_due),
    _Limit("summary_due", frozenset({Phase.SUMMARY}), _summary_due),
    _Limit("preliminary_due", ACTIVE, _preliminary_due),
    _Limit("time_box", HANDLING, _time_box),
)


def _running(incident: Incident) -> Iterator[tuple[_Limit, Deadline]]:
    for limit, deadline in _set(incident):
        if incident.phase in limit.phases and not incident.is_over and not _is_held(incident, limit):
            yield limit, deadline
    if incident.phase in ACTIVE and not incident.is_over:
        for report, rings in statutory.ringing(incident):
            yield _Limit(report.key, ACTIVE, partial(_statutory, report)), rings


def _is_held(incident: Incident, limit: _Limit) -> bool:
    """A dismissal does not come to stand while nobody has answered the alarm that came again: silence decides nothing.

    Its window does not begin anew: whoever says that he knows of it lets it end when it would have (5.2.2).
    """
    return limit.name == "dismissal_window" and incident.again_at is not None


def _set(incident: Incident) -> Iterator[tuple[_Limit, Deadline]]:
    """Return every limit that is set, those of single notices and findings as well."""
    for limit in (*_LIMITS, *(_Limit(*item) for item in asked(incident))):
        if deadline := incident.deadlines.get(limit.name):
            yield limit, deadline
    for number, deadline in running_analyses(incident):
        yield _Limit(f"analysis/{number}", HANDLING, partial(_analysis, number, deadline)), deadline


def next_due(incident: Incident) -> tuple[str, Deadline] | None:
    """Return the name and deadline of the limit that falls due first."""
    return min(((limit.name, due) for limit, due in _running(incident)), key=lambda item: item[1].at, default=None)


def due(incident: Incident, now: datetime) -> list[Due]:
    """Return what the first limit that has passed makes happen; ask again after applying it."""
    passed = [(limit, deadline) for limit, deadline in _running(incident) if deadline.at <= now]
    if not passed:
        return []
    limit, deadline = min(passed, key=lambda item: item[1].at)
    events = limit.falls_due(incident, now)
    return [Due(event, _since(event, deadline, now)) for event in events]


def _since(event: ev.Event, deadline: Deadline, now: datetime) -> datetime:
    if isinstance(event, ev.Dispatched):
        return now
    # Its reminder may have been missed: nobody was there to give it.
    return max(deadline.at, event.due.at) if isinstance(event, ev.StatutoryOverdue) else deadline.at


def arrival_at_risk(incident: Incident, person: str, dispatch: int) -> list[ev.Event]:
    """Return what happens when most of a responder's time has passed and he is not there (R20)."""
    responder = incident.responder(person)
    if responder is None or responder.dispatch != dispatch or not responder.is_awaited or responder.is_overdue:
        return []
    return [ev.ArrivalAtRisk(responder=person, deadline=responder.deadline, cited=responder.deadline.clause)]


def overdue_arrival(incident: Incident, person: str, dispatch: int, now: datetime) -> list[ev.Event]:
    """Return what a missed arrival makes happen: it is recorded, and a backup is dispatched (R20)."""
    responder = incident.responder(person)
    if responder is None or responder.dispatch != dispatch or not responder.is_awaited or responder.is_overdue:
        return []
    backup = backup_of(incident, person, now)
    overdue = ev.ArrivalOverdue(responder=person, backup=backup, cited=responder.deadline.clause)
    if backup is None:
        return [overdue, ev.GapFound(post=responder.role, cited="4.2")]
    return [overdue, dispatched(incident, backup, responder.role, now, replaces=person)]


def backup_of(incident: Incident, person_id: str, now: datetime) -> str | None:
    """Return who steps in, post by post as they are now: holders before deputies, those on leave last (4.2).

    Nobody who is on his way or on the scene already; and nobody because he heads some department as well.
    """
    responder, person = incident.responder(person_id), incident.company.person(person_id)
    if responder is None:
        return None
    busy = {item.person for item in incident.responders if not item.is_stood_down}
    posts = [post for post in (responder.role, *(person.posts if person else [])) if post != Role.DEPARTMENT_HEAD]
    colleagues = dict.fromkeys(other for post in posts for other in incident.company.at_hand(post, now))
    free = [other for other in colleagues if other not in busy]
    return min(free, key=lambda other: not incident.company.is_here(other, now), default=None)
