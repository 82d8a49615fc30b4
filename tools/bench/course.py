"""The standard major incident: 38 acts from report to closure, all of articles 5.2, 5.3 and 6 but the short way."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from domain import acts
from domain.acts import Act
from domain.incident import Phase
from domain.policy import Severity
from tools.bench.rig import Rig, with_limits

OPERATOR, MANAGER, SUPERVISOR, SPECIALIST = "zhang-wei", "chen-lei", "sun-jing", "liu-fang"
TECHNICIAN, DIRECTOR, GENERAL_MANAGER = "xu-bin", "he-zhiyuan", "zhou-guoqiang"
CHECKS = ("connect", "orders", "replication", "backup")
SHORT_TIME = timedelta(seconds=6)
OBSERVATION = timedelta(seconds=1)
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.3  # long enough for what an act sets going, as between the acts of people


class Until(NamedTuple):
    """Wait until the incident is in a phase, or has observed its recovery."""

    phase: Phase
    is_observed: bool = False


def _plan(scope: str) -> acts.SubmitPlan:
    steps = [acts.PlanStep(id="promote", text="将备库提升为主库", needs_approval=True)]
    return acts.SubmitPlan(
        scope=scope, steps=steps, risk="丢失未复制的委托", rollback="切回主库", resources="数据库值班两人"
    )


def course() -> list[tuple[str, Act] | Until]:
    """Return who does what, in order."""
    measure = acts.RectificationMeasure(
        text="增加日志盘告警", owner=MANAGER, due=datetime.now(UTC) + timedelta(days=30)
    )
    return [
        (MANAGER, acts.Judge(verdict="emergency", severity=Severity.II, reason="多处交易中断")),
        (SPECIALIST, acts.Acknowledge(question="activation")),
        (OPERATOR, acts.RecordStep(step="look", result="done")),
        (OPERATOR, acts.RecordStep(step="space", result="failed", text="日志盘已满")),
        (OPERATOR, acts.ReportUnresolved(text="按手册未能恢复")),
        (TECHNICIAN, acts.CheckIn(place="三楼机房")),
        Until(Phase.DIRECTOR_DECISION),
        (MANAGER, acts.ReportToDirector(text="短时间内不能恢复")),
        (DIRECTOR, acts.DecideProcedure(start=True, is_major=True, reason="影响全部交易")),
        (DIRECTOR, acts.FormGroup(members=[MANAGER, SUPERVISOR, SPECIALIST], commander=DIRECTOR)),
        (DIRECTOR, _plan("主备切换")),
        (GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="没有核对复制位点")),
        (DIRECTOR, _plan("核对复制位点后主备切换")),
        (GENERAL_MANAGER, acts.DecidePlan(version=2, decision="approved")),
        (TECHNICIAN, acts.RecordPlanStep(version=2, step="promote", result="done")),
        *((person, acts.CheckIn()) for person in (MANAGER, DIRECTOR, SPECIALIST)),
        (DIRECTOR, acts.GiveNotice(kind="notice", audience=["operations"], text="交易暂停，处置中")),
        (DIRECTOR, acts.GiveOrder(department="operations", text="暂停撮合写入")),
        ("luo-yang", acts.AnswerOrder(order=1, answer="acknowledged")),
        (SPECIALIST, acts.Record(kind="fault_log", text="主库日志", sha256="a" * 64)),
        (TECHNICIAN, acts.GiveInformation(text="备库延迟三秒")),
        (DIRECTOR, acts.AcknowledgeInformation(information=1)),
        (TECHNICIAN, acts.RaiseFinding(text="复制槽失效，手册未覆盖")),
        (TECHNICIAN, acts.ProposeMeasure(finding=1, text="重建复制槽")),
        (DIRECTOR, acts.DecideMeasure(finding=1, approve=True)),
        (TECHNICIAN, acts.CarryOutMeasure(finding=1, text="已重建")),
        (TECHNICIAN, acts.ReportResolved(text="交易恢复")),
        *((SPECIALIST, acts.CheckRecovery(item=item, passed=True)) for item in CHECKS),
        Until(Phase.RECOVERY, is_observed=True),
        (SUPERVISOR, acts.VerifyRecovery(passed=True, text="抽查无误")),
        (SUPERVISOR, _summary(measure)),
        *((person, acts.ReceiveSummary(version=1, accept=True)) for person in (DIRECTOR, GENERAL_MANAGER)),
        (MANAGER, acts.DecideRunbook(change=False, reason="手册适用")),
        (MANAGER, acts.Close()),
    ]


def _summary(measure: acts.RectificationMeasure) -> acts.SubmitSummary:
    return acts.SubmitSummary(
        overview="日志盘写满，主库停止服务",
        course="报告、处置、切换、恢复",
        scope_and_loss="全部交易中断",
        cause="日志清理任务失效",
        handling="主备切换",
        reports_made="已报信息总监、总经理",
        measures_and_effect="切换后交易恢复",
        level="II 级",
        responsibility="日志清理任务无人负责",
        problems_exposed="缺少日志盘告警",
        went_well="切换一次成功",
        lessons="告警先行",
        runbook_changes="手册适用",
        reviews=[acts.Review(person=SPECIALIST, at=datetime.now(UTC))],
        measures=[measure],
    )


async def play(rig: Rig) -> str:
    """Carry one standard incident from report to closure and return its number."""
    policy = with_limits(rig.policy, short_time_limit=SHORT_TIME, observation=OBSERVATION, probe_interval=OBSERVATION)
    opening = rig.opening(policy=policy)
    await rig.incidents.open(opening)
    for item in course():
        if isinstance(item, Until):
            await _until(rig, opening.number, item)
        else:
            person, act = item
            await rig.act(opening.number, person, act)
            await asyncio.sleep(PAUSE_SECONDS)
    return opening.number


async def _until(rig: Rig, number: str, goal: Until) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            incident = await rig.incidents.snapshot(number)
            recovery = incident.recovery
            is_observed = recovery is not None and recovery.is_observed and bool(recovery.probes)
            if incident.phase == goal.phase and (is_observed or not goal.is_observed):
                return
            await asyncio.sleep(0.1)
