"""What all tests may ask for."""

import gc
import logging
import os
from collections.abc import AsyncIterator, Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.harness import World
from tests.stage import Stage
from tests.theatre import Theatre

# What is loaded to find the tests stays: the collector would look through it again and again, a tenth of the whole run.
gc.disable()

# The tests of a scope share what is costly to start: one process of several takes them all. The longest come first, and
# the short ones of the rules last, so that no process is left with a long one at the end.
SCOPES = ("tests/api/test_every_door.py", "tests/api/", "tests/resilience/", "tests/browser/", "tests/cli/")
FIRST = (*SCOPES, "tests/demo/", "tests/house/", "tests/store/", "tests/stories/")
LAST = "tests/domain/"


class ByScope(LoadScopeScheduling):  # type: ignore[misc] # the library has no types
    """Gives whole files, and whole folders, to the processes that run tests at the same time."""

    def _split_scope(self, nodeid: str) -> str:
        return next((scope for scope in SCOPES if nodeid.startswith(scope)), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByScope:
    return ByScope(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests mostly wait."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    others = len(FIRST) + nodeid.startswith(LAST)
    return next((turn for turn, folder in enumerate(FIRST) if nodeid.startswith(folder)), others)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


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
