"""The rows of evidence: what the timeline says of each file, written together with its entry."""

from collections.abc import Iterable, Sequence

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import custody
from adapters.store.custody import CustodyEntry, Handled
from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import evidence
from domain.entry import Entry
from domain.events import EvidenceAdded
from domain.exhibit import Algorithm, Exhibit


class ExhibitRow(Exhibit):
    """A piece of evidence of an incident; ``seq`` is its timeline entry."""

    incident: str
    seq: int
    record: str
    text: str | None = None
    collector: str | None = None
    received_by: str | None = None
    received_at: AwareDatetime
    received_from: str | None = None
    is_late: bool = False


def rows_of(entries: Iterable[Entry]) -> list[ExhibitRow]:
    """Return what a timeline says of evidence."""
    return [_row(entry, entry.event) for entry in entries if isinstance(entry.event, EvidenceAdded)]


def _row(entry: Entry, event: EvidenceAdded) -> ExhibitRow:
    return ExhibitRow(
        **event.model_dump(exclude={"kind", "collection"}),
        incident=entry.incident,
        seq=entry.seq,
        received_by=entry.person,
        received_at=entry.recorded_at,
        is_late=entry.is_late,
    )


async def write(connection: AsyncConnection, new: Sequence[Entry], *, is_postgres: bool) -> list[CustodyEntry]:
    """Insert the rows of new entries once, and note in the custody list that each was received; return the links."""
    received: list[tuple[Handled, AwareDatetime]] = []
    for row in rows_of(new):
        adding = insert(evidence, is_postgres=is_postgres).values(row.model_dump())
        done = await connection.execute(adding.on_conflict_do_nothing().returning(evidence.c.seq))
        if done.scalar_one_or_none() is not None:
            received.append((_received(row), row.received_at))
    return await custody.add(connection, received)


def _received(row: ExhibitRow) -> Handled:
    return Handled(
        person=row.received_by,
        act="received",
        address=row.received_from,
        detail=row.collector,
        **row.model_dump(include={"incident", "seq", "digest", "algorithm"}),
    )


class SqlExhibits:
    """The read side of the evidence. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def of_incident(self, number: str) -> list[ExhibitRow]:
        """Return the evidence of an incident in the order of its timeline."""
        return await self._where(evidence.c.incident == number)

    async def get(self, number: str, seq: int) -> ExhibitRow | None:
        """Find one piece of evidence."""
        return next(iter(await self._where((evidence.c.incident == number) & (evidence.c.seq == seq))), None)

    async def is_referenced(self, algorithm: Algorithm, digest: str) -> bool:
        """Tell whether any incident has a content."""
        wanted = select(exists().where(evidence.c.digest == digest, evidence.c.algorithm == algorithm))
        async with self._database.session() as connection:
            return bool(await connection.scalar(wanted))

    async def _where(self, condition: ColumnElement[bool]) -> list[ExhibitRow]:
        wanted = select(evidence).where(condition).order_by(evidence.c.incident, evidence.c.seq)
        async with self._database.session() as connection:
            return [ExhibitRow.model_validate(dict(row)) for row in (await connection.execute(wanted)).mappings()]
