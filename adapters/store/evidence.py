"""Reading the record for its verification: a row that somebody damaged is a finding, never a crash."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Column, Select, Table, select, true, union
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.messages import IncidentRow, MeasureRow
from adapters.evidence.signing import Checkpoint
from adapters.store import audit, catalogue, custody
from adapters.store.audit import AuditEntry
from adapters.store.catalogue import Change
from adapters.store.chain import Link
from adapters.store.checkpoints import Stamp, stamp_of
from adapters.store.custody import CustodyEntry
from adapters.store.database import Database
from adapters.store.exhibits import ExhibitRow
from adapters.store.rows import to_entry, to_measure_entry
from adapters.store.tables import (
    archives,
    changes,
    checkpoints,
    entries,
    heads,
    incidents,
    measure_entries,
    measures,
    refusals,
    timestamps,
)
from adapters.store.tables import custody as handled
from adapters.store.tables import evidence as pieces
from domain.entry import GENESIS, Entry

M = TypeVar("M")
Reader = Callable[[Any], M]


@dataclass(frozen=True)
class Evidence:
    """What the database holds of one incident, in one snapshot; ``row`` is None when it is missing or damaged."""

    number: str
    links: list[Link]
    entries: list[Entry]
    row: IncidentRow | None
    has_row: bool
    history: bytes | None
    exhibits: dict[int, ExhibitRow | None] = field(default_factory=dict)
    checkpoints: dict[int, Checkpoint | None] = field(default_factory=dict)
    stamps: dict[int, Stamp | None] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """Return the seq at which the timeline ends, 0 without entries."""
        return self.links[-1].seq if self.links else 0


@dataclass(frozen=True)
class MeasureEvidence:
    """What the database holds of one measure, in one snapshot; ``row`` is None when it is missing or damaged."""

    number: str
    links: list[Link]
    entries: list[Entry]
    row: MeasureRow | None
    has_row: bool
    checkpoints: dict[int, Checkpoint | None] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """Return the seq at which the timeline ends, 0 without entries."""
        return self.links[-1].seq if self.links else 0


@dataclass(frozen=True)
class Trail:
    """A trail beside the incidents, of refusals or of changes: its links, and where it should end."""

    links: list[Link]
    seq: int
    hash: str


async def numbers(database: Database, after: str = "", limit: int = 200) -> list[str]:
    """Return the numbers of all incidents that have left any trace, in pages."""
    traces = union(select(incidents.c.number), select(entries.c.incident)).subquery()
    wanted = select(traces.c.number).where(traces.c.number > after).order_by(traces.c.number).limit(limit)
    async with database.session() as connection:
        return list(await connection.scalars(wanted))


async def incident(database: Database, number: str) -> Evidence:
    """Read everything about one incident."""
    async with database.session() as connection:
        pairs = await _read(connection, entries, entries.c.seq, entries.c.incident == number, to_entry)
        rows = await _read(connection, incidents, incidents.c.seq, incidents.c.number == number, _row)
        history = await connection.scalar(select(archives.c.history).where(archives.c.incident == number))
        exhibits = await _read(connection, pieces, pieces.c.seq, pieces.c.incident == number, _exhibit)
        signed = await _signed(connection, number)
        stamps = await _read(connection, timestamps, timestamps.c.seq, timestamps.c.incident == number, stamp_of)
    links = [_link(seq, entry, "seq") for seq, entry in pairs]
    found = [entry for _, entry in pairs if entry is not None]
    row = rows[0][1] if rows else None
    return Evidence(number, links, found, row, bool(rows), history, dict(exhibits), signed, dict(stamps))


def of_timeline(row: IncidentRow, entries: list[Entry]) -> Evidence:
    """Return what is held of an incident outside of any database."""
    return Evidence(row.number, [_link(entry.seq, entry, "seq") for entry in entries], entries, row, True, None)  # noqa: FBT003


async def measure_numbers(database: Database, after: str = "", limit: int = 200) -> list[str]:
    """Return the numbers of all measures that have left any trace, in pages."""
    traces = union(select(measures.c.number), select(measure_entries.c.measure)).subquery()
    wanted = select(traces.c.number).where(traces.c.number > after).order_by(traces.c.number).limit(limit)
    async with database.session() as connection:
        return list(await connection.scalars(wanted))


async def measure(database: Database, number: str) -> MeasureEvidence:
    """Read everything about one measure."""
    kept = measure_entries.c
    async with database.session() as connection:
        pairs = await _read(connection, measure_entries, kept.seq, kept.measure == number, to_measure_entry)
        rows = await _read(connection, measures, measures.c.seq, measures.c.number == number, _measure_row)
        signed = await _signed(connection, number)
    links = [_link(seq, entry, "seq") for seq, entry in pairs]
    found: list[Entry] = [entry for _, entry in pairs if entry is not None]
    return MeasureEvidence(number, links, found, rows[0][1] if rows else None, bool(rows), signed)


async def _signed(connection: AsyncConnection, number: str) -> dict[int, Checkpoint | None]:
    kept = checkpoints.c
    return dict(await _read(connection, checkpoints, kept.seq, kept.incident == number, _checkpoint))


async def trail(database: Database, chain: str = audit.CHAIN) -> Trail:
    """Read the audit trail, or that of the catalogue's changes, and its head."""
    table, reader = _TRAILS[chain]
    async with database.session() as connection:
        pairs = await _read(connection, table, table.c.id, true(), reader)
        head = (await connection.execute(select(heads).where(heads.c.chain == chain))).one_or_none()
    links = [_link(seq, entry, "id") for seq, entry in pairs]
    return Trail(links, head.seq if head else 0, head.hash if head else GENESIS)


def _row(row: Any) -> IncidentRow:
    return IncidentRow.model_validate(dict(row))


def _measure_row(row: Any) -> MeasureRow:
    return MeasureRow.model_validate(dict(row))


def _audit_entry(row: Any) -> AuditEntry:
    return AuditEntry.model_validate(dict(row))


def _change(row: Any) -> Change:
    return Change.model_validate(dict(row))


def _handled(row: Any) -> CustodyEntry:
    return CustodyEntry.model_validate(dict(row))


def _exhibit(row: Any) -> ExhibitRow:
    return ExhibitRow.model_validate(dict(row))


def _checkpoint(row: Any) -> Checkpoint:
    return Checkpoint.model_validate(dict(row))


_TRAILS: dict[str, tuple[Table, Reader[AuditEntry | Change | CustodyEntry]]] = {
    audit.CHAIN: (refusals, _audit_entry),
    catalogue.CHAIN: (changes, _change),
    custody.CHAIN: (handled, _handled),
}


def _link(seq: int, entry: Entry | AuditEntry | Change | CustodyEntry | None, place: str) -> Link:
    if entry is None:
        return Link(seq, "", "", None)
    return Link(seq, entry.prev_hash, entry.hash, lambda at: _digest(entry.model_copy(update={place: at})))


def link_of(entry: CustodyEntry) -> Link:
    """Return a link of the custody list."""
    return _link(entry.id, entry, "id")


def _digest(entry: Entry | AuditEntry | Change | CustodyEntry) -> str:
    return entry.fingerprint() if isinstance(entry, CustodyEntry) else entry.digest()


async def _read(
    connection: AsyncConnection, table: Table, key: Column[Any], condition: Any, reader: Reader[M]
) -> list[tuple[int, M | None]]:
    wanted = select(table).where(condition).order_by(key)
    try:
        return [(row[key.name], reader(row)) for row in (await connection.execute(wanted)).mappings()]
    except (ValueError, LookupError, TypeError, DBAPIError) as error:
        _raise_if_away(error)
    keys = list(await connection.scalars(select(key).where(condition).order_by(key)))
    return [(seq, await _read_one(connection, wanted.where(key == seq), reader)) for seq in keys]


async def _read_one(connection: AsyncConnection, wanted: Select[Any], reader: Reader[M]) -> M | None:
    try:
        return reader((await connection.execute(wanted)).mappings().one())
    except (ValueError, LookupError, TypeError, DBAPIError) as error:
        _raise_if_away(error)
        return None


def _raise_if_away(error: Exception) -> None:
    if isinstance(error, DBAPIError) and "decode" not in str(error.orig).lower():
        raise error
