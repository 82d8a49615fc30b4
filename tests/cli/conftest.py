"""Systems for the people at terminals: one that `make run` started, and an API beside the tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.api.system import System
from tests.house.launched import Launched, launched


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launched(tmp_path_factory.mktemp("terminal") / "home") as running:
        yield running.ready()


@pytest.fixture(scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with System.running(tmp_path_factory.mktemp("served")) as running:
        yield running
