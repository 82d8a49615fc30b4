"""Handing messages over to the provider of a channel."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.messages import Delivery, Message
from activities.ports import Channel, DeliveryLog, Directory, NotHandedOver, Unconfirmed

LATE = timedelta(minutes=1)
_LOG_SECONDS = 1.0


class Paging:
    """Messages to people; who is reached where is looked up when a message is sent."""

    def __init__(self, directory: Directory, channels: Mapping[str, Channel], log: DeliveryLog) -> None:
        """Take the ways to reach people by the name of the channel."""
        self._directory = directory
        self._channels = channels
        self._log = log

    @activity.defn(name="hand_over")
    async def hand_over(self, message: Message) -> Delivery:
        """Hand one message to its channel; a refusal for good is an answer, anything passing is tried again."""
        message = message.model_copy(update={"is_late": _is_late(message)})
        delivery, refusal = await self.attempt(message)
        if refusal is None or refusal.is_final:
            return delivery
        raise ApplicationError(refusal.detail, type="NotHandedOver", next_retry_delay=refusal.retry_after)

    async def attempt(self, message: Message) -> tuple[Delivery, NotHandedOver | None]:
        """Try once, note what came of it, and tell."""
        delivery, refusal = await self._attempt(message)
        await self._note(message, delivery)
        return delivery, refusal

    async def _attempt(self, message: Message) -> tuple[Delivery, NotHandedOver | None]:
        try:
            told = await self._send(message)
        except NotHandedOver as refusal:
            return _delivery(message, refusal.detail, is_accepted=False), refusal
        except Exception as error:  # noqa: BLE001 - an answer that nobody foresaw is its channel's fault, not the page's
            unforeseen = NotHandedOver(f"{message.channel}: {type(error).__name__}")
            return _delivery(message, unforeseen.detail, is_accepted=False), unforeseen
        return _delivery(message, told, is_accepted=True), None

    async def _send(self, message: Message) -> str:
        recipient = await self._directory.person(message.recipient)
        if recipient is None or not recipient.is_active:
            raise NotHandedOver("no such active person", is_final=True)
        channel = self._channels.get(message.channel)
        if channel is None:
            raise NotHandedOver(f"channel {message.channel} is not set up", is_final=True)
        address = await self._directory.address(message.recipient, message.channel)
        if address is None:
            raise NotHandedOver(f"no address for channel {message.channel}", is_final=True)
        return await channel.send(message, recipient, address)

    async def _note(self, message: Message, delivery: Delivery) -> None:
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                await self._log.note(message, delivery)
        except Exception:  # noqa: BLE001 - the page is out: a database that is away must not fail it
            activity.logger.warning("delivery_not_logged", exc_info=True)


def _is_late(message: Message) -> bool:
    """Compare instants of the server: nobody was there to send it when its time came."""
    return activity.info().started_time - (message.planned_at or message.created_at) > LATE


def _delivery(message: Message, told: str, *, is_accepted: bool) -> Delivery:
    return Delivery(
        recipient=message.recipient,
        channel=message.channel,
        is_accepted=is_accepted,
        detail=f"late: {told}" if message.is_late else told,
        is_confirmed=not isinstance(told, Unconfirmed),
        is_late=message.is_late,
    )
