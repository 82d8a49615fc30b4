"""From a message to words in its recipient's language."""

from typing import Protocol

from activities.messages import Message
from adapters.links import Links
from adapters.messages import Letterhead, Rendered, render
from domain.company import Company, Person
from domain.directory import INBOX


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

    async def write(self, message: Message, recipient: Person, address: str = "") -> Rendered:
        """Render a message for its recipient, who is reached at this address."""
        company = await self._companies.company()
        return render(message, recipient, company, self._letterhead, self._link(message, recipient, address, company))

    def _link(self, message: Message, recipient: Person, address: str, company: Company) -> str | None:
        """Made at the last moment: it opens the task without a sign-in, so it is nowhere but in the message.

        What the inbox holds is kept, and read by tokens that may only look: no link there.
        """
        if self._links is None or message.channel == INBOX:
            return None
        return self._links.link(message, recipient, address, [person.id for person in company.people])
