"""All installations play at the same time, a few at once, so that waiting for one costs the others nothing."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.store import migrate
from tests.checks.evidence import Evidence
from tests.resilience.absence import POLICY, absence
from tests.resilience.kills import KILLS, Kill
from tests.resilience.site import site
from tests.servers import dev_server

AT_ONCE = 5
ABSENCE = "absence"
CONTINUED = "continued"
SHORT_RUNS = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=60")
TEMPLATE = "template.db"

Played = dict[str, asyncio.Task[Evidence]]


@pytest.fixture(scope="session")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """Play every scene; each ends with its evidence."""
    home = tmp_path_factory.mktemp("resilience")
    names = [word for name in (*KILLS, ABSENCE) for word in ("--namespace", name)]
    long_runs, short_runs = await dev_server(*names), await dev_server("--namespace", CONTINUED, *SHORT_RUNS)
    # One after another: migrations of one process do not run side by side.
    await migrate.upgrade(f"sqlite+aiosqlite:///{home / TEMPLATE}")
    places = asyncio.Semaphore(AT_ONCE)

    async def in_turn(name: str) -> Evidence:
        async with places:
            return await _play(long_runs, name, home, KILLS[name])

    tasks = {ABSENCE: asyncio.create_task(_play(long_runs, ABSENCE, home, Kill(absence, POLICY)))}
    tasks[CONTINUED] = asyncio.create_task(_play(short_runs, CONTINUED, home, KILLS["plan_being_approved"]))
    tasks |= {name: asyncio.create_task(in_turn(name)) for name in KILLS}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    await long_runs.shutdown()
    await short_runs.shutdown()


async def _play(server: WorkflowEnvironment, name: str, home: Path, kill: Kill) -> Evidence:
    address = server.client.service_client.config.target_host
    folder = home / name
    folder.mkdir()
    shutil.copy(home / TEMPLATE, folder / "record.db")
    async with site(address, name, folder, kill.policy) as made:
        await kill.play(made)
        return await made.evidence()
