"""A whole system for the API's tests: real Temporal, real worker, real database, real HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.api.story import PHASES, Story
from tests.api.system import Api, System


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with System.running(tmp_path_factory.mktemp("api")) as running:
        yield running


@pytest.fixture
def api(system: System) -> Api:
    return system.api


@pytest.fixture(scope="session")
async def phases(system: System) -> dict[str, Story]:
    """One incident in each phase; whoever takes it leaves it there."""
    turns = asyncio.Semaphore(3)  # all at once would starve the one process in which everything runs here

    async def in_turn(build: Callable[[Api], Awaitable[Story]]) -> Story:
        async with turns:
            return await build(system.api)

    stories = await asyncio.gather(*map(in_turn, PHASES.values()))
    return dict(zip(PHASES, stories, strict=True))
