"""Through whose hands evidence went: received, downloaded, exported, verified; one chain over all of it (5.3.5)."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import rfc8785
import structlog
from pydantic import AwareDatetime
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.tables import custody, heads
from domain.entry import GENESIS
from domain.text import Wire

_log = structlog.get_logger(__name__)

CHAIN = "custody"
Handling = Literal["received", "downloaded", "exported", "verified"]


class Handled(Wire):
    """Who had what in hand, from where; ``seq`` is the timeline entry of the evidence, no person the system itself."""

    person: str | None = None
    act: Handling
    incident: str
    seq: int
    digest: str
    algorithm: str
    address: str | None = None
    detail: str | None = None


class CustodyEntry(Handled):
    """A link of the chain, numbered from 1 without gaps."""

    id: int
    at: AwareDatetime
    prev_hash: str = GENESIS
    hash: str = ""

    def fingerprint(self) -> str:
        """Return SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself and what is default."""
        body = self.model_dump(mode="json", exclude={"hash"}, exclude_defaults=True)
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()

    def sealed(self) -> "CustodyEntry":
        """Return the link with its hash."""
        return self.model_copy(update={"hash": self.fingerprint()})


class SqlCustody:
    """The custody list. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def append(self, handled: Sequence[Handled]) -> None:
        """Add links, all or none."""
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            added = await add(connection, [(item, now) for item in handled])
        anchor(added)

    async def of_incident(self, number: str, seq: int | None = None) -> list[CustodyEntry]:
        """Return what was done with all evidence of an incident, or with one piece of it, oldest first."""
        wanted = select(custody).where(custody.c.incident == number).order_by(custody.c.id)
        if seq is not None:
            wanted = wanted.where(custody.c.seq == seq)
        async with self._database.session() as connection:
            return [CustodyEntry.model_validate(dict(row)) for row in (await connection.execute(wanted)).mappings()]


async def add(connection: AsyncConnection, handled: Sequence[tuple[Handled, AwareDatetime]]) -> list[CustodyEntry]:
    """Add links in a transaction, to be anchored after it; whoever else adds waits, so that the chain never forks."""
    if not handled:
        return []
    locked = select(heads.c.seq, heads.c.hash).where(heads.c.chain == CHAIN).with_for_update()
    seq, prev_hash = (await connection.execute(locked)).one()
    added: list[CustodyEntry] = []
    for item, at in handled:
        seq += 1
        link = CustodyEntry(**item.model_dump(), id=seq, at=at, prev_hash=prev_hash).sealed()
        prev_hash = link.hash
        await connection.execute(custody.insert().values(link.model_dump()))
        added.append(link)
    await connection.execute(update(heads).where(heads.c.chain == CHAIN).values(seq=seq, hash=prev_hash))
    return added


def anchor(added: Iterable[CustodyEntry]) -> None:
    """Tell the log, which is kept elsewhere, of links that are stored: it anchors the chain outside the database."""
    for link in added:
        _log.info("handled", id=link.id, hash=link.hash, act=link.act, person=link.person, incident=link.incident)
