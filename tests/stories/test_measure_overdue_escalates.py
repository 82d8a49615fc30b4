"""6.2: overdue, the owner and the manager are called every working morning, then the director too; never at night."""

from datetime import timedelta

from domain.errors import Conflict, OwnWork
from domain.measure import CancelMeasure, MeasureState, ReportDone
from tests import cast
from tests.harness import World
from tests.stories.rectifying import Rectifying

DAY_MINUTES = 24 * 60


async def test_6_2_it_climbs_from_the_owner_to_the_director_calmly(world: World) -> None:
    await world.until(10, is_day=lambda at: world.is_working(at) and at.weekday() == 0)
    story = await Rectifying.opened(world, days=1)
    world.pages.expect("rectification_opened", cast.TECHNICIAN)
    due = await story.due()
    assert due.astimezone(cast.SHANGHAI).hour == 18, "the end of the working day"
    await world.stage.move_to(due - timedelta(minutes=1))
    world.pages.expect("rectification_due", cast.TECHNICIAN)
    assert not (await story.snapshot()).is_overdue
    await world.stage.move_to(due + timedelta(hours=14))
    assert (await story.snapshot()).is_overdue
    world.pages.no_more()  # the evening and the night are quiet
    await world.stage.move_to(await story.morning_before_due(-4) + timedelta(minutes=1))
    first = await story.morning_before_due(-1)
    calls = dict(world.pages.calls("rectification_overdue", since=first))
    both, three = {cast.TECHNICIAN, cast.MANAGER}, {cast.TECHNICIAN, cast.MANAGER, cast.DIRECTOR}
    assert list(calls.values()) == [both, both, three, three]
    assert set(calls) == {0, DAY_MINUTES, 2 * DAY_MINUTES, 5 * DAY_MINUTES}, "not on the weekend"
    assert "measure_overdue" in await story.kinds()
    # Done is done, late or not: the calls end.
    await story.act(cast.TECHNICIAN, ReportDone(text="已更换"))
    world.pages.expect("rectification_verification", cast.SUPERVISOR)
    assert (await story.snapshot()).is_overdue


async def test_6_2_it_is_taken_back_by_somebody_whose_own_it_is_not(world: World) -> None:
    story = await Rectifying.opened(world, owner=cast.MANAGER)
    world.pages.expect("rectification_opened", cast.MANAGER)
    await story.refused(cast.MANAGER, CancelMeasure(reason="不做了"), OwnWork)
    await story.act(cast.DIRECTOR, CancelMeasure(reason="系统下线，不再需要"))
    world.pages.expect("rectification_news", cast.MANAGER, cast.SUPERVISOR)
    assert (await story.snapshot()).state == MeasureState.CANCELLED
    await story.refused(cast.MANAGER, ReportDone(text="已做完"), Conflict)


async def test_6_2_a_silent_verifier_is_called_again_then_the_manager_who_names_another(world: World) -> None:
    await world.until(20)
    story = await Rectifying.opened(world)
    world.pages.expect("rectification_opened", cast.TECHNICIAN)
    await story.act(cast.TECHNICIAN, ReportDone(text="已更换"))
    world.pages.no_more()  # it is evening
    first = (await world.until(9)) + timedelta(seconds=5)
    await world.stage.move_to(first)
    world.pages.expect("rectification_verification", cast.SUPERVISOR)
    for _ in range(3):  # a minute past nine: of this day, then of the next two working days
        await world.until(9, 1)
    called = world.pages.expect("rectification_verification", *[cast.SUPERVISOR] * 2, cast.MANAGER)
    assert [message.call for message in called if message.recipient == cast.MANAGER] == [3]
