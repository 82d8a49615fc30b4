"""Apprise: whatever it says is unconfirmed, and a sender that hangs holds up nobody."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from activities.messages import Message
from activities.ports import NotHandedOver, Unconfirmed
from adapters.channels.more import AppriseChannel
from adapters.channels.writer import Writer
from domain.company import Person
from tests.channels.platforms import Json, Platform, Reply, Request, on_loopback

# Its own modules still import what Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Anything(Platform):
    """Takes Apprise's JSON posts for one person."""

    def judge(self, request: Request) -> Reply | None:
        content: Json = json.loads(request.body)
        if request.path != "/to/sun%20jing" or content.keys() != {"version", "title", "message", "attachments", "type"}:
            return Reply({}, 400)
        self.received.append(content)
        return None

    def taken(self) -> Reply:
        return Reply({"errcode": 310000, "errmsg": "a refusal that Apprise does not see"})


@pytest.fixture
def platform() -> Iterator[Anything]:
    platform = Anything()
    with on_loopback(platform):
        yield platform


@pytest.fixture
def channel(platform: Anything, writer: Writer) -> AppriseChannel:
    return AppriseChannel("bark", platform.url.replace("http", "json") + "/to/{address}", writer)


async def test_what_apprise_takes_is_unconfirmed(
    channel: AppriseChannel, platform: Anything, message: Message, sun: Person
) -> None:
    told = await channel.send(message, sun, "sun jing")
    assert isinstance(told, Unconfirmed)
    assert told == "bark: unconfirmed, Apprise says yes"
    assert platform.received[0]["title"] == "请立即判断：交易数据库 无响应"


async def test_what_apprise_refuses_is_tried_again(
    channel: AppriseChannel, platform: Anything, message: Message, sun: Person
) -> None:
    platform.replies.append(Reply({}, 500))
    with pytest.raises(NotHandedOver) as refusal:
        await channel.send(message, sun, "sun jing")
    assert (refusal.value.is_final, refusal.value.detail) == (False, "bark: Apprise says no")


async def test_an_address_that_apprise_does_not_understand_is_final(
    writer: Writer, message: Message, sun: Person
) -> None:
    with pytest.raises(NotHandedOver) as refusal:
        await AppriseChannel("bark", "nothing-of-the-kind://{address}", writer).send(message, sun, "x")
    assert refusal.value.is_final


async def test_a_sender_that_hangs_is_left_in_time(
    channel: AppriseChannel, platform: Anything, message: Message, sun: Person
) -> None:
    platform.is_hanging = True
    async with asyncio.timeout(15):
        with pytest.raises(NotHandedOver) as refusal:
            await channel.send(message, sun, "sun jing")
    assert not refusal.value.is_final
