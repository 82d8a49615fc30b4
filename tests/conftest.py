"""What all tests may ask for."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.harness import World
from tests.stage import Stage
from tests.theatre import Theatre


@pytest.fixture(scope="session")
async def theatre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theatre]:
    """One test server and one pair of workers for all stories of this process."""
    theatre = Theatre(tmp_path_factory.mktemp("theatre"))
    yield theatre
    await theatre.close()


@pytest.fixture
async def stage(theatre: Theatre) -> Stage:
    """The stage, with a clock that moves."""
    return await theatre.ready()


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
