"""5.3.3: only the specialist or the commander on the scene records another's arrival, and it says who recorded it."""

from domain.acts import CheckIn, Dispatch, FormGroup
from domain.errors import NotAuthorised
from tests import cast
from tests.harness import World
from tests.stories import given

FOR_ANOTHER = CheckIn(responder=cast.SECOND_TECHNICIAN)


async def test_the_specialist_on_the_scene(world: World) -> None:
    await given.on_site(world)
    for person in (cast.SPECIALIST, cast.SECOND_TECHNICIAN):
        await world.act(cast.MANAGER, Dispatch(responder=person))
    await world.refused(cast.SPECIALIST, FOR_ANOTHER, NotAuthorised, "5.3.3")
    await world.act(cast.SPECIALIST, CheckIn())
    await world.act(cast.SPECIALIST, FOR_ANOTHER)
    recorded = [entry.person for entry in await world.timeline() if entry.event.kind == "arrived"]
    arrived = [event.responder for event in await world.events("arrived")]
    assert (recorded[-1], arrived[-1]) == (cast.SPECIALIST, cast.SECOND_TECHNICIAN)
    world.pages.forget()


async def test_the_commander_on_the_scene(world: World) -> None:
    await given.started(world)
    await world.act(cast.DIRECTOR, FormGroup(members=[cast.SECOND_TECHNICIAN], commander=cast.DIRECTOR))
    await world.refused(cast.DIRECTOR, FOR_ANOTHER, NotAuthorised, "5.3.3")
    await world.act(cast.DIRECTOR, CheckIn())
    await world.act(cast.DIRECTOR, FOR_ANOTHER)
    world.pages.forget()


async def test_nobody_else(world: World) -> None:
    await given.on_site(world)
    await world.act(cast.MANAGER, Dispatch(responder=cast.SECOND_TECHNICIAN))
    world.pages.forget()
    for person in (cast.TECHNICIAN, cast.MANAGER):
        await world.refused(person, FOR_ANOTHER, NotAuthorised, "5.3.3")
