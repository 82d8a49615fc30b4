"""5.2.5: solved within the short-time limit goes straight to recovery; the director is not called."""

from domain.acts import ReportResolved, VerifyRecovery
from domain.errors import NotAuthorised, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given


async def test_the_short_way(world: World) -> None:
    await given.activated(world)
    await world.pass_time(minutes=5)
    await world.act(cast.OPERATOR, ReportResolved(text="重启后恢复"))
    resolved = next(entry for entry in await world.timeline() if entry.event.kind == "resolved_reported")
    assert (resolved.clause, (await world.snapshot()).phase) == ("5.2.5", Phase.RECOVERY)
    await world.pass_time(hours=1)
    asked = world.pages.calls("checklist", "unanswered", since=resolved.recorded_at)
    assert cast.DIRECTOR not in set().union(*(people for _, people in asked))
    world.pages.no_more()


async def test_the_limit_does_not_ring_in_recovery_nor_after_it(world: World) -> None:
    await given.in_recovery(world)
    await given.checked(world)
    world.pages.expect("verification", cast.SUPERVISOR, cast.MANAGER)
    await world.pass_time(minutes=25)
    world.pages.forget()
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=True, text="已复核"))
    assert await world.events("short_time_limit_passed") == []
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)


async def test_who_may_say_so_and_when(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.refused(cast.OPERATOR, ReportResolved(text="好了"), WrongPhase, "5.2.5")
    await given.activated(world)
    await world.refused(cast.OUTSIDER, ReportResolved(text="好了"), NotAuthorised, "5.2.5")
