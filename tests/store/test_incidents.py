"""Lists, pages, search and what is new."""

import asyncio
from datetime import timedelta

import pytest

from adapters.store.database import Database
from adapters.store.incidents import Filter, SqlIncidents
from adapters.store.pages import BadCursor, write_cursor
from adapters.store.record import SqlRecord
from tests.store.story import START, batch, timeline

PLACES = {"quotes": "行情系统无法登录", "oa": "OA 100% 宕机", "mail": "邮件_延迟", "room": "机房 Air-Conditioning 停机"}


async def fill(database: Database, count: int = 4) -> list[str]:
    """Open incidents a minute apart; return their numbers, newest first."""
    for index in range(count):
        system = list(PLACES)[index % len(PLACES)]
        await open_one(database, f"2026-{index + 1:04}", index, title=PLACES[system], system=system)
    return [f"2026-{index + 1:04}" for index in reversed(range(count))]


async def open_one(database: Database, number: str, minute: int, **changes: str) -> None:
    opened_at = START + timedelta(minutes=minute)
    await SqlRecord(database).append(batch(timeline(number, 2, opened_at=opened_at, **changes)))


async def found(database: Database, **wanted: object) -> list[str]:
    page = await SqlIncidents(database).search(Filter.model_validate(wanted))
    return [row.number for row in page.items]


async def test_pages_are_complete_while_others_are_inserted(database: Database) -> None:
    expected = await fill(database, 11)
    # Two at the same instant are told apart by their number.
    await open_one(database, "2026-0006-b", 5)
    expected.insert(expected.index("2026-0006"), "2026-0006-b")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await SqlIncidents(database).search(after=cursor, limit=3)
        seen += [row.number for row in page.items]
        await open_one(database, f"new-{len(seen)}", 100 + len(seen))
        if (cursor := page.next) is None:
            break
    assert seen == expected


async def test_the_last_full_page_knows_that_it_is_the_last(database: Database) -> None:
    await fill(database, 4)
    page = await SqlIncidents(database).search(limit=4)
    assert (len(page.items), page.next) == (4, None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("宕机", ["2026-0002"]),
        ("停机", ["2026-0004"]),
        ("机", ["2026-0004", "2026-0002"]),
        ("登录", ["2026-0001"]),
        ("air-con", ["2026-0004"]),
        ("100%", ["2026-0002"]),
        ("0%宕", []),
        ("_", ["2026-0003"]),
        ("'; DROP TABLE incidents; --", []),
    ],
)
async def test_a_part_of_the_title_is_found(database: Database, text: str, numbers: list[str]) -> None:
    await fill(database)
    assert await found(database, text=text) == numbers


async def test_filters_join(database: Database) -> None:
    await fill(database)
    drill = timeline("drill", 2, opened_at=START + timedelta(hours=1), is_drill=True)
    await SqlRecord(database).append(batch(drill, awaited="it_manager"))
    over = timeline("over", 2, opened_at=START - timedelta(hours=1), severity="I")
    await SqlRecord(database).append(batch(over, is_over=True, phase="closed", closed_at=START))
    assert await found(database, is_drill=True) == ["drill"]
    assert await found(database, awaited="it_manager") == ["drill"]
    assert await found(database, is_over=True) == ["over"]
    assert await found(database, phase="closed", severity="I") == ["over"]
    assert await found(database, phase="closed", severity="II") == []
    assert await found(database, system="oa", is_over=False, text="宕机") == ["2026-0002"]
    assert await found(database, reporter="nobody") == []
    assert len(await found(database, reporter="li.na")) == 6

    counts = await SqlIncidents(database).counts()
    assert (counts.total, counts.open, counts.drills) == (5, 4, 1)
    assert (counts.by_phase, counts.by_severity, counts.by_awaited) == ({"reported": 4}, {"II": 4}, {})


async def test_lists_leave_the_view_out(database: Database) -> None:
    await fill(database, 1)
    listed = (await SqlIncidents(database).search()).items[0]
    whole = await SqlIncidents(database).get(listed.number)
    assert listed.view == {}
    assert whole is not None
    assert whole.view["symptom"] == "交易员看到“连接被拒绝”\n第二行"


@pytest.mark.parametrize("cursor", ["", "?", "AAAA", "WyJ4Il0", write_cursor(3), write_cursor(START), "é"])
async def test_a_foreign_cursor_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await SqlIncidents(database).search(after=cursor)


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_page_has_bounds(database: Database, limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        await SqlIncidents(database).search(limit=limit)


async def test_the_timeline_goes_on_from_any_entry(database: Database) -> None:
    entries = timeline(length=9)
    await SqlRecord(database).append(batch(entries))
    reading = SqlIncidents(database)
    assert await reading.timeline("2026-0001", after_seq=7) == entries[7:]
    assert await reading.timeline("2026-0001", after_seq=2, limit=3) == entries[2:5]
    assert await reading.timeline("2026-0001", after_seq=9) == []
    assert await reading.timeline("unknown") == []


async def test_what_is_new_comes_once_and_in_order(url: str) -> None:
    database = Database(url, limit=0.5)
    reading = SqlIncidents(database)
    try:
        cursor = (await reading.entries_after(None)).next
        writing = asyncio.gather(*(open_one(database, f"2026-{index}", index) for index in range(6)))
        seen: list[tuple[str, int]] = []
        async with asyncio.timeout(20):
            while len(seen) < 12:
                page = await reading.entries_after(cursor, limit=5)
                seen += [(entry.incident, entry.seq) for entry in page.items]
                cursor = page.next
                await asyncio.sleep(0.05)
        await writing
    finally:
        await database.close()
    assert sorted(seen) == [(f"2026-{index}", seq) for index in range(6) for seq in (1, 2)]
    by_incident = {number: [seq for each, seq in seen if each == number] for number, _ in seen}
    assert all(seqs == [1, 2] for seqs in by_incident.values())
