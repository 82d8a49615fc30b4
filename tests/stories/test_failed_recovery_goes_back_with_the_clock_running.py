"""6.1: a failed probe, check or verification goes back to handling; the short-time limit was never reset."""

from domain.acts import CheckRecovery, ReportResolved, VerifyRecovery
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given

SOLVED = ReportResolved(text="重启后恢复")


async def test_a_probe_fails_at_once(world: World) -> None:
    await given.activated(world)
    world.stage.service.is_up = False
    await world.act(cast.OPERATOR, SOLVED)
    world.pages.expect("checklist", cast.SPECIALIST)
    [failed] = await world.events("recovery_failed")
    assert failed.reason == "trading-page"
    assert (await world.snapshot()).phase == Phase.OPERATOR_HANDLING
    world.pages.expect("recovery_failed", cast.MANAGER)


async def test_a_probe_fails_during_the_observation(world: World) -> None:
    await given.in_recovery(world)
    await world.pass_time(minutes=4)
    world.stage.service.is_up = False
    await world.pass_time(minutes=1, seconds=2)
    world.pages.expect("checklist", cast.SPECIALIST)
    assert (await world.snapshot()).phase == Phase.OPERATOR_HANDLING
    world.pages.expect("recovery_failed", cast.MANAGER)
    world.stage.service.is_up = True
    await world.act(cast.OPERATOR, SOLVED)
    world.pages.expect("checklist", cast.SPECIALIST)
    await given.checked(world)
    assert [item.outcome for item in (await world.snapshot()).recoveries] == ["failed", None]
    world.pages.expect("verification", cast.SUPERVISOR, cast.MANAGER)


async def test_a_check_fails(world: World) -> None:
    await given.in_recovery(world)
    await world.act(cast.SPECIALIST, CheckRecovery(item=cast.CHECKS[0], passed=False, text="订单丢失"))
    assert (await world.snapshot()).phase == Phase.OPERATOR_HANDLING
    world.pages.expect("recovery_failed", cast.MANAGER)


async def test_the_operator_limit_goes_on_counting(world: World) -> None:
    await given.activated(world)
    await world.pass_time(minutes=8)
    await world.act(cast.OPERATOR, SOLVED)
    await world.pass_time(minutes=4)
    world.pages.expect("checklist", cast.SPECIALIST)
    world.pages.no_more()
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=False, text="仍有报错"))
    world.pages.expect("recovery_failed", cast.MANAGER)
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("dispatch", cast.TECHNICIAN)


async def test_the_limit_that_passed_meanwhile_calls_the_director_at_once(world: World) -> None:
    await given.on_site(world)
    activated_at = (await world.snapshot()).activated_at
    assert activated_at
    await world.pass_time(minutes=28)
    await world.act(cast.TECHNICIAN, SOLVED)
    await world.pass_time(minutes=7)
    world.pages.expect("checklist", *[cast.SPECIALIST, cast.TECHNICIAN] * 2)
    world.pages.no_more()
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=False, text="仍有报错"))
    assert (await world.snapshot()).phase == Phase.DIRECTOR_DECISION
    passed = next(entry for entry in await world.timeline() if entry.event.kind == "short_time_limit_passed")
    assert in_minutes(passed.occurred_at - activated_at) == 30
    assert (passed.is_late, in_minutes(passed.recorded_at - activated_at)) == (True, 35)
    world.pages.expect("recovery_failed", cast.MANAGER)
    world.pages.expect("report_due", cast.MANAGER)
    world.pages.expect("procedure", cast.DIRECTOR)


async def test_from_the_group_it_goes_back_to_the_group(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, SOLVED)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=False, text="仍有报错"))
    world.pages.expect("checklist", cast.SPECIALIST, cast.TECHNICIAN)
    incident = await world.snapshot()
    assert (incident.phase, incident.commander) == (Phase.GROUP_HANDLING, cast.DIRECTOR)
    world.pages.expect("recovery_failed", cast.DIRECTOR)
