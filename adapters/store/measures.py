"""Reading the record of rectification measures: lists, one measure, its timeline."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Select, select, tuple_

from activities.messages import MeasureRow
from adapters.store import pages
from adapters.store.database import Database
from adapters.store.pages import Page
from adapters.store.rows import to_entry, to_measure_entry
from adapters.store.tables import entries, measure_entries, measures
from domain import events as ev
from domain.acts import RectificationMeasure
from domain.measure import MeasureEntry
from domain.text import Wire

_LISTED = [column for column in measures.c if column.name != "view"]


class MeasureFilter(Wire):
    """Which measures; None means any. ``due_before`` is exclusive."""

    owner: str | None = None
    verifier: str | None = None
    state: str | None = None
    incident: str | None = None
    source_kind: str | None = None
    source: str | None = None
    is_overdue: bool | None = None
    is_over: bool | None = None
    due_before: AwareDatetime | None = None


class SqlMeasures:
    """The read side of the record of measures. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def search(
        self, wanted: MeasureFilter | None = None, *, after: str | None = None, limit: int = 50
    ) -> Page[MeasureRow]:
        """Return measures, the first due first, with an empty view; raise BadCursor, ValueError."""
        asked = select(*_LISTED).where(*_conditions(wanted or MeasureFilter()))
        if after is not None:
            place = pages.read_cursor(after, datetime, str)
            asked = asked.where(tuple_(measures.c.due, measures.c.number) > tuple_(*place))
        asked = asked.order_by(measures.c.due, measures.c.number)
        rows = await self._rows(asked.limit(pages.size(limit) + 1))
        items = [MeasureRow.model_validate({**row, "view": {}}) for row in rows[:limit]]
        more = pages.write_cursor(items[-1].due, items[-1].number) if len(rows) > limit else None
        return Page(items, more)

    async def get(self, number: str) -> MeasureRow | None:
        """Find one measure with its view."""
        rows = await self._rows(select(measures).where(measures.c.number == number))
        return MeasureRow.model_validate(dict(rows[0])) if rows else None

    async def timeline(self, number: str, *, after_seq: int = 0, limit: int = 500) -> list[MeasureEntry]:
        """Return the entries of a measure that follow one, in order; none for an unknown measure."""
        kept = measure_entries.c
        wanted = select(measure_entries).where(kept.measure == number, kept.seq > after_seq).order_by(kept.seq)
        return [to_measure_entry(row) for row in await self._rows(wanted.limit(limit))]

    async def proposed(self, incident: str, summary_version: int) -> list[RectificationMeasure] | None:
        """Return the measures of a version of an incident's summary report, None while it is not recorded (6.2)."""
        wanted = select(entries).where(entries.c.incident == incident, entries.c.kind == "summary_submitted")
        for row in await self._rows(wanted):
            event = to_entry(row).event
            if isinstance(event, ev.SummarySubmitted) and event.summary_version == summary_version:
                return event.measures
        return None

    async def _rows(self, wanted: Select[Any]) -> Any:
        async with self._database.session() as connection:
            return (await connection.execute(wanted)).mappings().all()


def _conditions(wanted: MeasureFilter) -> list[ColumnElement[bool]]:
    exact = wanted.model_dump(exclude={"due_before"}, exclude_none=True)
    conditions = [measures.c[name] == value for name, value in exact.items()]
    if wanted.due_before:
        conditions.append(measures.c.due < wanted.due_before)
    return conditions
