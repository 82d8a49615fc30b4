"""What administrators keep: one document per item; every change of it is a link of a chain (5.3.5)."""

import hashlib
from collections.abc import Sequence
from typing import Any

import rfc8785
import structlog
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, bindparam, delete, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import pages
from adapters.store.database import Database
from adapters.store.pages import Page
from adapters.store.tables import catalogue, changes, heads
from domain.entry import GENESIS
from domain.errors import Conflict
from domain.text import N_, Wire

CHAIN = "changes"
_log = structlog.get_logger(__name__)
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
            desk = await self._desk(connection, edits, at)
            made: list[Change] = []
            for wanted in edits:
                if change := desk.apply(wanted):
                    link = {"id": seq + len(made) + 1, "person": person, "act": act, "reason": reason}
                    sealed = change.model_copy(update={**link, "prev_hash": made[-1].hash if made else head})
                    made.append(sealed.model_copy(update={"hash": sealed.digest()}))
            await desk.write(connection)
            if made:
                await connection.execute(changes.insert(), [change.model_dump() for change in made])
                moved = update(heads).where(heads.c.chain == CHAIN)
                await connection.execute(moved.values(seq=made[-1].id, hash=made[-1].hash))
        for change in made:
            # The log is kept elsewhere: it anchors the chain outside the database.
            _log.info("changed", id=change.id, hash=change.hash, kind=change.kind, item=change.item, person=person)
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

    async def _desk(self, connection: AsyncConnection, edits: Sequence[Edit], at: AwareDatetime) -> "_Desk":
        """Read in a few queries what the edits are about: an import may be large."""
        kinds = {wanted.kind for wanted in edits}
        items = await self._items(connection, catalogue.c.kind.in_(kinds))
        newest = select(changes.c.kind, changes.c.item, func.max(changes.c.version)).where(changes.c.kind.in_(kinds))
        if len(edits) == 1:
            newest = newest.where(changes.c.item == edits[0].id)
        versions = (await connection.execute(newest.group_by(changes.c.kind, changes.c.item))).all()
        return _Desk(items, {(kind, item): int(version) for kind, item, version in versions}, at)


class _Desk:
    """The items that are edited: what becomes of them is worked out here and then written at once."""

    def __init__(self, items: list[Item], versions: dict[tuple[str, str], int], at: AwareDatetime) -> None:
        self._items = {(item.kind, item.id): item for item in items}
        self._before = dict(self._items)
        self._versions = versions
        self._last: dict[str, int] = {}
        for item in items:
            self._last[item.kind] = max(self._last.get(item.kind, 0), item.position)
        self._at = at

    def apply(self, wanted: Edit) -> Change | None:
        """Carry out an edit; one that only moves an item to another place is no change. Raises Conflict."""
        key = wanted.kind, wanted.id
        before = self._items.get(key)
        if wanted.version is not None and wanted.version != (before.version if before else 0):
            raise Conflict(N_("Somebody else has changed it meanwhile; look again."), clause="5.1")
        if (before.document if before else None) == wanted.document:
            if before and wanted.position is not None:
                self._items[key] = before.model_copy(update={"position": wanted.position})
            return None
        # The newest that ever was: a removed item does not start again with 1.
        version = self._versions[key] = self._versions.get(key, 0) + 1
        if wanted.document is None:
            del self._items[key]
        else:
            position = (
                wanted.position
                if wanted.position is not None
                else (before.position if before else self._last.get(wanted.kind, 0) + 1)
            )
            self._last[wanted.kind] = max(self._last.get(wanted.kind, 0), position)
            self._items[key] = Item(
                kind=wanted.kind, id=wanted.id, version=version, position=position, document=wanted.document
            )
        return Change(
            id=0,
            at=self._at,
            person="",
            act="",
            kind=wanted.kind,
            item=wanted.id,
            version=version,
            before=before.document if before else None,
            after=wanted.document,
        )

    async def write(self, connection: AsyncConnection) -> None:
        """Write what differs from what was read."""
        touched = [key for key, item in self._items.items() if self._before.get(key) != item]
        outdated = [key for key in self._before if self._items.get(key) != self._before[key]]
        if outdated:
            here = (catalogue.c.kind == bindparam("in_kind")) & (catalogue.c.id == bindparam("in_id"))
            await connection.execute(
                delete(catalogue).where(here), [{"in_kind": kind, "in_id": item} for kind, item in outdated]
            )
        if touched:
            rows = [self._items[key].model_dump() | {"updated_at": self._at} for key in touched]
            await connection.execute(catalogue.insert(), rows)
