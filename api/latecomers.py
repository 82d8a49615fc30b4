"""Refusals that the database did not take at once: they wait here, in order, until it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from adapters.store.audit import Audited, SqlAudit
from adapters.store.database import DatabaseAway

MOST = 1000
PAUSE_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class Latecomers:
    """A bounded queue in memory; each refusal has its line in the log, also when the process ends before its turn."""

    def __init__(self, audit: SqlAudit) -> None:
        """Take where they go in the end."""
        self._audit = audit
        self._queue: asyncio.Queue[Audited] = asyncio.Queue(MOST)

    def add(self, audited: Audited) -> None:
        """Let a refusal wait; one too many is only in the log."""
        _log.warning("refusal_waits", is_kept=not self._queue.full(), **audited.model_dump(exclude_none=True))
        if not self._queue.full():
            self._queue.put_nowait(audited)

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """Write them beside the work of the block."""
        writing = asyncio.create_task(self._write())
        try:
            yield
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            audited = await self._queue.get()
            while not await self._is_written(audited):  # noqa: ASYNC110  the answer comes from the database
                await asyncio.sleep(PAUSE_SECONDS)

    async def _is_written(self, audited: Audited) -> bool:
        try:
            await self._audit.append(audited)
        except DatabaseAway:
            return False
        return True
