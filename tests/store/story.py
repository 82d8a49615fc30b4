"""A made-up timeline, made as the workflow makes it: sealed entries, and the row that is their fold."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from activities.messages import Batch, IncidentRow
from domain import events as ev
from domain.acts import Assessment
from domain.company import Role
from domain.entry import GENESIS, Entry
from domain.fold import fold
from domain.incident import Incident
from domain.policy import Severity

START = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))


def reported(title: str = "行情系统无法登录", **changes: Any) -> ev.Reported:
    given = {
        "title": title,
        "system": "quotes",
        "symptom": "交易员看到“连接被拒绝”\n第二行",
        "preliminary_assessment": Assessment(covered=False, text="手册未涵盖"),
        "discovered_at": START.astimezone(BEIJING) - timedelta(minutes=3),
        "channel": "api",
        "severity": Severity.II,
    }
    return ev.Reported.model_validate(given | changes)


def timeline(number: str = "2026-0001", length: int = 6, *, opened_at: datetime = START, **changes: Any) -> list[Entry]:
    """Return a report and observations after it."""
    happened: list[ev.Event] = [reported(**changes)]
    happened += [ev.Recorded(record="observation", text=f"观察 {step} — 风扇转速 0") for step in range(2, length + 1)]
    return chained(number, happened, opened_at)


def chained(number: str, happened: list[ev.Event], opened_at: datetime = START) -> list[Entry]:
    """Number, date and seal events."""
    entries: list[Entry] = []
    for seq, event in enumerate(happened, 1):
        at = opened_at + timedelta(seconds=seq - 1)
        entry = Entry.model_validate(
            {
                "incident": number,
                "seq": seq,
                "version": seq,
                "occurred_at": (at - timedelta(seconds=1)).astimezone(BEIJING),
                "recorded_at": at,
                "person": "li.na",
                "role": Role.OPERATOR,
                "clause": event.cites(),
                "command_id": f"command-{seq}" if seq % 2 else None,
                "event": event.model_dump(),
                "prev_hash": entries[-1].hash if entries else GENESIS,
            }
        )
        entries.append(entry.sealed())
    return entries


def row_of(entries: list[Entry], **changes: Any) -> IncidentRow:
    """Return the row as it stands after the entries."""
    number: dict[str, Any] = {"number": entries[0].incident}
    incident = fold(Incident.model_construct(**number), entries)
    given = {name: getattr(incident, name) for name in IncidentRow.model_fields if hasattr(incident, name)}
    given |= {"opened_at": entries[0].recorded_at, "updated_at": entries[-1].recorded_at, "view": incident.kept()}
    return IncidentRow.model_validate(given | changes)


def batch(entries: list[Entry], first: int = 1, last: int | None = None, **changes: Any) -> Batch:
    """Return the entries from first to last, and the row as it stands after the last of them."""
    return Batch(entries=entries[first - 1 : last], row=row_of(entries[:last], **changes))
