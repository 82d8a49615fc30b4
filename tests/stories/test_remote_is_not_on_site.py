"""5.3.3: whoever joins from afar is recorded, and counts as there only where the system's configuration says so."""

import pytest

from domain.acts import Assessment, CheckIn, ReportUnresolved
from tests import cast
from tests.harness import World
from tests.stories import given

ACCESS = Assessment(covered=True, runbook=cast.ACCESS_RUNBOOK, text="手册第二项")


async def test_recorded_but_still_awaited(world: World) -> None:
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    await world.act(cast.TECHNICIAN, CheckIn(remote=True))
    [joined] = await world.events("arrived")
    assert (joined.remote, joined.counts_as_arrival) == (True, False)
    await world.pass_time(minutes=5, seconds=2)
    assert len(await world.events("arrival_overdue")) == 1
    await world.act(cast.TECHNICIAN, CheckIn())
    responder = (await world.snapshot()).responder(cast.TECHNICIAN)
    assert responder
    assert responder.arrived_at
    world.pages.forget()


@pytest.mark.parametrize("remote", [True, False])
async def test_enough_where_the_system_allows_it(world: World, *, remote: bool) -> None:
    await given.activated(world, system=cast.ACCESS, preliminary_assessment=ACCESS)
    await world.act(cast.OPERATOR, ReportUnresolved(text="门打不开"))
    await world.act(cast.SECOND_TECHNICIAN, CheckIn(remote=remote))
    await world.pass_time(minutes=6)
    assert await world.events("arrival_overdue") == []
    world.pages.forget()
