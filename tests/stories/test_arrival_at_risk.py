"""R20: before a responder is late whoever commands hears that he may be, also when the responder said that he comes."""

from domain.acts import Acknowledge, CheckIn, ReportUnresolved
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given


async def sent(world: World) -> None:
    await world.until(22)
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    world.pages.forget()


async def test_at_four_fifths_of_the_time_the_manager_is_paged_until_it_is_known(world: World) -> None:
    await sent(world)
    await world.act(cast.TECHNICIAN, Acknowledge(question=f"arrival/{cast.TECHNICIAN}/1"))
    await world.pass_time(minutes=47)
    assert await world.events("arrival_at_risk") == []
    world.pages.forget()
    await world.pass_time(minutes=1, seconds=2)
    [risk] = await world.events("arrival_at_risk")
    assert risk.responder == cast.TECHNICIAN
    [responder] = (await world.snapshot()).responders
    assert responder.is_at_risk
    [told] = world.pages.expect("at_risk", cast.MANAGER)
    assert in_minutes(told.created_at - responder.dispatched_at) == 48
    await world.pass_time(minutes=5)
    world.pages.expect("at_risk", cast.MANAGER)
    world.pages.forget()
    await world.act(cast.TECHNICIAN, CheckIn())
    await world.pass_time(minutes=20)
    world.pages.expect("at_risk")
    assert await world.events("arrival_overdue") == []
    world.pages.forget()


async def test_whoever_took_note_is_paged_again_only_at_the_deadline(world: World) -> None:
    await sent(world)
    await world.pass_time(minutes=48, seconds=2)
    world.pages.expect("at_risk", cast.MANAGER)
    await world.act(cast.MANAGER, Acknowledge(question=f"at_risk/{cast.TECHNICIAN}/1"))
    await world.pass_time(minutes=11)
    world.pages.expect("at_risk")
    world.pages.expect("overdue")
    await world.pass_time(minutes=1)
    world.pages.expect("overdue", cast.MANAGER)
    world.pages.forget()


async def test_who_is_there_in_time_is_never_at_risk(world: World) -> None:
    await sent(world)
    await world.pass_time(minutes=30)
    await world.act(cast.TECHNICIAN, CheckIn())
    await world.pass_time(minutes=40)
    assert await world.events("arrival_at_risk") == []
    world.pages.forget()
