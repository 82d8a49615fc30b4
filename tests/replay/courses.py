"""The courses whose histories are kept: together they go through every waiting that a workflow can do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from adapters.temporal import keep_vigil
from domain import acts
from domain import measure as ms
from domain.company import Collector, Company, Role, Watch
from domain.incident import Phase
from domain.policy import Interval, Policy, StatutoryClock
from domain.text import Text
from tests import cast
from tests.replay import scenes
from tests.replay.desk import PATIENCE_SECONDS, Desk
from workflows import contract

Play = Callable[[Desk], Awaitable[None]]


class Course(NamedTuple):
    """A course: how it is played, under which policy and company, what the far side of the network does."""

    name: str
    play: Play
    policy: Policy
    company: Company
    details: dict[str, Any]
    failing: dict[str, int]
    is_long: bool


COURSES: dict[str, Course] = {}


def course(
    *,
    details: dict[str, Any] | None = None,
    channels: dict[str, list[str]] | None = None,
    duty: dict[Role, list[str]] | None = None,
    collectors: tuple[str, ...] = (),
    failing: dict[str, int] | None = None,
    is_long: bool = False,
    regulators: dict[str, float] | None = None,
    worked: bool = False,
    **seconds: float,
) -> Callable[[Play], Play]:
    """Register a course; limits are in seconds; ``failing`` says how often a part of the far side fails."""
    limits = {
        name: timedelta(seconds=value)
        for name, value in ({"observation": 0.4, "probe_interval": 0.3} | seconds).items()
    }

    def register(play: Play) -> Play:
        name = play.__name__
        policy = cast.policy(**limits, **_regulators(regulators or {}))
        company = _collected(_company(channels or {}, duty or {}), collectors)
        if worked:
            company = company.model_copy(update={"runbooks": cast.worked_company().runbooks})
        COURSES[name] = Course(name, play, policy, company, details or {}, failing or {}, is_long)
        return play

    return register


def _regulators(seconds: dict[str, float]) -> dict[str, Any]:
    """Return two regulators who want to be told within so many seconds."""
    if not seconds:
        return {}
    law = Text(zh="某办法", en="Some measures")
    first = StatutoryClock(value=seconds["first"] / 60, unit="minutes", source=law)
    told = [item.model_copy(update={"first": first, "follow_ups": []}) for item in cast.regulators()]
    repeat = Interval(value=seconds["repeat"], unit="seconds", clause="8", effective_from=date(2026, 1, 1))
    return {"regulators": told, "statutory_repeat": repeat}


def _company(channels: dict[str, list[str]], duty: dict[Role, list[str]]) -> Company:
    company = cast.company()
    people = [person.model_copy(update={"channels": channels.get(person.id, ["inbox"])}) for person in company.people]
    starts, ends = cast.clock_time(0, day="2026-01-01"), cast.clock_time(0, day="2100-01-01")
    watches = [Watch(post=post, starts=starts, ends=ends, people=seats) for post, seats in duty.items()]
    return company.model_copy(update={"people": people, "duty": watches})


def _collected(company: Company, names: tuple[str, ...]) -> Company:
    collectors = [Collector(id=name, kind="http", target=f"http://db1/{name}") for name in names]
    systems = [system.model_copy(update={"collectors": collectors}) for system in company.systems]
    return company.model_copy(update={"systems": systems})


# ── 5.2.1 to 5.2.5 ────────────────────────────────────────────────────────────


@course()
async def short(desk: Desk) -> None:
    await scenes.report(desk)
    await desk.act(cast.MANAGER, acts.Acknowledge(question="judgement/1"))
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await desk.refused(cast.OPERATOR, acts.Judge(verdict="emergency"))
    await desk.paged("activation", bool)
    await desk.act(cast.SPECIALIST, acts.Acknowledge(question="activation"))
    for step in cast.STEPS:
        await desk.act(cast.OPERATOR, acts.RecordStep(step=step, result="done"))
    await scenes.finish(desk)


@course()
async def withdrawn(desk: Desk) -> None:
    await scenes.report(desk)
    await desk.act(cast.OPERATOR, acts.Withdraw(reason="误报"))
    await desk.over()


@course(dismissal_window=0.5)
async def dismissed(desk: Desk) -> None:
    await scenes.report(desk)
    await desk.tell(cast.OUTSIDER, acts.Judge(verdict="not_emergency", reason="无权判断"))
    await desk.act(cast.MANAGER, acts.Judge(verdict="not_emergency", reason="计划内维护"))
    await desk.over()


@course(dismissal_window=2)
async def contested(desk: Desk) -> None:
    await scenes.report(desk)
    await desk.act(cast.MANAGER, acts.Judge(verdict="not_emergency", reason="看似维护"))
    await desk.act(cast.OPERATOR, acts.Contest(reason="没有维护计划"))
    await desk.paged("judgement/2", bool)
    await desk.act(cast.SUPERVISOR, acts.Judge(verdict="not_emergency", reason="已确认为维护"))
    await desk.over()


@course(page_repeat=0.5, page_deputies=0.8, page_director=1.3, page_everyone=0.7, dismissal_window=0.3)
async def silent_manager(desk: Desk) -> None:
    await desk.open()
    await desk.paged("judgement/1", lambda calls: [call.level for call in calls].count("everyone") >= 2)
    await desk.act(cast.DEPUTY_MANAGER, acts.Judge(verdict="emergency"))
    await desk.act(cast.DIRECTOR, acts.Judge(verdict="not_emergency", reason="总监复核：演习残留"))
    await desk.over()


@course(arrival_working_hours=0.8, arrival_off_hours=0.8, operator_limit=0.3)
async def late_arrival_with_backup(desk: Desk) -> None:
    await scenes.activate(desk)
    incident = await desk.until(lambda incident: len(incident.responders) >= 2)
    late, backup = incident.responders[0].person, incident.responders[1].person
    await desk.until(lambda incident: all(item.is_overdue for item in incident.responders))
    await desk.paged(f"overdue/{late}/1", bool)
    await desk.act(cast.MANAGER, acts.Acknowledge(question=f"overdue/{late}/1"))
    await desk.act(late, acts.CheckIn(place="主机房"))
    await desk.act(backup, acts.CheckIn(remote=True))
    await desk.act(cast.MANAGER, acts.StandDown(responder=backup, reason="人手已够"))
    await scenes.finish(desk, by=late)


# ── 5.2.6 to 5.2.9 ────────────────────────────────────────────────────────────


@course()
async def major_approved(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    await desk.refused(cast.TECHNICIAN, acts.RecordPlanStep(version=1, step="switch", result="done"))
    await desk.act(cast.TECHNICIAN, acts.RecordPlanStep(version=1, step="inform", result="done"))
    await desk.act(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"))
    await desk.act(cast.TECHNICIAN, acts.RecordPlanStep(version=1, step="switch", result="done"))
    await desk.act(cast.DIRECTOR, acts.OfferCommand(to=cast.MANAGER, reason="总监离场"))
    await desk.paged(f"command/{cast.MANAGER}", bool)
    await desk.act(cast.MANAGER, acts.AcceptCommand())
    for person in scenes.GROUP:
        await scenes.arrive(desk, person)
    await desk.act(cast.MANAGER, acts.GiveNotice(kind="notice", audience=[cast.OPERATIONS], text="交易暂停"))
    await desk.act(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="停止接单"))
    await desk.act(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="acknowledged"))
    await desk.act(cast.SPECIALIST, acts.Record(kind="fault_log", text="系统日志", sha256="a" * 64))
    await desk.act(cast.TECHNICIAN, acts.GiveInformation(text="备机也有告警"))
    await desk.act(cast.MANAGER, acts.AcknowledgeInformation(information=1))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course()
async def rejected_twice(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    await desk.act(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="风险过大"))
    await desk.paged("plan_refused/1", bool)
    await scenes.submit_plan(desk)
    await desk.act(cast.GENERAL_MANAGER, acts.DecidePlan(version=2, decision="change_requested", reason="补充回退"))
    await desk.paged("plan_refused/2", bool)
    await desk.act(cast.DIRECTOR, acts.SettlePlan(version=2, course="without_gated_steps", reason="先恢复查询"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(approval_repeat=0.6, approval_deputies=1)
async def silent_general_manager(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    await desk.paged("plan/1", lambda calls: [call.level for call in calls].count("deputies") >= 2)
    child = desk.client.get_workflow_handle(contract.child_id(desk.number, "plan/1"))
    decision = desk.command(cast.DEPUTY_GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"))
    await child.signal(acts.DecidePlan.name, decision)
    await desk.until(lambda incident: incident.plan and incident.plan.status == "approved")
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(
    procedure_asked_again=0.7, director_deputies=0.5, general_manager_informed=1, page_repeat=0.8, notice_interval=1
)
async def not_started_then_reasked(desk: Desk) -> None:
    await scenes.activate(desk, severity="I")
    await desk.until(lambda incident: incident.procedure_round == 1)
    await desk.act(cast.DIRECTOR, acts.DecideProcedure(start=False, reason="部门可以处理"))
    await desk.until(lambda incident: incident.procedure_round == 2)
    await desk.paged("procedure/2", lambda calls: any(call.level == "general_manager" for call in calls))
    await desk.act(cast.DEPUTY_DIRECTOR, acts.DecideProcedure(start=True, reason="仍未恢复"))
    await desk.paged("group", bool)
    await desk.act(cast.DIRECTOR, acts.FormGroup(members=scenes.GROUP, commander=cast.MANAGER))
    first = (await desk.until(lambda incident: "notice_due" in incident.deadlines)).deadlines["notice_due"]
    await desk.until(lambda incident: incident.deadlines["notice_due"].at > first.at)
    await scenes.finish(desk, by=cast.TECHNICIAN)


# ── 5.3 ───────────────────────────────────────────────────────────────────────


@course()
async def outside_runbook(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=False)
    await desk.act(cast.TECHNICIAN, acts.RaiseFinding(text="手册未提及的存储故障"))
    await desk.paged("finding/1", bool)
    await desk.act(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="强制卸载"))
    await desk.paged("measure/1", bool)
    await desk.act(cast.DIRECTOR, acts.DecideMeasure(finding=1, approve=False, reason="可能丢数据"))
    await desk.refused(cast.TECHNICIAN, acts.CarryOutMeasure(finding=1, text="已卸载"))
    await desk.act(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="只读挂载"))
    await desk.act(cast.DIRECTOR, acts.DecideMeasure(finding=1, approve=True))
    await desk.act(cast.TECHNICIAN, acts.CarryOutMeasure(finding=1, text="已只读挂载"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(worked=True, failing={"action": 1})
async def automatic_step(desk: Desk) -> None:
    """A step is approved once the group commands; an objection is answered; an action is unclear, then done."""
    look, restart, switch = cast.STEPS
    await scenes.activate(desk)
    await desk.act(cast.OPERATOR, acts.RecordStep(step=look, result="done"))
    await desk.paged(f"step/{restart}", bool)
    await desk.refused(cast.OPERATOR, acts.RecordStep(step=restart, result="done"))
    await desk.act(cast.OPERATOR, acts.ReportUnresolved(text="未解决"))
    await scenes.arrive(desk)
    await scenes.call_director(desk)
    await scenes.start_procedure(desk, is_major=False)
    await desk.paged(f"step/{restart}", lambda calls: any(call.reached == [cast.DIRECTOR] for call in calls))
    await desk.act(cast.DIRECTOR, acts.GiveOrder(department=cast.FINANCE, text="暂停结算"))
    await desk.act(cast.FINANCE_HEAD, acts.AnswerOrder(order=1, answer="objected", text="月结未完成"))
    await desk.paged("objection/1", bool)
    await desk.act(cast.DIRECTOR, acts.SettleOrder(order=1, course="uphold", reason="月结可后补"))
    await desk.act(cast.FINANCE_HEAD, acts.AnswerOrder(order=1, answer="acknowledged"))
    await desk.act(cast.DIRECTOR, acts.DecideStep(step=restart, approve=True))
    await desk.act(cast.OPERATOR, acts.RecordStep(step=restart, result="done"))
    await desk.act(cast.OPERATOR, acts.RunStep(step=switch))
    await desk.until(lambda incident: incident.work_on(switch).is_unclear)
    await desk.act(cast.OPERATOR, acts.RunStep(step=switch))
    await desk.until(lambda incident: incident.steps.get(switch) == "done")
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(worked=True)
async def time_box(desk: Desk) -> None:
    """A judgement told later starts a time box that has passed; a step is rejected and skipped."""
    look, restart, _ = cast.STEPS
    before = datetime.now(UTC) - timedelta(minutes=6)
    opening = desk.opening
    desk.opening = cast.opening(policy_=opening.policy, company_=opening.company, discovered_at=before)
    await scenes.report(desk)
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"), occurred_at=before)
    await desk.until(lambda incident: incident.work_on(look).is_overdue)
    await desk.act(cast.OPERATOR, acts.RecordStep(step=look, result="done"))
    await desk.paged(f"step/{restart}", bool)
    await desk.act(cast.MANAGER, acts.DecideStep(step=restart, approve=False, reason="正在结算"))
    await desk.act(cast.OPERATOR, acts.RecordStep(step=restart, result="skipped", text="经理否决"))
    await scenes.finish(desk)


@course(page_deputies=0.6, page_repeat=0.5)
async def open_in_handling(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    await desk.act(cast.DIRECTOR, acts.GiveOrder(department=cast.FINANCE, text="暂停结算"))
    await desk.act(cast.TECHNICIAN, acts.GiveInformation(text="日志盘已满"))
    await desk.paged("order/1", lambda calls: any(call.level == "on_scene_commander" for call in calls))
    await desk.paged("information/1", lambda calls: len(calls) >= 2)


@course(collectors=("app-log", "journal"), failing={"collector": 1})
async def evidence(desk: Desk) -> None:
    await scenes.activate(desk)
    await desk.until(lambda seen: seen.collection == 1 and not seen.collecting)
    await desk.ended("collection/1")
    added = acts.AddEvidence(kind="fault_log", file_name="错误.log", size=3, digest="a" * 64)
    await desk.act(cast.OPERATOR, added)
    await desk.act(cast.TECHNICIAN, acts.CollectEvidence(collector="journal"))
    await desk.until(lambda seen: seen.collection == 2 and not seen.collecting)
    await scenes.finish(desk)


@course(collectors=("app-log",), worked=True, failing={"collector that hangs": 1, "action that hangs": 1})
async def open_action(desk: Desk) -> None:
    """An automatic action and a collector are under way, and nobody knows what will come of them."""
    look, restart, switch = cast.STEPS
    await scenes.activate(desk)
    await desk.act(cast.OPERATOR, acts.RecordStep(step=look, result="done"))
    await desk.act(cast.MANAGER, acts.DecideStep(step=restart, approve=True))
    await desk.act(cast.OPERATOR, acts.RecordStep(step=restart, result="done"))
    await desk.act(cast.OPERATOR, acts.RunStep(step=switch))
    await desk.until(lambda incident: bool(incident.collecting and incident.work_on(switch).running_since))


# ── 6 ─────────────────────────────────────────────────────────────────────────


@course(failing={"probe": 3})
async def failed_recovery(desk: Desk) -> None:
    await scenes.activate(desk)
    await scenes.resolve(desk)
    await desk.until(lambda incident: len(incident.recoveries) == 1 and incident.recovery is None)
    await scenes.resolve(desk)
    await desk.until(lambda incident: len(incident.recoveries) == 2 and incident.recovery is None)
    await scenes.resolve(desk)
    await desk.act(cast.SPECIALIST, acts.CheckRecovery(item=cast.CHECKS[0], passed=False, text="订单仍失败"))
    await scenes.finish(desk)


@course(preliminary_summary_deadline=0.5, summary_reminder=0.6)
async def summary_returned(desk: Desk) -> None:
    await scenes.activate(desk, severity="II")
    await scenes.resolve(desk)
    await scenes.check_all(desk)
    await desk.paged("verification/1", bool)
    await desk.act(cast.SUPERVISOR, acts.VerifyRecovery(passed=True, text="已核对"))
    await desk.until(lambda incident: incident.is_preliminary_overdue)
    early = acts.SubmitPreliminary(what="交易中断后恢复", cause_so_far="连接池耗尽", next_steps="五个工作日内报总结")
    await desk.act(cast.SPECIALIST, early)
    await scenes.summarise(desk)
    await desk.paged("receipt/1/it_director", bool)
    await desk.act(cast.DIRECTOR, acts.ReceiveSummary(version=1, accept=False, reason="原因不清"))
    await desk.paged("summary/2", bool)
    await scenes.summarise(desk)
    await scenes.receive(desk, version=2)
    await desk.paged("runbook", bool)
    await scenes.close(desk)


@course(preliminary_summary_deadline=0.5, summary_reminder=30)
async def reopened(desk: Desk) -> None:
    """It comes back twice, before and after its report."""
    await scenes.activate(desk, severity="II")
    await scenes.resolve(desk)
    await scenes.recover(desk)
    await desk.until(lambda incident: incident.is_preliminary_overdue)
    await desk.act(cast.SUPERVISOR, acts.Reopen(reason="又超时"))
    preliminary = acts.SubmitPreliminary(what="交易中断", cause_so_far="存储", next_steps="更换控制器")
    await desk.act(cast.MANAGER, preliminary)
    await desk.paged("preliminary/it_director", bool)
    await desk.act(cast.DIRECTOR, acts.Acknowledge(question="preliminary/it_director"))
    await scenes.resolve(desk)
    await scenes.recover(desk)
    await scenes.summarise(desk)
    await desk.paged("receipt/1/it_director", bool)
    await desk.act(cast.DIRECTOR, acts.Reopen(reason="再次超时"))
    await scenes.resolve(desk)
    await scenes.recover(desk)
    await scenes.summarise(desk)
    await scenes.receive(desk, version=2)
    await scenes.close(desk)


@course()
async def reopened_in_group(desk: Desk) -> None:
    """The same people command again, and technicians are sent anew."""
    await scenes.to_group(desk, is_major=False)
    await scenes.resolve(desk, by=cast.TECHNICIAN)
    await scenes.recover(desk)
    await desk.act(cast.DIRECTOR, acts.Reopen(reason="又超时"))
    await desk.until(
        lambda incident: incident.phase == Phase.GROUP_HANDLING and len(incident.responders) > len(scenes.GROUP)
    )
    await scenes.arrive(desk)
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course()
async def major_later(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=False)
    await desk.act(cast.DIRECTOR, acts.DecideMajor(is_major=True, reason="全部会员"))
    await desk.paged("major/1", bool)
    await scenes.submit_plan(desk)
    await desk.act(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"))
    await desk.act(cast.DIRECTOR, acts.DecideMajor(is_major=False, reason="已缩小"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(regulators={"first": 0.8, "repeat": 1})
async def told_to_regulators(desk: Desk) -> None:
    """One is told late, by and by; of another it is found that it need not be told."""
    await scenes.activate(desk, severity="I")
    await desk.until(lambda incident: any(item.is_overdue for item in incident.statutory))
    await desk.act(cast.SPECIALIST, acts.FileStatutoryReport(regulator="cac", heads=[1, 2], sent_to="平台"))
    await desk.act(cast.SPECIALIST, acts.FileStatutoryReport(regulator="cac", sent_to="平台", reference="7"))
    await desk.act(cast.DIRECTOR, acts.WaiveStatutoryReport(regulator="csrc", reason="不适用"))
    await scenes.finish(desk)


@course()
async def linked(desk: Desk) -> None:
    """A child says so to its parent, takes it back, and is refused by one that never was."""
    await scenes.activate(desk)
    parent, desk.number = desk.number, "7K3Q9-DXMB4"
    desk.opening = cast.opening(desk.number, policy_=desk.opening.policy)
    await scenes.activate(desk)
    child = desk.number
    await desk.act(cast.MANAGER, acts.Link(parent="7K3Q9-NEVER", reason="误"))
    await desk.until(lambda incident: incident.parent is None)
    await desk.act(cast.MANAGER, acts.Link(parent=parent, reason="同一存储"))
    desk.number = parent
    await desk.until(lambda incident: child in incident.children)
    desk.number = child
    await desk.act(cast.SUPERVISOR, acts.Unlink(reason="原因不同"))
    desk.number = parent
    await desk.until(lambda incident: not incident.children)
    await scenes.finish(desk)
    desk.number = child
    await desk.act(cast.MANAGER, acts.Link(parent=parent, reason="已结束"))
    await desk.until(lambda incident: incident.parent is None)
    await scenes.finish(desk)


# ── beside the phases ─────────────────────────────────────────────────────────


@course(details={"is_drill": True})
async def drill(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    await desk.act(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(details={"is_drill": True})
async def command_passes(desk: Desk) -> None:
    """What waits for an answer follows the command twice; one more joins; a drill spares the general manager."""
    await scenes.activate(desk)
    await scenes.send_technician(desk)
    await scenes.arrive(desk)
    await desk.act(cast.TECHNICIAN, acts.RaiseFinding(text="手册未提及的存储故障"))
    await desk.act(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="只读挂载"))
    await desk.act(cast.TECHNICIAN, acts.GiveInformation(text="备机也有告警"))
    await desk.paged("information/1", bool)
    await scenes.call_director(desk)
    await scenes.start_procedure(desk, is_major=True)
    await desk.paged("information/1", lambda calls: any(cast.DIRECTOR in call.reached for call in calls))
    await desk.act(cast.DIRECTOR, acts.AddMember(member=cast.SECOND_TECHNICIAN, text="存储专家"))
    await scenes.arrive(desk, cast.SECOND_TECHNICIAN)
    await scenes.submit_plan(desk)
    await desk.act(cast.DIRECTOR, acts.OfferCommand(to=cast.MANAGER, reason="总监离场"))
    await desk.paged(f"command/{cast.MANAGER}", bool)
    await desk.act(cast.MANAGER, acts.AcceptCommand())
    await desk.paged("measure/1", lambda calls: any(cast.MANAGER in call.reached for call in calls))
    await desk.act(cast.MANAGER, acts.DecideMeasure(finding=1, approve=True))
    await desk.act(cast.TECHNICIAN, acts.RecordPlanStep(version=1, step="switch", result="done"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(is_long=True)
async def continued_as_new(desk: Desk) -> None:
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    for number in range(20):
        await desk.act(cast.SPECIALIST, acts.Record(kind="observation", text=f"第 {number + 1} 次观察"))
    await desk.act(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@course(
    channels={cast.MANAGER: ["inbox", "mail", "webhook"], cast.SUPERVISOR: ["mail"]},
    failing={"mail": 100},
    dismissal_window=0.3,
)
async def provider_away(desk: Desk) -> None:
    await desk.open()
    await desk.paged("judgement/1", bool)
    await desk.act(cast.SUPERVISOR, acts.Judge(verdict="not_emergency", reason="已自行恢复"))
    await desk.over()


@course(failing={"record": 3}, dismissal_window=0.3)
async def database_away(desk: Desk) -> None:
    await scenes.report(desk)
    await desk.act(cast.MANAGER, acts.Judge(verdict="not_emergency", reason="已自行恢复"))
    await desk.over()


@course(channels={cast.MANAGER: ["inbox", "webhook"]}, failing={"webhook": 1}, dismissal_window=0.3)
async def asked_to_wait(desk: Desk) -> None:
    """The provider asks to be left alone for long, and nobody else takes the page."""
    await desk.open()
    await desk.paged("judgement/1", bool)
    await desk.act(cast.SUPERVISOR, acts.Judge(verdict="not_emergency", reason="已自行恢复"))
    await desk.over()


@course(
    channels={cast.SUPERVISOR: ["inbox", "slow"]},
    page_repeat=1.2,
    page_deputies=1.2,
    page_director=60,
    dismissal_window=0.3,
)
async def slow_provider(desk: Desk) -> None:
    """One provider takes its time: the deputies are called before it answers, and the incident hears of it later."""
    await desk.open()
    calls = await desk.paged("judgement/1", lambda calls: [call.call for call in calls].count(1) == 2)
    assert [call.reached for call in calls if call.call == 1] == [[cast.MANAGER], [cast.SUPERVISOR]]
    assert any(call.call == 2 for call in calls[:-1])
    await desk.act(cast.SUPERVISOR, acts.Judge(verdict="not_emergency", reason="已自行恢复"))
    await desk.ended("page/judgement/1")
    await desk.over()


@course(dismissal_window=3)
async def alert(desk: Desk) -> None:
    """A monitor fires, repeats, resolves; dismissed, it fires again; answered, that ends; a second one is opened."""
    workflow_id = await scenes.hear(desk, "firing", "1")
    first = await scenes.alerted(desk, workflow_id)
    await scenes.hear(desk, "firing", "1")
    await scenes.hear(desk, "firing", "2")
    await desk.until(lambda incident: incident.is_reported_by_others)
    await scenes.hear(desk, "resolved", "2")
    await scenes.hear(desk, "resolved", "1")
    await desk.act(cast.MANAGER, acts.Judge(verdict="not_emergency", reason="探针误报"))
    await scenes.hear(desk, "firing", "4")
    await desk.paged("again/1", bool)
    await desk.act(cast.MANAGER, acts.Acknowledge(question="again/1"))
    await desk.over()
    await scenes.hear(desk, "firing", "3")
    await scenes.alerted(desk, workflow_id, other_than=first)


@course(is_long=True)
async def restless_alert(desk: Desk) -> None:
    workflow_id = await scenes.hear(desk, "firing", "1")
    await scenes.alerted(desk, workflow_id)
    for number in range(2, 20):
        await scenes.hear(desk, "firing", str(number))
    await desk.continued(workflow_id)


@course(is_long=True, page_repeat=0.3, page_everyone=0.3, approval_repeat=0.3)
async def nobody_answers(desk: Desk) -> None:
    """So many calls that the children which make them continue as new."""
    await scenes.report(desk)
    await desk.continued(contract.child_id(desk.number, "page/judgement/1"))
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.send_technician(desk)
    await desk.until(lambda incident: incident.responder(cast.TECHNICIAN))
    await desk.continued(contract.child_id(desk.number, f"arrival/{cast.TECHNICIAN}/1"))
    await scenes.arrive(desk)
    await scenes.call_director(desk)
    await scenes.start_procedure(desk, is_major=True)
    await scenes.submit_plan(desk)
    await desk.continued(contract.child_id(desk.number, "plan/1"))


# ── rectification measures (6.2) ─────────────────────────────────────────────


@course(channels={cast.TECHNICIAN: ["mail"]}, failing={"mail": 1, "record": 2})
async def rectification(desk: Desk) -> None:
    """Reminded, not extended, overdue, sent back, verified; somebody leaves meanwhile; another measure stays open."""
    story, other = scenes.Rectifying(desk, "M-7K3Q9-DXMB2-1"), scenes.Rectifying(desk, "M-7K3Q9-DXMB2-2")
    await other.open(3600)
    await story.open(2)
    await story.until(lambda measure: any(key.startswith("due/") for key in measure.called))
    await story.act(cast.TECHNICIAN, ms.AskExtension(due=datetime.now(UTC) + timedelta(days=9), reason="备件未到"))
    await story.until(lambda measure: "extension/1" in measure.called)
    await story.act(cast.MANAGER, ms.DecideExtension(extension=1, grant=False, reason="备件已到"))
    await story.until(lambda measure: measure.is_overdue)
    await story.until(lambda measure: any(key.startswith("overdue/") for key in measure.called))
    await story.tell(cast.OUTSIDER, ms.CancelMeasure(reason="无权取消"))
    await scenes.depart(desk, cast.TECHNICIAN)
    await story.act(cast.TECHNICIAN, ms.ReportDone(text="已更换"))
    await story.act(cast.SUPERVISOR, ms.VerifyMeasure(completion=1, passed=False, text="未复位"))
    await story.act(cast.TECHNICIAN, ms.ReportDone(text="已复位"))
    await story.until(lambda measure: any(key.startswith("verification/") for key in measure.called))
    await story.act(cast.SUPERVISOR, ms.VerifyMeasure(completion=2, passed=True, text="已核实"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await desk.client.get_workflow_handle(contract.measure_id(story.number)).result()


@course(is_long=True)
async def restless_measure(desk: Desk) -> None:
    """So many mornings that it continues as new."""
    story = scenes.Rectifying(desk, "M-7K3Q9-DXMB2-1")
    await story.open(0.5)
    await desk.continued(contract.measure_id(story.number))


# ── the people (4.2) ──────────────────────────────────────────────────────────


@course(
    observation=60,
    duty={
        Role.OPERATOR: [cast.SECOND_OPERATOR, cast.OPERATOR],
        Role.EMERGENCY_SPECIALIST: [cast.SECOND_SPECIALIST, cast.SPECIALIST],
        Role.TECHNICIAN: [cast.SECOND_TECHNICIAN, cast.TECHNICIAN],
    },
)
async def on_duty(desk: Desk) -> None:
    """The rosters say who is called first; the incident is left while its recovery is observed."""
    await scenes.activate(desk)
    await desk.paged("activation", bool)
    await scenes.send_technician(desk)
    await scenes.arrive(desk, cast.SECOND_TECHNICIAN)
    await scenes.resolve(desk, by=cast.SECOND_TECHNICIAN)
    await desk.paged("checklist/1", bool)
    await desk.until(lambda incident: incident.recovery and incident.recovery.probes)


@course(failing={"departure": 1})
async def departure(desk: Desk) -> None:
    """A deputy and a technician leave while an incident goes on, and another opens meanwhile; one more stays."""
    await scenes.report(desk)
    await desk.paged("judgement/1", bool)
    leaving = await scenes.leave(desk, cast.DEPUTY_MANAGER)
    await desk.paged("judgement/1", lambda calls: len(calls) >= 2)
    first, desk.number = desk.number, "7K3Q9-DXMB3"
    desk.opening = cast.opening(desk.number, policy_=desk.opening.policy)
    await scenes.report(desk)
    desk.number = first
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.send_technician(desk)
    await desk.until(lambda incident: incident.responder(cast.TECHNICIAN))
    await scenes.leave(desk, cast.TECHNICIAN)
    await scenes.arrive(desk, cast.SECOND_TECHNICIAN)
    await (await scenes.depart(desk, cast.OUTSIDER, version=1)).result()
    async with asyncio.timeout(3 * PATIENCE_SECONDS):
        await leaving.result()


@course(is_long=True, channels={cast.DIRECTOR: ["inbox", "mail"], cast.MANAGER: ["mail"]}, failing={"mail": 1})
async def readiness(desk: Desk) -> None:
    """Gaps are told, a communication test is made, and one day follows another."""
    await keep_vigil(desk.client)
    await desk.continued(contract.READINESS)


@course(channels={cast.MANAGER: ["mail"], cast.DIRECTOR: ["webhook"]})
async def communication_test(desk: Desk) -> None:
    test = await scenes.begin_test(desk, "2026-11-24")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await test.result()


@course(channels={cast.MANAGER: ["mail"], cast.DIRECTOR: ["webhook"]}, failing={"mail": 100})
async def open_communication_test(desk: Desk) -> None:
    """One provider takes its message, the other is tried again."""
    test = await scenes.begin_test(desk, "2026-11-24")
    await scenes.taken(desk, test)
