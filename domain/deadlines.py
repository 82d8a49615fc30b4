"""Which deadlines an incident met and which it missed, computed from its timeline alone."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from domain import events as ev
from domain.entry import Entry
from domain.incident import Incident
from domain.policy import Deadline, Limit
from domain.statutory import FIRST
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
PRELIMINARY = N_("Preliminary report")
STATUTORY = N_("Report “{report}” to “{regulator}”")
# Of these nobody expects anything any more once it is reported as solved.
_OF_HANDLING = ("operator", "short_time", "report_to_director", "director", "arrival/", "notice")


class Kept(NamedTuple):
    """One deadline: what was due when, who was meant, and when it was done; None where it was not.

    ``report`` names the regulator and the report where the law wants one.
    """

    what: str
    due: datetime
    clause: str
    person: str | None = None
    number: int | None = None
    report: tuple[str, str] | None = None
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
        self.activated_at: datetime | None = None
        self.director_told_at: datetime | None = None
        self.is_director_asked = False
        self.resolved_at: datetime | None = None
        self.is_verified = False
        self.covered_by: str | None = None
        self._open: dict[str, int] = {}
        self._claimed: dict[str, int] = {}

    def set(self, name: str, what: str, due: Deadline, **about: Any) -> None:
        """Let something fall due; what was missed and falls due again at the same instant is told once."""
        row = Kept(what, due.at, due.clause, is_provisional=due.is_provisional, **about)
        if row in self.rows:
            self.rows[self.rows.index(row)] = None
        self._open[name] = len(self.rows)
        self._claimed.pop(name, None)
        self.rows.append(row)

    def within(self, name: str, what: str, since: datetime, limit: Limit, **about: Any) -> None:
        """Let something fall due a limit after an instant."""
        self.set(name, what, Deadline(at=since + limit.duration, clause=limit.clause), **about)

    def done(self, name: str, at: datetime) -> None:
        """Note when it was done; what is done stays done."""
        if (place := self._open.pop(name, None)) is not None and (row := self.rows[place]):
            self.rows[place] = row._replace(done_at=at)

    def claimed(self, name: str, at: datetime) -> None:
        """Note when it was done by somebody's word, which may turn out not to hold."""
        if (place := self._open.get(name)) is not None:
            self._claimed[name] = place
        self.done(name, at)

    def anew(self, name: str) -> None:
        """Take back that it was done: it runs on with the deadline that it had."""
        if (place := self._claimed.pop(name, None)) is not None and (row := self.rows[place]):
            self.rows[place] = row._replace(done_at=None)
            self._open[name] = place

    def move(self, name: str, deadline: Deadline) -> None:
        """Recompute a deadline that still runs."""
        if (place := self._open.get(name)) is not None and (row := self.rows[place]):
            self.rows[place] = row._replace(due=deadline.at, is_provisional=deadline.is_provisional)

    def passed(self, name: str, at: datetime) -> None:
        """Let it stand as not done; what ended before it was due, since another limit passed, was not missed."""
        if (place := self._open.pop(name, None)) is not None and (row := self.rows[place]) and at < row.due:
            self.rows[place] = None

    def void(self, name: str, at: datetime) -> None:
        """Take out what is not expected any more and was not due yet; what was due then stays missed."""
        if (place := self._open.pop(name, None)) is not None and (row := self.rows[place]) and at <= row.due:
            self.rows[place] = None

    def void_all(self, at: datetime, *prefixes: str) -> None:
        """Take out all of some kinds."""
        for name in self.named(*prefixes):
            self.void(name, at)

    def named(self, *prefixes: str) -> list[str]:
        """Return the names of what still runs."""
        return [name for name in self._open if name.startswith(prefixes)]


def kept_deadlines(incident: Incident, entries: Iterable[Entry]) -> list[Kept]:
    """Return the deadlines of an incident in the order in which they fell due."""
    ledger = Ledger(incident)
    for entry in entries:
        if rule := _RULES.get(type(entry.event)):
            rule(ledger, entry, entry.event)
    _end_handling(ledger)
    return sorted((row for row in ledger.rows if row), key=lambda row: row.due)


def _end_handling(ledger: Ledger) -> None:
    """Nobody is expected on the scene, and no limit of the handling counts, since it was reported as solved."""
    if ledger.resolved_at:
        ledger.void_all(ledger.resolved_at, *_OF_HANDLING)


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
    ledger.void_all(entry.occurred_at, "")


@_on(ev.Activated)
def _activated(ledger: Ledger, entry: Entry, event: ev.Activated) -> None:
    ledger.done("judgement", entry.occurred_at)
    ledger.activated_at, ledger.director_told_at = entry.occurred_at, None
    ledger.set("operator", OPERATOR, event.operator_limit)
    ledger.set("short_time", SHORT_TIME, event.short_time_limit)
    _expect_a_solution(ledger, event.short_time_limit)


def _expect_a_solution(ledger: Ledger, limit: Deadline) -> None:
    """A limit of 0 gives nobody the time to miss it: the director is called at once (5.2.6)."""
    if ledger.activated_at and limit.at <= ledger.activated_at:
        ledger.void("short_time", limit.at)
    ledger.move("short_time", limit)


@_on(ev.UnresolvedReported)
def _unresolved(ledger: Ledger, entry: Entry, event: ev.UnresolvedReported) -> None:
    if event.limit_passed:
        ledger.passed("operator", entry.occurred_at)
    else:
        ledger.done("operator", entry.occurred_at)


@_on(ev.SeverityChanged)
def _severity_changed(ledger: Ledger, _entry: Entry, event: ev.SeverityChanged) -> None:
    if event.short_time_limit:
        _expect_a_solution(ledger, event.short_time_limit)


@_on(ev.ShortTimeLimitPassed)
def _short_time_passed(ledger: Ledger, entry: Entry, _event: ev.ShortTimeLimitPassed) -> None:
    ledger.passed("short_time", entry.occurred_at)
    policy, since = ledger.policy, entry.recorded_at
    director_is_told = policy.acknowledgement_limit.model_copy(update={"clause": "5.2.6"})
    ledger.within("report_to_director", REPORT_TO_DIRECTOR, since, director_is_told)
    if ledger.director_told_at:  # he makes one report, which may come before the limit
        ledger.done("report_to_director", ledger.director_told_at)
    ledger.within("director", DIRECTOR, since, policy.director_deputies)


@_on(ev.ReportedToDirector)
def _reported_to_director(ledger: Ledger, entry: Entry, _event: ev.ReportedToDirector) -> None:
    ledger.director_told_at = entry.occurred_at
    ledger.done("report_to_director", entry.occurred_at)


@_on(ev.ProcedureDecided)
def _procedure_decided(ledger: Ledger, entry: Entry, _event: ev.ProcedureDecided) -> None:
    ledger.done("director", entry.occurred_at)


@_on(ev.ProcedureAskedAgain)
def _asked_again(ledger: Ledger, entry: Entry, _event: ev.ProcedureAskedAgain) -> None:
    ledger.within("director", DIRECTOR, entry.recorded_at, ledger.policy.director_deputies)


@_on(ev.PlanSubmitted)
def _plan_submitted(ledger: Ledger, entry: Entry, event: ev.PlanSubmitted) -> None:
    ledger.void_all(entry.recorded_at, "plan/")
    limit, version = ledger.policy.approval_deputies, event.plan_version
    ledger.within(f"plan/{version}", APPROVAL, entry.recorded_at, limit, number=version)


@_on(ev.PlanDecided)
def _plan_decided(ledger: Ledger, entry: Entry, event: ev.PlanDecided) -> None:
    ledger.done(f"plan/{event.plan_version}", entry.occurred_at)


@_on(ev.Dispatched)
def _dispatched(ledger: Ledger, _entry: Entry, event: ev.Dispatched) -> None:
    ledger.set(f"arrival/{event.responder}", ARRIVAL, event.deadline, person=event.responder)


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
    ledger.set("notice", NOTICE, event.notice_due)


@_on(ev.NoticeGiven)
def _notice_given(ledger: Ledger, entry: Entry, event: ev.NoticeGiven) -> None:
    """The notice of the end is followed by none (5.3.1)."""
    ledger.done("notice", entry.occurred_at)
    if not ledger.is_verified:
        ledger.set("notice", NOTICE, event.next_due)


@_on(ev.NoticeOverdue)
def _notice_overdue(ledger: Ledger, entry: Entry, event: ev.NoticeOverdue) -> None:
    ledger.passed("notice", entry.occurred_at)
    ledger.set("notice", NOTICE, event.next_due)


@_on(ev.ResolvedReported)
def _resolved(ledger: Ledger, entry: Entry, event: ev.ResolvedReported) -> None:
    ledger.resolved_at = entry.occurred_at
    ledger.claimed("operator", entry.occurred_at)
    if event.in_short_time:
        ledger.claimed("short_time", entry.occurred_at)


@_on(ev.RecoveryFailed)
def _recovery_failed(ledger: Ledger, _entry: Entry, _event: ev.RecoveryFailed) -> None:
    _run_on(ledger)


def _run_on(ledger: Ledger) -> None:
    """What was reported as solved was not: its limits run on, and are not met by that word (R24)."""
    ledger.resolved_at = None
    ledger.anew("operator")
    ledger.anew("short_time")


@_on(ev.RecoveryVerified)
def _recovery_verified(ledger: Ledger, entry: Entry, event: ev.RecoveryVerified) -> None:
    ledger.is_verified = True
    ledger.is_director_asked = "director" in ledger.named("director")
    _end_handling(ledger)
    ledger.void_all(entry.occurred_at, "plan/")
    ledger.set("report", REPORT, event.summary_due)
    if event.preliminary_due and not ledger.named("preliminary"):  # its clock runs on through a reopening
        ledger.set("preliminary", PRELIMINARY, event.preliminary_due)


@_on(ev.Reopened)
def _reopened(ledger: Ledger, entry: Entry, event: ev.Reopened) -> None:
    """It goes on as if it had never been solved: what the recovery made due is not, the director is asked anew."""
    _run_on(ledger)
    ledger.is_verified, ledger.covered_by = False, None
    ledger.void("report", entry.occurred_at)
    ledger.void_all(entry.occurred_at, "statutory/recovery/")
    if event.notice_due:
        ledger.set("notice", NOTICE, event.notice_due)
    if ledger.is_director_asked:
        ledger.within("director", DIRECTOR, entry.recorded_at, ledger.policy.director_deputies)


@_on(ev.PreliminarySubmitted)
def _preliminary_submitted(ledger: Ledger, entry: Entry, _event: ev.PreliminarySubmitted) -> None:
    ledger.done("preliminary", entry.occurred_at)


@_on(ev.SummarySubmitted)
def _summary_submitted(ledger: Ledger, entry: Entry, event: ev.SummarySubmitted) -> None:
    ledger.covered_by = event.covered_by
    ledger.claimed("report", entry.occurred_at)
    ledger.done("preliminary", entry.occurred_at)  # the whole report says it


@_on(ev.SummaryReceived)
def _summary_received(ledger: Ledger, _entry: Entry, event: ev.SummaryReceived) -> None:
    """The clock of a returned report is not reset (R25)."""
    if not event.accept:
        ledger.anew("report")


@_on(ev.LinkRefused)
def _link_refused(ledger: Ledger, _entry: Entry, event: ev.LinkRefused) -> None:
    _stand_alone(ledger, event.parent)


@_on(ev.Unlinked)
def _unlinked(ledger: Ledger, _entry: Entry, event: ev.Unlinked) -> None:
    _stand_alone(ledger, event.parent)


def _stand_alone(ledger: Ledger, parent: str) -> None:
    """A report that leans on another incident's falls with the link (6.2)."""
    if ledger.covered_by == parent:
        ledger.anew("report")


@_on(ev.Closed)
def _closed(ledger: Ledger, entry: Entry, _event: ev.Closed) -> None:
    """Nothing is expected of anybody after the close."""
    ledger.void_all(entry.occurred_at, "")


# ── 8 ─────────────────────────────────────────────────────────────────────────


def _statutory(regulator: str, report: str = "") -> list[str]:
    return [f"statutory/{starts}/{regulator}/{report}" for starts in ("discovery", "recovery")]


@_on(ev.StatutoryDue)
def _statutory_due(ledger: Ledger, _entry: Entry, event: ev.StatutoryDue) -> None:
    if event.due:
        name = f"statutory/{event.starts}/{event.regulator}/{event.report}"
        ledger.set(name, STATUTORY, event.due, report=(event.regulator, event.report))


@_on(ev.StatutoryFiled)
def _statutory_filed(ledger: Ledger, entry: Entry, event: ev.StatutoryFiled) -> None:
    """Heads 1 and 2 of a first report may go before the others and keep its deadline; a later report goes whole (8)."""
    if event.is_complete or event.report == FIRST:
        for name in _statutory(event.regulator, event.report):
            ledger.done(name, entry.occurred_at)


@_on(ev.StatutoryDropped)
def _statutory_dropped(ledger: Ledger, entry: Entry, event: ev.StatutoryDropped) -> None:
    ledger.void_all(entry.occurred_at, *_statutory(event.regulator))


@_on(ev.StatutoryWaived)
def _statutory_waived(ledger: Ledger, entry: Entry, event: ev.StatutoryWaived) -> None:
    ledger.void_all(entry.occurred_at, *_statutory(event.regulator))
