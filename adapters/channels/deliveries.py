"""What came of each attempt, into the store."""

from datetime import UTC, datetime
from typing import Protocol

from activities.messages import Delivery, Message
from adapters.store.deliveries import Attempt


class Attempts(Protocol):
    """Keeps attempts."""

    async def add(self, attempt: Attempt) -> None:
        """Keep one."""
        ...


class StoredDeliveries:
    """Implements ``activities.ports.DeliveryLog`` over the store."""

    def __init__(self, attempts: Attempts) -> None:
        """Take where attempts are kept."""
        self._attempts = attempts

    async def note(self, message: Message, delivery: Delivery) -> None:
        """Keep one attempt with the time of now."""
        await self._attempts.add(
            Attempt(
                dedup_key=message.dedup_key,
                recipient=message.recipient,
                channel=message.channel,
                incident=message.incident,
                question=message.question,
                is_accepted=delivery.is_accepted,
                detail=delivery.detail,
                at=datetime.now(UTC),
            )
        )
