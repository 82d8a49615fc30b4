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

OPENERS = 16
TRIAL = 100
# Of all that are open, so many ring while they are watched; the others keep their timers for the next day.
WATCHED = 1_000
SHARE = 0.8  # of what the trial reached: nothing may pile up
TOLD_EVERY = 500
GRACE_SECONDS = 120
ASKED_AT_ONCE = 100
LOOK_SECONDS = 5
# How late the second call of the page was that every open incident burns; it is due one repeat after the report.
LATENESS = text("""
SELECT (julianday(call.occurred_at) - julianday(report.recorded_at)) * 86400 - :repeat
FROM entries AS report JOIN entries AS call ON call.incident = report.incident
WHERE report.kind = 'reported' AND call.kind = 'paged' AND json_extract(call.event, '$.call') = 2
  AND report.incident BETWEEN :first AND :last
""")


async def many(rig: Rig, count: int) -> list[Figure]:
    """Open this many incidents and bare workflows in turns, each with a timer; when all are open the last ring."""
    rate, watched = await _rate(rig), min(count, WATCHED)
    repeat = timedelta(seconds=round(watched / rate * 1.15 + 15))
    near, far = (with_limits(rig.policy, page_repeat=length) for length in (repeat, timedelta(days=1)))
    openings = [rig.opening(policy=near if index >= count - watched else far) for index in range(count)]
    handles: list[WorkflowHandle[Any, float]] = []

    async def both(index: int) -> None:
        is_watched = index >= count - watched
        handle = await rig.open_bare(datetime.now(UTC) + (repeat if is_watched else timedelta(days=1)))
        handles.extend([handle] if is_watched else [])
        await rig.acknowledged(openings[index])

    before = _resident(rig.worker_pid), _resident(rig.bare_pid)
    taken = await _paced(count, rate, both)
    await rig.rests()
    memory, bare_memory = (
        (_resident(pid) - least) / count * 1000
        for pid, least in zip((rig.worker_pid, rig.bare_pid), before, strict=True)
    )
    late = await _lateness(rig, openings[-watched].number, openings[-1].number, watched, repeat)
    bare_late = await _woken(handles)
    note = f"{count:,} open, opened in {taken:.0f} s; {watched:,} rang, {rate:.1f} a second"
    return [
        Figure("worker memory per 1,000 open incidents", "MB", memory, bare_memory, note=f"measured over {count:,}"),
        Figure("lateness of firing p50", "s", percentile(late, 50), percentile(bare_late, 50), note=note),
        Figure("lateness of firing p99", "s", percentile(late, 99), percentile(bare_late, 99), aim=2),
        Figure("timers that did not fire", "", watched - len(late), aim=0),
    ]


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
    """Find how many incidents a second this machine opens and pages for without falling behind."""
    openings = [rig.opening() for _ in range(TRIAL)]
    started = time.perf_counter()
    await _paced(TRIAL, TRIAL, lambda index: rig.acknowledged(openings[index]))
    await rig.rests()
    return TRIAL / (time.perf_counter() - started) * SHARE


async def _paced(count: int, rate: float, start: Callable[[int], Awaitable[Any]]) -> float:
    """Start things at a steady rate, as many at a time as there are openers; return the seconds it took."""
    began = time.perf_counter()
    indexes = iter(range(count))

    async def work() -> None:
        for index in indexes:
            await asyncio.sleep(began + index / rate - time.perf_counter())
            await start(index)
            if (index + 1) % TOLD_EVERY == 0:
                say(f"  {index + 1:,} of {count:,} are open")

    await asyncio.gather(*(work() for _ in range(OPENERS)))
    return time.perf_counter() - began


async def _lateness(rig: Rig, first: str, last: str, count: int, repeat: timedelta) -> list[float]:
    end = time.perf_counter() + repeat.total_seconds() + GRACE_SECONDS
    late: list[float] = []
    while len(late) < count and time.perf_counter() < end:
        await asyncio.sleep(LOOK_SECONDS)
        async with rig.database.session() as connection:
            values = {"repeat": repeat.total_seconds(), "first": first, "last": last}
            late = [row[0] for row in await connection.execute(LATENESS, values)]
    return late
