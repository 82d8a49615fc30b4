"""5.2.2: the reporter contests a dismissal once; then the other judge or the director must look."""

from domain.acts import Contest, Judge
from domain.errors import AlreadyDecided, NotAuthorised, OwnWork, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World

DISMISSAL = Judge(verdict="not_emergency", reason="误报")
EMERGENCY = Judge(verdict="emergency")


async def contested(world: World) -> None:
    await world.open()
    await world.act(cast.MANAGER, DISMISSAL)
    world.pages.forget()
    await world.act(cast.OPERATOR, Contest(reason="用户仍无法下单"))


async def test_the_other_judge_and_the_director_are_paged(world: World) -> None:
    await contested(world)
    pages = world.pages.expect("contested", cast.SUPERVISOR, cast.DIRECTOR)
    assert {page.clause for page in pages} == {"5.2.2"}
    assert (await world.snapshot()).phase == Phase.JUDGING


async def test_whoever_dismissed_it_does_not_judge_again_nor_does_his_deputy(world: World) -> None:
    await contested(world)
    world.pages.forget()
    for person in (cast.MANAGER, cast.DEPUTY_MANAGER):
        await world.refused(person, EMERGENCY, OwnWork, "5.2.2")
    await world.act(cast.DIRECTOR, EMERGENCY)
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)


async def test_the_second_dismissal_is_final(world: World) -> None:
    await contested(world)
    world.pages.forget()
    await world.act(cast.SUPERVISOR, DISMISSAL)
    world.pages.expect("dismissed", cast.OPERATOR)
    await world.refused(cast.OPERATOR, Contest(reason="还是不行"), AlreadyDecided, "5.2.2")


async def test_only_the_reporter_contests_and_only_a_dismissal(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.refused(cast.OPERATOR, Contest(reason="太慢"), WrongPhase, "5.2.2")
    await world.act(cast.MANAGER, DISMISSAL)
    world.pages.forget()
    await world.refused(cast.SECOND_OPERATOR, Contest(reason="我也看到了"), NotAuthorised, "5.2.2")
