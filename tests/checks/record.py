"""I1, I4 to I8, I10, I13: read from the timeline alone, by a reading of its own."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import rfc8785
from pydantic import TypeAdapter

from domain.events import AnyEvent
from tests.checks.evidence import Evidence, Row, Violation, arguments, attributes, instant, kind_of

GENESIS = "0" * 64
HANDLING = {"operator_handling", "on_site_handling", "director_decision", "department_handling", "group_handling"}
JUDGING = {"reported", "judging"}
_FIELDS = ("incident", "seq", "version", "clause")
_OPTIONAL = ("person", "on_behalf_of", "command_id")
_SILENT_KINDS = {  # they change no decision, so the version stays
    "report_repeated",
    "alert_resolved",
    "measures_opened",
    "paged",
    "acknowledged",
    "arrival_at_risk",
    "step_overdue",
    "notice_due",
    "analysis_overdue",
    "gap_found",
    "recorded",
    "refused",
    "statutory_reminded",
}
CARRIED_OUT = {"step_recorded", "step_run_confirmed", "plan_step_recorded", "measure_carried_out"}

# Event, from which phases, to which phase; None stays, "back" returns to where it was handled.
STEPS: dict[str, tuple[set[str], str | None]] = {
    "withdrawn": (JUDGING, "withdrawn"),
    "activated": (JUDGING | {"dismissed"}, "operator_handling"),
    "dismissed": (JUDGING | HANDLING, "dismissed"),
    "contested": ({"dismissed"}, "judging"),
    "dismissal_stood": ({"dismissed"}, None),
    "short_time_limit_passed": ({"operator_handling", "on_site_handling", "director_decision"}, "director_decision"),
    "procedure_asked_again": ({"department_handling"}, "director_decision"),
    "resolved_reported": (HANDLING, "recovery"),
    "recovery_failed": ({"recovery"}, "back"),
    "recovery_verified": ({"recovery"}, "summary"),
    "reopened": ({"summary"}, "back"),
    "closed": ({"summary"}, "closed"),
}
ENDS = {"withdrawn", "dismissal_stood", "closed"}

# What is decided once: the kind and the fields that say which question it answers.
DECISIONS: dict[str, tuple[str, ...]] = {
    "withdrawn": (),
    "contested": (),
    "dismissal_stood": (),
    "plan_decided": ("plan_version",),
    "plan_settled": ("plan_version",),
    "group_formed": (),
    "recovery_verified": ("round",),
    "recovery_failed": ("round",),
    "summary_received": ("summary_version", "by"),
    "information_acknowledged": ("information",),
    "recovery_checked": ("round", "item"),
    "closed": (),
}


def check(evidence: Evidence) -> Iterator[Violation]:
    """Check every timeline."""
    for number in evidence.numbers():
        entries = evidence.entries(number)
        yield from _acknowledged_acts(evidence, number, entries)
        yield from _chain(evidence, number, entries)
        yield from _phases(evidence, number, entries)
        yield from _decisions(number, entries)
        yield from _own_work(number, entries)
        yield from _command(number, entries)
        yield from _closing(number, entries)
    yield from _trail(evidence)


# ── I1, I7 ────────────────────────────────────────────────────────────────────


def _acknowledged_acts(evidence: Evidence, number: str, entries: list[Row]) -> Iterator[Violation]:
    for operation in (item for item in evidence.operations if item["number"] == number):
        made = [entry for entry in entries if entry["command_id"] == operation["command_id"]]
        who = f"{operation['act']} by {operation['person']}"
        if operation["outcome"] == "accepted":
            if not made:
                yield Violation("I1", number, f"{who} was acknowledged and is not recorded")
            elif operation["act"] == "open":
                yield from _discovery(number, operation, made[0])
            elif operation.get("seq") not in (None, made[-1]["seq"]):
                yield Violation("I1", number, f"{who}: the receipt says {operation['seq']}, not {made[-1]['seq']}")
            if len({entry["recorded_at"] for entry in made}) > 1:
                yield Violation("I7", number, f"{who} was carried out twice")
        elif operation["outcome"] == "refused" and [entry for entry in made if entry["kind"] != "refused"]:
            yield Violation("I7", number, f"{who} was refused and changed something")


def _discovery(number: str, operation: Row, entry: Row) -> Iterator[Violation]:
    told, kept = operation.get("discovered_at"), entry["event"].get("discovered_at")
    if entry["seq"] != 1 or (told and instant(told) != instant(kept)):
        yield Violation("I1", number, f"reported as discovered at {told}, recorded as {kept}")


# ── I6 ────────────────────────────────────────────────────────────────────────

_EVENT: TypeAdapter[Any] = TypeAdapter(AnyEvent)


def digest(entry: Row) -> str:
    """Hash an entry by the rule of the record: canonical JSON of all that is not default, without the hash."""
    event = _EVENT.validate_python(entry["event"]).model_dump(mode="json", exclude_defaults=True)
    body = {name: entry[name] for name in _FIELDS} | {"event": event | {"kind": entry["kind"]}}
    body |= {name: entry[name] for name in _OPTIONAL if entry[name] is not None}
    body |= {name: _stamp(entry[name]) for name in ("occurred_at", "recorded_at")}
    if entry["role"] != "system":
        body["role"] = entry["role"]
    if entry["is_late"]:
        body["is_late"] = True
    if entry["prev_hash"] != GENESIS:
        body["prev_hash"] = entry["prev_hash"]
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def _stamp(value: Any) -> str:
    at = instant(value)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if at.microsecond else "%Y-%m-%dT%H:%M:%SZ")


def _chain(evidence: Evidence, number: str, entries: list[Row]) -> Iterator[Violation]:
    before = GENESIS
    for place, entry in enumerate(entries, 1):
        if entry["seq"] != place:
            yield Violation("I6", number, f"entry {place} is missing")
            return
        if entry["prev_hash"] != before or entry["hash"] != digest(entry):
            yield Violation("I6", number, f"entry {place} was changed")
        before = entry["hash"]
    row = evidence.row(number)
    heads = {(row["seq"], row["head_hash"])} if row else set()
    heads |= {(end["seq"], end["head_hash"]) for end in _outcomes(evidence, number)}
    for seq, head in heads:
        if seq > len(entries) or (seq and entries[seq - 1]["hash"] != head):
            yield Violation("I6", number, f"the timeline does not lead to its head {seq}")


def _outcomes(evidence: Evidence, number: str) -> Iterator[Row]:
    """Return how the workflow itself ended: kept by Temporal, so outside our database."""
    for run in evidence.histories.get(f"incident:{number}", []):
        if kind_of(run[-1]) == "WORKFLOW_EXECUTION_COMPLETED":
            yield arguments(attributes(run[-1]), "result")[0]


def _trail(evidence: Evidence) -> Iterator[Violation]:
    rows = sorted(evidence.tables["refusals"], key=lambda row: row["id"])
    before = GENESIS
    for place, row in enumerate(rows, 1):
        if row["id"] != place or row["prev_hash"] != before:
            yield Violation("I6", "audit", f"link {place} is missing")
            return
        before = row["hash"]
    head = next((row for row in evidence.tables["heads"] if row["chain"] == "refusals"), {"seq": 0, "hash": GENESIS})
    if (head["seq"], head["hash"]) != (len(rows), before):
        yield Violation("I6", "audit", f"the trail does not lead to its head {head['seq']}")


# ── I4 ────────────────────────────────────────────────────────────────────────


def phases(entries: list[Row]) -> Iterator[tuple[Row, str, str | None]]:
    """Read the phase after each entry, and what is wrong with the step, if anything."""
    phase, handled, is_over = "", "operator_handling", False
    for entry in entries:
        kind, event, fault = entry["kind"], entry["event"], None
        follows = _follows(kind, event, phase, handled)
        if is_over and kind not in _SILENT_KINDS:
            fault = f"{kind} after the end"
        elif follows is None:
            fault = f"{kind} in phase {phase or 'none'}"
        else:
            phase = follows
        handled = phase if phase in HANDLING else handled
        is_over = is_over or kind in ENDS
        yield entry, phase, fault


def _follows(kind: str, event: Row, phase: str, handled: str) -> str | None:
    if kind == "reported":
        return None if phase else "reported"
    if kind == "paged":
        is_first = phase == "reported" and event["people"] and event["question"].startswith("judgement/")
        return "judging" if is_first else phase
    if kind == "unresolved_reported":
        return "on_site_handling" if phase == "operator_handling" else phase
    if kind == "procedure_decided":
        allowed = {"director_decision", "department_handling"}
        return ("group_handling" if event["start"] else "department_handling") if phase in allowed else None
    allowed, follows = STEPS.get(kind, ({phase}, None))
    if phase not in allowed:
        return None
    return handled if follows == "back" else follows or phase


def _phases(evidence: Evidence, number: str, entries: list[Row]) -> Iterator[Violation]:
    version, phase = 0, ""
    for entry, after, fault in phases(entries):
        phase = after
        if fault:
            yield Violation("I4", number, f"entry {entry['seq']}: {fault}")
        version += entry["kind"] not in _SILENT_KINDS
        if entry["version"] != version:
            yield Violation("I4", number, f"entry {entry['seq']} has version {entry['version']}, not {version}")
    row = evidence.row(number)
    if row and row["seq"] == len(entries) and (row["phase"], row["version"]) != (phase, version):
        yield Violation("I4", number, f"the row says {row['phase']}, the timeline {phase}")


# ── I5, I8, I10, I13 ──────────────────────────────────────────────────────────


def _decisions(number: str, entries: list[Row]) -> Iterator[Violation]:
    made: Counter[tuple[str, ...]] = Counter()
    for entry in entries:
        kind, event = entry["kind"], entry["event"]
        if kind in DECISIONS:
            made[kind, *(str(event[name]) for name in DECISIONS[kind])] += 1
        elif kind == "arrived" and event["counts_as_arrival"]:
            sent = sum(1 for other in entries if _sends(other, event["responder"]) and other["seq"] < entry["seq"])
            made[kind, event["responder"], str(sent)] += 1
        elif kind == "order_answered":
            made[kind, str(event["order"]), str(_settlements(entries, entry))] += 1
        elif kind == "step_decided":
            made[
                kind, event["step"], str(sum(1 for other in entries[: entry["seq"]] if other["kind"] == "activated"))
            ] += 1
        elif kind in ("activated", "procedure_decided"):
            made[kind, str(_askings(entries, entry))] += kind == "activated" or event["start"]
        elif kind in ("runbook_decided", "preliminary_submitted"):
            made[kind, str(_reopenings(entries, entry))] += 1
    for decision, times in made.items():
        if times > 1:
            yield Violation("I5", number, f"{' '.join(decision)} was decided {times} times")


def _askings(entries: list[Row], until: Row) -> int:
    """Return how often a verdict or a procedure was open again before an entry."""
    again = {"dismissed", "contested", "recovery_failed", "reopened"}
    return sum(1 for entry in entries if entry["kind"] in again and entry["seq"] < until["seq"])


def _reopenings(entries: list[Row], until: Row) -> int:
    return sum(1 for entry in entries if entry["kind"] == "reopened" and entry["seq"] < until["seq"])


def _settlements(entries: list[Row], until: Row) -> int:
    """Return how often the commander had put an order again before an entry."""
    order = until["event"]["order"]
    settled = (entry for entry in entries if entry["kind"] == "order_settled" and entry["seq"] < until["seq"])
    return sum(1 for entry in settled if entry["event"]["order"] == order)


def _sends(entry: Row, person: str) -> bool:
    return bool(entry["kind"] == "dispatched" and entry["event"]["responder"] == person)


def _people(entry: Row) -> set[str]:
    return {person for person in (entry["person"], entry["on_behalf_of"]) if person}


def _own_work(number: str, entries: list[Row]) -> Iterator[Violation]:
    plans: dict[int, set[str]] = {}
    summaries: dict[int, set[str]] = {}
    approvers: dict[str, set[str]] = {}
    for position, entry in enumerate(entries):
        kind, event, own = entry["kind"], entry["event"], set[str]()
        if kind == "plan_submitted":
            plans[event["plan_version"]] = _people(entry)
        elif kind == "summary_submitted":
            summaries[event["summary_version"]] = _people(entry)
        elif kind == "step_decided":
            approvers[event["step"]] = _people(entry)
        elif kind == "step_run_confirmed" or (kind == "step_recorded" and event["result"] != "skipped"):
            own = approvers.get(event["step"], set())
        elif kind == "plan_decided":
            own = plans[event["plan_version"]]
        elif kind == "summary_received":
            own = summaries[event["summary_version"]]
        elif kind == "recovery_verified":
            own = _doers(entries[:position])
        if own & _people(entry):
            yield Violation("I8", number, f"{kind} by {entry['person']}, who did the work")


def _doers(entries: list[Row]) -> set[str]:
    """Return who carried something out since activation, or reported or checked the last round of recovery."""
    hands, checkers = set[str](), set[str]()
    for entry in entries:
        if entry["kind"] == "activated":
            hands = set()
        elif entry["kind"] == "resolved_reported":
            checkers = _people(entry)
        elif entry["kind"] == "recovery_checked":
            checkers |= _people(entry)
        elif entry["kind"] in CARRIED_OUT and entry["event"].get("result") != "skipped":
            hands |= _people(entry)
    return hands | checkers


def _command(number: str, entries: list[Row]) -> Iterator[Violation]:
    commander, offered = None, None
    members: list[str] = []
    for entry in entries:
        kind, event = entry["kind"], entry["event"]
        if kind == "group_formed":
            if commander or event["commander"] not in event["members"]:
                yield Violation("I10", number, "a commander beside the first, or from outside the group")
            commander = event["commander"]
        elif kind == "command_offered":
            offered = event["to"]
            if entry["person"] != commander:
                yield Violation("I10", number, f"{entry['person']} gave away the command of {commander}")
        elif kind == "command_accepted":
            if event["commander"] != offered or offered not in members or entry["person"] != offered:
                yield Violation("I10", number, f"{event['commander']} took a command that was not offered to him")
            commander, offered = event["commander"], None
        elif kind == "person_left":
            commander = event.get("commander") or commander
            offered = None if offered == event["left"] else offered
        if kind in ("order_given", "command_offered", "member_added") and commander is None:
            yield Violation("I10", number, f"{kind} without a commander")
        members = [*members, *_joining(kind, event)]


def _joining(kind: str, event: Row) -> list[str]:
    """Return who comes into the leading group by an entry."""
    who = {"group_formed": "members", "member_added": "member", "person_left": "commander"}.get(kind)
    found = event.get(who) if who else None
    return found if isinstance(found, list) else [found] if found else []


def _closing(number: str, entries: list[Row]) -> Iterator[Violation]:
    closed = next((entry for entry in entries if entry["kind"] == "closed"), None)
    if closed is None:
        return
    again = max((entry["seq"] for entry in entries if entry["kind"] == "reopened"), default=1)
    told = entries[0]
    before = [told, *(entry for entry in entries if again < entry["seq"] < closed["seq"])]
    versions = [entry["event"]["summary_version"] for entry in before if entry["kind"] == "summary_submitted"]
    receipts = {
        entry["event"]["by"]
        for entry in before
        if entry["kind"] == "summary_received" and entry["event"]["accept"] and versions
        if entry["event"]["summary_version"] == versions[-1]
    }
    kinds = {entry["kind"] for entry in before}
    needed = {"summary_submitted", "recovery_verified", "runbook_decided"}
    is_drill = any(entry["event"].get("is_drill") for entry in before if entry["kind"] == "reported")
    readers = {"it_director"} if is_drill else {"it_director", "general_manager"}  # a drill may spare the second
    missing = sorted(needed - kinds) + sorted(readers - receipts)
    if missing:
        yield Violation("I13", number, f"closed without {', '.join(missing)}")
