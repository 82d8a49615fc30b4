"""Many open incidents at once: the worker's memory, and how late their timers fire."""

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from temporalio.client import WorkflowHandle

from tools.bench.figures import Figure, percentile
from tools.bench.rig import Rig, with_limits
from tools.progress import say

OPENERS = 24  # each opens the next incident when the page of the last is recorded: nothing piles up
TRIAL = 100
# Of all that are open, so many ring while they are watched; the others keep their timers for the next day.
WATCHED = 1_000
RINGING = 0.5  # they ring at this share of the rate at which incidents can be opened, pages and all
TOLD_EVERY = 500
MARGIN = timedelta(seconds=30)
GRACE_SECONDS = 120
ASKED_AT_ONCE = 100
LOOK_SECONDS = 5
PAGED = text("SELECT 1 FROM entries WHERE incident = :number AND kind = 'paged' LIMIT 1")
# When the second call of the page went out that every open incident burns; it is due one repeat after the report.
CALLED_AGAIN = text("""
SELECT report.incident, MIN(julianday(call.occurred_at) - julianday(report.recorded_at)) * 86400
FROM entries AS report JOIN entries AS call ON call.incident = report.incident
WHERE report.kind = 'reported' AND call.kind = 'paged' AND json_extract(call.event, '$.call') = 2
  AND report.incident BETWEEN :first AND :last
GROUP BY report.incident
""")


async def many(rig: Rig, count: int) -> list[Figure]:
    """Open this many incidents and bare workflows in turns, each with a timer; when all are open the last ring."""
    rate, watched = await _rate(rig), min(count, WATCHED)
    bells: dict[str, float] = {}
    handles: list[WorkflowHandle[Any, float]] = []
    before = _resident(rig.worker_pid), _resident(rig.bare_pid)
    taken = await _opened(count - watched, lambda _: _open(rig, timedelta(days=1)))
    rate = (count - watched) / taken if count > watched else rate
    first_bell = datetime.now(UTC) + timedelta(seconds=watched / rate) * 1.25 + MARGIN
    gap = timedelta(seconds=1 / rate / RINGING)

    async def with_a_bell(index: int) -> None:
        bell = first_bell + gap * index
        handles.append(await rig.open_bare(bell))
        repeat = timedelta(seconds=round((bell - datetime.now(UTC)).total_seconds()))
        bells[await _open(rig, repeat)] = repeat.total_seconds()

    taken += await _opened(watched, with_a_bell)
    await rig.rests()
    memory, bare_memory = (
        (_resident(pid) - least) / count * 1000
        for pid, least in zip((rig.worker_pid, rig.bare_pid), before, strict=True)
    )
    late = await _lateness(rig, bells, first_bell + gap * watched)
    bare_late = await _woken(handles)
    note = f"{count:,} open, opened in {taken:.0f} s; {watched:,} rang, {1 / gap.total_seconds():.1f} a second"
    return [
        Figure("worker memory per 1,000 open incidents", "MB", memory, bare_memory, note=f"measured over {count:,}"),
        Figure("lateness of firing p50", "s", percentile(late, 50), percentile(bare_late, 50), note=note),
        Figure("lateness of firing p99", "s", percentile(late, 99), percentile(bare_late, 99), aim=2),
        Figure("timers that did not fire", "", watched - len(late), aim=0),
    ]


async def _open(rig: Rig, repeat: timedelta) -> str:
    """Open an incident whose page is repeated after that long; return its number when the first call is recorded."""
    start = rig.opening(policy=with_limits(rig.policy, page_repeat=repeat))
    await rig.acknowledged(start)
    while not await _is_paged(rig, start.number):  # noqa: ASYNC110  it comes from another process
        await asyncio.sleep(0.1)
    return start.number


async def _is_paged(rig: Rig, number: str) -> bool:
    async with rig.database.session() as connection:
        return (await connection.execute(PAGED, {"number": number})).first() is not None


def _resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(shown) / 1024


async def _woken(handles: Sequence[WorkflowHandle[Any, float]]) -> list[float]:
    """Ask bare workflows how late they woke; a server answers only so many who wait for a result at once."""
    places = asyncio.Semaphore(ASKED_AT_ONCE)

    async def one(handle: WorkflowHandle[Any, float]) -> float:
        async with places:
            return await handle.result()

    return await asyncio.gather(*map(one, handles))


async def _rate(rig: Rig) -> float:
    """Find how many incidents a second this machine opens and pages for."""
    return TRIAL / await _opened(TRIAL, lambda _: _open(rig, timedelta(days=1)))


async def _opened(count: int, start: Callable[[int], Awaitable[Any]]) -> float:
    """Start things, as many at a time as there are openers; return the seconds it took."""
    began = time.perf_counter()
    indexes = iter(range(count))

    async def work() -> None:
        for index in indexes:
            await start(index)
            if (index + 1) % TOLD_EVERY == 0:
                say(f"  {index + 1:,} of {count:,} are open")

    await asyncio.gather(*(work() for _ in range(OPENERS)))
    return time.perf_counter() - began


async def _lateness(rig: Rig, bells: dict[str, float], last_bell: datetime) -> list[float]:
    """Watch the bells ring; return by how many seconds each rang late."""
    late: list[float] = []
    values = {"first": min(bells), "last": max(bells)}
    while len(late) < len(bells) and datetime.now(UTC) < last_bell + timedelta(seconds=GRACE_SECONDS):
        await asyncio.sleep(LOOK_SECONDS)
        async with rig.database.session() as connection:
            rung = await connection.execute(CALLED_AGAIN, values)
            late = [after - bells[number] for number, after in rung if number in bells]
    return late
