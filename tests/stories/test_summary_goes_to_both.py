"""6.2: the summary report goes to director and general manager; either may return it; no author accepts his own."""

from domain.acts import ReceiveSummary
from domain.company import Delegation, Role
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, OwnWork, ReasonNeeded, StaleVersion, Unknown
from tests import cast
from tests.harness import World
from tests.stories import given

ACCEPTED = ReceiveSummary(version=1, accept=True)


async def test_both_are_asked_and_both_answers_recorded(world: World) -> None:
    await given.in_summary(world)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    world.pages.expect("receipt", cast.DIRECTOR, cast.GENERAL_MANAGER)
    await world.act(cast.DIRECTOR, ACCEPTED)
    await world.refused(cast.DEPUTY_DIRECTOR, ACCEPTED, AlreadyDecided, "6.2")
    await world.act(cast.GENERAL_MANAGER, ACCEPTED)
    assert [event.by for event in await world.events("summary_received")] == [Role.IT_DIRECTOR, Role.GENERAL_MANAGER]
    world.pages.expect("runbook", cast.MANAGER)
    world.pages.expect("rectification_opened", cast.MANAGER)


async def test_whoever_does_not_answer_is_asked_again_daily_then_his_deputy(world: World) -> None:
    await given.in_summary(world)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    await world.act(cast.DIRECTOR, ACCEPTED)
    world.pages.forget()
    await world.pass_time(hours=24, minutes=1)
    world.pages.expect("receipt", cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER)


async def test_returned_with_a_reason_it_is_back_with_its_author(world: World) -> None:
    await given.in_summary(world)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    world.pages.forget()
    await world.refused(cast.SUPERVISOR, await given.summary(world), AlreadyDecided, "6.2")
    await world.refused(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=False), ReasonNeeded, "6.2")
    await world.act(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=False, reason="缺少损失数字"))
    [returned] = world.pages.expect("summary_returned", cast.SUPERVISOR)
    assert returned.params["reason"] == "缺少损失数字"
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    world.pages.expect("receipt", cast.DIRECTOR, cast.GENERAL_MANAGER)
    await world.refused(cast.DIRECTOR, ACCEPTED, StaleVersion, "6.2")


async def test_no_author_accepts_his_own(world: World) -> None:
    world.delegate(Delegation(post=Role.IT_DIRECTOR, principal=cast.DIRECTOR, deputy=cast.SUPERVISOR))
    await given.in_summary(world)
    await world.refused(cast.DIRECTOR, ACCEPTED, Incomplete, "6.2")
    await world.act(cast.SUPERVISOR, await given.summary(world))
    world.pages.forget()
    await world.refused(cast.SUPERVISOR, ACCEPTED, OwnWork, "6.2")
    await world.refused(cast.MANAGER, ACCEPTED, NotAuthorised, "6.2")


async def test_a_measure_has_an_owner_of_the_company(world: World) -> None:
    await given.in_summary(world)
    report = await given.summary(world)
    report.measures[0].owner = "nobody"
    refusal = await world.refused(cast.SUPERVISOR, report, Unknown, "6.2")
    assert refusal.field == "measures.owner"
