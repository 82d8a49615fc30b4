"""Signed checkpoints of the incidents' chains, and time stamps that others put under them."""

import base64
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.messages import IncidentRow
from adapters.evidence.signing import Checkpoint, Signer
from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import checkpoints, timestamps
from domain.text import Wire

EVERY = 50  # entries; what is over gets one in any case


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


async def sign(connection: AsyncConnection, database: Database, signer: Signer, row: IncidentRow) -> None:
    """Sign how an incident stands, when it is over or enough was added since the last time."""
    wanted = select(func.max(checkpoints.c.seq)).where(checkpoints.c.incident == row.number)
    last = await connection.scalar(wanted) or 0
    if row.seq <= last or not (row.is_over or row.seq - last >= EVERY):
        return
    made = signer.checkpoint(row.number, row.seq, row.head_hash, await database.now(connection))
    adding = insert(checkpoints, is_postgres=database.is_postgres).values(made.model_dump())
    await connection.execute(adding.on_conflict_do_nothing())


def stamp_of(row: Any) -> Stamp:
    """Return the time stamp of a row."""
    return Stamp.model_validate({**row, "token": base64.b64encode(row["token"]).decode()})
