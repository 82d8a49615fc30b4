"""5.2.3, 5.3: what is told once, and what no channel took, is tried again under the same key until it is taken."""

from domain.acts import RecordStep
from tests import cast
from tests.harness import World
from tests.stories import given


async def test_the_result_of_a_step_reaches_the_supervisor_when_his_line_is_back(world: World) -> None:
    await given.activated(world)
    world.pages.forget()
    world.pages.broken.add(cast.SUPERVISOR)
    await world.act(cast.OPERATOR, RecordStep(step=cast.STEPS[0], result="done"))
    await world.pass_time(seconds=30)
    world.pages.expect("step_result")
    world.pages.broken.clear()
    await world.pass_time(minutes=2)
    [told] = world.pages.expect("step_result", cast.SUPERVISOR)
    await world.pass_time(hours=2)
    world.pages.expect("step_result")
    assert world.pages.keys.count(told.dedup_key) == 1
    world.pages.forget()
