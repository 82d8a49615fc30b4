"""5.2.1, 6.1: an alarm that comes again after it was thought to be over pages whoever can take that back."""

from temporalio.client import WorkflowExecutionStatus

from domain.acts import Acknowledge, Judge, Reopen, ReportResolved, VerifyRecovery
from domain.incident import HANDLING
from tests import cast
from tests.harness import World
from tests.stories import given
from tests.stories.test_alerts_join_the_open_incident import alert, fired

JUDGES = (cast.MANAGER, cast.SUPERVISOR)


async def dismissed(world: World) -> None:
    await fired(world, await alert(world))
    await world.act(cast.MANAGER, Judge(verdict="not_emergency", reason="误报，已核实"))
    world.pages.forget()


async def test_both_judges_are_paged_again_until_one_overrides_the_dismissal(world: World) -> None:
    await dismissed(world)
    await fired(world, await alert(world, "2", symptom="登录成功率仍为 0"))
    told = world.pages.expect("again", *JUDGES)
    assert told[0].params["text"] == "登录成功率仍为 0"
    await world.pass_time(minutes=5)
    world.pages.expect("again", *JUDGES)
    await world.act(cast.SUPERVISOR, Judge(verdict="emergency"))
    world.pages.forget()
    await world.pass_time(minutes=18)
    world.pages.expect("again")
    world.pages.forget()


async def test_whoever_knows_why_it_came_says_so_and_the_next_one_is_told_anew(world: World) -> None:
    await dismissed(world)
    await fired(world, await alert(world, "2"))
    await world.act(cast.MANAGER, Acknowledge(question="again/1"))
    world.pages.forget()
    await world.pass_time(hours=1)
    world.pages.expect("again")
    await fired(world, await alert(world, "2"))
    world.pages.expect("again")
    await fired(world, await alert(world, "3"))
    world.pages.expect("again", *JUDGES)
    assert [item for item in (await world.snapshot()).acknowledged_by if item.startswith("again")] == ["again/1"]


async def test_a_dismissal_stands_only_once_it_is_answered(world: World) -> None:
    await dismissed(world)
    await world.pass_time(hours=23, minutes=58)
    await fired(world, await alert(world, "2"))
    world.pages.expect("again", *JUDGES)
    await world.pass_time(minutes=4)
    assert not (await world.snapshot()).is_over
    await world.act(cast.MANAGER, Acknowledge(question="again/1"))
    assert await world.ended() == WorkflowExecutionStatus.COMPLETED
    assert [entry.event.kind for entry in await world.timeline()][-1] == "dismissal_stood"
    world.pages.forget()


async def test_while_the_recovery_is_checked_and_while_the_report_is_written_it_is_a_page_as_well(world: World) -> None:
    await fired(world, await alert(world))
    await world.act(cast.MANAGER, Judge(verdict="emergency"))
    await fired(world, await alert(world, "2"))
    world.pages.expect("again")
    await world.act(cast.OPERATOR, ReportResolved(text="重启后恢复"))
    world.pages.forget()
    await fired(world, await alert(world, "3"))
    world.pages.expect("again", cast.MANAGER)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=False, text="又中断了"))
    world.pages.forget()
    await world.act(cast.OPERATOR, ReportResolved(text="重启后恢复"))
    await given.checked(world)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=True, text="已核对"))
    world.pages.forget()
    await fired(world, await alert(world, "4"))
    world.pages.expect("again", cast.MANAGER)
    await world.act(cast.MANAGER, Reopen(reason="告警再次出现"))
    world.pages.forget()
    await world.pass_time(minutes=10)
    world.pages.expect("again")
    assert (await world.snapshot()).phase in HANDLING
    world.pages.forget()
