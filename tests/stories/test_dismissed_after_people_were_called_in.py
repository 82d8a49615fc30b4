"""5.2.2: a dismissal releases whoever was called in; judged an emergency after all, people are sent and called anew."""

from domain.acts import CheckIn, DecideProcedure, FormGroup, Judge, ReportUnresolved
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

EMERGENCY = Judge(verdict="emergency")
NOT_EMERGENCY = Judge(verdict="not_emergency", reason="误报，已核实")


async def test_a_technician_is_sent_anew_with_a_deadline_of_his_own(world: World) -> None:
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    await world.act(cast.TECHNICIAN, CheckIn())
    world.pages.forget()
    await world.act(cast.DIRECTOR, NOT_EMERGENCY)
    world.pages.expect("dismissed", cast.OPERATOR, cast.TECHNICIAN, cast.SPECIALIST)
    [before] = (await world.snapshot()).responders
    assert before.is_stood_down
    await world.pass_time(hours=2)
    world.pages.forget()
    await world.act(cast.SUPERVISOR, EMERGENCY)
    world.pages.forget()
    await world.act(cast.OPERATOR, ReportUnresolved(text="仍然无效"))
    world.pages.expect("dispatch", cast.TECHNICIAN)
    _, anew = (await world.snapshot()).responders
    assert (anew.person, anew.dispatch, anew.arrived_at) == (cast.TECHNICIAN, 2, None)
    assert anew.deadline.at > await world.now()
    world.pages.forget()


async def test_a_group_is_formed_and_called_anew(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, NOT_EMERGENCY)
    seen = await world.snapshot()
    assert (seen.phase, seen.commander, seen.group_members) == (Phase.DISMISSED, None, [])
    await world.act(cast.SUPERVISOR, EMERGENCY)
    await world.act(cast.OPERATOR, ReportUnresolved(text="仍然无效"))
    await world.pass_time(minutes=30)
    await world.act(cast.DIRECTOR, DecideProcedure(start=True, reason="影响扩大"))
    world.pages.forget()
    await world.act(cast.DIRECTOR, FormGroup(members=[cast.DIRECTOR, cast.MANAGER], commander=cast.MANAGER))
    assert (await world.snapshot()).commander == cast.MANAGER
    world.pages.forget()
