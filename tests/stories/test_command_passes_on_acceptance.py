"""5.2.9: command passes when the new commander accepts; until then the old one has it; there is always exactly one."""

from domain.acts import AcceptCommand, AcknowledgeInformation, GiveInformation, GiveOrder, OfferCommand
from domain.errors import Incomplete, NotAuthorised, Unknown
from tests import cast
from tests.harness import World
from tests.stories import given

OFFER = OfferCommand(to=cast.MANAGER, reason="换班")
ORDER = GiveOrder(department=cast.FINANCE, text="停止结算")


async def test_offered_accepted(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, OFFER)
    [page] = world.pages.expect("command_offered", cast.MANAGER)
    assert page.clause == "5.2.9"
    await world.act(cast.DIRECTOR, ORDER)
    await world.refused(cast.MANAGER, ORDER, NotAuthorised, "5.3.2")
    await world.act(cast.MANAGER, AcceptCommand())
    await world.refused(cast.DIRECTOR, ORDER, NotAuthorised, "5.3.2")
    await world.act(cast.MANAGER, ORDER)
    assert (await world.snapshot()).commander == cast.MANAGER
    world.pages.expect("command_passed", cast.DIRECTOR, cast.SPECIALIST)
    world.pages.expect("order", *[cast.FINANCE_HEAD] * 3)  # the first one anew: behind it stands the new commander


async def test_an_order_that_stays_unanswered_comes_to_the_new_commander(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, ORDER)
    await world.act(cast.DIRECTOR, OFFER)
    await world.act(cast.MANAGER, AcceptCommand())
    world.pages.forget()
    await world.pass_time(minutes=11)
    assert {message.recipient for message, _ in world.pages.received if message.template == "order_unanswered"} == {
        cast.MANAGER
    }
    world.pages.forget()


async def test_what_was_put_to_the_old_commander_is_put_to_the_new_one(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.SPECIALIST, GiveInformation(text="备机也有告警"))
    world.pages.expect("information", cast.DIRECTOR)
    await world.pass_time(minutes=2)
    await world.act(cast.DIRECTOR, OFFER)
    await world.act(cast.MANAGER, AcceptCommand())
    accepted_at = await world.now()
    world.pages.expect("information", cast.MANAGER)
    world.pages.expect("command_offered", cast.MANAGER)
    world.pages.expect("command_passed", cast.DIRECTOR, cast.SPECIALIST)
    await world.pass_time(minutes=6)
    assert world.pages.calls("information", since=accepted_at) == [(5, {cast.MANAGER})]
    await world.act(cast.MANAGER, AcknowledgeInformation(information=1))


async def test_an_offer_that_is_not_answered_is_repeated_and_changes_nothing(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, OFFER)
    offered_at = (await world.snapshot()).command_offered_at
    assert offered_at
    await world.pass_time(minutes=11)
    called = world.pages.calls("command_offered", since=offered_at)
    assert called == [(minute, {cast.MANAGER}) for minute in (0, 5, 10)]
    assert (await world.snapshot()).commander == cast.DIRECTOR


async def test_who_offers_to_whom_and_who_accepts(world: World) -> None:
    await given.grouped(world)
    await world.refused(cast.SPECIALIST, AcceptCommand(), Incomplete, "5.2.9")
    await world.refused(cast.MANAGER, OFFER, NotAuthorised, "5.2.9")
    for stranger in (cast.OUTSIDER, cast.DIRECTOR):
        await world.refused(cast.DIRECTOR, OfferCommand(to=stranger, reason="换班"), Unknown, "5.2.9")
    await world.act(cast.DIRECTOR, OFFER)
    world.pages.forget()
    await world.refused(cast.SPECIALIST, AcceptCommand(), NotAuthorised, "5.2.9")
