"""What one standard major incident leaves behind: events and bytes by type, and how long its replay takes."""

import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.temporal import DATA_CONVERTER
from tools.bench.bare import ACT, FINISH, BareWorkflow
from tools.bench.course import Until, course, play
from tools.bench.figures import Figure
from tools.bench.rig import Rig
from worker import WORKFLOWS
from workflows.contract import incident_id

REPLAYS = 10


@dataclass(frozen=True)
class Breakdown:
    """Events of one type: how many, and their bytes."""

    kind: str
    count: int
    size: int


async def standard(rig: Rig) -> tuple[list[Figure], list[Breakdown]]:
    """Play the standard major incident; beside it a bare workflow that takes as many acts."""
    number = await play(rig)
    handle = rig.client.get_workflow_handle(incident_id(number))
    await handle.result()
    ours = await handle.fetch_history()
    bare = await _bare(rig)
    children = [
        await rig.client.get_workflow_handle(child.id).fetch_history()
        async for child in rig.client.list_workflows(f"WorkflowId STARTS_WITH '{incident_id(number)}/'")
    ]
    everything = [ours, *children]
    note = f"bare: {sum(not isinstance(item, Until) for item in course())} updates and a signal"
    figures = [
        Figure(
            "history of the standard major incident", "events", len(ours.events), len(bare.events), aim=350, note=note
        ),
        Figure(
            f"the same with its {len(children)} children",
            "events",
            sum(len(each.events) for each in everything),
            len(bare.events),
        ),
        Figure("history of the standard major incident", "KB", _size(ours) / 1000, _size(bare) / 1000),
        Figure("the same with its children", "KB", sum(map(_size, everything)) / 1000, _size(bare) / 1000),
        Figure(
            "replay of the standard major incident",
            "ms",
            await _replay(ours, WORKFLOWS),
            await _replay(bare, [BareWorkflow]),
        ),
    ]
    return figures, breakdown(ours)


async def _bare(rig: Rig) -> WorkflowHistory:
    handle = await rig.open_bare()
    for item in course():
        if not isinstance(item, Until):
            await handle.execute_update(ACT, item[1].model_dump_json(), id=secrets.token_hex(8))
    await handle.signal(FINISH)
    await handle.result()
    return await handle.fetch_history()


async def _replay(history: WorkflowHistory, workflows: list[type]) -> float:
    """Return the milliseconds of one replay; setting up the replayer is left out by taking a difference."""
    once, often = [await _replays(history, workflows, times) for times in (1, 1 + REPLAYS)]
    return (often - once) / REPLAYS * 1000


async def _replays(history: WorkflowHistory, workflows: list[type], times: int) -> float:
    async def copies() -> AsyncIterator[WorkflowHistory]:
        for _ in range(times):
            yield history

    started = time.perf_counter()
    await Replayer(workflows=workflows, data_converter=DATA_CONVERTER).replay_workflows(copies())
    return time.perf_counter() - started


def _size(history: WorkflowHistory) -> int:
    return sum(event.ByteSize() for event in history.events)


def breakdown(history: WorkflowHistory) -> list[Breakdown]:
    """Return events by type, the most frequent first."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for event in history.events:
        kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        counts[kind] += 1
        sizes[kind] += event.ByteSize()
    return [Breakdown(kind, count, sizes[kind]) for kind, count in counts.most_common()]
