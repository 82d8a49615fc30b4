"""What must hold for every incident, checked from its record and from what people received, apart from the product."""

from collections.abc import Sequence
from datetime import timedelta

from activities.messages import Message
from domain.entry import Entry, first_break
from domain.fold import apply
from domain.incident import FOLLOWS, Incident

_IN_FLIGHT = timedelta(seconds=2)

# What ends a question, so that nobody is called for it any more: kinds of events.
_ENDS = {
    "judgement": {"activated", "dismissed", "withdrawn"},
    "procedure": {"procedure_decided", "resolved_reported", "dismissed"},
    "group": {"group_formed", "resolved_reported"},
    "major": {"plan_submitted", "major_decided", "resolved_reported"},
    "checklist": {"recovery_verified", "recovery_failed"},
    "verification": {"recovery_verified", "recovery_failed"},
    "summary": {"summary_submitted"},
    "runbook": {"runbook_decided"},
    "closing": {"closed"},
    "again": {"activated", "recovery_failed", "reopened", "closed"},
}
_ANEW = {"activated", "reopened"}


def check(blank: Incident, entries: Sequence[Entry], now: Incident, messages: Sequence[Message]) -> None:
    """Check one incident: its chain, its state, its phases, its command, its pages."""
    assert first_break(entries) is None
    _unfolds(blank, entries, now)
    keys = [item.dedup_key for item in messages]
    assert len(keys) == len(set(keys)), "a message went out twice"
    _record_tells_of_pages(entries, messages)
    _silence_after_the_end(entries, messages)


def _unfolds(blank: Incident, entries: Sequence[Entry], now: Incident) -> None:
    """State is the fold of the record, step by step along the phase diagram, with one commander at most."""
    incident, version = blank.model_copy(deep=True), 0
    for entry in entries:
        before, commander = incident.phase, incident.commander
        assert entry.version == version + entry.event.counts, f"entry {entry.seq}: version {entry.version}"
        assert entry.occurred_at <= entry.recorded_at
        apply(incident, entry)
        version = entry.version
        assert incident.phase == before or incident.phase in FOLLOWS[before], f"{before} → {incident.phase}"
        assert incident.commander or not commander or incident.phase == "dismissed", "nobody commands"
        assert incident.commander is None or incident.commander in incident.group_members
    assert incident.model_dump(exclude={"handled"}) == now.model_dump(exclude={"handled"})


def _record_tells_of_pages(entries: Sequence[Entry], messages: Sequence[Message]) -> None:
    told = {
        (entry.event.question, entry.event.call, person)
        for entry in entries
        if entry.event.kind == "paged"
        for person in entry.event.people
    }
    sent = {(item.question, item.call, item.recipient) for item in messages if not item.question.startswith("note/")}
    assert told == sent, f"recorded, not sent: {sorted(told - sent)}; sent, not recorded: {sorted(sent - told)}"


def _silence_after_the_end(entries: Sequence[Entry], messages: Sequence[Message]) -> None:
    for message in messages:
        kinds = _ENDS.get(message.question.partition("/")[0], set())
        asked = message.created_at - _IN_FLIGHT
        # Judged an emergency again, or reopened, everything is asked anew.
        begun = [item.recorded_at for item in entries if item.event.kind in _ANEW and item.recorded_at < asked]
        since = max(begun, default=entries[0].recorded_at)
        ended = [entry for entry in entries if entry.event.kind in kinds and since <= entry.recorded_at < asked]
        born = [entry for entry in entries if entry.event.kind == "paged" and entry.event.question == message.question]
        first = min((entry.occurred_at for entry in born), default=message.created_at)
        late = [entry.event.kind for entry in ended if entry.recorded_at > first]
        assert not late, f"{message.question} was put to {message.recipient} after {late}"
