"""Which deadlines an incident met and which it missed, computed from its timeline alone."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from domain import events as ev
from domain.entry import Entry
from domain.incident import Incident
from domain.policy import Deadline, Limit
from domain.text import N_

E = TypeVar("E", bound=ev.Event)

JUDGEMENT = N_("Judgement: somebody is on it")
OPERATOR = N_("The operator's own steps")
ARRIVAL = N_("On the scene")
SHORT_TIME = N_("Solved in a short time")
REPORT_TO_DIRECTOR = N_("The manager's report to the director")
DIRECTOR = N_("The director's judgement, before his deputies are asked")
APPROVAL = N_("Decision on the response plan, before deputies are asked")
NOTICE = N_("Notice of the leading group")
REPORT = N_("Summary report")


class Kept(NamedTuple):
    """One deadline: what was due when, who was meant, and when it was done; None where it was not."""

    what: str
    due: datetime
    clause: str
    person: str | None = None
    number: int | None = None
    done_at: datetime | None = None
    is_provisional: bool = False

    def is_met(self, now: datetime) -> bool | None:
        """Tell whether it was met; None while it can still be."""
        if self.done_at is None:
            return None if now <= self.due else False
        return self.done_at <= self.due


_Apply = Callable[["Ledger", Entry, E], None]
_RULES: dict[type[ev.Event], Callable[..., None]] = {}


def _on(*kinds: type[E]) -> Callable[[_Apply[E]], _Apply[E]]:
    def register(rule: _Apply[E]) -> _Apply[E]:
        for kind in kinds:
            _RULES[kind] = rule
        return rule

    return register


class Ledger:
    """Every deadline in the order in which it was set; those that still run are found by a name."""

    def __init__(self, incident: Incident) -> None:
        """Begin with none."""
        self.policy = incident.policy
        self.rows: list[Kept | None] = []
        self._open: dict[str, int] = {}

    def set(self, name: str, row: Kept) -> None:
        """Let something fall due."""
        self._open[name] = len(self.rows)
        self.rows.append(row)

    def within(self, name: str, what: str, since: datetime, limit: Limit, **about: int) -> None:
        """Let something fall due a limit after an instant."""
        self.set(name, Kept(what, since + limit.duration, limit.clause, number=about.get("number")))

    def done(self, name: str, at: datetime) -> None:
        """Note when it was done; what is done stays done."""
        if (place := self._open.pop(name, None)) is not None and (row := self.rows[place]):
            self.rows[place] = row._replace(done_at=at)

    def move(self, name: str, deadline: Deadline) -> None:
        """Recompute a deadline that still runs."""
        if (place := self._open.get(name)) is not None and (row := self.rows[place]):
            self.rows[place] = row._replace(due=deadline.at, is_provisional=deadline.is_provisional)

    def missed(self, name: str) -> None:
        """Let it stand as not done."""
        self._open.pop(name, None)

    def void(self, name: str, at: datetime) -> None:
        """Take out what is not expected any more and was not due yet; what was due then stays missed."""
        if (place := self._open.pop(name, None)) is not None and (row := self.rows[place]) and at <= row.due:
            self.rows[place] = None

    def named(self, prefix: str) -> list[str]:
        """Return the names of what still runs."""
        return [name for name in self._open if name.startswith(prefix)]


def kept_deadlines(incident: Incident, entries: Iterable[Entry]) -> list[Kept]:
    """Return the deadlines of an incident in the order in which they fell due."""
    ledger = Ledger(incident)
    for entry in entries:
        if rule := _RULES.get(type(entry.event)):
            rule(ledger, entry, entry.event)
    return sorted((row for row in ledger.rows if row), key=lambda row: row.due)


# ── 5.2 ───────────────────────────────────────────────────────────────────────


@_on(ev.Reported, ev.Contested)
def _reported(ledger: Ledger, entry: Entry, _event: ev.Event) -> None:
    ledger.within("judgement", JUDGEMENT, entry.recorded_at, ledger.policy.acknowledgement_limit)


@_on(ev.Acknowledged)
def _acknowledged(ledger: Ledger, entry: Entry, event: ev.Acknowledged) -> None:
    if event.question.startswith("judgement/"):
        ledger.done("judgement", entry.occurred_at)


@_on(ev.Withdrawn)
def _withdrawn(ledger: Ledger, entry: Entry, _event: ev.Withdrawn) -> None:
    ledger.void("judgement", entry.occurred_at)


@_on(ev.Dismissed)
def _dismissed(ledger: Ledger, entry: Entry, _event: ev.Dismissed) -> None:
    ledger.done("judgement", entry.occurred_at)
    for name in ledger.named(""):
        ledger.void(name, entry.occurred_at)


@_on(ev.Activated)
def _activated(ledger: Ledger, entry: Entry, event: ev.Activated) -> None:
    ledger.done("judgement", entry.occurred_at)
    for name, what, limit in (
        ("operator", OPERATOR, event.operator_limit),
        ("short_time", SHORT_TIME, event.short_time_limit),
    ):
        ledger.set(name, Kept(what, limit.at, limit.clause, is_provisional=limit.is_provisional))


@_on(ev.UnresolvedReported)
def _unresolved(ledger: Ledger, entry: Entry, event: ev.UnresolvedReported) -> None:
    if event.limit_passed:
        ledger.missed("operator")
    else:
        ledger.done("operator", entry.occurred_at)


@_on(ev.SeverityChanged)
def _severity_changed(ledger: Ledger, _entry: Entry, event: ev.SeverityChanged) -> None:
    if event.short_time_limit:
        ledger.move("short_time", event.short_time_limit)


@_on(ev.ShortTimeLimitPassed)
def _short_time_passed(ledger: Ledger, entry: Entry, _event: ev.ShortTimeLimitPassed) -> None:
    ledger.missed("short_time")
    policy, since = ledger.policy, entry.recorded_at
    director_is_told = policy.acknowledgement_limit.model_copy(update={"clause": "5.2.6"})
    ledger.within("report_to_director", REPORT_TO_DIRECTOR, since, director_is_told)
    ledger.within("director", DIRECTOR, since, policy.director_deputies)


@_on(ev.ReportedToDirector)
def _reported_to_director(ledger: Ledger, entry: Entry, _event: ev.ReportedToDirector) -> None:
    ledger.done("report_to_director", entry.occurred_at)


@_on(ev.ProcedureDecided)
def _procedure_decided(ledger: Ledger, entry: Entry, _event: ev.ProcedureDecided) -> None:
    ledger.done("director", entry.occurred_at)


@_on(ev.ProcedureAskedAgain)
def _asked_again(ledger: Ledger, entry: Entry, _event: ev.ProcedureAskedAgain) -> None:
    ledger.within("director", DIRECTOR, entry.recorded_at, ledger.policy.director_deputies)


@_on(ev.PlanSubmitted)
def _plan_submitted(ledger: Ledger, entry: Entry, event: ev.PlanSubmitted) -> None:
    for name in ledger.named("plan/"):
        ledger.void(name, entry.recorded_at)
    limit, version = ledger.policy.approval_deputies, event.plan_version
    ledger.within(f"plan/{version}", APPROVAL, entry.recorded_at, limit, number=version)


@_on(ev.PlanDecided)
def _plan_decided(ledger: Ledger, entry: Entry, event: ev.PlanDecided) -> None:
    ledger.done(f"plan/{event.plan_version}", entry.occurred_at)


@_on(ev.Dispatched)
def _dispatched(ledger: Ledger, _entry: Entry, event: ev.Dispatched) -> None:
    due = event.deadline
    row = Kept(ARRIVAL, due.at, due.clause, person=event.responder, is_provisional=due.is_provisional)
    ledger.set(f"arrival/{event.responder}", row)


@_on(ev.Arrived)
def _arrived(ledger: Ledger, entry: Entry, event: ev.Arrived) -> None:
    if event.counts_as_arrival:
        ledger.done(f"arrival/{event.responder}", entry.occurred_at)


@_on(ev.StoodDown)
def _stood_down(ledger: Ledger, entry: Entry, event: ev.StoodDown) -> None:
    ledger.void(f"arrival/{event.responder}", entry.occurred_at)


@_on(ev.PersonLeft)
def _person_left(ledger: Ledger, entry: Entry, event: ev.PersonLeft) -> None:
    ledger.void(f"arrival/{event.left}", entry.occurred_at)


# ── 5.3 and 6 ─────────────────────────────────────────────────────────────────


@_on(ev.GroupFormed)
def _group_formed(ledger: Ledger, _entry: Entry, event: ev.GroupFormed) -> None:
    ledger.set("notice", Kept(NOTICE, event.notice_due.at, event.notice_due.clause))


@_on(ev.NoticeGiven)
def _notice_given(ledger: Ledger, entry: Entry, event: ev.NoticeGiven) -> None:
    ledger.done("notice", entry.occurred_at)
    ledger.set("notice", Kept(NOTICE, event.next_due.at, event.next_due.clause))


@_on(ev.NoticeOverdue)
def _notice_overdue(ledger: Ledger, _entry: Entry, event: ev.NoticeOverdue) -> None:
    ledger.missed("notice")
    ledger.set("notice", Kept(NOTICE, event.next_due.at, event.next_due.clause))


@_on(ev.ResolvedReported)
def _resolved(ledger: Ledger, entry: Entry, event: ev.ResolvedReported) -> None:
    ledger.done("operator", entry.occurred_at)
    if event.in_short_time:
        ledger.done("short_time", entry.occurred_at)


@_on(ev.RecoveryFailed)
def _recovery_failed(ledger: Ledger, _entry: Entry, _event: ev.RecoveryFailed) -> None:
    """What was reported as solved was not: the short time runs on, and is not met by that word (R24)."""
    for place, row in enumerate(ledger.rows):
        if row and row.what == SHORT_TIME and row.done_at:
            ledger.rows[place] = None
            ledger.set("short_time", row._replace(done_at=None))
            break


@_on(ev.RecoveryVerified)
def _recovery_verified(ledger: Ledger, entry: Entry, event: ev.RecoveryVerified) -> None:
    for name in ledger.named(""):
        ledger.void(name, entry.occurred_at)
    due = event.summary_due
    ledger.set("report", Kept(REPORT, due.at, due.clause, is_provisional=due.is_provisional))


@_on(ev.SummarySubmitted)
def _summary_submitted(ledger: Ledger, entry: Entry, _event: ev.SummarySubmitted) -> None:
    ledger.done("report", entry.occurred_at)
