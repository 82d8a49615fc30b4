"""A question that waits for a worker brings it words that no workflow task has told yet: nothing is decided by them."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from adapters.store import migrate
from domain import acts
from tests import cast
from tests.checker import check, check_replay
from tests.replay import scenes
from tests.replay.desk import Desk
from tests.resilience.site import Site, site
from tests.servers import dev_server
from workflows import contract

pytestmark = pytest.mark.timeout(120)

AHEAD_SECONDS = 0.7
NUMBERS = [f"7K3Q9-DXM{number:02}" for number in range(8)]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with await dev_server() as environment:
        await migrate.upgrade(f"sqlite+aiosqlite:///{tmp_path / 'record.db'}")
        address = environment.client.service_client.config.target_host
        async with site(address, "default", tmp_path, cast.policy()) as made:
            yield made


async def is_at_rest(desk: Desk) -> bool:
    """Tell whether everything is recorded, so that no task is on its way."""
    return not await desk.handle.query(contract.TIMELINE)


async def hashes(desks: list[Desk]) -> list[tuple[int, str]]:
    """Of the newest entry of each incident, which depends on the instants of all before it."""
    looking = (desk.until(lambda incident: incident.phase == "operator_handling") for desk in desks)
    seen = await asyncio.gather(*looking)
    return [(incident.seq, incident.head_hash) for incident in seen]


async def test_what_a_question_brings_too_early_is_heard_in_its_own_time(at: Site) -> None:
    desks = [at.desk(number) for number in NUMBERS]
    await asyncio.gather(*map(scenes.report, desks))
    await asyncio.gather(*(at.until(partial(is_at_rest, desk)) for desk in desks))
    at.kill()
    # Both wait for the worker that was there, then go to the next one: the questions first, as they came first.
    questions = [asyncio.create_task(desk.handle.query(contract.SNAPSHOT)) for desk in desks]
    await asyncio.sleep(AHEAD_SECONDS)
    await asyncio.gather(*(desk.tell(cast.MANAGER, acts.Judge(verdict="emergency")) for desk in desks))
    await at.start()
    await asyncio.gather(*questions, return_exceptions=True)
    assert "asked_too_early" in (at.home / "worker.log").read_text()
    await asyncio.gather(*(desk.paged("activation", bool) for desk in desks))
    before = await hashes(desks)
    await at.restart()
    assert await hashes(desks) == before
    evidence = await at.evidence()
    assert check(evidence) == []
    assert await check_replay(evidence) == []
