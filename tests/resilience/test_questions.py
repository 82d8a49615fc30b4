"""A question that waits for a worker brings it words that no workflow task has told yet: nothing is decided by them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.store import migrate
from domain import acts
from tests import cast
from tests.checker import check, check_replay
from tests.replay import scenes
from tests.replay.desk import Desk
from tests.resilience.conftest import server
from tests.resilience.site import Site, site
from workflows import contract
from workflows.options import TASK_TIMEOUT

pytestmark = pytest.mark.timeout(120)

NUMBERS = [f"7K3Q9-DXM{number:02}" for number in range(12)]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with await server() as environment:
        await migrate.upgrade(f"sqlite+aiosqlite:///{tmp_path / 'record.db'}")
        address = environment.client.service_client.config.target_host
        async with site(address, "default", tmp_path, cast.policy()) as made:
            yield made


async def hashes(desks: list[Desk]) -> list[tuple[int, str]]:
    """Of the newest entry of each incident, which depends on the instants of all before it."""
    seen = [await desk.until(lambda incident: incident.phase == "operator_handling") for desk in desks]
    return [(incident.seq, incident.head_hash) for incident in seen]


async def test_what_a_question_brings_too_early_is_heard_in_its_own_time(at: Site) -> None:
    desks = [at.desk(number) for number in NUMBERS]
    for desk in desks:
        await scenes.report(desk)
    at.kill()
    await asyncio.sleep(TASK_TIMEOUT.total_seconds() + 1)  # after that no task waits for the worker that was there
    questions = [asyncio.create_task(desk.handle.query(contract.SNAPSHOT)) for desk in desks]
    await asyncio.sleep(0.5)
    for desk in desks:
        await desk.tell(cast.MANAGER, acts.Judge(verdict="emergency"))
    await at.start()
    await asyncio.gather(*questions, return_exceptions=True)
    for desk in desks:
        await desk.paged("activation", bool)
    before = await hashes(desks)
    await at.restart()
    assert await hashes(desks) == before
    evidence = await at.evidence()
    assert check(evidence) == []
    assert await check_replay(evidence) == []
