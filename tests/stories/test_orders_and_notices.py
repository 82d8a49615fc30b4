"""5.3.1, 5.3.2: departments are ordered and answer, objections too; the group gives notice and is reminded of it."""

from domain.acts import AnswerOrder, ChangeSeverity, FormGroup, GiveNotice, GiveOrder, NoticeOccasion, SettleOrder
from domain.errors import AlreadyDecided, Conflict, NotAuthorised, ReasonNeeded, Unknown
from domain.policy import Severity
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given

ORDER = GiveOrder(department=cast.FINANCE, text="停止结算")
HEARD = AnswerOrder(order=1, answer="acknowledged")


async def test_an_unanswered_order_is_repeated_then_the_commander_hears_of_it(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, ORDER)
    given_at = (await world.snapshot()).orders[0].given_at
    await world.pass_time(minutes=11)
    assert world.pages.calls("order", "order_unanswered", since=given_at) == [
        (0, {cast.FINANCE_HEAD}),
        (5, {cast.FINANCE_HEAD}),
        (10, {cast.FINANCE_HEAD, cast.DIRECTOR}),
    ]
    await world.act(cast.FINANCE_HEAD, HEARD)
    await world.pass_time(minutes=15)
    world.pages.no_more()


async def test_an_objection_needs_a_reason_and_reaches_the_commander(world: World) -> None:
    await given.grouped(world)
    await world.refused(cast.DIRECTOR, GiveOrder(department="kitchen", text="待命"), Unknown, "5.3.2")
    await world.act(cast.DIRECTOR, ORDER)
    await world.refused(cast.FINANCE_HEAD, AnswerOrder(order=1, answer="objected"), ReasonNeeded, "5.3.2")
    await world.refused(cast.OUTSIDER, HEARD, NotAuthorised, "5.3.2")
    world.pages.forget()
    await world.act(cast.FINANCE_HEAD, AnswerOrder(order=1, answer="objected", text="月结未完成"))
    [message] = world.pages.expect("order_objected", cast.DIRECTOR)
    assert message.params["text"] == "月结未完成"
    await world.refused(cast.FINANCE_HEAD, HEARD, AlreadyDecided, "5.3.2")


async def test_the_commander_answers_an_objection_or_is_called_again(world: World) -> None:
    await given.grouped(world, commander=cast.MANAGER)
    await world.act(cast.MANAGER, ORDER)
    await world.act(cast.FINANCE_HEAD, AnswerOrder(order=1, answer="objected", text="月结未完成"))
    objected_at = await world.now()
    world.pages.expect("order", cast.FINANCE_HEAD)
    uphold = SettleOrder(order=1, course="uphold", reason="月结可后补")
    await world.refused(cast.DIRECTOR, uphold, NotAuthorised, "5.3.2")
    await world.pass_time(minutes=16)
    assert world.pages.calls("order_objected", "objection_unanswered", since=objected_at) == [
        (0, {cast.MANAGER}),
        (5, {cast.MANAGER}),
        (10, {cast.MANAGER}),
        (15, {cast.MANAGER, cast.DIRECTOR}),
    ]
    await world.act(cast.MANAGER, uphold)
    world.pages.expect("order", cast.FINANCE_HEAD)
    again = AnswerOrder(order=1, answer="objected", text="仍不行")
    await world.refused(cast.FINANCE_HEAD, again, AlreadyDecided, "5.3.2")
    await world.act(cast.FINANCE_HEAD, HEARD)
    await world.refused(cast.MANAGER, uphold, Conflict, "5.3.2")
    await world.pass_time(minutes=10)
    world.pages.no_more()


async def test_a_withdrawn_order_is_told_and_asked_no_more(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, ORDER)
    await world.act(cast.FINANCE_HEAD, AnswerOrder(order=1, answer="objected", text="月结未完成"))
    world.pages.forget()
    await world.act(cast.DIRECTOR, SettleOrder(order=1, course="withdraw", reason="采纳"))
    world.pages.expect("order_withdrawn", cast.FINANCE_HEAD)
    await world.pass_time(minutes=6)
    world.pages.no_more()


async def test_formation_and_a_changed_level_ask_for_a_notice(world: World) -> None:
    await given.started(world)
    await world.act(cast.DIRECTOR, FormGroup(members=[cast.MANAGER], commander=cast.DIRECTOR))
    [first] = world.pages.expect("notice_due", cast.DIRECTOR)
    assert first.params["occasion"] == "formation"
    world.pages.forget()
    told = GiveNotice(
        kind="notice", audience=[cast.FINANCE, "general_manager"], text="已成立", occasion=NoticeOccasion.FORMATION
    )
    await world.act(cast.DIRECTOR, told)
    world.pages.expect("notice", cast.FINANCE_HEAD, cast.GENERAL_MANAGER)
    await world.act(cast.DIRECTOR, ChangeSeverity(severity=Severity.I, reason="影响扩大"))
    [second] = world.pages.expect("notice_due", cast.DIRECTOR)
    assert second.params["occasion"] == "level_change"
    assert (await world.snapshot()).notices_due == ["level_change"]
    await world.refused(cast.DIRECTOR, told.model_copy(update={"audience": ["chef"]}), Unknown, "5.3.1")


async def test_a_notice_reaches_the_heads_and_starts_the_interval_anew(world: World) -> None:
    await given.grouped(world)
    await world.pass_time(minutes=40)
    await world.act(
        cast.DIRECTOR, GiveNotice(kind="advance_notice", audience=[cast.FINANCE, cast.OPERATIONS], text="两小时内恢复")
    )
    given_at = await world.now()
    world.pages.expect("notice", cast.FINANCE_HEAD, cast.OPERATIONS_HEAD)
    await world.refused(cast.DIRECTOR, GiveNotice(kind="notice", audience=["kitchen"], text="注意"), Unknown, "5.3.1")
    await world.pass_time(minutes=59)
    world.pages.no_more()
    await world.pass_time(minutes=2)
    [reminder] = world.pages.expect("notice_overdue", cast.DIRECTOR)
    assert in_minutes(reminder.created_at - given_at) == 60
