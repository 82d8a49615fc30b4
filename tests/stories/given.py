"""How incidents come to where a story begins; what was sent on the way belongs to other stories."""

from datetime import timedelta
from typing import Any

from domain.acts import (
    Acknowledge,
    ChangeSeverity,
    CheckIn,
    CheckRecovery,
    DecideProcedure,
    DecideRunbook,
    FormGroup,
    Judge,
    PlanStep,
    ReceiveSummary,
    RectificationMeasure,
    ReportResolved,
    ReportUnresolved,
    SubmitPlan,
    SubmitSummary,
    VerifyRecovery,
)
from domain.policy import Severity
from tests import cast
from tests.harness import World

MONTH = timedelta(days=30)
GROUP = (cast.DIRECTOR, cast.MANAGER, cast.SPECIALIST)


async def activated(world: World, *, severity: Severity | None = None, **details: Any) -> None:
    """The manager has judged it an emergency, the specialist is on it (5.2.2)."""
    await world.open(**details)
    await world.act(cast.MANAGER, Judge(verdict="emergency", severity=severity))
    await world.act(cast.SPECIALIST, Acknowledge(question="activation"))
    world.pages.forget()


async def on_site(world: World, **details: Any) -> None:
    """The operator could not solve it, a technician is on the scene (5.2.4)."""
    await activated(world, **details)
    await world.act(cast.OPERATOR, ReportUnresolved(text="按手册操作无效"))
    await world.act((await world.snapshot()).responders[0].person, CheckIn())
    world.pages.forget()


async def director_asked(world: World, **details: Any) -> None:
    """The short-time limit has passed, the director is paged (5.2.6)."""
    await on_site(world, **details)
    await world.pass_time(minutes=30)
    world.pages.forget()


async def started(world: World, *, is_major: bool = False, **details: Any) -> None:
    """The director has started the emergency flow (5.2.7)."""
    await director_asked(world, **details)
    await world.act(cast.DIRECTOR, DecideProcedure(start=True, is_major=is_major, reason="影响扩大"))
    world.pages.forget()


async def grouped(world: World, *, commander: str = cast.DIRECTOR, is_major: bool = False, **details: Any) -> None:
    """The leading group is on the scene and commands (5.2.9)."""
    await started(world, is_major=is_major, **details)
    await world.act(cast.DIRECTOR, FormGroup(members=[*GROUP], commander=commander))
    for member in {*GROUP, commander}:
        await world.act(member, CheckIn())
    world.pages.forget()


async def in_recovery(world: World, **details: Any) -> None:
    """The operator says that it is solved (5.2.5)."""
    await activated(world, **details)
    await world.act(cast.OPERATOR, ReportResolved(text="重启后恢复"))
    world.pages.forget()


async def in_summary(world: World, **details: Any) -> None:
    """The recovery is checked by the specialist, observed, verified by the supervisor (6.1)."""
    await in_recovery(world, **details)
    await checked(world)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=True, text="已复核"))
    world.pages.forget()


async def checked(world: World) -> None:
    """Every item is checked and the observation is over."""
    for item in cast.CHECKS:
        await world.act(cast.SPECIALIST, CheckRecovery(item=item, passed=True))
    await world.pass_time(minutes=10)


async def ready_to_close(world: World, **details: Any) -> None:
    """The report is accepted by both, the runbook decided (6.2, 6.3)."""
    await in_summary(world, **details)
    await world.act(cast.SUPERVISOR, await summary(world))
    for person in (cast.DIRECTOR, cast.GENERAL_MANAGER):
        await world.act(person, ReceiveSummary(version=1, accept=True))
    await world.act(cast.MANAGER, DecideRunbook(change=False, reason="手册适用"))
    world.pages.forget()


async def summary(world: World) -> SubmitSummary:
    """A whole summary report."""
    return SubmitSummary(
        overview="交易中断四十分钟",
        course="见时间线",
        scope_and_loss="两个市场",
        cause="连接池耗尽",
        handling="重启并切换",
        reports_made="已报信息总监",
        measures_and_effect="重启后恢复",
        level="III 级",
        responsibility="无人员责任",
        problems_exposed="无容量告警",
        went_well="到场及时",
        lessons="演练不足",
        runbook_changes="无需修订",
        measures=[RectificationMeasure(text="加容量告警", owner=cast.MANAGER, due=await world.now() + MONTH)],
    )


def raised(severity: Severity) -> ChangeSeverity:
    """A severity that turned out to be worse."""
    return ChangeSeverity(severity=severity, reason="影响扩大")


def plan(scope: str = "切换到备用中心") -> SubmitPlan:
    """A response plan with one step that waits for the general manager and one that does not."""
    return SubmitPlan(
        scope=scope,
        steps=[
            PlanStep(id="freeze", text="暂停交易"),
            PlanStep(id="switch", text="切换机房", needs_approval=True),
        ],
        risk="数据可能丢失一分钟",
        rollback="切回主中心",
        resources="两名技术人员",
    )
