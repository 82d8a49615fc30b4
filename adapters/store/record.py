"""Writing the record: entries are inserted once, the incident's row only moves forward."""

import zlib

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.messages import Batch, IncidentRow
from activities.ports import RecordTampered
from adapters.store.database import Database
from adapters.store.rows import insert, to_entry, to_row
from adapters.store.tables import archives, entries, incidents
from domain.entry import GENESIS, Entry

_log = structlog.get_logger(__name__)


class RecordGap(Exception):
    """An earlier entry is not there yet; trying again helps once it is."""


class RecordUnreadable(Exception):
    """This release would store an entry so that it no longer fits its hash; a newer worker can store it."""


class SqlRecord:
    """``activities.ports.RecordStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def append(self, batch: Batch) -> None:
        """Write a batch in one transaction; raise RecordTampered, RecordGap, RecordUnreadable, DatabaseAway.

        A row that is ahead of its entries waits for the batch that brings them.
        """
        try:
            async with self._database.transaction() as connection:
                await self._insert(connection, batch.entries)
                if await _is_complete(connection, batch):
                    await self._move_forward(connection, batch.row)
        except RecordTampered as fault:
            _log.critical("record_tampered", incident=batch.row.number, fault=str(fault))
            raise

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

    async def _insert(self, connection: AsyncConnection, new: list[Entry]) -> None:
        if not new:
            return
        now = await self._database.now(connection)
        rows = [to_row(entry, now) for entry in new]
        if misfit := next((entry for entry, row in zip(new, rows, strict=True) if not _fits(entry, row)), None):
            raise RecordUnreadable(f"entry {misfit.seq} of incident {misfit.incident}")
        adding = insert(entries, is_postgres=self._database.is_postgres)
        await connection.execute(adding.on_conflict_do_nothing(), rows)

    async def _move_forward(self, connection: AsyncConnection, row: IncidentRow) -> None:
        adding = insert(incidents, is_postgres=self._database.is_postgres).values(row.model_dump())
        newer = {name: adding.excluded[name] for name in IncidentRow.model_fields if name != "number"}
        await connection.execute(
            adding.on_conflict_do_update(
                index_elements=["number"], set_=newer, where=incidents.c.seq < adding.excluded.seq
            )
        )


def _fits(entry: Entry, row: dict[str, object]) -> bool:
    return to_entry(row).digest() == entry.hash


async def _is_complete(connection: AsyncConnection, batch: Batch) -> bool:
    """Compare what is stored now with the batch; tell whether the entry that its row ends at is there."""
    row = batch.row
    seqs = [entry.seq for entry in batch.entries] or [row.seq]
    touched = or_(entries.c.seq.between(min(seqs) - 1, max(seqs)), entries.c.seq == row.seq)
    found = await connection.execute(
        select(entries.c.seq, entries.c.hash).where(entries.c.incident == row.number, touched)
    )
    stored: dict[int, str] = {0: GENESIS} | {row.seq: row.hash for row in found}
    for entry in batch.entries:
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
