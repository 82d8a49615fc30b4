"""Handing messages over to the provider of a channel."""

import asyncio
from collections.abc import Mapping

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.messages import Delivery, Message
from activities.ports import Channel, DeliveryLog, Directory, NotHandedOver

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
        try:
            detail = await self._send(message)
            delivery = _delivery(message, detail, is_accepted=True)
        except NotHandedOver as refusal:
            delivery = _delivery(message, refusal.detail, is_accepted=False)
            await self._note(message, delivery)
            if refusal.is_final:
                return delivery
            raise ApplicationError(refusal.detail, type="NotHandedOver") from None
        await self._note(message, delivery)
        return delivery

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


def _delivery(message: Message, detail: str, *, is_accepted: bool) -> Delivery:
    return Delivery(recipient=message.recipient, channel=message.channel, is_accepted=is_accepted, detail=detail)
