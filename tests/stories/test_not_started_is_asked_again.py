"""5.2.7: not started stays with the department; the director is asked again every 30 minutes and on a level rise."""

from domain.acts import ChangeSeverity, DecideProcedure
from domain.errors import AlreadyDecided, WrongPhase
from domain.incident import Phase
from domain.policy import Severity
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given

NOT_YET = DecideProcedure(start=False, reason="部门可以处理")


async def test_every_thirty_minutes(world: World) -> None:
    await given.director_asked(world)
    for round_ in (2, 3):
        await world.act(cast.DIRECTOR, NOT_YET)
        decided_at = await world.now()
        assert (await world.snapshot()).phase == Phase.DEPARTMENT_HANDLING
        await world.pass_time(minutes=29, seconds=45)
        world.pages.no_more()
        await world.pass_time(seconds=20)
        [page] = world.pages.expect("procedure", cast.DIRECTOR)
        assert page.question == f"procedure/{round_}"
        assert in_minutes(page.created_at - decided_at) == 30


async def test_at_once_when_the_level_rises_but_not_when_it_falls(world: World) -> None:
    await given.director_asked(world)
    await world.act(cast.DIRECTOR, NOT_YET)
    await world.act(cast.MANAGER, ChangeSeverity(severity=Severity.IV, reason="影响很小"))
    world.pages.no_more()
    await world.act(cast.MANAGER, ChangeSeverity(severity=Severity.II, reason="影响扩大"))
    world.pages.expect("procedure", cast.DIRECTOR)


async def test_he_may_start_it_later_and_only_once(world: World) -> None:
    await given.on_site(world)
    await world.refused(cast.DIRECTOR, NOT_YET, WrongPhase, "5.2.7")
    await world.pass_time(minutes=31)
    await world.act(cast.DIRECTOR, NOT_YET)
    world.pages.forget()
    start = DecideProcedure(start=True, reason="改变判断")
    await world.act(cast.DIRECTOR, start)
    world.pages.expect("form_group", cast.DIRECTOR)
    await world.refused(cast.DIRECTOR, start, AlreadyDecided, "5.2.7")
    await world.pass_time(minutes=1)
