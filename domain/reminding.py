"""Whom a rectification measure calls, and when: calmly, on mornings of working days, without end (6.2, R26).

A question that somebody's act opens is put at once in working time, else on the next working morning.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.calendar import Calendar
from domain.company import Company, Role
from domain.entry import Entry
from domain.events import Event
from domain.measure import (
    ExtensionGranted,
    ExtensionRefused,
    Measure,
    MeasureCancelled,
    MeasureOpened,
    MeasurePassedOn,
    MeasureReassigned,
    MeasureSentBack,
    MeasureState,
    MeasureVerified,
)
from domain.notes import Note
from domain.policy import CompanyPolicy
from domain.text import Wire, brief


class MeasureCall(Wire):
    """One call that is due: about which question, by which template, whom, and how high it stands."""

    question: str
    template: str
    call: int
    level: str
    people: list[str]


class Agenda(Wire):
    """Which calls are due now, and when there is something to call about again."""

    calls: list[MeasureCall] = []
    next_look: AwareDatetime | None = None


class _Question(NamedTuple):
    """An open question: from ``first`` on it is put to the people of each rung once so many working days have passed.

    The days of a rung count from the day of ``since``.
    """

    key: str
    template: str
    since: datetime
    first: datetime
    rungs: list[tuple[int, str, list[str]]]


class Business(NamedTuple):
    """Business time and the numbers of the policy."""

    calendar: Calendar
    policy: CompanyPolicy

    def morning(self, instant: datetime, days: int) -> datetime:
        """Return when work begins so many working days after a day."""
        return self.calendar.morning(instant, days, self.policy.working_spans)

    def is_working(self, instant: datetime) -> bool:
        """Tell whether people are at work."""
        return self.calendar.is_working_time(instant, self.policy.working_spans)

    def next_morning(self, instant: datetime) -> datetime:
        """Return when work begins next."""
        return self.calendar.next_morning(instant, self.policy.working_spans)


def agenda(measure: Measure, company: Company, business: Business, now: datetime) -> Agenda:
    """Return whom to call now, and when to look again; what was missed meanwhile becomes one call."""
    calls: list[MeasureCall] = []
    looks: list[datetime] = []
    for question in _questions(measure, company, business):
        at = _next_call(measure, question, business)
        if at > now:
            looks.append(at)
        elif not business.is_working(now):
            looks.append(business.next_morning(now))
        else:
            calls.append(_call(measure, question, business, now))
            looks.append(business.morning(now, business.policy.measure_repeat.value))
    return Agenda(calls=calls, next_look=min(looks, default=None))


def _next_call(measure: Measure, question: _Question, business: Business) -> datetime:
    before = measure.called.get(question.key)
    if before is None:
        return question.first
    return business.morning(before.at, business.policy.measure_repeat.value)


def _call(measure: Measure, question: _Question, business: Business, now: datetime) -> MeasureCall:
    joined = [rung for rung in question.rungs if not rung[0] or business.morning(question.since, rung[0]) <= now]
    manned = [rung for rung in joined if rung[2]] or [rung for rung in question.rungs if rung[2]][:1]
    before = measure.called.get(question.key)
    return MeasureCall(
        question=question.key,
        template=question.template,
        call=before.calls + 1 if before else 1,
        level=manned[-1][1] if manned else question.rungs[0][1],
        people=list(dict.fromkeys(person for rung in manned for person in rung[2])),
    )


def _questions(measure: Measure, company: Company, business: Business) -> Iterator[_Question]:
    since, due = measure.since, measure.due
    if measure.is_over or since is None or due is None:
        return
    if measure.state == MeasureState.DONE:
        yield _verification(measure, company, business)
    elif measure.is_overdue:
        yield _overdue(measure, company, business, since, due.at)
    else:
        yield _reminder(measure, business, since, due.at)
    if extension := measure.pending_extension:
        later = business.policy.measure_overdue_director.value
        people = _leaders(company, Role.IT_MANAGER, extension.asked_at, {measure.owner, *extension.by})
        above = _leaders(company, Role.IT_DIRECTOR, extension.asked_at, {measure.owner, *extension.by})
        rungs = [(0, Role.IT_MANAGER.value, people), (later, Role.IT_DIRECTOR.value, above)]
        key = f"extension/{len(measure.extensions)}"
        yield _Question(key, "rectification_extension", extension.asked_at, extension.asked_at, rungs)


def _reminder(measure: Measure, business: Business, since: datetime, due: datetime) -> _Question:
    """The owner, some working days before the due day; not on the day on which he got the measure."""
    first = max(business.morning(due, -business.policy.measure_reminder.value), business.morning(since, 1))
    rungs = [(0, Role.MEASURE_OWNER.value, [measure.owner])]
    return _Question(f"due/{measure.round}", "rectification_due", since, first, rungs)


def _overdue(measure: Measure, company: Company, business: Business, since: datetime, due: datetime) -> _Question:
    """Owner and manager from the next working day on, then the director as well."""
    own = {measure.owner}
    later = business.policy.measure_overdue_director.value
    rungs = [
        (0, Role.MEASURE_OWNER.value, [measure.owner]),
        (0, Role.IT_MANAGER.value, _leaders(company, Role.IT_MANAGER, due, own)),
        (later, Role.IT_DIRECTOR.value, _leaders(company, Role.IT_DIRECTOR, due, own)),
    ]
    first = max(business.morning(due, 1), since)
    return _Question(f"overdue/{measure.round}", "rectification_overdue", due, first, rungs)


def _verification(measure: Measure, company: Company, business: Business) -> _Question:
    """The verifier, then the manager as well, who can name another."""
    since = measure.completions[-1].reported_at
    later = business.policy.measure_overdue_director.value
    verifier = [measure.verifier] if measure.verifier else []
    rungs = [
        (0, Role.MEASURE_VERIFIER.value, verifier),
        (later, Role.IT_MANAGER.value, _leaders(company, Role.IT_MANAGER, since, measure.doers)),
    ]
    return _Question(f"verification/{measure.round}", "rectification_verification", since, since, rungs)


def _leaders(company: Company, post: Role, at: datetime, own: set[str]) -> list[str]:
    """Return who leads: those who hold the post and are here, or their deputies; the director for the manager's own."""
    found = [person for person in company.on_call(post, at) if person not in own]
    if not found and post == Role.IT_MANAGER:
        return [person for person in company.on_call(Role.IT_DIRECTOR, at) if person not in own]
    return found


# ── what is told once ─────────────────────────────────────────────────────────

OPENED = "rectification_opened"
NEWS = "rectification_news"


def notes(measure: Measure, company: Company, entry: Entry) -> list[Note]:
    """Return who is told of an entry at once and without a question; nobody is told of his own act."""
    told = [
        note._replace(people=[person for person in dict.fromkeys(note.people) if person != entry.person])
        for note in _told(measure, company, entry.event)
    ]
    return [note for note in told if note.people]


def _told(measure: Measure, company: Company, event: Event) -> Iterator[Note]:
    owner, verifier = [measure.owner], [measure.verifier] if measure.verifier else []
    match event:
        case MeasureOpened():
            yield Note(owner, OPENED, {})
        case MeasureSentBack():
            yield _news(owner, "sent_back", event.reason)
        case MeasureVerified():
            yield _news(owner, "verified", event.text)
        case ExtensionGranted():
            yield _news(owner, "extension_granted", event.reason)
        case ExtensionRefused():
            yield _news(owner, "extension_refused", event.reason)
        case MeasureReassigned():
            yield Note(owner, OPENED, {"reason": brief(event.reason)})
        case MeasureCancelled():
            yield _news([*owner, *verifier], "cancelled", event.reason)
        case MeasurePassedOn():
            others = [*verifier, *company.holders(Role.IT_MANAGER)]
            yield Note(owner, OPENED, {})
            yield _news([person for person in others if person not in owner], "passed_on", person=event.left)


def _news(people: list[str], kind: str, reason: str | None = None, **more: str) -> Note:
    return Note(people, NEWS, {"news": kind, "reason": brief(reason or ""), **more})
