"""What came of each attempt to hand a message to a provider."""

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, select

from activities.messages import Delivery, Message
from activities.ports import UNCONFIRMED
from adapters.store.database import Database
from adapters.store.tables import deliveries
from domain.text import Wire


class Attempt(Wire):
    """One attempt: to whom, by which channel, whether the provider took it, and its own words."""

    dedup_key: str
    recipient: str
    channel: str
    incident: str
    question: str
    is_accepted: bool
    detail: str = ""
    at: AwareDatetime

    @property
    def is_confirmed(self) -> bool:
        """Tell whether a refusal would have shown; what was handed over by a way that hides them says so itself."""
        return f": {UNCONFIRMED}" not in self.detail


_KEPT = {"recipient", "channel", "is_accepted", "detail"}


class SqlDeliveries:
    """Attempts, each a row. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def note(self, message: Message, delivery: Delivery) -> None:
        """Keep one attempt (``activities.ports.DeliveryLog``)."""
        async with self._database.transaction() as connection:
            values = message.model_dump(include={"dedup_key", "incident", "question"}) | delivery.model_dump(
                include=_KEPT
            )
            at = await self._database.now(connection)
            await connection.execute(deliveries.insert().values(**values, at=at))

    async def of_incident(self, number: str) -> list[Attempt]:
        """Return the attempts for an incident, oldest first."""
        return await self._where(deliveries.c.incident == number)

    async def of_message(self, dedup_key: str) -> list[Attempt]:
        """Return the attempts to deliver one message, oldest first."""
        return await self._where(deliveries.c.dedup_key == dedup_key)

    async def _where(self, condition: ColumnElement[bool]) -> list[Attempt]:
        async with self._database.session() as connection:
            found = await connection.execute(select(deliveries).where(condition).order_by(deliveries.c.id))
            return [Attempt.model_validate(dict(row)) for row in found.mappings()]
