"""6.1: those who are on the incident are called to the recovery checklist, again and higher until it is done."""

from domain.acts import CheckRecovery, ReportResolved
from tests import cast
from tests.harness import World
from tests.stories import given

SOLVED = ReportResolved(text="重启后恢复")
FIRST, _ = cast.CHECKS


async def test_who_is_called_when(world: World) -> None:
    await given.on_site(world)
    await world.act(cast.TECHNICIAN, SOLVED)
    recovery = (await world.snapshot()).recovery
    assert recovery
    await world.pass_time(minutes=16)
    on_it = {cast.SPECIALIST, cast.TECHNICIAN}
    colleagues = on_it | {cast.SECOND_SPECIALIST, cast.SECOND_TECHNICIAN}
    assert world.pages.calls("checklist", "unanswered", since=recovery.started_at) == [
        (0, on_it),
        (5, on_it),
        (10, colleagues),
        (15, colleagues | {cast.MANAGER}),
    ]


async def test_it_says_what_is_to_be_checked_and_ends_when_all_is(world: World) -> None:
    await given.activated(world)
    await world.act(cast.OPERATOR, SOLVED)
    [page] = world.pages.expect("checklist", cast.SPECIALIST)
    assert page.clause == "6.1"
    assert "检查 orders-flow；检查 books-agree" in world.pages.words(page).body
    for item in cast.CHECKS:
        await world.act(cast.SPECIALIST, CheckRecovery(item=item, passed=True))
    await world.pass_time(minutes=9)
    world.pages.no_more()
    await world.pass_time(minutes=1, seconds=2)
    world.pages.expect("verification", cast.SUPERVISOR, cast.MANAGER)


async def test_an_item_that_fails_ends_it_and_the_next_round_begins_anew(world: World) -> None:
    await given.in_recovery(world)
    await world.act(cast.SPECIALIST, CheckRecovery(item=FIRST, passed=False, text="订单丢失"))
    world.pages.expect("recovery_failed", cast.MANAGER)
    await world.act(cast.OPERATOR, SOLVED)
    [page] = world.pages.expect("checklist", cast.SPECIALIST)
    assert page.question == "checklist/2"
