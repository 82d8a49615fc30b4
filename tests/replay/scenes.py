"""Stretches of an incident's life that many courses share, from one phase to the next."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from activities.messages import TrialPlan
from adapters.measures import surroundings
from adapters.temporal import Departures, Measures
from domain import acts
from domain.closure import SERVICE_WORKS
from domain.incident import Phase
from domain.measure import Measure, MeasureAct, MeasureCommand, Source
from domain.policy import Deadline, Severity
from domain.report import SECTIONS
from tests import cast
from tests.replay.desk import PATIENCE_SECONDS, PAUSE_SECONDS, Desk
from tests.vigil import Vigilance, full_company
from workflows import contract
from workflows.communication_test import CommunicationTestWorkflow
from workflows.contract import MeasureOpening

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
    measure = acts.RectificationMeasure(text="更换电源", owner=cast.MANAGER, due=cast.clock_time(18, day="2026-12-31"))
    content: dict[str, Any] = {name: f"{name}：已说明" for name in SECTIONS if name != "measures"}
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


async def hear(desk: Desk, status: Literal["firing", "resolved"], occurrence: str) -> str:
    """A monitor tells; return the id of the workflow that hears it."""
    told = contract.Alert(
        source="monitor",
        dedup_key="trading-down",
        status=status,
        occurrence=occurrence,
        command_id=uuid.uuid4().hex,
        title="交易探针失败",
        system=cast.TRADING,
        symptom="连续三次超时",
        started_at=datetime.now(UTC) - timedelta(seconds=2),
    )
    return await desk.incidents.alert(told)


async def alerted(desk: Desk, workflow_id: str, other_than: str | None = None) -> str:
    """The alert opens an incident, with which the desk goes on; return its number."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            state = await desk.incidents.incident_of_alert(workflow_id)
            if state and state.number and state.number != other_than:
                break
            await asyncio.sleep(PAUSE_SECONDS)
    desk.number = state.number
    await desk.until(lambda incident: incident.phase == Phase.JUDGING)
    return desk.number


async def depart(desk: Desk, person: str, version: int = 2) -> WorkflowHandle[Any, Any]:
    """Somebody is to leave by a version of his; the first is how he came, and stays."""
    await Departures(desk.client).begin(person, version)
    return desk.client.get_workflow_handle(contract.departure_id(person, version))


async def leave(desk: Desk, person: str) -> WorkflowHandle[Any, Any]:
    """Somebody leaves, and the incident hears of it."""

    async def is_listed() -> bool:
        return desk.number in await desk.incidents.open_numbers()

    await desk.eventually(is_listed)
    leaving = await depart(desk, person)
    await desk.until(lambda incident: not incident.company.is_here(person, datetime.now(UTC)))
    return leaving


async def begin_test(desk: Desk, day: str) -> WorkflowHandle[Any, Any]:
    """A communication test begins."""
    plan = TrialPlan(id=day, started_at=datetime.now(UTC))
    test_id = contract.communication_test_id(day)
    return await desk.client.start_workflow(
        CommunicationTestWorkflow.run, plan, id=test_id, task_queue=contract.INCIDENTS
    )


async def taken(desk: Desk, test: WorkflowHandle[Any, Any]) -> None:
    """After the test has begun, a message of it is handed over."""

    async def is_taken() -> bool:
        kinds = [event.event_type for event in (await test.fetch_history()).events]
        return kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) > 1

    await desk.eventually(is_taken)


class Rectifying:
    """A rectification measure of an inspection, and the people who act on it."""

    def __init__(self, desk: Desk, number: str) -> None:
        self.desk = desk
        self.number = number
        self.measures = Measures(desk.client)
        self._vigilance = Vigilance(full_company)

    async def open(self, seconds: float) -> None:
        """The technician owns it; it is due in so many seconds."""
        now = datetime.now(UTC)
        opening = MeasureOpening(
            number=self.number,
            text="更换电源",
            owner=cast.TECHNICIAN,
            due=Deadline(at=now + timedelta(seconds=seconds), clause="6.2"),
            source=Source(kind="inspection", ref="2026-Q4", system=cast.TRADING),
            opened_by=cast.SUPERVISOR,
            around=surroundings(await self._vigilance.now(now), {cast.TECHNICIAN}),
        )
        await self.measures.open(opening)

    async def command(self, person: str, act: MeasureAct) -> MeasureCommand[Any]:
        """Return an act on its way."""
        around = surroundings(await self._vigilance.now(datetime.now(UTC)), {cast.TECHNICIAN, person})
        return MeasureCommand[Any](command_id=uuid.uuid4().hex, person=person, act=act, surroundings=around)

    async def act(self, person: str, act: MeasureAct) -> None:
        """Do what must be accepted, again until it is answered."""
        await self.desk.eventually_answered(self.measures.act, self.number, await self.command(person, act))

    async def tell(self, person: str, act: MeasureAct) -> None:
        """Send an act as a signal."""
        await self.measures.tell(self.number, await self.command(person, act))

    async def until(self, is_so: Callable[[Measure], object]) -> None:
        """Look until the measure is so."""

        async def is_seen() -> bool:
            return bool(is_so(await self.measures.snapshot(self.number)))

        await self.desk.eventually(is_seen)
