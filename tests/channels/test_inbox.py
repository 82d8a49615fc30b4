"""The inbox: what is put in is what the store keeps; a store that is away is tried again."""

import pytest

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.inbox import InboxChannel
from adapters.channels.writer import Writer
from adapters.store.database import DatabaseAway
from adapters.store.inbox import Letter
from domain.company import Person


class Letters:
    """Keeps letters in memory, or is away."""

    def __init__(self) -> None:
        """Start empty and there."""
        self.kept: dict[str, Letter] = {}
        self.is_away = False

    async def put(self, letter: Letter) -> bool:
        """Keep a letter once."""
        if self.is_away:
            raise DatabaseAway("password=hidden")
        is_new = letter.dedup_key not in self.kept
        self.kept.setdefault(letter.dedup_key, letter)
        return is_new


async def test_a_message_is_put_in_once(writer: Writer, message: Message, sun: Person) -> None:
    letters = Letters()
    channel = InboxChannel(letters, writer)
    assert await channel.send(message, sun, "sun-jing") == "in the inbox"
    assert await channel.send(message, sun, "sun-jing") == "in the inbox already"
    [letter] = letters.kept.values()
    assert (letter.recipient, letter.incident, letter.question) == ("sun-jing", "INC-1", "judgement/1")
    assert letter.subject == "请立即判断：交易数据库 无响应"
    assert letter.due == message.due


async def test_a_database_that_is_away_is_tried_again(writer: Writer, message: Message, sun: Person) -> None:
    letters = Letters()
    letters.is_away = True
    with pytest.raises(NotHandedOver) as refusal:
        await InboxChannel(letters, writer).send(message, sun, "sun-jing")
    assert (refusal.value.is_final, refusal.value.detail) == (False, "the database does not answer")
