"""5.3.1, 5.3.2: departments are ordered and answer; the group gives notice and is reminded when one is overdue."""

from domain.acts import AnswerOrder, GiveNotice, GiveOrder
from domain.errors import AlreadyDecided, NotAuthorised, ReasonNeeded, Unknown
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
    assert world.pages.calls("order", since=given_at) == [
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
    world.pages.expect("order_objected", cast.DIRECTOR)
    await world.refused(cast.FINANCE_HEAD, HEARD, AlreadyDecided, "5.3.2")


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
    [reminder] = world.pages.expect("notice_due", cast.DIRECTOR)
    assert in_minutes(reminder.created_at - given_at) == 60
