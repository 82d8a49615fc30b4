"""6.1, 6.2: a problem that comes back before the close is handled on; its report is void and recovery is done anew."""

from domain.acts import CheckRecovery, Close, ReceiveSummary, Reopen, ReportResolved, SubmitSummary, VerifyRecovery
from domain.errors import Conflict, NotAuthorised, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

CAME_BACK = Reopen(reason="重启后十分钟又超时")


async def test_from_the_group_it_goes_on_under_the_same_command(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.TECHNICIAN, ReportResolved(text="已切换"))
    await given.checked(world)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=True, text="已复核"))
    await world.act(cast.MANAGER, await given.summary(world))
    await world.act(cast.DIRECTOR, ReceiveSummary(version=1, accept=True))
    world.pages.forget()
    await world.refused(cast.OPERATOR, CAME_BACK, NotAuthorised, "6.1")
    await world.act(cast.SUPERVISOR, CAME_BACK)
    incident = await world.snapshot()
    assert (incident.phase, incident.commander) == (Phase.GROUP_HANDLING, cast.DIRECTOR)
    world.pages.expect("reopened", cast.DIRECTOR, cast.MANAGER, cast.SPECIALIST, cast.OPERATOR, cast.GENERAL_MANAGER)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    await world.act(cast.TECHNICIAN, ReportResolved(text="换了控制器"))
    world.pages.forget()
    await given.checked(world)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=True, text="再次复核"))
    await world.refused(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=True), Conflict, "6.2")
    world.pages.forget()
    await world.act(cast.MANAGER, await given.summary(world))
    world.pages.expect("receipt", cast.DIRECTOR, cast.GENERAL_MANAGER)


async def test_the_elapsed_time_is_not_reset(world: World) -> None:
    await given.in_summary(world)
    await world.pass_time(minutes=45)
    world.pages.forget()
    await world.act(cast.MANAGER, CAME_BACK)
    assert (await world.snapshot()).phase == Phase.DIRECTOR_DECISION
    told = (cast.SUPERVISOR, cast.DIRECTOR, cast.SPECIALIST, cast.OPERATOR)
    world.pages.expect("reopened", *told)
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("report_due", cast.MANAGER)
    world.pages.expect("procedure", cast.DIRECTOR)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    [passed] = [entry for entry in await world.timeline() if entry.event.kind == "short_time_limit_passed"]
    assert passed.is_late


async def test_closed_it_stays_closed_and_says_which_way_to_go(world: World) -> None:
    await given.ready_to_close(world)
    await world.act(cast.MANAGER, Close())
    world.pages.expect("closed", cast.OPERATOR)
    await world.ended()
    refusal = await world.refused(cast.MANAGER, CAME_BACK, Conflict, "6.1")
    assert refusal.params == {"number": world.number}


async def test_while_it_is_handled_there_is_nothing_to_reopen(world: World) -> None:
    await given.in_recovery(world)
    await world.refused(cast.MANAGER, CAME_BACK, WrongPhase, "6.1")
    await world.act(cast.SPECIALIST, CheckRecovery(item=cast.CHECKS[0], passed=True))


async def test_a_report_that_was_void_may_be_written_only_after_the_recovery(world: World) -> None:
    await given.in_summary(world)
    report: SubmitSummary = await given.summary(world)
    await world.act(cast.SUPERVISOR, report)
    await world.act(cast.SUPERVISOR, CAME_BACK)
    await world.refused(cast.SUPERVISOR, report, WrongPhase, "6.2")
    world.pages.forget()
