"""The five logs that the checker reads: what clients did, what the provider got, record, audit chain, histories."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from temporalio.client import Client

from adapters.store.database import Database

Row = dict[str, Any]
Event = dict[str, Any]
Run = list[Event]

GRACE = timedelta(seconds=10)
TICK = timedelta(seconds=2)  # how late a development server's timers fire by themselves
_TABLES = ("incidents", "entries", "refusals", "heads", "inbox", "deliveries", "archives")


class Violation(NamedTuple):
    """An invariant that does not hold: which, where, and what was seen."""

    invariant: str
    where: str
    what: str


@dataclass
class Evidence:
    """Everything that is known of a stretch of time, as plain data."""

    operations: list[Row] = field(default_factory=list)
    sink: list[Row] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    histories: dict[str, list[Run]] = field(default_factory=dict)
    absences: list[tuple[datetime, datetime]] = field(default_factory=list)

    def numbers(self) -> list[str]:
        """Return every incident that left a trace."""
        traces = {row["number"] for row in self.tables["incidents"]} | {
            row["incident"] for row in self.tables["entries"]
        }
        return sorted(traces | {row["number"] for row in self.operations})

    def entries(self, number: str) -> list[Row]:
        """Return the timeline of an incident in order."""
        return sorted((row for row in self.tables["entries"] if row["incident"] == number), key=lambda row: row["seq"])

    def row(self, number: str) -> Row | None:
        """Return an incident's row."""
        return next((row for row in self.tables["incidents"] if row["number"] == number), None)

    def absence(self, start: datetime, end: datetime) -> timedelta:
        """Return how long nobody worked between two instants."""
        parts = [min(end, until) - max(start, since) for since, until in self.absences]
        return sum((part for part in parts if part > timedelta(0)), timedelta(0))

    def children(self, number: str) -> Iterator[tuple[str, list[Run]]]:
        """Return the workflows of an incident but for its own."""
        prefix = f"incident:{number}/"
        return ((name, runs) for name, runs in self.histories.items() if name.startswith(prefix))


async def collect(database: Database, client: Client) -> Evidence:
    """Read the tables and every history; what clients and provider logged is added by those who kept it."""
    evidence = Evidence()
    async with database.session() as connection:
        for table in _TABLES:
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).mappings().all()
            evidence.tables[table] = [_plain(dict(row)) for row in rows]
    started = sorted([run async for run in client.list_workflows()], key=lambda run: run.start_time)
    for run in started:
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        evidence.histories.setdefault(run.id, []).append(json.loads(history.to_json())["events"])
    return evidence


def _plain(row: Row) -> Row:
    return {name: json.loads(value) if name in ("event", "view", "params") else value for name, value in row.items()}


def instant(value: Any) -> datetime:
    """Read an instant of a table, a model or a history as UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    head, _, tail = str(value).replace(" ", "T").removesuffix("Z").removesuffix("+00:00").partition(".")
    return datetime.fromisoformat(f"{head}.{tail[:6]:0<6}").replace(tzinfo=UTC)


def kind_of(event: Event) -> str:
    """Return the kind of a history's event."""
    name: str = event["eventType"]
    return name.removeprefix("EVENT_TYPE_")


def attributes(event: Event) -> dict[str, Any]:
    """Return what a history's event says."""
    return next((value for name, value in event.items() if name.endswith("EventAttributes")), {})


def arguments(given: dict[str, Any], name: str = "input") -> list[Any]:
    """Return decoded payloads."""
    payloads = given.get(name, {}).get("payloads", [])
    return [json.loads(b64decode(payload["data"])) if payload.get("data") else None for payload in payloads]
