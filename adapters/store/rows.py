"""Between the models and the rows of the tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite

from domain.entry import Entry
from domain.measure import MeasureEntry

Values = dict[str, Any]


def to_row(entry: Entry, inserted_at: datetime) -> Values:
    """Return the values of an entry's row."""
    values = entry.model_dump(exclude={"event"})
    return values | {
        "role": str(entry.role),
        "kind": entry.event.kind,
        "event": entry.event.model_dump(mode="json"),
        "inserted_at": inserted_at,
    }


def to_entry(row: Mapping[str, Any] | RowMapping) -> Entry:
    """Return the entry of a row; ValueError where the row was made unreadable."""
    if row["event"]["kind"] != row["kind"]:
        raise ValueError(f"{row['event']['kind']} is filed as {row['kind']}")
    return Entry.model_validate(dict(row))


def to_measure_row(entry: Entry, inserted_at: datetime) -> Values:
    """Return the values of the row of an entry of a measure."""
    values = to_row(entry, inserted_at)
    return {"measure": values.pop("incident"), **values}


def to_measure_entry(row: Mapping[str, Any] | RowMapping) -> MeasureEntry:
    """Return the entry of a measure's row; ValueError where the row was made unreadable."""
    if row["event"]["kind"] != row["kind"]:
        raise ValueError(f"{row['event']['kind']} is filed as {row['kind']}")
    return MeasureEntry.model_validate({**row, "incident": row["measure"]})


def insert(table: Table, *, is_postgres: bool) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which both dialects have and standard SQL has not."""
    return postgresql.insert(table) if is_postgres else sqlite.insert(table)
