"""What an incident hands out while it goes on: entries to the record, messages to people."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.messages import Batch, IncidentRow, MeasureBatch, MeasureRow, Message
    from activities.record import Recording
    from activities.rectification import Rectification
    from domain.entry import Entry
    from domain.measure import MeasureEntry
    from workflows import options
    from workflows.paging import Reached, reach

BATCH_BYTES = 256 * 1024
PORTABLE_BYTES = 512 * 1024
R = TypeVar("R")


class Recorder(ABC, Generic[R]):
    """Keeps the record up with the timeline; while the database is away it catches up beside the incident."""

    def __init__(self, outbox: list[Entry], row: Callable[[], R], is_settled: Callable[[], bool]) -> None:
        """Take over what was not recorded yet; ``is_settled`` tells that the incident has nothing else to set going.

        It must wait for that: after a crash one and the same update can reach the workflow together with the end of
        the last recording, and when it is replayed after it. What is set going has one order in both.
        """
        self.outbox = outbox
        self._row = row
        self._is_settled = is_settled
        self._last_recorded_at: datetime | None = None
        self._is_hurried = False

    @property
    def is_up_to_date(self) -> bool:
        """Tell whether everything is recorded."""
        return not self.outbox

    def is_portable(self) -> bool:
        """Tell whether what still waits for the record fits into the input of a next run; else the history goes on."""
        waiting = sum(len(entry.model_dump_json()) for entry in self.outbox)
        return waiting <= PORTABLE_BYTES or workflow.info().get_current_history_length() > options.LONGEST_RUN

    def hurry(self) -> None:
        """Record without pauses: the incident waits for it now."""
        self._is_hurried = True

    async def keep(self) -> None:
        """Record whatever comes, in order, for ever; what comes in quick succession shares a batch."""
        while True:
            await workflow.wait_condition(self._has_work)
            if self._is_soon() and not self._is_hurried:
                await self._rest()
                await workflow.wait_condition(self._has_work)
            entries = self._next_entries()
            self._last_recorded_at = entries[-1].recorded_at
            await self._until_done(entries, self._row())
            del self.outbox[: len(entries)]

    def _has_work(self) -> bool:
        return bool(self.outbox) and self._is_settled()

    def _is_soon(self) -> bool:
        """Compare the entries' own instants: they are the same when a crash has made two workflow tasks one."""
        last = self._last_recorded_at
        return last is not None and self.outbox[0].recorded_at - last < options.RECORD_PACE

    async def _rest(self) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._is_hurried, timeout=options.RECORD_PACE, timeout_summary="what follows shares a batch"
            )
        except TimeoutError:
            return

    def _next_entries(self) -> list[Entry]:
        size, count = 0, 0
        for entry in self.outbox:
            size += len(entry.model_dump_json())
            if count and size > BATCH_BYTES:
                break
            count += 1
        return self.outbox[:count]

    async def _until_done(self, entries: list[Entry], row: R) -> None:
        """Write entries; never by a local activity, which would write what Temporal has not stored yet.

        A worker that dies then leaves entries in the record that have never happened, and the record refuses the
        true ones for ever.
        """
        while True:
            try:
                await self._write(entries, row, f"record {entries[0].seq}-{entries[-1].seq}")
            except FailureError as failure:
                if is_cancelled_exception(failure):
                    raise
                # Somebody changed the record. The incident goes on; it cannot close before the record is mended.
                workflow.logger.error("record refused", extra={"why": str(failure.cause or failure)})
                await workflow.sleep(options.MENDED_AFTER, summary="the record refuses entries; trying again")
            else:
                return

    @abstractmethod
    async def _write(self, entries: list[Entry], row: R, summary: str) -> None:
        """Give entries, and the row as it stands after them, to the record."""


class IncidentRecorder(Recorder[IncidentRow]):
    """Keeps the record of an incident."""

    async def _write(self, entries: list[Entry], row: IncidentRow, summary: str) -> None:
        await workflow.execute_activity_method(
            Recording.record,
            Batch(entries=entries, row=row),
            start_to_close_timeout=options.RECORD_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary=summary,
        )


class MeasureRecorder(Recorder[MeasureRow]):
    """Keeps the record of a rectification measure."""

    async def _write(self, entries: list[Entry], row: MeasureRow, summary: str) -> None:
        await workflow.execute_activity_method(
            Rectification.record,
            MeasureBatch(entries=cast("list[MeasureEntry]", entries), row=row),
            start_to_close_timeout=options.RECORD_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary=summary,
        )


class Courier:
    """Tells people once what they should know; each message goes its own way, none waits for another."""

    def __init__(self, channels: dict[str, list[str]]) -> None:
        """Remember by which channels people are reached; whoever made the dictionary may change it."""
        self._channels = channels
        self._on_the_way: dict[str, tuple[Message, asyncio.Task[Reached]]] = {}
        self._is_hurried = False

    @property
    def unsent(self) -> list[Message]:
        """Return the messages that are still on the way; sent again in a next run, the dedup key makes them one."""
        return [message for message, task in self._on_the_way.values() if not task.done()]

    def send(self, messages: list[Message]) -> None:
        """Set messages on their way."""
        self._on_the_way = {key: pair for key, pair in self._on_the_way.items() if not pair[1].done()}
        for message in messages:
            task = asyncio.create_task(self._deliver(message))
            self._on_the_way[message.dedup_key] = (message, task)

    def hurry(self) -> None:
        """Pause no more: who could not be reached by now is not waited for."""
        self._is_hurried = True

    async def _deliver(self, message: Message) -> Reached:
        """Reach somebody, after a while once more where nothing took the message; its key makes them one."""
        for pause in (*options.NOTE_PAUSES, timedelta(0)):
            reached = await reach(message, self._channels.get(message.recipient, []), _never)
            if reached or self._is_hurried or not pause:
                return reached
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._is_hurried, timeout=pause, timeout_summary=f"{message.recipient} was not reached"
                )
        return Reached.NOT


def _never() -> bool:
    return False
