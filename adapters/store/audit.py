"""What leaves no trace in a workflow: refusals, sign-ins, administration; one chain over all of them (5.3.5)."""

import hashlib
from datetime import datetime

import rfc8785
import structlog
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import pages
from adapters.store.database import Database
from adapters.store.pages import Page
from adapters.store.tables import heads, refusals
from domain.entry import GENESIS
from domain.text import Wire

CHAIN = "refusals"
_log = structlog.get_logger(__name__)


class Audited(Wire):
    """Who tried what and what came of it; ``message`` is a catalogue key that ``params`` fill."""

    person: str | None = None
    act: str
    method: str
    path: str
    incident: str | None = None
    code: str
    clause: str | None = None
    message: str = ""
    params: dict[str, str] = {}


class AuditEntry(Audited):
    """A link of the chain, numbered from 1 without gaps."""

    id: int
    at: AwareDatetime
    prev_hash: str = GENESIS
    hash: str = ""

    def digest(self) -> str:
        """Return SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself and what is default."""
        body = self.model_dump(mode="json", exclude={"hash"}, exclude_defaults=True)
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()

    def sealed(self) -> "AuditEntry":
        """Return the link with its hash."""
        return self.model_copy(update={"hash": self.digest()})


class SqlAudit:
    """The audit trail. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def append(self, audited: Audited) -> AuditEntry:
        """Add a link."""
        async with self._database.transaction() as connection:
            link = await add(connection, audited, await self._database.now(connection))
        anchor(link)
        return link

    async def of_incident(self, number: str, *, after: str | None = None, limit: int = 50) -> Page[AuditEntry]:
        """Return what was audited about an incident, newest first; raise BadCursor, ValueError."""
        return await self._page(refusals.c.incident == number, after, limit)

    async def of_person(self, person: str, *, after: str | None = None, limit: int = 50) -> Page[AuditEntry]:
        """Return what was audited about a person, newest first; raise BadCursor, ValueError."""
        return await self._page(refusals.c.person == person, after, limit)

    async def _page(self, condition: ColumnElement[bool], after: str | None, limit: int) -> Page[AuditEntry]:
        wanted = select(refusals).where(condition)
        if after is not None:
            (last,) = pages.read_cursor(after, int)
            wanted = wanted.where(refusals.c.id < last)
        async with self._database.session() as connection:
            found = await connection.execute(wanted.order_by(refusals.c.id.desc()).limit(pages.size(limit) + 1))
            rows = found.mappings().all()
        items = [AuditEntry.model_validate(dict(row)) for row in rows[:limit]]
        more = pages.write_cursor(items[-1].id) if len(rows) > limit else None
        return Page(items, more)


async def add(connection: AsyncConnection, audited: Audited, now: datetime) -> AuditEntry:
    """Add a link in a transaction, to be anchored after it; whoever else adds waits, so that the chain never forks."""
    locked = select(heads.c.seq, heads.c.hash).where(heads.c.chain == CHAIN).with_for_update()
    seq, prev_hash = (await connection.execute(locked)).one()
    link = AuditEntry(**audited.model_dump(include=_GIVEN), id=seq + 1, at=now, prev_hash=prev_hash).sealed()
    await connection.execute(refusals.insert().values(link.model_dump()))
    await connection.execute(update(heads).where(heads.c.chain == CHAIN).values(seq=link.id, hash=link.hash))
    return link


def anchor(link: AuditEntry) -> None:
    """Tell the log, which is kept elsewhere, of a link that is stored: it anchors the chain outside the database."""
    _log.info("audited", id=link.id, hash=link.hash, code=link.code, person=link.person, incident=link.incident)


_GIVEN = set(Audited.model_fields)
