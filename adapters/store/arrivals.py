"""Dispatches and arrivals as the record has them."""

from datetime import datetime

from sqlalchemy import select

from adapters.store.database import Database
from adapters.store.rows import to_entry
from adapters.store.tables import entries, incidents
from domain.arrivals import KINDS
from domain.entry import Entry


class SqlArrivals:
    """Reads them; raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def between(self, start: datetime | None, end: datetime | None, *, is_drill: bool) -> list[Entry]:
        """Return what happened from ``start`` to before ``end``, in real incidents or in drills."""
        wanted = (
            select(entries)
            .join(incidents, incidents.c.number == entries.c.incident)
            .where(entries.c.kind.in_(KINDS), incidents.c.is_drill == is_drill)
            .order_by(entries.c.incident, entries.c.seq)
        )
        if start:
            wanted = wanted.where(entries.c.occurred_at >= start)
        if end:
            wanted = wanted.where(entries.c.occurred_at < end)
        async with self._database.session() as connection:
            return [to_entry(row) for row in (await connection.execute(wanted)).mappings()]
