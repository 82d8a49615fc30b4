"""The web inbox: always there, kept in our own database."""

import asyncio
from typing import Protocol

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.writer import Writer
from adapters.store.database import DatabaseAway
from adapters.store.inbox import Letter
from domain.company import Person

_SECONDS = 5.0


class InboxStore(Protocol):
    """Keeps letters."""

    async def put(self, letter: Letter) -> bool:
        """Put a letter in; False when it is there already."""
        ...


class InboxChannel:
    """Puts messages into the recipient's inbox."""

    name = "inbox"

    def __init__(self, store: InboxStore, writer: Writer) -> None:
        """Take where letters are kept and who writes them."""
        self._store = store
        self._writer = writer

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Put a message in once; NotHandedOver while the database is away."""
        text = await self._writer.write(message, recipient, address)
        letter = Letter(
            dedup_key=message.dedup_key,
            recipient=address,
            incident=message.incident,
            subject=text.subject,
            body=text.body,
            language=recipient.language,
            template=message.template,
            question=message.question,
            clause=message.clause,
            due=message.due,
            created_at=message.created_at,
        )
        try:
            async with asyncio.timeout(_SECONDS):
                is_new = await self._store.put(letter)
        except (DatabaseAway, TimeoutError):
            raise NotHandedOver("the database does not answer") from None
        return "in the inbox" if is_new else "in the inbox already"
