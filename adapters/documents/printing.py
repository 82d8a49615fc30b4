"""Documents are made in a process of their own: it can be ended, and nothing else waits for it."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Literal

import structlog

from adapters.documents import html
from adapters.documents.paper import Paper

Format = Literal["html", "pdf", "docx"]
FORMATS: dict[Format, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WITHOUT_PANGO = 3
AT_ONCE = 2
SECONDS = 60.0
_QUEUE_SECONDS = 15.0
_ROOT = Path(__file__).resolve().parents[2]
_log = structlog.get_logger(__name__)


class NoPango(Exception):
    """PDF needs a library of the operating system that this host does not have."""


class Busy(Exception):
    """Others are being printed; trying later will help."""


class TooSlow(Exception):
    """A document took too long or could not be made."""


class Printer:
    """Makes documents, a few at once, each within a time."""

    def __init__(self, *, at_once: int = AT_ONCE, seconds: float = SECONDS, queue: float = _QUEUE_SECONDS) -> None:
        """Take how many processes there may be, how long each may run, and how long one may wait for its turn."""
        self._turns = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._queue = queue

    async def write(self, paper: Paper, wanted: Format) -> bytes:
        """Return the document; raise NoPango, Busy, TooSlow."""
        if wanted == "html":
            return (await asyncio.to_thread(html.write, paper)).encode()
        try:
            await asyncio.wait_for(self._turns.acquire(), self._queue)
        except TimeoutError:
            raise Busy from None
        try:
            return await self._print(paper, wanted)
        finally:
            self._turns.release()

    async def _print(self, paper: Paper, wanted: Format) -> bytes:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "adapters.documents", wanted), cwd=_ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        try:
            async with asyncio.timeout(self._seconds):
                written, told = await child.communicate(paper.model_dump_json().encode())
        except TimeoutError:
            _log.error("document_too_slow", number=paper.number, format=wanted)
            raise TooSlow from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode == WITHOUT_PANGO:
            raise NoPango(told.decode(errors="replace")[:500])
        if child.returncode:
            _log.error(
                "document_failed", number=paper.number, format=wanted, told=told.decode(errors="replace")[-2000:]
            )
            raise TooSlow
        return written
