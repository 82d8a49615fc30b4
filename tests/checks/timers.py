"""I9: deadlines keep their value, nothing fires early, and late only by as long as nobody worked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.checks.evidence import GRACE, TICK, Evidence, Row, Violation, instant
from tests.checks.record import HANDLING, phases

LATE = timedelta(minutes=1)

# Which event a limit makes happen, and in which phases its time counts.
FIRES = {
    "short_time_limit_passed": ("short_time_limit", HANDLING),
    "procedure_asked_again": ("procedure_asked_again", {"department_handling"}),
    "dismissal_stood": ("dismissal_window", {"dismissed"}),
    "notice_overdue": ("notice_due", {"group_handling"}),
    "summary_overdue": ("summary_due", {"summary"}),
}
# These carry the instant at which they were due.
CARRY = {"step_overdue", "analysis_overdue"}
# Which field of which event sets a limit anew.
SETS = {
    ("activated", "operator_limit"): "operator_limit",
    ("activated", "short_time_limit"): "short_time_limit",
    ("dismissed", "window"): "dismissal_window",
    ("severity_changed", "short_time_limit"): "short_time_limit",
    ("procedure_decided", "asked_again"): "procedure_asked_again",
    ("group_formed", "notice_due"): "notice_due",
    ("notice_given", "next_due"): "notice_due",
    ("notice_overdue", "next_due"): "notice_due",
    ("recovery_verified", "summary_due"): "summary_due",
    ("summary_overdue", "next_reminder"): "summary_due",
}


def check(evidence: Evidence) -> Iterator[Violation]:
    """Check the limits of every incident and the arrivals of its responders."""
    for number in evidence.numbers():
        yield from _limits(evidence, number, evidence.entries(number))
        yield from _arrivals(evidence, number, evidence.entries(number))


def _limits(evidence: Evidence, number: str, entries: list[Row]) -> Iterator[Violation]:
    due: dict[str, datetime] = {}
    phase, since = "", datetime.min.replace(tzinfo=UTC)
    for entry, after, _ in phases(entries):
        kind, event, at = entry["kind"], entry["event"], instant(entry["recorded_at"])
        if entry["is_late"] != (at - instant(entry["occurred_at"]) > LATE):
            yield Violation("I9", number, f"entry {entry['seq']} is marked late wrongly")
        name, counting = FIRES.get(kind, (None, HANDLING))
        if kind == "unresolved_reported" and event["limit_passed"] and due.get("operator_limit"):
            name, counting = "operator_limit", {"operator_handling"}
        by_clock = entry["person"] is None
        if name and by_clock and name in due and not _is_with_another(name, due, kind):
            since_it_counts = due[name] if phase in counting and since <= due[name] else max(due[name], since)
            yield from _fired(evidence, number, entry, due[name], max(since_it_counts, *_holds(name, entries)))
        if kind in CARRY:
            own = instant(event["due"]["at"])
            yield from _fired(evidence, number, entry, own, max(own, since))
        for (setter, given), limit in SETS.items():
            if kind == setter and event.get(given):
                due[limit] = instant(event[given]["at"])
        if after != phase:
            phase, since = after, at


def _holds(name: str, entries: list[Row]) -> Iterator[datetime]:
    """An alarm that came again holds a dismissal until somebody answers it."""
    yield datetime.min.replace(tzinfo=UTC)
    answers = [entry for entry in entries if entry["kind"] == "acknowledged" and name == "dismissal_window"]
    yield from (instant(entry["recorded_at"]) for entry in answers if entry["event"]["question"].startswith("again/"))


def _is_with_another(name: str, due: dict[str, datetime], kind: str) -> bool:
    """A short-time limit that comes first sends the technicians along, before their own limit."""
    return kind == "unresolved_reported" and due.get("short_time_limit", due[name]) < due[name]


def _fired(evidence: Evidence, number: str, entry: Row, due: datetime, counts_from: datetime) -> Iterator[Violation]:
    kind, at = entry["kind"], instant(entry["recorded_at"])
    if instant(entry["occurred_at"]) != due:
        yield Violation("I9", number, f"{kind} says {entry['occurred_at']}, its limit was {due}")
    yield from in_time(evidence, number, kind, counts_from, at, is_early=at < due)


def in_time(
    evidence: Evidence, number: str, what: str, due: datetime, at: datetime, *, is_early: bool
) -> Iterator[Violation]:
    """Check that something neither came early nor later than absence explains."""
    if is_early:
        yield Violation("I9", number, f"{what} at {at}, before {due}")
    elif at - due > GRACE + TICK + evidence.absence(due, at):
        yield Violation("I9", number, f"{what} at {at}, {at - due} after {due}")


def _arrivals(evidence: Evidence, number: str, entries: list[Row]) -> Iterator[Violation]:
    due: dict[str, datetime] = {}
    for entry in entries:
        kind, event, at = entry["kind"], entry["event"], instant(entry["recorded_at"])
        if kind == "dispatched":
            due[event["responder"]] = instant(event["deadline"]["at"])
        elif kind == "arrival_overdue":
            deadline = due[event["responder"]]
            what = f"{kind} of {event['responder']}"
            yield from in_time(evidence, number, what, deadline, at, is_early=at < deadline)
        elif kind == "arrived":
            late = max((instant(entry["occurred_at"]) - due[event["responder"]]).total_seconds() / 60, 0)
            if abs(late - event["late_minutes"]) > 0.01:
                yield Violation(
                    "I9", number, f"{event['responder']} came {late:.2f} minutes late, not {event['late_minutes']}"
                )
