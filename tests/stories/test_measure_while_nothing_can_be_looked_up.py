"""6.2: what is looked up too late counts for nothing: neither about another owner, nor about an hour that is gone."""

from domain.measure import ReassignMeasure, ReportDone
from tests import cast
from tests.harness import World
from tests.stories.rectifying import Rectifying


async def test_6_2_a_new_owner_keeps_the_measure_when_the_look_was_about_the_one_before(world: World) -> None:
    story = await Rectifying.opened(world)
    world.pages.forget()
    async with world.stage.standings_away():
        await story.act(cast.TECHNICIAN, ReportDone(text="已更换"))
        await story.act(cast.MANAGER, ReassignMeasure(verifier=cast.SECOND_TECHNICIAN, reason="换人验证"))
    await world.stage.still()
    measure = await story.snapshot()
    assert (measure.owner, measure.verifier) == (cast.TECHNICIAN, cast.SECOND_TECHNICIAN)
    assert "measure_passed_on" not in await story.kinds()
    world.pages.expect("rectification_verification", cast.SECOND_TECHNICIAN)
    world.pages.forget()


async def test_6_2_nobody_is_called_at_night_for_what_was_due_in_working_hours(world: World) -> None:
    await world.until(17, 50)
    story = await Rectifying.opened(world)
    world.pages.forget()
    async with world.stage.standings_away():
        await story.act(cast.TECHNICIAN, ReportDone(text="已更换"))
        await world.pass_time(minutes=20)
    await world.pass_time(hours=2)
    world.pages.expect("rectification_verification")
    await world.until(9, 1)
    world.pages.expect("rectification_verification", cast.SUPERVISOR)
    world.pages.forget()
