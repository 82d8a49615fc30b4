"""The web inbox: messages to people, kept in the database."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import func, select, update

from adapters.store import pages
from adapters.store.database import Database
from adapters.store.pages import Page
from adapters.store.rows import insert
from adapters.store.tables import inbox
from domain.text import Wire


class Letter(Wire):
    """A message as its recipient reads it; ``dedup_key`` makes a repeat of it the same message."""

    dedup_key: str
    recipient: str
    incident: str
    subject: str
    body: str
    language: str
    template: str
    question: str
    clause: str
    due: AwareDatetime | None = None
    created_at: AwareDatetime


class Received(Letter):
    """A message in somebody's inbox."""

    id: int
    read_at: AwareDatetime | None = None


class SqlInbox:
    """Everybody's inbox. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def put(self, letter: Letter) -> bool:
        """Put a message in; False when it is there already, and then nothing changes."""
        adding = insert(inbox, is_postgres=self._database.is_postgres).values(letter.model_dump(include=_WRITTEN))
        async with self._database.transaction() as connection:
            added = adding.on_conflict_do_nothing(index_elements=["dedup_key"]).returning(inbox.c.id)
            return await connection.scalar(added) is not None

    async def of_person(
        self, recipient: str, *, unread_only: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[Received]:
        """Return a person's messages, newest first; raise BadCursor, ValueError for a limit outside 1..100."""
        wanted = select(inbox).where(inbox.c.recipient == recipient)
        if unread_only:
            wanted = wanted.where(inbox.c.read_at.is_(None))
        if after is not None:
            (last,) = pages.read_cursor(after, int)
            wanted = wanted.where(inbox.c.id < last)
        async with self._database.session() as connection:
            found = await connection.execute(wanted.order_by(inbox.c.id.desc()).limit(pages.size(limit) + 1))
            rows = found.mappings().all()
        items = [Received.model_validate(dict(row)) for row in rows[:limit]]
        more = pages.write_cursor(items[-1].id) if len(rows) > limit else None
        return Page(items, more)

    async def unread(self, recipient: str) -> int:
        """Count what a person has not read."""
        wanted = select(func.count()).where(inbox.c.recipient == recipient, inbox.c.read_at.is_(None))
        async with self._database.session() as connection:
            return await connection.scalar(wanted) or 0

    async def mark_read(self, recipient: str, message: int, at: datetime) -> Received | None:
        """Mark one of a person's messages; its first reading stands. None when he has no such message."""
        his = (inbox.c.id == message, inbox.c.recipient == recipient)
        async with self._database.transaction() as connection:
            await connection.execute(update(inbox).where(*his, inbox.c.read_at.is_(None)).values(read_at=at))
            row = (await connection.execute(select(inbox).where(*his))).mappings().one_or_none()
        return Received.model_validate(dict(row)) if row else None


_WRITTEN = set(Letter.model_fields)
