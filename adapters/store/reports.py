"""Drafts of summary reports, version by version, and what reviewers said about them."""

from sqlalchemy import select

from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import report_drafts, report_reviews
from domain.report import Draft, Reviewed


class SqlReports:
    """The drafts and reviews; nothing is changed or deleted. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def drafts(self, number: str) -> list[Draft]:
        """Return every version of an incident's draft, oldest first."""
        wanted = select(report_drafts).where(report_drafts.c.incident == number).order_by(report_drafts.c.version)
        async with self._database.session() as connection:
            return [Draft.model_validate(dict(row)) for row in (await connection.execute(wanted)).mappings()]

    async def reviews(self, number: str) -> list[Reviewed]:
        """Return what was said about an incident's draft, oldest first."""
        order = (report_reviews.c.version, report_reviews.c.at, report_reviews.c.person)
        wanted = select(report_reviews).where(report_reviews.c.incident == number).order_by(*order)
        async with self._database.session() as connection:
            return [Reviewed.model_validate(dict(row)) for row in (await connection.execute(wanted)).mappings()]

    async def add(self, number: str, draft: Draft) -> bool:
        """Keep a version; False where another took its number meanwhile."""
        values = draft.model_dump(exclude={"content"}) | {"content": draft.content.model_dump(mode="json")}
        adding = insert(report_drafts, is_postgres=self._database.is_postgres).values(incident=number, **values)
        kept = adding.on_conflict_do_nothing().returning(report_drafts.c.version)
        async with self._database.transaction() as connection:
            return await connection.scalar(kept) is not None

    async def review(self, number: str, reviewed: Reviewed) -> bool:
        """Keep what a reviewer said; False where he said something about that version before."""
        adding = insert(report_reviews, is_postgres=self._database.is_postgres)
        kept = adding.values(incident=number, **reviewed.model_dump()).on_conflict_do_nothing()
        async with self._database.transaction() as connection:
            return await connection.scalar(kept.returning(report_reviews.c.version)) is not None
