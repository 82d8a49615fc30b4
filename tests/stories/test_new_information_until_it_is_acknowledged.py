"""5.3.6: new information goes to the commander, before there is one to the manager, again until he takes note."""

from domain.acts import AcknowledgeInformation, GiveInformation, Judge
from domain.errors import AlreadyDecided, NotAuthorised, Unknown
from tests import cast
from tests.harness import World
from tests.stories import given

NEWS = GiveInformation(text="备库延迟增大")
NOTED = AcknowledgeInformation(information=1)


async def test_before_the_group_to_the_manager(world: World) -> None:
    await given.on_site(world, severity="IV")
    await world.act(cast.TECHNICIAN, NEWS)
    given_at = (await world.snapshot()).information[0].given_at
    await world.pass_time(minutes=11)
    assert world.pages.calls("information", since=given_at) == [
        (0, {cast.MANAGER}),
        (5, {cast.MANAGER}),
        (10, {cast.MANAGER}),
    ]
    await world.act(cast.MANAGER, NOTED)
    await world.pass_time(minutes=20)
    world.pages.no_more()


async def test_then_to_the_commander_and_at_ten_minutes_to_the_manager_as_well(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.TECHNICIAN, NEWS)
    given_at = (await world.snapshot()).information[0].given_at
    await world.pass_time(minutes=11)
    assert world.pages.calls("information", since=given_at) == [
        (0, {cast.DIRECTOR}),
        (5, {cast.DIRECTOR}),
        (10, {cast.DIRECTOR, cast.MANAGER}),
    ]


async def test_only_whoever_commands_takes_note_once(world: World) -> None:
    await given.grouped(world)
    await world.refused(cast.DIRECTOR, NOTED, Unknown, "5.3.6")
    await world.act(cast.TECHNICIAN, NEWS)
    world.pages.forget()
    for person in (cast.MANAGER, cast.SPECIALIST):
        await world.refused(person, NOTED, NotAuthorised, "5.3.6")
    await world.act(cast.DIRECTOR, NOTED)
    await world.refused(cast.DIRECTOR, NOTED, AlreadyDecided, "5.3.6")


async def test_with_no_manager_there_his_deputy_is_called_and_takes_note(world: World) -> None:
    world.leave(cast.MANAGER)
    await world.open()
    await world.act(cast.SUPERVISOR, Judge(verdict="emergency"))
    world.pages.forget()
    await world.act(cast.OPERATOR, NEWS)
    world.pages.expect("information", cast.DEPUTY_MANAGER)
    await world.act(cast.DEPUTY_MANAGER, NOTED)
    [noted] = [entry for entry in await world.timeline() if entry.event.kind == "information_acknowledged"]
    assert (noted.person, noted.on_behalf_of) == (cast.DEPUTY_MANAGER, cast.MANAGER)
