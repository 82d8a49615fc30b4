"""Writing the record: entries are inserted once, the row of their incident or measure only moves forward."""

import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.messages import Batch, IncidentRow, MeasureBatch, MeasureRow
from activities.ports import RecordTampered
from adapters.evidence.signing import Signer
from adapters.store import custody, exhibits
from adapters.store.checkpoints import Notary
from adapters.store.custody import CustodyEntry
from adapters.store.database import Database
from adapters.store.rows import Values, insert, to_entry, to_measure_entry, to_measure_row, to_row
from adapters.store.tables import archives, entries, incidents, measure_entries, measures
from domain.entry import GENESIS, Entry

_log = structlog.get_logger(__name__)


class RecordGap(Exception):
    """An earlier entry is not there yet; trying again helps once it is."""


class RecordUnreadable(Exception):
    """This release would store an entry so that it no longer fits its hash; a newer worker can store it."""


class Book(NamedTuple):
    """Where timelines of one kind are kept: the rows, the entries, the column of the entries that names the row."""

    rows: Table
    entries: Table
    key: str
    write: Callable[[Entry, datetime], Values]
    read: Callable[[Mapping[str, Any]], Entry]


INCIDENTS = Book(incidents, entries, "incident", to_row, to_entry)
MEASURES = Book(measures, measure_entries, "measure", to_measure_row, to_measure_entry)


Also = Callable[[AsyncConnection], Awaitable[None]]


class SqlRecord:
    """``activities.ports.RecordStore`` in SQL."""

    def __init__(self, database: Database, signer: Signer | None = None) -> None:
        """Take a database that is migrated; without a signer the record has no signed checkpoints."""
        self._database = database
        self._notary = Notary(database, signer)

    async def append(self, batch: Batch) -> None:
        """Write a batch in one transaction; raise RecordTampered, RecordGap, RecordUnreadable, DatabaseAway."""
        handled: list[CustodyEntry] = []

        async def entries(connection: AsyncConnection) -> None:
            handled.extend(await exhibits.write(connection, batch.entries, is_postgres=self._database.is_postgres))
            await self._notary.entries(connection, batch.entries)

        beside = Beside(entries, row=lambda connection: self._notary.row(connection, batch.row))
        await append(self._database, INCIDENTS, batch.entries, batch.row, beside)
        custody.anchor(handled)

    async def archive(self, incident: str, history: str) -> None:
        """Keep the first history that is given; RecordGap when the incident itself is not recorded."""
        async with self._database.transaction() as connection:
            if await connection.scalar(select(incidents.c.number).where(incidents.c.number == incident)) is None:
                raise RecordGap(f"incident {incident} is not recorded")
            adding = insert(archives, is_postgres=self._database.is_postgres).values(
                incident=incident,
                history=zlib.compress(history.encode()),
                archived_at=await self._database.now(connection),
            )
            await connection.execute(adding.on_conflict_do_nothing())


class SqlMeasureRecord:
    """``activities.ports.MeasureStore`` in SQL."""

    def __init__(self, database: Database, signer: Signer | None = None) -> None:
        """Take a database that is migrated; without a signer the record has no signed checkpoints."""
        self._database = database
        self._notary = Notary(database, signer)

    async def append(self, batch: MeasureBatch) -> None:
        """Write a batch in one transaction; raise RecordTampered, RecordGap, RecordUnreadable, DatabaseAway."""
        beside = Beside(
            entries=lambda connection: self._notary.entries(connection, batch.entries),
            row=lambda connection: self._notary.row(connection, batch.row),
        )
        await append(self._database, MEASURES, batch.entries, batch.row, beside)


class Beside(NamedTuple):
    """What is written in the same transaction: with the entries, and with the row when it moves forward."""

    entries: Also
    row: Also


async def append(
    database: Database, book: Book, new: Sequence[Entry], row: IncidentRow | MeasureRow, also: Beside
) -> None:
    """Write entries and their row; a row that is ahead of its entries waits for the batch that brings them."""
    try:
        async with database.transaction() as connection:
            await _insert(database, connection, book, new)
            await also.entries(connection)
            if await _is_complete(connection, book, new, row):
                await _move_forward(database, connection, book, row)
                await also.row(connection)
    except RecordTampered as fault:
        _log.critical("record_tampered", **{book.key: row.number}, fault=str(fault))
        raise


async def _insert(database: Database, connection: AsyncConnection, book: Book, new: Sequence[Entry]) -> None:
    if not new:
        return
    now = await database.now(connection)
    rows = [book.write(entry, now) for entry in new]
    for entry, row in zip(new, rows, strict=True):
        if book.read(row).digest() != entry.hash:
            raise RecordUnreadable(f"entry {entry.seq} of {book.key} {entry.incident}")
    adding = insert(book.entries, is_postgres=database.is_postgres)
    await connection.execute(adding.on_conflict_do_nothing(), rows)


async def _move_forward(
    database: Database, connection: AsyncConnection, book: Book, row: IncidentRow | MeasureRow
) -> None:
    adding = insert(book.rows, is_postgres=database.is_postgres).values(row.model_dump())
    newer = {name: adding.excluded[name] for name in type(row).model_fields if name != "number"}
    await connection.execute(
        adding.on_conflict_do_update(index_elements=["number"], set_=newer, where=book.rows.c.seq < adding.excluded.seq)
    )


async def _is_complete(
    connection: AsyncConnection, book: Book, new: Sequence[Entry], row: IncidentRow | MeasureRow
) -> bool:
    """Compare what is stored now with the batch; tell whether the entry that its row ends at is there."""
    kept = book.entries.c
    seqs = [entry.seq for entry in new] or [row.seq]
    touched = or_(kept.seq.between(min(seqs) - 1, max(seqs)), kept.seq == row.seq)
    found = await connection.execute(select(kept.seq, kept.hash).where(kept[book.key] == row.number, touched))
    stored: dict[int, str] = {0: GENESIS} | {item.seq: item.hash for item in found}
    for entry in new:
        _compare(stored, entry.seq - 1, entry.prev_hash)
        _compare(stored, entry.seq, entry.hash)
    if row.seq not in stored:
        return False
    _compare(stored, row.seq, row.head_hash)
    return True


def _compare(stored: dict[int, str], seq: int, expected: str) -> None:
    if seq not in stored:
        raise RecordGap(f"entry {seq} is not there")
    if stored[seq] != expected:
        raise RecordTampered(f"entry {seq} has the hash {stored[seq]} and should have {expected}")
