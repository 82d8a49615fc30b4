"""5.2.1, 6.1: a question that is asked again while its old page still ends is put to people as soon as it has ended."""

import asyncio
from pathlib import Path

from domain.acts import CheckRecovery, Judge, ReportResolved
from domain.incident import HANDLING
from tests import cast
from tests.harness import World
from tests.stories import fast
from tests.theatre import real

PATIENCE_SECONDS = 45


async def test_the_page_begins_anew_however_long_the_old_send_hangs(tmp_path: Path) -> None:
    async with real(tmp_path) as stage:
        world = World(stage)
        world.policy = fast.policy(20)
        stage.stillness.may_wait.add("hand_over")
        await world.open()
        world.pages.hanging[cast.SPECIALIST] = released = asyncio.Event()
        await world.act(cast.MANAGER, Judge(verdict="emergency"))
        await world.act(cast.OPERATOR, ReportResolved(text="重启后恢复"))
        await world.act(cast.OPERATOR, CheckRecovery(item=cast.CHECKS[0], passed=False, text="仍超时"))
        assert (await world.snapshot()).phase in HANDLING
        del world.pages.hanging[cast.SPECIALIST]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await _called(world):  # noqa: ASYNC110 - the old send ends by its own timeout
                await asyncio.sleep(0.1)
        released.set()


async def _called(world: World) -> bool:
    told = [event for event in await world.events("paged") if event.question == "activation"]
    return any(cast.SPECIALIST in event.people for event in told)
