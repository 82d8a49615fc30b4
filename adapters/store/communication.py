"""Communication tests: who was tried on which contact point, and who answered (4.2)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import select, update

from activities.messages import Trial, Tried
from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import communication_tests, tried_points
from domain.text import Wire

_LOOKED_BACK = 6


class Point(Wire):
    """A contact point that was tried, and when its person answered."""

    test: str
    person: str
    channel: str
    answered_at: AwareDatetime | None = None


class SqlCommunicationTests:
    """The communication tests. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def begin(self, trial: Trial, points: Sequence[Tried]) -> list[Tried]:
        """Note that a test begins, and return whom it tries; begun a second time it stays as it was."""
        is_postgres = self._database.is_postgres
        rows = [{"test": trial.id, **point.model_dump()} for point in points]
        async with self._database.transaction() as connection:
            begun = insert(communication_tests, is_postgres=is_postgres).values(trial.model_dump())
            is_new = await connection.scalar(begun.on_conflict_do_nothing().returning(communication_tests.c.id))
            if is_new and rows:
                await connection.execute(tried_points.insert(), rows)
        return [Tried(person=point.person, channel=point.channel) for point in await self.points(trial.id)]

    async def newest(self, limit: int = 1) -> list[Trial]:
        """Return the newest tests."""
        wanted = select(communication_tests).order_by(communication_tests.c.started_at.desc()).limit(limit)
        async with self._database.session() as connection:
            return [Trial(**row) for row in (await connection.execute(wanted)).mappings()]

    async def get(self, test: str) -> Trial | None:
        """Find a test."""
        wanted = select(communication_tests).where(communication_tests.c.id == test)
        async with self._database.session() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        return Trial(**row) if row else None

    async def points(self, test: str, person: str | None = None) -> list[Point]:
        """Return whom a test tried where."""
        wanted = select(tried_points).where(tried_points.c.test == test)
        if person is not None:
            wanted = wanted.where(tried_points.c.person == person)
        async with self._database.session() as connection:
            rows = await connection.execute(wanted.order_by(tried_points.c.person, tried_points.c.channel))
            return [Point(**row) for row in rows.mappings()]

    async def answer(self, test: str, person: str, channel: str, at: datetime) -> Point | None:
        """Note that a person answered on a contact point; the first answer stands. None where he was not tried."""
        here = (tried_points.c.test == test) & (tried_points.c.person == person) & (tried_points.c.channel == channel)
        async with self._database.transaction() as connection:
            unanswered = here & tried_points.c.answered_at.is_(None)
            await connection.execute(update(tried_points).where(unanswered).values(answered_at=at))
            row = (await connection.execute(select(tried_points).where(here))).mappings().one_or_none()
        return Point(**row) if row else None

    async def silent(self, now: datetime) -> dict[tuple[str, str], datetime]:
        """Return since when each contact point (person, channel) whose last test has passed without an answer is so."""
        closed = [trial for trial in await self.newest(_LOOKED_BACK) if trial.closes_at <= now]
        last: dict[tuple[str, str], datetime | None] = {}
        for trial in closed:
            for point in await self.points(trial.id):
                last.setdefault((point.person, point.channel), trial.started_at if point.answered_at is None else None)
        return {place: since for place, since in last.items() if since}
