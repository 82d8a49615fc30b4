"""5.2.9: the director forms a group of at least two with exactly one commander; all are called to the scene."""

from domain.acts import AddMember, CheckIn, FormGroup, GiveNotice, GiveOrder
from domain.errors import AlreadyDecided, NotAuthorised, Unacceptable, Unknown, WrongPhase
from tests import cast
from tests.harness import World
from tests.stories import given

GROUP = FormGroup(members=[cast.MANAGER, cast.SPECIALIST], commander=cast.DIRECTOR)


async def test_members_are_paged_and_their_arrival_clocks_start(world: World) -> None:
    await given.started(world)
    await world.act(cast.DIRECTOR, GROUP)
    world.pages.expect("group_member", cast.DIRECTOR, cast.MANAGER, cast.SPECIALIST)
    world.pages.expect("notice_due", cast.DIRECTOR)
    incident = await world.snapshot()
    assert incident.commander == cast.DIRECTOR
    assert incident.group_members == [cast.MANAGER, cast.SPECIALIST, cast.DIRECTOR]
    awaited = {item.person: item.role for item in incident.responders if item.is_awaited}
    assert awaited == {
        cast.MANAGER: "emergency_leading_group",
        cast.SPECIALIST: "emergency_leading_group",
        cast.DIRECTOR: "on_scene_commander",
    }


async def test_one_more_is_called_to_the_scene_with_a_clock_of_his_own(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, AddMember(member=cast.SUPERVISOR))
    world.pages.expect("group_member", cast.SUPERVISOR)
    responder = (await world.snapshot()).responder(cast.SUPERVISOR)
    assert responder
    assert (responder.role, responder.is_awaited) == ("emergency_leading_group", True)
    await world.act(cast.SUPERVISOR, CheckIn())
    await world.act(cast.SUPERVISOR, GiveNotice(kind="notice", audience=[cast.FINANCE], text="系统中断"))
    world.pages.expect("notice", cast.FINANCE_HEAD)


async def test_who_forms_it_of_whom_and_once(world: World) -> None:
    await given.director_asked(world)
    await world.refused(cast.DIRECTOR, GROUP, WrongPhase, "5.2.9")
    await given.started(world)
    await world.refused(cast.MANAGER, GROUP, NotAuthorised, "5.2.9")
    alone = FormGroup(members=[cast.DIRECTOR], commander=cast.DIRECTOR)
    refusal = await world.refused(cast.DIRECTOR, alone, Unacceptable, "5.2.9")
    assert refusal.params["needed"] == "2"
    stranger = FormGroup(members=["nobody"], commander=cast.DIRECTOR)
    await world.refused(cast.DIRECTOR, stranger, Unknown, "5.2.9")
    await world.act(cast.DIRECTOR, GROUP)
    world.pages.forget()
    await world.refused(cast.DIRECTOR, GROUP, AlreadyDecided, "5.2.9")


async def test_no_orders_or_notices_before_it_exists(world: World) -> None:
    await given.started(world)
    for act, clause in (
        (GiveOrder(department=cast.FINANCE, text="停止结算"), "5.3.2"),
        (GiveNotice(kind="notice", audience=[cast.FINANCE], text="系统中断"), "5.3.1"),
    ):
        await world.refused(cast.DIRECTOR, act, NotAuthorised, clause)


async def test_the_director_is_reminded_to_form_it(world: World) -> None:
    await given.started(world)
    started_at = (await world.snapshot()).started_at
    assert started_at
    await world.pass_time(minutes=11)
    assert world.pages.calls("form_group", since=started_at) == [
        (5, {cast.DIRECTOR}),
        (10, {cast.DIRECTOR, cast.DEPUTY_DIRECTOR}),
    ]
