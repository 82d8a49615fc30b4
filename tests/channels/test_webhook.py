"""The webhook: signed, keyed, bounded, and silent about its own secrets."""

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.webhook import WebhookChannel
from adapters.channels.writer import Writer
from domain.company import Person
from tests.channels.loopback import SECRET, WebhookReceiver, webhook_receiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture
def channel(receiver: WebhookReceiver, writer: Writer) -> WebhookChannel:
    return WebhookChannel(receiver.url, SECRET, writer)


async def test_a_message_arrives_signed_with_its_key(
    channel: WebhookChannel, receiver: WebhookReceiver, message: Message, sun: Person
) -> None:
    assert await channel.send(message, sun, "sun-jing") == "HTTP 204"
    [(headers, content)] = receiver.received
    assert headers["idempotency-key"] == message.dedup_key
    assert content["to"] == "sun-jing"
    assert content["subject"] == "请立即判断：交易数据库 无响应"
    assert "主库端口拒绝连接" in content["body"]
    assert content["due"] == "2026-11-24T03:19:00+00:00"
    assert abs(int(headers["x-fengsui-timestamp"]) - time.time()) < 60


async def test_a_repeat_carries_the_same_key(
    channel: WebhookChannel, receiver: WebhookReceiver, message: Message, sun: Person
) -> None:
    receiver.answers = [500]
    with pytest.raises(NotHandedOver):
        await channel.send(message, sun, "sun-jing")
    await channel.send(message, sun, "sun-jing")
    assert [headers["idempotency-key"] for headers, _ in receiver.received] == [message.dedup_key] * 2


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        (429, False),
        (408, False),
        (500, False),
        (503, False),
        (301, True),
        (400, True),
        (401, True),
        (404, True),
        (410, True),
    ],
)
async def test_an_answer_tells_whether_to_try_again(
    channel: WebhookChannel, receiver: WebhookReceiver, message: Message, sun: Person, status: int, is_final: bool
) -> None:
    receiver.answers = [status]
    with pytest.raises(NotHandedOver) as refusal:
        await channel.send(message, sun, "sun-jing")
    assert (refusal.value.is_final, refusal.value.detail) == (is_final, f"webhook: HTTP {status}")


async def test_a_receiver_that_hangs_is_left_in_time(
    channel: WebhookChannel, receiver: WebhookReceiver, message: Message, sun: Person
) -> None:
    receiver.is_hanging = True
    async with asyncio.timeout(15):
        with pytest.raises(NotHandedOver) as refusal:
            await channel.send(message, sun, "sun-jing")
    assert refusal.value.is_final is False


async def test_an_error_names_neither_address_nor_secret(writer: Writer, message: Message, sun: Person) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        channel = WebhookChannel(f"http://127.0.0.1:{port}/hook?key=hidden-key", SECRET, writer)
        with pytest.raises(NotHandedOver) as refusal:
            await channel.send(message, sun, "sun-jing")
    assert refusal.value.is_final is False
    assert "hidden-key" not in refusal.value.detail
    assert str(port) not in refusal.value.detail
