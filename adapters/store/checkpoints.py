"""Signed checkpoints of the chains of incidents and measures, and time stamps that others put under them."""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.messages import IncidentRow, MeasureRow
from adapters.evidence.signing import Checkpoint, Signer
from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import checkpoints, timestamps
from domain.entry import Entry
from domain.text import Wire

EVERY = 50  # entries; what is over gets one in any case


def implied(length: int, end: int | None = None) -> list[int]:
    """Return where a chain of a length must be signed; ``end`` is where it ended, None while it goes on."""
    return sorted({*range(EVERY, length + 1, EVERY), *([end] if end else [])})


class Stamp(Wire):
    """An RFC 3161 token over a checkpoint's signature."""

    incident: str
    seq: int
    token: str
    at: AwareDatetime


class SqlCheckpoints:
    """Checkpoints and time stamps. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def of_incident(self, number: str) -> list[Checkpoint]:
        """Return the checkpoints of an incident, oldest first."""
        wanted = select(checkpoints).where(checkpoints.c.incident == number).order_by(checkpoints.c.seq)
        async with self._database.session() as connection:
            return [Checkpoint.model_validate(dict(row)) for row in (await connection.execute(wanted)).mappings()]

    async def stamps(self, number: str) -> list[Stamp]:
        """Return the time stamps of an incident, oldest first."""
        wanted = select(timestamps).where(timestamps.c.incident == number).order_by(timestamps.c.seq)
        async with self._database.session() as connection:
            return [stamp_of(row) for row in (await connection.execute(wanted)).mappings()]

    async def add_stamp(self, incident: str, seq: int, token: bytes) -> None:
        """Keep the first time stamp of a checkpoint."""
        async with self._database.transaction() as connection:
            values = {"incident": incident, "seq": seq, "token": token, "at": await self._database.now(connection)}
            adding = insert(timestamps, is_postgres=self._database.is_postgres).values(values)
            await connection.execute(adding.on_conflict_do_nothing())


class Notary:
    """Signs chains while they are written; without a signer nothing."""

    def __init__(self, database: Database, signer: Signer | None) -> None:
        """Take who signs."""
        self._database = database
        self._signer = signer

    async def entries(self, connection: AsyncConnection, new: Sequence[Entry]) -> None:
        """Sign every so many entries, whatever batches they come in: so that a checkpoint that is gone is missed."""
        await self._sign(connection, [(item.incident, item.seq, item.hash) for item in new if item.seq % EVERY == 0])

    async def row(self, connection: AsyncConnection, row: IncidentRow | MeasureRow) -> None:
        """Sign the end of what is over."""
        if row.is_over:
            await self._sign(connection, [(row.number, row.seq, row.head_hash)])

    async def _sign(self, connection: AsyncConnection, ends: Iterable[tuple[str, int, str]]) -> None:
        if self._signer is None:
            return
        for number, seq, head in ends:
            made = self._signer.checkpoint(number, seq, head, await self._database.now(connection))
            adding = insert(checkpoints, is_postgres=self._database.is_postgres).values(made.model_dump())
            await connection.execute(adding.on_conflict_do_nothing())


def stamp_of(row: Any) -> Stamp:
    """Return the time stamp of a row."""
    return Stamp.model_validate({**row, "token": base64.b64encode(row["token"]).decode()})
