"""4.2, 6.2: a measure's owner or verifier leaves: his deputy or a leader has it from then on, and is told."""

from adapters.temporal import Departures
from domain.company import Delegation, Role
from domain.errors import NotAuthorised
from domain.measure import ReportDone
from tests import cast
from tests.harness import World
from tests.stories.rectifying import Rectifying


async def disable(world: World, person: str) -> None:
    """The directory says that he is gone, and the departure is seen to."""
    world.leave(person)
    await Departures(world.stage.client).begin(person, 2)
    await world.stage.still()


async def test_4_2_an_open_measure_passes_to_his_deputy_with_a_notice(world: World) -> None:
    world.delegate(Delegation(post=Role.TECHNICIAN, principal=cast.TECHNICIAN, deputy=cast.SECOND_TECHNICIAN))
    world.stage.company = world.company
    story = await Rectifying.opened(world)
    world.pages.forget()
    await disable(world, cast.TECHNICIAN)
    assert (await story.snapshot()).owner == cast.SECOND_TECHNICIAN
    world.pages.expect("rectification_opened", cast.SECOND_TECHNICIAN)
    told = world.pages.expect("rectification_news", cast.SUPERVISOR, cast.MANAGER)
    assert all("已移交" in world.pages.words(message).subject for message in told)
    await story.refused(cast.TECHNICIAN, ReportDone(text="已做完"), NotAuthorised)
    passed_on = (await story.timeline())[-1]
    assert (passed_on.event.kind, passed_on.clause, passed_on.person) == ("measure_passed_on", "4.2", None)


async def test_4_2_without_a_deputy_the_manager_has_it_and_another_verifies(world: World) -> None:
    story = await Rectifying.opened(world)
    world.pages.forget()
    await disable(world, cast.TECHNICIAN)
    assert (await story.snapshot()).owner == cast.MANAGER
    await disable(world, cast.SUPERVISOR)
    measure = await story.snapshot()
    assert (measure.owner, measure.verifier) == (cast.MANAGER, cast.DEPUTY_SUPERVISOR)
    world.pages.forget()


async def test_4_2_who_has_nothing_to_do_with_it_leaves_it_alone(world: World) -> None:
    story = await Rectifying.opened(world)
    world.pages.forget()
    await disable(world, cast.FINANCE_HEAD)
    assert await story.kinds() == ["measure_opened"]
