"""Reading the record: lists, one incident, its timeline, what is new."""

import zlib
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from activities.messages import IncidentRow
from adapters.store import pages
from adapters.store.database import Database
from adapters.store.pages import Page
from adapters.store.rows import to_entry
from adapters.store.tables import archives, entries, incidents
from domain.entry import Entry
from domain.text import Wire

_LISTED = [column for column in incidents.c if column.name != "view"]


class Filter(Wire):
    """Which incidents; None means any. ``text`` is a part of the title, in any case of letters."""

    phase: str | None = None
    severity: str | None = None
    system: str | None = None
    reporter: str | None = None
    awaited: str | None = None
    is_drill: bool | None = None
    is_over: bool | None = None
    recurrence_of: str | None = None
    parent: str | None = None
    text: str | None = None


class Counts(Wire):
    """How many incidents there are; drills are only in ``drills``, the groups count those that are not over."""

    total: int = 0
    open: int = 0
    drills: int = 0
    by_phase: dict[str, int] = {}
    by_severity: dict[str, int] = {}
    by_awaited: dict[str, int] = {}


class SqlIncidents:
    """The read side of the record. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def search(
        self, wanted: Filter | None = None, *, after: str | None = None, limit: int = 50
    ) -> Page[IncidentRow]:
        """Return incidents, newest first, with an empty view; raise BadCursor, ValueError (limit outside 1..100)."""
        wanted_rows = select(*_LISTED).where(*_conditions(wanted or Filter()))
        if after is not None:
            place = pages.read_cursor(after, datetime, str)
            wanted_rows = wanted_rows.where(tuple_(incidents.c.opened_at, incidents.c.number) < tuple_(*place))
        wanted_rows = wanted_rows.order_by(incidents.c.opened_at.desc(), incidents.c.number.desc())
        rows = await self._rows(wanted_rows.limit(pages.size(limit) + 1))
        items = [IncidentRow.model_validate({**row, "view": {}}) for row in rows[:limit]]
        more = pages.write_cursor(items[-1].opened_at, items[-1].number) if len(rows) > limit else None
        return Page(items, more)

    async def get(self, number: str) -> IncidentRow | None:
        """Find one incident with its view."""
        rows = await self._rows(select(incidents).where(incidents.c.number == number))
        return IncidentRow.model_validate(rows[0]) if rows else None

    async def timeline(self, number: str, *, after_seq: int = 0, limit: int = 100) -> list[Entry]:
        """Return the entries of an incident that follow one, in order; none for an unknown incident."""
        wanted = select(entries).where(entries.c.incident == number, entries.c.seq > after_seq).order_by(entries.c.seq)
        return [to_entry(row) for row in await self._rows(wanted.limit(limit))]

    async def entries_after(self, cursor: str | None, *, limit: int = 100) -> Page[Entry]:
        """Return what was recorded after a cursor, over all incidents; None starts from now on. Raise BadCursor.

        ``next`` is always set and moves only when entries came. An entry shows once no transaction that began before
        it can still be under way, so that none is overtaken: that takes about as long as the database's limit.
        """
        settled = timedelta(seconds=self._database.limit)
        order = (entries.c.inserted_at, entries.c.incident, entries.c.seq)
        async with self._database.session() as connection:
            until = await self._database.now(connection) - settled
            if cursor is None:
                return Page([], pages.write_cursor(until, "", 0))
            place = pages.read_cursor(cursor, datetime, str, int)
            wanted = select(entries).where(tuple_(*order) > tuple_(*place), entries.c.inserted_at <= until)
            rows = (await connection.execute(wanted.order_by(*order).limit(limit))).mappings().all()
        if not rows:
            return Page([], cursor)
        last = rows[-1]
        return Page(
            [to_entry(row) for row in rows], pages.write_cursor(last["inserted_at"], last["incident"], last["seq"])
        )

    async def counts(self) -> Counts:
        """Count the incidents."""
        groups = ("is_drill", "is_over", "phase", "severity", "awaited")
        columns = [incidents.c[name] for name in groups]
        rows = await self._rows(select(*columns, func.count().label("number")).group_by(*columns))
        real = [row for row in rows if not row["is_drill"]]
        live = [row for row in real if not row["is_over"]]
        return Counts(
            total=sum(row["number"] for row in real),
            open=sum(row["number"] for row in live),
            drills=sum(row["number"] for row in rows) - sum(row["number"] for row in real),
            by_phase=_sums(live, "phase"),
            by_severity=_sums(live, "severity"),
            by_awaited=_sums(live, "awaited"),
        )

    async def history(self, number: str) -> str | None:
        """Return the archived Temporal history (JSON) of an incident that is over."""
        rows = await self._rows(select(archives.c.history).where(archives.c.incident == number))
        return zlib.decompress(rows[0]["history"]).decode() if rows else None

    async def _rows(self, wanted: Select[Any]) -> Any:
        async with self._database.session() as connection:
            return (await connection.execute(wanted)).mappings().all()


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    exact = wanted.model_dump(exclude={"text"}, exclude_none=True)
    conditions = [incidents.c[name] == value for name, value in exact.items()]
    if wanted.text:
        conditions.append(incidents.c.title.icontains(wanted.text, autoescape=True))
    return conditions


def _sums(rows: Any, name: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in rows:
        if row[name] is not None:
            sums[row[name]] += row["number"]
    return dict(sums)
