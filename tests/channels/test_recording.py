"""Recording: Temporal tries again while the database is away, and never when the record was changed from outside."""

from datetime import UTC, datetime

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.messages import Archive, Batch, IncidentRow
from activities.ports import RecordTampered
from activities.record import Recording

NOW = datetime(2026, 11, 24, 3, 14, tzinfo=UTC)
ROW = IncidentRow(
    number="INC-1",
    seq=0,
    version=0,
    title="t",
    phase="reported",
    severity="III",
    system="market-db",
    reporter="li-na",
    opened_at=NOW,
    updated_at=NOW,
    head_hash="0" * 64,
    view={},
)


class Store:
    """Keeps what it is given, or fails as told."""

    def __init__(self, failure: Exception | None = None) -> None:
        """Take how to fail."""
        self.failure = failure
        self.archived: dict[str, str] = {}
        self.batches: list[Batch] = []

    async def append(self, batch: Batch) -> None:
        """Keep a batch or fail."""
        if self.failure:
            raise self.failure
        self.batches.append(batch)

    async def archive(self, incident: str, history: str) -> None:
        """Keep a history."""
        self.archived[incident] = history


class Histories:
    """One history by its workflow's id; any other is unexpected."""

    async def fetch(self, workflow_id: str) -> str:
        """Return it."""
        assert workflow_id == "incident:INC-1"
        return '{"events": []}'


async def record(store: Store) -> None:
    await ActivityEnvironment().run(Recording(store, Histories()).record, Batch(entries=[], row=ROW))


async def test_a_batch_is_appended() -> None:
    store = Store()
    await record(store)
    assert [batch.row.number for batch in store.batches] == ["INC-1"]


async def test_a_record_that_was_changed_is_not_tried_again() -> None:
    with pytest.raises(ApplicationError) as failure:
        await record(Store(RecordTampered("entry 3 was changed")))
    assert (failure.value.type, failure.value.non_retryable) == ("RecordTampered", True)


async def test_a_database_that_is_away_is_tried_again() -> None:
    with pytest.raises(ConnectionError):
        await record(Store(ConnectionError("away")))


async def test_a_history_is_fetched_and_kept() -> None:
    store = Store()
    recording = Recording(store, Histories())
    await ActivityEnvironment().run(recording.archive, Archive(incident="INC-1", workflow_id="incident:INC-1"))
    assert store.archived == {"INC-1": '{"events": []}'}
