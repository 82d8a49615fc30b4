"""Browsers that are signed in: found by the digest of the id that their cookie holds."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import Delete, delete, select, update

from adapters.store.database import Database
from adapters.store.tables import sessions
from domain.text import Wire


class Session(Wire):
    """Who is signed in, by which way, from where, until when at the latest."""

    id: str
    person: str
    way: str
    address: str
    agent: str
    must_change: bool = False
    created_at: AwareDatetime
    used_at: AwareDatetime
    ends_at: AwareDatetime


class SqlSessions:
    """The sessions. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def open(self, session: Session, digest: str, idle: timedelta) -> None:
        """Add a session; whatever of the person's has ended goes."""
        stale = (sessions.c.ends_at <= session.created_at) | (sessions.c.used_at <= session.created_at - idle)
        async with self._database.transaction() as connection:
            await connection.execute(delete(sessions).where(sessions.c.person == session.person, stale))
            await connection.execute(sessions.insert().values(digest=digest, **session.model_dump()))

    async def find(self, digest: str) -> Session | None:
        """Find a session, ended or not."""
        async with self._database.session() as connection:
            found = await connection.execute(select(sessions).where(sessions.c.digest == digest))
            row = found.mappings().one_or_none()
        return Session.model_validate(dict(row)) if row else None

    async def used(self, digest: str, at: datetime) -> None:
        """Say that a session is in use."""
        async with self._database.transaction() as connection:
            await connection.execute(update(sessions).where(sessions.c.digest == digest).values(used_at=at))

    async def of_person(self, person: str) -> list[Session]:
        """Return a person's sessions, the newest first."""
        wanted = select(sessions).where(sessions.c.person == person).order_by(sessions.c.created_at.desc())
        async with self._database.session() as connection:
            found = await connection.execute(wanted)
            return [Session.model_validate(dict(row)) for row in found.mappings()]

    async def end(self, person: str, *, only: str | None = None, but: str | None = None) -> int:
        """End a person's sessions: all, only one, or all but one; return how many."""
        ended = of(person)
        if only is not None:
            ended = ended.where(sessions.c.id == only)
        if but is not None:
            ended = ended.where(sessions.c.id != but)
        async with self._database.transaction() as connection:
            return len((await connection.execute(ended.returning(sessions.c.id))).all())


def of(person: str) -> Delete:
    """Return what ends all sessions of a person."""
    return delete(sessions).where(sessions.c.person == person)
