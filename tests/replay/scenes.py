"""Stretches of an incident's life that many courses share, from one phase to the next."""

from typing import Any

from domain import acts
from domain.closure import SERVICE_WORKS
from domain.incident import Phase
from domain.policy import Severity
from tests import cast
from tests.replay.desk import Desk

GROUP = [cast.DIRECTOR, cast.MANAGER, cast.SUPERVISOR, cast.SPECIALIST]
GATED = acts.PlanStep(id="switch", text="切换到备用机房", needs_approval=True)
FREE = acts.PlanStep(id="inform", text="通知会员")


async def report(desk: Desk) -> None:
    """Report; the judges are paged."""
    await desk.open()
    await desk.until(lambda incident: incident.phase == Phase.JUDGING)


async def activate(desk: Desk, **details: Any) -> None:
    """Report, and the manager judges it an emergency."""
    await report(desk)
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency", **details))


async def send_technician(desk: Desk) -> None:
    """Run the first step of the runbook and say that it did not help."""
    await desk.act(cast.OPERATOR, acts.RecordStep(step=cast.STEPS[0], result="done"))
    await desk.act(cast.OPERATOR, acts.ReportUnresolved(text="重启后仍无响应"))


async def arrive(desk: Desk, person: str = cast.TECHNICIAN) -> None:
    """Somebody who was dispatched checks in."""
    await desk.until(lambda incident: incident.responder(person))
    await desk.act(person, acts.CheckIn(place="主机房"))


async def call_director(desk: Desk) -> None:
    """Raise the severity: the director is asked at once."""
    await desk.act(cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason="全部会员受影响"))
    await desk.until(lambda incident: incident.phase == Phase.DIRECTOR_DECISION)
    await desk.act(cast.MANAGER, acts.ReportToDirector(text="短时间内无法恢复"))


async def start_procedure(desk: Desk, *, is_major: bool) -> None:
    """The director starts the emergency flow and forms the leading group."""
    await desk.act(cast.DIRECTOR, acts.DecideProcedure(start=True, is_major=is_major, reason="影响交易"))
    await desk.act(cast.DIRECTOR, acts.FormGroup(members=GROUP, commander=cast.DIRECTOR))


async def submit_plan(desk: Desk) -> None:
    """The director submits the next version of the response plan."""
    plan = acts.SubmitPlan(scope="交易系统", steps=[FREE, GATED], risk="短时中断", rollback="切回", resources="两人")
    await desk.act(cast.DIRECTOR, plan)


async def to_group(desk: Desk, *, is_major: bool) -> None:
    """Go from the report to the leading group on the scene."""
    await activate(desk)
    await send_technician(desk)
    await arrive(desk)
    await call_director(desk)
    await start_procedure(desk, is_major=is_major)


async def resolve(desk: Desk, by: str = cast.OPERATOR) -> None:
    """Those who handle it say that it is solved."""
    await desk.act(by, acts.ReportResolved(text="服务恢复"))


async def check_all(desk: Desk) -> None:
    """The specialist goes through the recovery checklist; then probes and observation are awaited."""
    incident = await desk.until(lambda incident: incident.recovery)
    for item in incident.pinned_runbook.recovery_checklist if incident.pinned_runbook else [SERVICE_WORKS]:
        await desk.act(cast.SPECIALIST, acts.CheckRecovery(item=item.id, passed=True))
    await desk.until(lambda incident: incident.recovery and incident.recovery.is_observed)


async def summarise(desk: Desk) -> None:
    """The supervisor writes the summary report."""
    sections = ("overview", "course", "scope_and_loss", "cause", "handling", "problems_exposed", "lessons")
    measure = acts.RectificationMeasure(text="更换电源", owner=cast.MANAGER, due=cast.clock_time(18, day="2026-12-31"))
    content: dict[str, Any] = {name: f"{name}：已说明" for name in sections}
    await desk.act(cast.SUPERVISOR, acts.SubmitSummary(measures=[measure], **content))


async def receive(desk: Desk, *, version: int = 1) -> None:
    """Director and general manager accept the summary report."""
    for person in (cast.DIRECTOR, cast.GENERAL_MANAGER):
        await desk.act(person, acts.ReceiveSummary(version=version, accept=True))


async def recover(desk: Desk) -> None:
    """Check, observe, verify; the summary is due."""
    await check_all(desk)
    await desk.act(cast.SUPERVISOR, acts.VerifyRecovery(passed=True, text="已核对"))


async def conclude(desk: Desk) -> None:
    """The report is there: receipts, the runbook, the end."""
    await receive(desk)
    await close(desk)


async def close(desk: Desk) -> None:
    """The runbook is decided, and the incident closes."""
    await desk.act(cast.MANAGER, acts.DecideRunbook(change=False, reason="手册适用"))
    await desk.act(cast.MANAGER, acts.Close())
    await desk.over()


async def finish(desk: Desk, by: str = cast.OPERATOR) -> None:
    """Go from handling to the end."""
    await resolve(desk, by)
    await recover(desk)
    await summarise(desk)
    await conclude(desk)
