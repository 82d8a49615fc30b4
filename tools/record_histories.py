"""Play every course on a development server and keep its histories: `python -m tools.record_histories [course ...]`.

They are recorded by each release and never edited; only stack traces, which name folders, are left out.
"""

import asyncio
import gzip
import json
import logging
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.client import Client

from adapters.leaving import leave
from adapters.temporal import DATA_CONVERTER, register_search_attributes
from tests import cast
from tests.replay.courses import COURSES, Course
from tests.replay.desk import Desk
from tests.replay.far_side import far_side
from tests.servers import dev_server
from tools.progress import give_up, say

HISTORIES = Path(__file__).resolve().parent.parent / "tests" / "replay" / "histories"
AT_ONCE = 3
SHORT_RUNS = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=60"]


async def record(names: Sequence[str]) -> None:
    """Play courses and write the histories of their incidents, children and alerts."""
    chosen = [COURSES[name] for name in names]
    for is_long in (False, True):
        if together := [course for course in chosen if course.is_long == is_long]:
            await _record_together(together, SHORT_RUNS if is_long else [])


async def _record_together(courses: list[Course], extra: list[str]) -> None:
    places = asyncio.Semaphore(AT_ONCE)
    async with _server([course.name for course in courses], extra) as address:

        async def one(course: Course) -> None:
            async with places:
                await _record_one(course, address)

        async with asyncio.TaskGroup() as group:
            for course in courses:
                group.create_task(one(course))


@asynccontextmanager
async def _server(namespaces: list[str], extra: list[str]) -> AsyncIterator[str]:
    named = [word for name in namespaces for word in ("--namespace", name)]
    environment = await dev_server(*named, *extra)
    try:
        yield environment.client.service_client.config.target_host
    finally:
        await environment.shutdown()


async def _record_one(course: Course, address: str) -> None:
    client = await Client.connect(address, namespace=course.name, data_converter=DATA_CONVERTER, identity="recorder")
    await register_search_attributes(client)
    opening = cast.opening(policy_=course.policy, company_=course.company, **course.details)
    incidents, notify = far_side(client, course.policy, course.company, course.failing)
    async with incidents, notify:
        await course.play(Desk(client, opening))
    histories = await _histories(client)
    size = _write(HISTORIES / course.name, histories)
    say(f"{course.name}: {len(histories)} histories, {size // 1024} KiB")


async def _histories(client: Client) -> dict[str, dict[str, Any]]:
    runs = sorted([run async for run in client.list_workflows()], key=lambda run: run.start_time)
    found: dict[str, dict[str, Any]] = {}
    for run in runs:
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        name = stem = run.id.replace(":", "-").replace("/", ".")
        number = 1
        while name in found:
            number += 1
            name = f"{stem}~{number}"
        found[name] = {"workflow_id": run.id, "history": _without_traces(json.loads(history.to_json()))}
    return found


def _without_traces(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_traces(item) for key, item in value.items() if key != "stackTrace"}
    return [_without_traces(item) for item in value] if isinstance(value, list) else value


def _write(folder: Path, histories: dict[str, dict[str, Any]]) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in histories.items():
        packed = gzip.compress(json.dumps(content, ensure_ascii=False).encode(), mtime=0)
        (folder / f"{name}.json.gz").write_bytes(packed)
    return sum(file.stat().st_size for file in folder.iterdir())


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(COURSES)
    if unknown := [name for name in wanted if name not in COURSES]:
        give_up(f"no such course: {', '.join(unknown)}; there are {', '.join(COURSES)}")
    logging.disable(logging.ERROR)  # courses fail on purpose
    asyncio.run(record(wanted))
    leave()
