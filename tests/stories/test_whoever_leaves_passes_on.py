"""4.2: somebody is disabled while an incident goes on: his tasks pass on at once, deputy and manager are told."""

from adapters.temporal import Departures
from domain.acts import AddMember, FormGroup, Judge, ReportUnresolved
from domain.errors import NotAuthorised
from tests import cast
from tests.harness import World
from tests.stories import given


async def disable(world: World, person: str) -> None:
    """The directory says that he is gone, and the departure is seen to."""
    world.leave(person)
    await Departures(world.stage.client).begin(person, 2)
    await world.stage.still()


async def test_the_managers_deputy_is_called_at_once_and_judges_for_him(world: World) -> None:
    await world.open()
    world.pages.forget()
    await disable(world, cast.MANAGER)
    [left] = await world.events("person_left")
    assert (left.left, left.deputies, left.questions) == (cast.MANAGER, [cast.DEPUTY_MANAGER], ["judgement/1"])
    world.pages.expect("person_left", cast.DEPUTY_MANAGER)
    world.pages.expect("judgement", cast.DEPUTY_MANAGER, cast.SUPERVISOR)
    await world.refused(cast.MANAGER, Judge(verdict="emergency"), NotAuthorised, "5.2.2")
    await world.act(cast.DEPUTY_MANAGER, Judge(verdict="emergency"))
    [judged] = [entry for entry in await world.timeline() if entry.event.kind == "activated"]
    assert (judged.person, judged.on_behalf_of) == (cast.DEPUTY_MANAGER, cast.MANAGER)
    world.pages.forget()


async def test_the_command_passes_and_is_never_without_anybody(world: World) -> None:
    await given.grouped(world, commander=cast.MANAGER)
    await disable(world, cast.MANAGER)
    assert (await world.snapshot()).commander == cast.DEPUTY_MANAGER
    world.pages.expect("person_left", cast.DEPUTY_MANAGER)
    world.pages.forget()


async def test_a_group_that_has_become_too_small_is_filled_again(world: World) -> None:
    await given.started(world)
    await world.act(cast.DIRECTOR, FormGroup(members=[cast.SPECIALIST], commander=cast.MANAGER))
    world.pages.forget()
    await disable(world, cast.SPECIALIST)
    pages = world.pages.expect("person_left", cast.MANAGER, cast.DIRECTOR)
    assert all("应急领导小组人数已低于下限" in world.pages.words(page).body for page in pages)
    world.pages.forget()
    await world.act(cast.DIRECTOR, AddMember(member=cast.SUPERVISOR))
    world.pages.expect("group_member", cast.SUPERVISOR)
    assert (await world.snapshot()).group_members == [cast.MANAGER, cast.SUPERVISOR]


async def test_a_backup_goes_in_place_of_a_technician_on_his_way(world: World) -> None:
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="按手册操作无效"))
    world.pages.forget()
    await disable(world, cast.TECHNICIAN)
    sent = (await world.events("dispatched"))[-1]
    assert (sent.responder, sent.replaces) == (cast.SECOND_TECHNICIAN, cast.TECHNICIAN)
    world.pages.expect("dispatch", cast.SECOND_TECHNICIAN)
    world.pages.forget()


async def test_who_stayed_after_all_leaves_nothing_behind(world: World) -> None:
    await world.open()
    world.pages.forget()
    await Departures(world.stage.client).begin(cast.MANAGER, 2)
    await world.stage.still()
    assert await world.events("person_left") == []


async def test_he_leaves_once_also_when_it_is_looked_at_again(world: World) -> None:
    await world.open()
    await disable(world, cast.SUPERVISOR)
    await world.pass_time(minutes=2)
    assert len(await world.events("person_left")) == 1
    world.pages.forget()
