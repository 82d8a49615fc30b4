"""5.2.1: who is asked may say that he is on it; the page rests for 5 minutes and then goes on where it stood."""

from domain.acts import Acknowledge
from domain.errors import NotAuthorised, Unknown
from domain.incident import Phase
from tests import cast
from tests.harness import World

ON_IT = Acknowledge(question="judgement/1")
JUDGES = {cast.MANAGER, cast.SUPERVISOR}


async def test_five_minutes_of_rest_then_again_and_higher(world: World) -> None:
    await world.open()
    asked_at = (await world.timeline())[0].recorded_at
    await world.pass_time(minutes=3)
    await world.act(cast.MANAGER, ON_IT)
    await world.pass_time(minutes=13)
    calls = world.pages.calls("judgement", since=asked_at)
    assert calls[:2] == [(0, JUDGES), (8, JUDGES)]
    assert calls[2] == (10, {*JUDGES, cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR})
    assert (await world.snapshot()).phase == Phase.JUDGING


async def test_again_and_again_as_long_as_he_says_so(world: World) -> None:
    await world.open()
    world.pages.forget()
    for _ in range(4):
        await world.act(cast.SUPERVISOR, ON_IT)
        await world.pass_time(minutes=4, seconds=50)
        world.pages.no_more()


async def test_only_those_who_are_asked(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.refused(cast.OUTSIDER, ON_IT, NotAuthorised, "5.2.1")
    await world.refused(cast.MANAGER, Acknowledge(question="judgement/2"), Unknown, "5.2.1")
