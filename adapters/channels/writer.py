"""From a message to words in its recipient's language."""

from typing import Protocol

from activities.messages import Message
from adapters.links import Links
from adapters.messages import Letterhead, Rendered, render
from domain.company import Company, Person


class Companies(Protocol):
    """Knows the company as it is now."""

    async def company(self) -> Company:
        """Return the company."""
        ...


class Writer:
    """Renders messages with the names that the company uses today."""

    def __init__(self, companies: Companies, letterhead: Letterhead, links: Links | None = None) -> None:
        """Take the company, what every message of this installation says, and who signs the links."""
        self._companies = companies
        self._letterhead = letterhead
        self._links = links

    async def write(self, message: Message, recipient: Person) -> Rendered:
        """Render a message for its recipient."""
        # Made at the last moment: it opens the task without a sign-in, so it is nowhere but in the message.
        link = self._links.link(message, recipient) if self._links else None
        return render(message, recipient, await self._companies.company(), self._letterhead, link)
