"""A drill takes the same way; every message is marked, and the general manager gets none unless he is named."""

from domain.acts import Close, DecidePlan, DecideRunbook, ReceiveSummary
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

MARK = "【演练】"


async def test_every_message_is_marked(world: World) -> None:
    await given.grouped(world, is_drill=True)
    assert len(world.pages.received) > 10
    for message, words in world.pages.received:
        assert message.is_drill
        assert words.subject.startswith(MARK)
        assert words.body.startswith(MARK)


async def test_a_real_incident_is_not_marked(world: World) -> None:
    await given.activated(world)
    assert not [words for _, words in world.pages.received if MARK in words.subject + words.body]


async def test_general_manager_and_deputy_get_nothing(world: World) -> None:
    await given.grouped(world, is_drill=True, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.pass_time(minutes=41)
    spared = {cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER}
    assert not spared & {message.recipient for message, _ in world.pages.received}
    world.pages.forget()


async def test_unless_he_is_named(world: World) -> None:
    await given.grouped(world, is_drill=True, is_major=True, drill_includes=[cast.GENERAL_MANAGER])
    await world.act(cast.DIRECTOR, given.plan())
    [page] = world.pages.expect("plan", cast.GENERAL_MANAGER)
    assert world.pages.words(page).subject.startswith(MARK)
    await world.act(cast.GENERAL_MANAGER, DecidePlan(version=1, decision="approved"))
    world.pages.expect("plan_approved", cast.DIRECTOR)


async def test_it_closes_without_him(world: World) -> None:
    await given.in_summary(world, is_drill=True)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    world.pages.expect("receipt", cast.DIRECTOR)
    await world.act(cast.DIRECTOR, ReceiveSummary(version=1, accept=True))
    world.pages.expect("runbook", cast.MANAGER)
    [opened] = world.pages.expect("rectification_opened", cast.MANAGER)
    assert world.pages.words(opened).subject.startswith(MARK)
    await world.act(cast.MANAGER, DecideRunbook(change=False, reason="手册适用"))
    world.pages.expect("closing", cast.MANAGER)
    receipt = await world.act(cast.MANAGER, Close())
    assert receipt.phase == Phase.CLOSED
    world.pages.expect("closed", cast.OPERATOR)
