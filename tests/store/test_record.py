"""The record only grows, in order, and what is in it stays (5.3.5)."""

import asyncio
from datetime import UTC, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from activities.messages import Batch
from activities.ports import RecordTampered
from adapters.store.database import Database
from adapters.store.incidents import SqlIncidents
from adapters.store.record import RecordGap, RecordUnreadable, SqlRecord
from tests.store.story import batch, row_of, timeline

FULL = 2  # SQLite's number for it


async def test_what_is_read_is_what_was_written(database: Database) -> None:
    entries = timeline()
    await SqlRecord(database).append(batch(entries))
    read = await SqlIncidents(database).timeline("2026-0001")
    assert read == entries
    assert [entry.digest() for entry in read] == [entry.hash for entry in entries]
    assert await SqlIncidents(database).get("2026-0001") == row_of(entries)


async def test_instants_keep_their_zone_and_microseconds(database: Database) -> None:
    entries = timeline()
    deadline = entries[0].occurred_at.astimezone().replace(microsecond=1)
    await SqlRecord(database).append(batch(entries, deadline=deadline))
    row = await SqlIncidents(database).get("2026-0001")
    assert row is not None
    assert row.deadline == deadline
    assert row.opened_at == entries[0].recorded_at
    assert {row.opened_at.utcoffset(), row.updated_at.utcoffset()} == {timedelta(0)}
    first = (await SqlIncidents(database).timeline("2026-0001", limit=1))[0]
    assert first.recorded_at.tzinfo == UTC
    assert first.recorded_at.microsecond == 123456


async def test_an_instant_without_zone_is_refused(database: Database) -> None:
    row = row_of(timeline()).model_copy(update={"closed_at": timeline()[0].recorded_at.replace(tzinfo=None)})
    with pytest.raises(Exception, match="an instant needs its zone"):
        await SqlRecord(database).append(Batch(entries=timeline(), row=row))


async def test_a_batch_twice_is_the_batch_once(database: Database) -> None:
    entries = timeline()
    for _ in range(2):
        await SqlRecord(database).append(batch(entries))
    assert await SqlIncidents(database).timeline("2026-0001") == entries


async def test_the_same_batches_at_once_from_several_workers(url: str) -> None:
    entries = timeline(length=40)
    workers = [Database(url, limit=20) for _ in range(4)]
    try:
        await asyncio.gather(*(SqlRecord(worker).append(batch(entries)) for worker in workers))
        assert await SqlIncidents(workers[0]).timeline("2026-0001") == entries
    finally:
        for worker in workers:
            await worker.close()


async def test_a_storm_of_incidents_all_get_their_turn(database: Database) -> None:
    storm = [batch(timeline(f"2026-{index:04}", 2)) for index in range(120)]
    await asyncio.gather(*(SqlRecord(database).append(each) for each in storm))
    assert (await SqlIncidents(database).counts()).total == 120


async def test_overlapping_batches_join(database: Database) -> None:
    entries = timeline()
    await SqlRecord(database).append(batch(entries, 1, 4))
    await SqlRecord(database).append(batch(entries, 3, 6))
    assert await SqlIncidents(database).timeline("2026-0001") == entries


@pytest.mark.parametrize(("first", "last"), [(2, 3), (5, 6)])
async def test_a_gap_is_refused_and_nothing_is_written(database: Database, first: int, last: int) -> None:
    entries = timeline()
    await SqlRecord(database).append(batch(entries, 1, 1) if first > 2 else batch(timeline("other"), 1, 6))
    before = len(await SqlIncidents(database).timeline("2026-0001"))
    with pytest.raises(RecordGap, match=f"entry {first - 1} "):
        await SqlRecord(database).append(batch(entries, first, last))
    assert len(await SqlIncidents(database).timeline("2026-0001")) == before


async def test_a_gap_inside_a_batch_is_refused(database: Database) -> None:
    entries = timeline()
    with pytest.raises(RecordGap, match="entry 3 "):
        await SqlRecord(database).append(Batch(entries=[*entries[:2], *entries[3:]], row=row_of(entries)))
    assert await SqlIncidents(database).get("2026-0001") is None


async def test_another_entry_in_the_same_place_is_refused_loudly(database: Database) -> None:
    await SqlRecord(database).append(batch(timeline()))
    forged = timeline(title="另一件事")
    with capture_logs() as logs, pytest.raises(RecordTampered, match="entry 1 "):
        await SqlRecord(database).append(batch(forged))
    assert [(log["event"], log["log_level"], log["incident"]) for log in logs] == [
        ("record_tampered", "critical", "2026-0001")
    ]
    assert await SqlIncidents(database).timeline("2026-0001") == timeline()


async def test_entries_that_follow_another_past_are_refused(database: Database) -> None:
    await SqlRecord(database).append(batch(timeline(length=3)))
    with pytest.raises(RecordTampered, match="entry 3 "):
        await SqlRecord(database).append(batch(timeline(title="另一件事"), 4, 6))
    assert len(await SqlIncidents(database).timeline("2026-0001")) == 3


async def test_an_entry_that_does_not_fit_its_hash_is_not_stored(database: Database) -> None:
    entries = timeline()
    entries[1] = entries[1].model_copy(update={"clause": "6.1"})
    with pytest.raises(RecordUnreadable, match="entry 2 "):
        await SqlRecord(database).append(batch(entries))
    assert await SqlIncidents(database).timeline("2026-0001") == []


async def test_an_older_row_never_overwrites_a_newer(database: Database) -> None:
    entries = timeline()
    await SqlRecord(database).append(batch(entries))
    await SqlRecord(database).append(batch(entries, 1, 3, title="旧"))
    row = await SqlIncidents(database).get("2026-0001")
    assert row is not None
    assert (row.seq, row.title, row.head_hash) == (6, "行情系统无法登录", entries[-1].hash)


async def test_a_row_ahead_of_its_entries_comes_with_the_last_of_them(database: Database) -> None:
    entries = timeline()
    await SqlRecord(database).append(Batch(entries=entries[:2], row=row_of(entries)))
    assert await SqlIncidents(database).get("2026-0001") is None
    await SqlRecord(database).append(Batch(entries=entries[2:], row=row_of(entries)))
    assert await SqlIncidents(database).get("2026-0001") == row_of(entries)


async def test_the_first_history_is_kept(database: Database) -> None:
    await SqlRecord(database).append(batch(timeline()))
    for history in ('{"events": ["一"]}', '{"events": []}'):
        await SqlRecord(database).archive("2026-0001", history)
    assert await SqlIncidents(database).history("2026-0001") == '{"events": ["一"]}'
    with pytest.raises(RecordGap):
        await SqlRecord(database).archive("unknown", "{}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET person = 'somebody' WHERE seq = 2",
        "DELETE FROM entries WHERE seq = 2",
        "UPDATE refusals SET person = 'somebody'",
        "DELETE FROM refusals",
    ],
)
async def test_the_database_itself_refuses_changes(database: Database, statement: str) -> None:
    entries = timeline()
    await SqlRecord(database).append(batch(entries))
    async with database.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO refusals (id, at, act, method, path, code, message, params, prev_hash, hash) "
                "VALUES (1, '2026-11-24 00:00:00', 'judge', 'POST', '/', 'own-work', '', '{}', '', '')"
            )
        )
    with pytest.raises(IntegrityError, match="only grows"):
        async with database.transaction() as connection:
            await connection.execute(text(statement))
    assert await SqlIncidents(database).timeline("2026-0001") == entries


async def test_neither_replacing_nor_truncating_is_a_way_around(database: Database) -> None:
    entries = timeline()
    await SqlRecord(database).append(batch(entries))
    way = "TRUNCATE entries" if database.is_postgres else "REPLACE INTO entries SELECT * FROM entries WHERE seq = 2"
    with pytest.raises(IntegrityError, match="only grows"):
        async with database.transaction() as connection:
            await connection.execute(text(way))
    assert await SqlIncidents(database).timeline("2026-0001") == entries


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_was_acknowledged_outlasts_a_power_cut(database: Database) -> None:
    """A server keeps to it by itself; SQLite must be told to sync its log at every commit."""
    async with database.transaction() as connection:
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
        assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one() == FULL
