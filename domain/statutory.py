"""What the law asks for beside the policy: which regulators are told, by when, and what was filed (8)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil

from domain import acts
from domain import events as ev
from domain.calendar import working_days_deadline
from domain.company import Runbook
from domain.decide import Case, decides
from domain.errors import AlreadyDecided, Conflict, Incomplete, Unacceptable, Unknown
from domain.incident import Incident, StatutoryReport
from domain.policy import Deadline, Regulator, Severity, StatutoryClock
from domain.statutory_forms import drafted, heads_of
from domain.text import N_

CLAUSE = "8"
FIRST = "first"
AT_ONCE = {1, 2}  # these heads of a first report may go before the others
_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


# ── which reports are due, and by when ────────────────────────────────────────


def applying(incident: Incident, severity: Severity, kind: str | None) -> list[Regulator]:
    """Return the regulators who want to be told of an incident of this severity; of a drill nobody is told.

    What is not known of an incident, such as its category, is taken at its worst.
    """
    if incident.is_drill:
        return []
    return [
        item
        for item in incident.policy.regulators
        if not item.severity_at_least.is_worse_than(severity)
        if not item.systems or incident.system in item.systems
        if not item.categories or incident.category is None or incident.category in item.categories
        if not item.kinds or kind is None or kind in item.kinds
        if item.id not in incident.statutory_waived
    ]


def due_at_activation(
    incident: Incident, severity: Severity, book: Runbook | None, now: datetime
) -> Iterator[ev.StatutoryDue]:
    """Return what becomes due when it is judged an emergency, or is judged worse than before."""
    for regulator in applying(incident, severity, book.kind if book else None):
        if not any(item.regulator == regulator.id and item.heads for item in incident.statutory):
            yield from _reports_of(incident, regulator, now)


def _reports_of(incident: Incident, regulator: Regulator, now: datetime) -> Iterator[ev.StatutoryDue]:
    clocks = {FIRST: regulator.first} | {item.id: item.clock for item in regulator.follow_ups}
    for report, clock in clocks.items():
        since = incident.discovered_at if clock.starts == "discovery" else incident.verified_at
        yield _due(incident, regulator.id, report, clock, since or (now if clock.starts == "discovery" else None))


def _due(
    incident: Incident, regulator: str, report: str, clock: StatutoryClock, since: datetime | None
) -> ev.StatutoryDue:
    due = _deadline(incident, clock, since) if since else None
    remind_at = since + incident.policy.statutory_reminder.of(due.at - since) if since and due else None
    return ev.StatutoryDue(regulator=regulator, report=report, starts=clock.starts, due=due, remind_at=remind_at)


def _deadline(incident: Incident, clock: StatutoryClock, since: datetime) -> Deadline:
    if clock.unit == "working_days":
        return working_days_deadline(incident.calendar, since, ceil(clock.value), CLAUSE)
    return Deadline(at=since + clock.value * _UNITS[clock.unit], clause=CLAUSE)


def recomputed(incident: Incident, severity: Severity, now: datetime) -> Iterator[ev.Event]:
    """Return what a changed severity changes: more is due, or what nobody was told of yet is dropped."""
    book = incident.pinned_runbook
    wanted = {item.id for item in applying(incident, severity, book.kind if book else None)}
    known = {item.regulator for item in incident.statutory}
    told = {item.regulator for item in incident.statutory if item.heads}
    for event in due_at_activation(incident, severity, book, now):
        if event.regulator not in known:
            yield event
    for regulator in dict.fromkeys(item.regulator for item in incident.statutory):
        if regulator not in wanted | told:
            yield ev.StatutoryDropped(regulator=regulator)


def started_by_recovery(incident: Incident, verified_at: datetime) -> Iterator[ev.StatutoryDue]:
    """Return the reports whose clock a verified recovery starts, from when it was verified."""
    for item in incident.statutory:
        clock = clock_of(incident, item)
        if item.starts == "recovery" and not item.is_complete and clock:
            yield _due(incident, item.regulator, item.report, clock, verified_at)


def clock_of(incident: Incident, item: StatutoryReport) -> StatutoryClock | None:
    """Return the clock of a report, as the pinned policy has it."""
    regulator = incident.policy.regulator(item.regulator)
    if regulator is None:
        return None
    later = {follow_up.id: follow_up.clock for follow_up in regulator.follow_ups}
    return regulator.first if item.report == FIRST else later.get(item.report)


# ── reminders ─────────────────────────────────────────────────────────────────


def ringing(incident: Incident) -> Iterator[tuple[StatutoryReport, Deadline]]:
    """Return the reports of which somebody is reminded, and when next."""
    for item in incident.statutory:
        if item.due and item.rings_at and not item.is_complete:
            yield item, item.due.model_copy(update={"at": item.rings_at})


def rung(incident: Incident, item: StatutoryReport, now: datetime) -> Iterator[ev.Event]:
    """Return the reminder that is due: one before the deadline, then again and again after it."""
    if item.due is None:
        return
    if not item.is_reminded and now < item.due.at:
        yield ev.StatutoryReminded(regulator=item.regulator, report=item.report, due=item.due)
        return
    repeat = incident.policy.statutory_repeat
    again = Deadline(at=now + repeat.duration, clause=repeat.clause)
    yield ev.StatutoryOverdue(regulator=item.regulator, report=item.report, due=item.due, next_reminder=again)


# ── what is filed ─────────────────────────────────────────────────────────────


def _owed(incident: Incident, regulator: str, report: str) -> StatutoryReport:
    item = incident.statutory_report(regulator, report)
    if item is None:
        raise Unknown(
            N_("No report “{report}” to “{regulator}” is due for this incident."),
            clause=CLAUSE,
            field="regulator" if incident.statutory_report(regulator, FIRST) is None else "report",
            report=report,
            regulator=regulator,
        )
    return item


@decides(acts.FileStatutoryReport)
def file_statutory_report(case: Case[acts.FileStatutoryReport]) -> Sequence[ev.Event]:
    """Record what was sent to a regulator; heads 1 and 2 of a first report may go before the others."""
    incident, act = case.incident, case.act
    item = _owed(incident, act.regulator, act.report)
    if item.is_complete:
        raise AlreadyDecided(N_("This report is filed completely already."), clause=CLAUSE, field="report")
    _must_come_after(case, item)
    heads = _heads(incident, act, item)
    texts = {section.head: section.text for section in act.sections}
    drafts = drafted(incident, act.regulator, act.report, act.language)
    told = [acts.StatutorySection(head=head, text=texts.get(head) or drafts[head]) for head in heads]
    is_complete = {*item.heads, *heads} == set(drafts)
    first_filed = item.filed_at is None
    late = (case.at - item.due.at).total_seconds() / 60 if item.due and first_filed else 0
    return [
        ev.StatutoryFiled(
            regulator=act.regulator,
            report=act.report,
            sections=told,
            sent_to=act.sent_to,
            reference=act.reference,
            text=act.text,
            is_complete=is_complete,
            late_minutes=max(ceil(late * 100) / 100, 0),
        )
    ]


def _must_come_after(case: Case[acts.FileStatutoryReport], item: StatutoryReport) -> None:
    first = case.incident.statutory_report(item.regulator, FIRST)
    if item.report != FIRST and (first is None or not first.heads):
        raise Incomplete(N_("The first report comes before the later ones."), clause=CLAUSE, field="report")
    if item.due is None:
        raise Incomplete(
            N_("This report tells of the whole incident: it comes after the recovery."), clause=CLAUSE, field="report"
        )


def _heads(incident: Incident, act: acts.FileStatutoryReport, item: StatutoryReport) -> list[int]:
    """Return the heads that were sent: those that are named or written, or all that are missing."""
    known = heads_of(incident, act.regulator, act.report)
    wanted = sorted({*act.heads, *(section.head for section in act.sections)}) or [
        head for head in known if head not in item.heads
    ]
    if unknown := [head for head in wanted if head not in known]:
        raise Unknown(N_("The report has no head {head}."), clause=CLAUSE, field="heads", head=unknown[0])
    if again := [head for head in wanted if head in item.heads]:
        raise AlreadyDecided(N_("Head {head} is filed already."), clause=CLAUSE, field="heads", head=again[0])
    if not item.heads and act.report == FIRST and not set(wanted) >= AT_ONCE:
        raise Unacceptable(N_("Heads 1 and 2 go first."), clause=CLAUSE, field="heads")
    return wanted


@decides(acts.WaiveStatutoryReport)
def waive_statutory_report(case: Case[acts.WaiveStatutoryReport]) -> Sequence[ev.Event]:
    """Find with a reason that a regulator need not be told."""
    incident, regulator = case.incident, case.act.regulator
    if regulator in incident.statutory_waived:
        raise AlreadyDecided(
            N_("It was decided already that this regulator need not be told."), clause=CLAUSE, field="regulator"
        )
    if not any(item.regulator == regulator for item in incident.statutory):
        _owed(incident, regulator, FIRST)
    if all(item.is_complete for item in incident.statutory if item.regulator == regulator):
        raise Conflict(N_("Everything was filed with this regulator already."), clause=CLAUSE, field="regulator")
    return [ev.StatutoryWaived(regulator=regulator, reason=case.act.reason)]


# ── at the close ──────────────────────────────────────────────────────────────


def _unfiled(incident: Incident, *, is_confirmed: bool) -> list[str]:
    regulators = {item.id for item in incident.policy.regulators if bool(item.confirmed_by) is is_confirmed}
    return [item.key for item in incident.statutory if item.regulator in regulators and not item.is_complete]


def missing_for_closing(incident: Incident) -> list[str]:
    """Return the reports that the law certainly asks for: nobody would be reminded of them after the close."""
    return _unfiled(incident, is_confirmed=True)


def left_open(incident: Incident) -> list[str]:
    """Return the reports of entries that nobody has confirmed yet: they hold nothing up."""
    return _unfiled(incident, is_confirmed=False)
