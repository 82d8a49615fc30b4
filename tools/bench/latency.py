"""How fast incidents open, acts are answered, and pages reach the provider; always in turns with the bare workflow."""

import asyncio
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from temporalio.client import WorkflowHandle

from domain.acts import Judge, Record
from tools.bench.bare import ACT, FINISH
from tools.bench.course import MANAGER
from tools.bench.figures import Figure, percentile
from tools.bench.rig import REPORTER, Rig
from workflows.contract import Opening

CALLERS = 32
CROWDS = {1: 100, 32: 8, 256: 3}  # how many reports at once, and how often
CROWD_SECONDS = 300
HASTE = 10
JUDGES = (MANAGER, "sun-jing")
OBSERVATION = Record(kind="observation", text="主库仍拒绝连接")
Call = Callable[[], Awaitable[Any]]


async def opening(rig: Rig, rounds: int, per_round: int) -> list[Figure]:
    """Measure acknowledged start calls per second, by one caller and by 32."""
    figures = []
    for callers in (1, CALLERS):
        rates: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(rounds):
            starts: dict[str, list[Call]] = {
                "bare": [rig.open_bare for _ in range(per_round)],
                "ours": [_opens(rig) for _ in range(per_round)],
            }
            for name, calls in starts.items():
                started = time.perf_counter()
                await _by(callers, calls)
                rates[name].append(per_round / (time.perf_counter() - started))
                await rig.rests()
        ours, bare = (percentile(rates[name], 50) for name in ("ours", "bare"))
        name = f"incidents opened per second, {callers} caller{'s' * (callers > 1)}"
        figures.append(Figure(name, "/s", ours, bare, aim=0.5, of_ratio=True, is_floor=True))
    return figures


def _opens(rig: Rig) -> Call:
    start = rig.opening()
    return lambda: rig.acknowledged(start)


async def acting(rig: Rig, rounds: int, per_round: int) -> list[Figure]:
    """Measure the latency of an update on activated incidents, by one caller and by 32, each on one of its own."""
    numbers = [await _activated(rig) for _ in range(CALLERS)]
    handles = [await rig.open_bare() for _ in range(CALLERS)]
    await rig.rests()
    figures = []
    for callers in (1, CALLERS):
        taken: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(rounds):
            await asyncio.gather(*(_repeat(per_round, _acts(handle), taken["bare"]) for handle in handles[:callers]))
            await rig.rests()
            await asyncio.gather(
                *(_repeat(per_round, _informs(rig, number), taken["ours"]) for number in numbers[:callers])
            )
            await rig.rests()
        for percent, aim in ((50, 1.5), (99, None)):
            ours, bare = (percentile(taken[name], percent) * 1000 for name in ("ours", "bare"))
            name = f"latency of an act p{percent}, {callers} caller{'s' * (callers > 1)}"
            figures.append(Figure(name, "ms", ours, bare, aim=aim, of_ratio=True))
    for handle in handles:
        await handle.signal(FINISH)
    return figures


async def _activated(rig: Rig) -> str:
    start = rig.opening()
    await rig.incidents.open(start)
    await rig.act(start.number, MANAGER, Judge(verdict="emergency"))
    return start.number


def _informs(rig: Rig, number: str) -> Call:
    return lambda: rig.act(number, REPORTER, OBSERVATION)


def _acts(handle: WorkflowHandle[Any, Any]) -> Call:
    return lambda: handle.execute_update(ACT, OBSERVATION.text, id=secrets.token_hex(8), result_type=int)


async def paging(rig: Rig, times: int) -> list[Figure]:
    """Measure from the report until both judges' pages are with the provider, one report at a time."""
    ours, bare = [], []
    for _ in range(times):
        handle_started = time.perf_counter()
        handle = await rig.open_bare()
        await _acts(handle)()
        bare.append(time.perf_counter() - handle_started)
        await handle.signal(FINISH)
        start = rig.opening(channels=("inbox", "webhook"))
        reported_at = datetime.now(UTC).timestamp()
        await rig.incidents.open(start)
        async with asyncio.timeout(10):
            while len(rig.provider.about(start.number)) < len(JUDGES):  # noqa: ASYNC110  it comes from another process
                await asyncio.sleep(0.01)
        ours.append(max(rig.provider.about(start.number)) - reported_at)
        await rig.rests()
    return [
        Figure(
            f"report to page handed over p{percent}, unloaded",
            "s",
            percentile(ours, percent),
            percentile(bare, percent),
            aim=aim,
            note="bare: start and first update answered",
        )
        for percent, aim in ((50, None), (99, 1))
    ]


async def crowding(rig: Rig, *, is_quick: bool) -> list[Figure]:
    """Measure from each of many reports that come at once until its pages are in the hands of those they go to."""
    figures = []
    for crowd, often in CROWDS.items():
        ours: list[float] = []
        bare: list[float] = []
        for _ in range(math.ceil(often / HASTE) if is_quick else often):
            await asyncio.gather(*(_started(rig, bare) for _ in range(crowd)))
            await rig.rests()
            openings = [rig.opening(channels=("inbox", "webhook")) for _ in range(crowd)]
            reported = await asyncio.gather(*(_reported(rig, start) for start in openings))
            ours += [at - since for number, since in reported for at in await _arrivals(rig, number)]
            await rig.rests()
        many = f"{crowd} report{'s' * (crowd > 1)} at once"
        figures += [
            Figure(
                f"report to the page in the receiver's hands p{percent}, {many}",
                "s",
                percentile(ours, percent),
                percentile(bare, percent),
                note=f"{len(ours)} pages; bare: start and first update answered",
            )
            for percent in (50, 99)
        ]
    return figures


async def _started(rig: Rig, taken: list[float]) -> None:
    since = time.perf_counter()
    handle = await rig.open_bare()
    await _acts(handle)()
    taken.append(time.perf_counter() - since)
    await handle.signal(FINISH)


async def _reported(rig: Rig, start: Opening) -> tuple[str, float]:
    since = time.time()
    await rig.acknowledged(start)
    return start.number, since


async def _arrivals(rig: Rig, number: str) -> list[float]:
    """Return when the provider had the page of each of the judges."""
    async with asyncio.timeout(CROWD_SECONDS):
        while len(rig.provider.about(number)) < len(JUDGES):  # noqa: ASYNC110  it comes from another process
            await asyncio.sleep(0.01)
    return rig.provider.about(number)


async def _by(callers: int, calls: Sequence[Call]) -> None:
    waiting = iter(calls)

    async def work() -> None:
        for call in waiting:
            await call()

    await asyncio.gather(*(work() for _ in range(callers)))


async def _repeat(times: int, call: Call, taken: list[float]) -> None:
    for _ in range(times):
        started = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - started)
