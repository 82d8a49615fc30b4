"""Writing the record."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.messages import Archive, Batch
from activities.ports import Histories, RecordStore, RecordTampered, Stamping


class Recording:
    """The timeline in the database, and the history of what is over."""

    def __init__(self, store: RecordStore, histories: Histories, stamping: Stamping | None = None) -> None:
        """Take where the record is kept, where histories come from, and who witnesses when it stood so."""
        self._store = store
        self._histories = histories
        self._stamping = stamping

    @activity.defn(name="record")
    async def record(self, batch: Batch) -> None:
        """Append entries; again and again until the database takes them, unless the record was tampered with."""
        try:
            await self._store.append(batch)
        except RecordTampered as error:
            raise ApplicationError(str(error), type="RecordTampered", non_retryable=True) from None

    @activity.defn(name="archive")
    async def archive(self, archive: Archive) -> None:
        """Keep the history of an incident that is over: Temporal forgets it after its retention."""
        history = await self._histories.fetch(archive.workflow_id)
        await self._store.archive(archive.incident, history)
        if self._stamping:
            await self._stamping.stamp(archive.incident)
