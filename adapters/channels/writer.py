"""From a message to words in its recipient's language."""

from typing import Protocol

from activities.messages import Message
from adapters.messages import Letterhead, Rendered, render
from domain.company import Company, Person


class Companies(Protocol):
    """Knows the company as it is now."""

    async def company(self) -> Company:
        """Return the company."""
        ...


class Writer:
    """Renders messages with the names that the company uses today."""

    def __init__(self, companies: Companies, letterhead: Letterhead) -> None:
        """Take the company and what every message of this installation says."""
        self._companies = companies
        self._letterhead = letterhead

    async def write(self, message: Message, recipient: Person) -> Rendered:
        """Render a message for its recipient."""
        return render(message, recipient, await self._companies.company(), self._letterhead)
