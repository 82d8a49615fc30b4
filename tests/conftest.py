"""What all tests may ask for."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.harness import World
from tests.stage import Stage, movable


@pytest.fixture(scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One test server and one pair of workers for all stories of this process."""
    async with movable(tmp_path_factory.mktemp("stage")) as ready:
        yield ready


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Any error in the log fails the test."""
    yield
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, [record.getMessage() for record in errors]


@pytest.fixture
async def world(stage: Stage, no_errors: None) -> AsyncIterator[World]:
    """A world at ten on a working day; what a story makes of it is checked when it is told, and then cleared away."""
    made = World(stage)
    try:
        await made.until(10)
        yield made
        await made.check()
    finally:
        await stage.clear()
