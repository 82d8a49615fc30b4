"""The servers on which stories are played: one with a clock moved by hand, and the real development server."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from adapters.servers import time_moving_server
from adapters.store import migrate
from adapters.temporal import DATA_CONVERTER, register_search_attributes
from tests.servers import STARTUP, dev_server
from tests.stage import ClockStandsStill, Stage
from tests.stillness import Stillness
from workflows.contract import SEARCH_ATTRIBUTES


class Theatre:
    """Has the stage; builds another one when a story that failed has left a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stages = 0
        self._stack = AsyncExitStack()
        self._stage: Stage | None = None

    async def ready(self) -> Stage:
        """Return a stage whose clock moves."""
        try:
            if self._stage:
                await self._stage.move_to(await self._stage.now() + timedelta(seconds=1))
        except ClockStandsStill:
            await self.close()
        if self._stage is None:
            self._stages += 1
            folder = self._folder / str(self._stages)
            folder.mkdir()
            self._stage = await self._stack.enter_async_context(movable(folder))
        return self._stage

    async def close(self) -> None:
        """End what stands."""
        self._stage = None
        await self._stack.aclose()


@asynccontextmanager
async def movable(folder: Path) -> AsyncIterator[Stage]:
    """Set the stage on the test server whose clock is moved by hand."""
    stillness = Stillness(spares_ringing_timers=True)
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(time_moving_server(os.environ)),
        test_server_startup_timeout=STARTUP,
        data_converter=DATA_CONVERTER,
        plugins=[stillness.plugin()],
    )
    async with env:
        # This server cannot list the attributes that it has, so that they are simply added.
        kinds = {
            name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
            for name, kind in SEARCH_ATTRIBUTES.items()
        }
        request = AddSearchAttributesRequest(namespace="default", search_attributes=kinds)
        await env.client.operator_service.add_search_attributes(request)
        async with play(env, stillness, folder) as stage:
            yield stage


@asynccontextmanager
async def real(folder: Path, **dynamic_config: int) -> AsyncIterator[Stage]:
    """Set the stage on a development server of its own, in real time."""
    stillness = Stillness()
    config = [f"{name}={value}" for name, value in dynamic_config.items()]
    env = await dev_server(
        *(part for item in config for part in ("--dynamic-config-value", item)),
        data_converter=DATA_CONVERTER,
        plugins=[stillness.plugin()],
    )
    async with env:
        await register_search_attributes(env.client)
        async with play(env, stillness, folder) as stage:
            yield stage


@asynccontextmanager
async def play(env: WorkflowEnvironment, stillness: Stillness, folder: Path) -> AsyncIterator[Stage]:
    """Set the stage on a server that runs already."""
    file = folder / "record.db"
    await migrate.upgrade(f"sqlite:///{file}")
    stage = Stage(env.client, env, stillness, file)
    async with AsyncExitStack() as stack:
        await stage.open_up(stack)
        yield stage
