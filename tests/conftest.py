"""What all tests may ask for."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.harness import World
from tests.stage import Stage
from tests.theatre import Theatre

# The tests of these folders share what is costly to start: one process of several takes them all.
TOGETHER = ("tests/api/", "tests/browser/", "tests/resilience/")


class ByFolder(LoadScopeScheduling):  # type: ignore[misc] # the library has no types
    """Gives whole files, and whole folders, to the processes that run tests at the same time."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    return ByFolder(config, log)


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
