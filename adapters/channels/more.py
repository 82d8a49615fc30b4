"""Anything else, by Apprise (extra ``notify-more``); it cannot tell a refusal, so nothing by it is confirmed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from urllib.parse import quote

from activities.messages import Message
from activities.ports import UNCONFIRMED, NotHandedOver, Unconfirmed
from adapters.channels.provider import TOTAL_SECONDS
from adapters.channels.writer import Writer
from domain.company import Person

# Its senders block, and sleep between calls: they have threads of their own, so that they hold up nothing else.
_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="apprise")


def is_installed() -> bool:
    """Tell whether the extra is there."""
    return find_spec("apprise") is not None


class AppriseChannel:
    """Sends by an Apprise address in which ``{address}`` stands for where the person is reached."""

    def __init__(self, name: str, url: str, writer: Writer) -> None:
        """Take the channel's name and the address."""
        self.name = name
        self._url = url
        self._writer = writer

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Hand a message to Apprise; it says yes or no, and yes may still be a refusal."""
        text = await self._writer.write(message, recipient, address)
        url = self._url.replace("{address}", quote(address, safe="@+"))
        sending = asyncio.get_running_loop().run_in_executor(_THREADS, _notify, url, text.subject, text.body)
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                is_taken = await sending
        except TimeoutError:
            raise NotHandedOver(f"{self.name}: no answer in time") from None
        if is_taken is None:
            raise NotHandedOver(f"{self.name}: Apprise does not understand the address", is_final=True)
        if not is_taken:
            raise NotHandedOver(f"{self.name}: Apprise says no")
        return Unconfirmed(f"{self.name}: {UNCONFIRMED}, Apprise says yes")


def _notify(url: str, subject: str, body: str) -> bool | None:
    # Loaded here: it takes a second, and most installations do not have it.
    import apprise  # noqa: PLC0415

    sender = apprise.Apprise()
    if not sender.add(url):
        return None
    return bool(sender.notify(title=subject, body=body))
