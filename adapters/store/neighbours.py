"""Which incidents stand beside one another: recurrences, those with the same cause, those under one command."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from adapters.store.database import Database
from adapters.store.tables import incidents
from domain.text import Wire

_MOST = 200


class Neighbour(Wire):
    """Another incident, in short."""

    number: str
    title: str
    phase: str
    is_over: bool
    recurrence_of: str | None = None
    parent: str | None = None
    commander: str | None = None


_COLUMNS = [incidents.c[name] for name in Neighbour.model_fields]


class SqlNeighbours:
    """Looks beside an incident. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def of(self, numbers: Iterable[str]) -> list[Neighbour]:
        """Return the recurrences and the linked incidents of these, oldest first."""
        wanted = list(numbers)
        about = or_(incidents.c.recurrence_of.in_(wanted), incidents.c.parent.in_(wanted))
        return await self._found(select(*_COLUMNS).where(about).order_by(incidents.c.opened_at, incidents.c.number))

    async def commanded_by(self, people: Iterable[str]) -> list[Neighbour]:
        """Return the incidents that go on under the command of these people."""
        wanted = select(*_COLUMNS).where(incidents.c.commander.in_(list(people)), incidents.c.is_over.is_(False))
        return await self._found(wanted.order_by(incidents.c.opened_at, incidents.c.number))

    async def _found(self, wanted: object) -> list[Neighbour]:
        async with self._database.session() as connection:
            rows = (await connection.execute(wanted.limit(_MOST))).mappings().all()  # type: ignore[attr-defined]
        return [Neighbour.model_validate(dict(row)) for row in rows]
