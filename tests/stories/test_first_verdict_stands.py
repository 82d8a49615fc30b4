"""5.2.2: the first verdict stands; a later emergency overrides a dismissal; back needs first judge or director."""

import pytest

from domain.acts import Judge
from domain.errors import AlreadyDecided
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

EMERGENCY = Judge(verdict="emergency")
DISMISSAL = Judge(verdict="not_emergency", reason="误报")


async def test_a_second_verdict_is_refused_and_names_the_first_judge(world: World) -> None:
    await given.activated(world)
    for verdict in (EMERGENCY, DISMISSAL):
        refusal = await world.refused(cast.SUPERVISOR, verdict, AlreadyDecided, "5.2.2")
        assert refusal.params["winner"] == cast.MANAGER


async def test_a_later_emergency_overrides_a_dismissal(world: World) -> None:
    await world.open()
    await world.act(cast.MANAGER, DISMISSAL)
    await world.pass_time(hours=3)
    world.pages.forget()
    await world.refused(cast.SUPERVISOR, DISMISSAL, AlreadyDecided, "5.2.2")
    await world.act(cast.SUPERVISOR, EMERGENCY)
    assert (await world.snapshot()).phase == Phase.OPERATOR_HANDLING
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)


@pytest.mark.parametrize("person", [cast.MANAGER, cast.DIRECTOR, cast.DEPUTY_DIRECTOR])
async def test_first_judge_or_director_takes_an_emergency_back(world: World, person: str) -> None:
    await given.on_site(world)
    await world.act(person, DISMISSAL)
    assert (await world.snapshot()).phase == Phase.DISMISSED
    world.pages.expect("dismissed", cast.OPERATOR, cast.TECHNICIAN, cast.SPECIALIST)
    await world.pass_time(hours=2)
    world.pages.no_more()
