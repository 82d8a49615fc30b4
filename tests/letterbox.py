"""The far side of every channel: takes messages, and fails a story that gets one which nobody expected."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.messages import Letterhead, Rendered, render
from domain.company import Company, Person

_MINUTE = timedelta(minutes=1)
_TOLERANCE = timedelta(seconds=5)
_LETTERHEAD = Letterhead(public_url="http://127.0.0.1")


def in_minutes(length: timedelta) -> int:
    """Return a length in whole minutes; one that is not about whole fails."""
    minutes = round(length / _MINUTE)
    assert abs(length - minutes * _MINUTE) < _TOLERANCE, f"{length} is not {minutes} minutes"
    return minutes


class Letterbox:
    """Implements ``activities.ports.Channel``; every message is put into words, as a real channel does."""

    name = "inbox"

    def __init__(self, company: Company) -> None:
        self.company = company
        self.received: list[tuple[Message, Rendered]] = []
        self.keys: list[str] = []
        self.broken: set[str] = set()
        self.hanging: dict[str, asyncio.Event] = {}
        self._unexpected: list[Message] = []

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Take a message; NotHandedOver for those whose line is broken, and no answer for now where it hangs."""
        assert address == recipient.id == message.recipient
        if recipient.id in self.broken:
            raise NotHandedOver("line broken")
        if recipient.id in self.hanging:
            await self.hanging[recipient.id].wait()
        self.keys.append(message.dedup_key)
        self.received.append((message, render(message, recipient, self.company, _LETTERHEAD)))
        self._unexpected.append(message)
        return "taken"

    def expect(self, template: str, *people: str) -> list[Message]:
        """Exactly these people got exactly one message of a template since the last look."""
        found = self._take(template)
        assert sorted(item.recipient for item in found) == sorted(people), f"{template}: {_told(found)}"
        return found

    def calls(self, *templates: str, since: datetime) -> list[tuple[int, set[str]]]:
        """Return who was called at which minute; all messages of these templates are expected then."""
        found = [item for template in templates for item in self._take(template)]
        minutes: dict[int, list[str]] = {}
        for item in sorted(found, key=lambda item: item.created_at):
            minutes.setdefault(in_minutes(item.created_at - since), []).append(item.recipient)
        twice = {minute: people for minute, people in minutes.items() if len(people) > len(set(people))}
        assert not twice, f"called twice at once: {twice}"
        return [(minute, set(people)) for minute, people in minutes.items()]

    def no_more(self) -> None:
        """Nobody got anything that was not expected."""
        left, self._unexpected = self._unexpected, []
        assert not left, f"unexpected: {_told(left)}"

    def forget(self) -> None:
        """What came so far belongs to the way to the story, not to the story."""
        self._unexpected = []

    def words(self, message: Message) -> Rendered:
        """Return a message as its recipient read it."""
        return next(text for item, text in self.received if item.dedup_key == message.dedup_key)

    def _take(self, template: str) -> list[Message]:
        found = [item for item in self._unexpected if item.template == template]
        self._unexpected = [item for item in self._unexpected if item.template != template]
        return found


def _told(messages: Iterable[Message]) -> list[str]:
    return [f"{item.template} → {item.recipient} ({item.question} call {item.call})" for item in messages]
