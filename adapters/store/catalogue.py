"""What administrators keep: one document per item; every change of it is a link of a chain (5.3.5)."""

import hashlib
from collections.abc import Sequence
from typing import Any

import rfc8785
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, delete, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import pages
from adapters.store.database import Database
from adapters.store.pages import Page
from adapters.store.tables import catalogue, changes, heads
from domain.entry import GENESIS
from domain.errors import Conflict
from domain.text import N_, Wire

CHAIN = "changes"
Document = dict[str, Any]


class Item(Wire):
    """An item in its newest version; ``position`` keeps the order of the company file."""

    kind: str
    id: str
    version: int
    position: int
    document: Document


class Edit(Wire):
    """One wanted change: the new document, or None to remove; ``version`` is the one that the editor saw."""

    kind: str
    id: str
    document: Document | None
    version: int | None = None
    position: int | None = None


class Change(Wire):
    """A change that was made: who, when, from what to what; a link of the chain of all changes."""

    id: int
    at: AwareDatetime
    person: str
    act: str
    kind: str
    item: str
    version: int
    before: Document | None = None
    after: Document | None = None
    reason: str | None = None
    prev_hash: str = GENESIS
    hash: str = ""

    def digest(self) -> str:
        """Return SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json", exclude={"hash"}))).hexdigest()


class SqlCatalogue:
    """The catalogue. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def revision(self) -> int:
        """Return a number that grows with every change; 0 while nothing was ever put in."""
        async with self._database.session() as connection:
            found = await connection.execute(select(heads.c.seq).where(heads.c.chain == CHAIN))
            return int(found.scalar_one())

    async def everything(self) -> tuple[int, list[Item]]:
        """Return the revision and every item, each kind in its order."""
        async with self._database.session() as connection:
            revision = (await connection.execute(select(heads.c.seq).where(heads.c.chain == CHAIN))).scalar_one()
            return int(revision), await self._items(connection, true())

    async def items(self, kind: str) -> list[Item]:
        """Return the items of a kind in their order."""
        async with self._database.session() as connection:
            return await self._items(connection, catalogue.c.kind == kind)

    async def get(self, kind: str, item_id: str) -> Item | None:
        """Find an item."""
        async with self._database.session() as connection:
            found = await self._items(connection, (catalogue.c.kind == kind) & (catalogue.c.id == item_id))
        return found[0] if found else None

    async def edit(
        self, edits: Sequence[Edit], *, person: str, act: str, reason: str | None = None, revision: int | None = None
    ) -> list[Change]:
        """Make all edits or none; an edit that changes nothing makes no change. Whoever else edits waits.

        Raises Conflict when an item has another version than the editor saw, or the catalogue another revision.
        """
        async with self._database.transaction() as connection:
            locked = select(heads.c.seq, heads.c.hash).where(heads.c.chain == CHAIN).with_for_update()
            seq, head = (await connection.execute(locked)).one()
            if revision is not None and revision != seq:
                raise Conflict(N_("Somebody else has changed it meanwhile; look again."), clause="5.1")
            at = await self._database.now(connection)
            made: list[Change] = []
            for wanted in edits:
                if change := await self._apply(connection, wanted, at):
                    link = {"id": seq + len(made) + 1, "person": person, "act": act, "reason": reason}
                    sealed = change.model_copy(update={**link, "prev_hash": made[-1].hash if made else head})
                    made.append(sealed.model_copy(update={"hash": sealed.digest()}))
            if made:
                await connection.execute(changes.insert(), [change.model_dump() for change in made])
                moved = update(heads).where(heads.c.chain == CHAIN)
                await connection.execute(moved.values(seq=made[-1].id, hash=made[-1].hash))
        return made

    async def changes(
        self, *, kind: str | None = None, item: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[Change]:
        """Return changes, newest first; raise BadCursor, ValueError."""
        wanted = select(changes)
        if kind is not None:
            wanted = wanted.where(changes.c.kind == kind)
        if item is not None:
            wanted = wanted.where(changes.c.item == item)
        if after is not None:
            (last,) = pages.read_cursor(after, int)
            wanted = wanted.where(changes.c.id < last)
        async with self._database.session() as connection:
            found = await connection.execute(wanted.order_by(changes.c.id.desc()).limit(pages.size(limit) + 1))
            rows = found.mappings().all()
        made = [Change.model_validate(dict(row)) for row in rows[:limit]]
        return Page(made, pages.write_cursor(made[-1].id) if len(rows) > limit else None)

    async def _items(self, connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Item]:
        order = (catalogue.c.kind, catalogue.c.position, catalogue.c.id)
        found = await connection.execute(select(catalogue).where(condition).order_by(*order))
        return [Item(**{name: row[name] for name in Item.model_fields}) for row in found.mappings()]

    async def _apply(self, connection: AsyncConnection, wanted: Edit, at: AwareDatetime) -> Change | None:
        here = (catalogue.c.kind == wanted.kind) & (catalogue.c.id == wanted.id)
        found = await self._items(connection, here)
        before = found[0] if found else None
        if wanted.version is not None and wanted.version != (before.version if before else 0):
            raise Conflict(N_("Somebody else has changed it meanwhile; look again."), clause="5.1")
        if (before.document if before else None) == wanted.document:
            return None
        version = await self._version(connection, wanted) + 1
        if wanted.document is None:
            await connection.execute(delete(catalogue).where(here))
        else:
            position = wanted.position if wanted.position is not None else before.position if before else None
            if position is None:
                position = await self._next_position(connection, wanted.kind)
            values = {"version": version, "position": position, "document": wanted.document, "updated_at": at}
            if before:
                await connection.execute(update(catalogue).where(here).values(values))
            else:
                await connection.execute(catalogue.insert().values(kind=wanted.kind, id=wanted.id, **values))
        return Change(
            id=0,
            at=at,
            person="",
            act="",
            kind=wanted.kind,
            item=wanted.id,
            version=version,
            before=before.document if before else None,
            after=wanted.document,
        )

    async def _version(self, connection: AsyncConnection, wanted: Edit) -> int:
        """Return the newest version that ever was: a removed item does not start again with 1."""
        of_item = (changes.c.kind == wanted.kind) & (changes.c.item == wanted.id)
        return int((await connection.execute(select(func.max(changes.c.version)).where(of_item))).scalar() or 0)

    async def _next_position(self, connection: AsyncConnection, kind: str) -> int:
        of_kind = select(func.max(catalogue.c.position)).where(catalogue.c.kind == kind)
        return int((await connection.execute(of_kind)).scalar() or 0) + 1
