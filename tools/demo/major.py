"""The major incident: report, judgement, direction, handling (5.2 and 5.3)."""

from domain import acts
from domain.acts import Assessment, Report
from domain.policy import Severity
from tools.demo import exhibits
from tools.demo.cast import (
    DEPARTMENTS,
    DIRECTOR,
    GENERAL_MANAGER,
    MANAGER,
    OPERATIONS,
    OPERATOR,
    SPECIALIST,
    SUBSTITUTE,
    SUPERVISOR,
    TECHNICIAN,
)
from tools.demo.stage import Missing, Stage, World
from tools.demo.telling import Said

REPORT = Report(
    title="交易市场数据库无响应",
    system="market-db",
    symptom="交易、结算页面报数据库连接失败，主库端口拒绝连接",
    preliminary_assessment=Assessment(covered=True, runbook="market-db-outage", text="按手册属数据库中断"),
    location="总部三楼机房 B 列",
)


async def report(world: World) -> Stage:
    """Report, page both, see nobody answer for one repeat (5.2.1)."""
    world.teller.scene(
        "5.2.1",
        Said(
            "值班员发现异常，按手册初步判断后报告；系统同时通知经理和主管。",
            "The operator reports; both judges are paged at once.",
        ),
    )
    stage = await Stage.open(world, OPERATOR, REPORT)
    await stage.until_told("paged", Said("通知送出：看两人的收件箱。", "The page goes out: look into both inboxes."))
    for judge in (MANAGER, SUPERVISOR):
        if not await stage.inbox(judge):
            raise Missing(f"inbox of {judge}")
    await stage.until_told(
        "paged", Said("无人应答：系统会再次通知，永不放弃。", "Nobody answers: they are paged again, without end."), 2
    )
    return stage


async def judge(stage: Stage) -> None:
    """Only manager or supervisor judge; then the operator's runbook (5.2.2, 5.2.3)."""
    tell = stage.world.teller
    tell.scene(
        "5.2.2",
        Said(
            "操作人员自己不能判断；经理判断为应急事件，级别 II。",
            "The operator may not judge; the manager does, severity II.",
        ),
    )
    await stage.refused(OPERATOR, acts.Judge(verdict="emergency"), "not-authorised")
    await stage.act(MANAGER, acts.Judge(verdict="emergency", severity=Severity.II, reason="交易、结算同时中断"))
    await stage.act(SPECIALIST, acts.Acknowledge(question="activation"))
    tell.scene(
        "5.2.3", Said("按手册逐步操作，每步结果报主管；第二步失败。", "The runbook step by step; the second one fails.")
    )
    await stage.act(OPERATOR, acts.RecordStep(step="look", result="done", text="主库拒绝连接，备库正常"))
    await stage.act(OPERATOR, acts.RecordStep(step="space", result="failed", text="日志盘已写满，无法清理"))


async def dispatch(stage: Stage) -> None:
    """Not solved: technicians to the scene; duty staff within 5, others within 60 (5.2.4, 5.3.3, 5.3.4)."""
    tell = stage.world.teller
    tell.scene(
        "5.2.4",
        Said(
            "手册未能解决：技术人员第一时间到现场，报告经理。",
            "Not solved: a technician goes to the scene, the manager is told.",
        ),
    )
    await stage.act(OPERATOR, acts.ReportUnresolved(text="按手册处理未能恢复"), or_by_clock=True)
    tell.scene(
        "5.3.3",
        Said(
            "值班人员就在现场，任何时候都按 5 分钟计（演示中 1 分钟为 1 秒）。",
            "Staff on duty is on the spot: 5 minutes at any hour (a minute is a second here).",
        ),
    )
    await stage.act(MANAGER, acts.Dispatch(responder=OPERATOR, text="先到机房 B 列保护现场"))
    await stage.act(OPERATOR, acts.CheckIn(place="三楼机房 B 列"))
    tell.scene(
        "5.3.4",
        Said(
            "其他人员此刻为非工作时间：60 分钟；时限在派遣时即固定。",
            "Everybody else is off-hours now: 60 minutes, fixed at dispatch.",
        ),
    )
    await stage.act(TECHNICIAN, acts.CheckIn(place="三楼机房"))


async def direct(stage: Stage) -> None:
    """The short-time limit passes: director, emergency flow, leading group (5.2.6, 5.2.7, 5.2.9)."""
    tell = stage.world.teller
    tell.scene(
        "5.2.6",
        Said(
            "短时间（级别 II）内未能解决：同一时刻通知信息总监，经理须报告。",
            "The short-time limit passes: the director is paged at that instant, the manager's report is due.",
        ),
    )
    await stage.until(
        lambda view: view["phase"] == "director_decision",
        Said("等待短时间时限到期……", "waiting for the short-time limit …"),
    )
    await stage.act(MANAGER, acts.ReportToDirector(text="主库日志盘写满，短时间内不能恢复"))
    tell.scene(
        "5.2.7",
        Said(
            "只有信息总监（或其代理）判断是否启动应急流程。",
            "Only the director, or his deputy, judges whether the emergency flow starts.",
        ),
    )
    await stage.refused(
        MANAGER, acts.DecideProcedure(start=True, is_major=True, reason="影响全部交易"), "not-authorised"
    )
    await stage.act(DIRECTOR, acts.DecideProcedure(start=True, is_major=True, reason="影响全部交易，属重大问题"))
    tell.scene(
        "5.2.9",
        Said(
            "组建应急领导小组，现场总指挥有且只有一人；成员赶赴现场。",
            "The leading group with exactly one commander; its members go to the scene.",
        ),
    )
    members = [MANAGER, SUPERVISOR, SPECIALIST]
    await stage.act(DIRECTOR, acts.FormGroup(members=members, commander=DIRECTOR))
    for person in (DIRECTOR, MANAGER, SPECIALIST):
        await stage.act(person, acts.CheckIn(place="三楼机房"))
    tell.aside(Said("主管还没有到场：60 分钟后见。", "The supervisor is not there yet: we shall see after 60 minutes."))


def _plan(scope: str) -> acts.SubmitPlan:
    return acts.SubmitPlan(
        scope=scope,
        steps=[
            acts.PlanStep(id="compare", text="核对主备复制位点"),
            acts.PlanStep(id="promote", text="将备库提升为主库", needs_approval=True),
        ],
        risk="可能丢失最后数秒未复制的委托",
        rollback="切回原主库并回放日志",
        resources="数据库、网络技术人员各一名",
    )


async def plan(stage: Stage) -> None:
    """The response plan: rejected, its gated step refused, revised, approved (5.2.8)."""
    stage.world.teller.scene(
        "5.2.8",
        Said(
            "重大问题：应急方案报总经理批准；只有标明的步骤等待批准，处置不停。",
            "A major problem: the plan needs the general manager; only gated steps wait, handling goes on.",
        ),
    )
    await stage.act(DIRECTOR, _plan("主备切换"))
    await stage.act(
        GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="未说明如何核对未复制的委托")
    )
    await stage.refused(TECHNICIAN, acts.RecordPlanStep(version=1, step="promote", result="done"), "incomplete")
    await stage.act(DIRECTOR, _plan("核对未复制的委托后进行主备切换"))
    await stage.refused(GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"), "stale-version")
    await stage.act(GENERAL_MANAGER, acts.DecidePlan(version=2, decision="approved"))
    await stage.act(TECHNICIAN, acts.RecordPlanStep(version=2, step="promote", result="done", text="备库已可写"))


async def handle(stage: Stage) -> None:
    """Notices, orders, records, information, what lies beyond the runbook (5.3)."""
    tell = stage.world.teller
    tell.scene("5.3.1", Said("领导小组发布通知和预告。", "Notice and advance notice."))
    told = [*DEPARTMENTS]
    await stage.act(DIRECTOR, acts.GiveNotice(kind="notice", audience=told, text="交易暂停，正在切换数据库"))
    ahead = "预计半小时内恢复，届时分批开放"
    await stage.act(DIRECTOR, acts.GiveNotice(kind="advance_notice", audience=told, text=ahead))
    tell.scene("5.3.2", Said("指令下达到部门，部门确认。", "An order to a department, and its answer."))
    await stage.act(DIRECTOR, acts.GiveOrder(department=DEPARTMENTS[0], text="暂停撮合写入，前置切换到公告页"))
    await stage.act(OPERATIONS, acts.AnswerOrder(order=1, answer="acknowledged"))
    tell.scene(
        "5.3.5",
        Said(
            "应急专员保护故障信息日志：文件按摘要保存，此后不能改动。",
            "The specialist keeps the fault log as a file, under its digest.",
        ),
    )
    await exhibits.keep_log(stage)
    tell.scene(
        "5.3.6", Said("新情况报现场总指挥，由他确认。", "New information goes to the commander, who takes note.")
    )
    await stage.act(TECHNICIAN, acts.GiveInformation(text="切换后两台前置仍连旧主库"))
    await stage.act(DIRECTOR, acts.AcknowledgeInformation(information=1))
    tell.scene(
        "5.3.7",
        Said(
            "手册之外：技术人员分析并提出方案，总指挥批准后才能执行。",
            "Beyond the runbook: technicians propose, the commander decides before it is done.",
        ),
    )
    await stage.act(TECHNICIAN, acts.RaiseFinding(text="前置连接池缓存了旧地址，手册未覆盖"))
    await stage.act(TECHNICIAN, acts.ProposeMeasure(finding=1, text="逐台重启前置并刷新地址缓存"))
    await stage.refused(TECHNICIAN, acts.CarryOutMeasure(finding=1, text="已执行"), "incomplete")
    await stage.act(DIRECTOR, acts.DecideMeasure(finding=1, approve=True))
    await stage.act(TECHNICIAN, acts.CarryOutMeasure(finding=1, text="两台前置已重启"))


async def late(stage: Stage) -> None:
    """A member misses his deadline: a backup is dispatched, he comes late (5.3.4)."""
    stage.world.teller.scene(
        "5.3.4",
        Said(
            "主管到时限仍未到场：派出替补，通知总指挥；之后到场记为迟到。",
            "The supervisor misses her deadline: a backup is sent, the commander paged; she comes late.",
        ),
    )
    await stage.until_told("arrival_overdue", Said("等待到场时限……", "waiting for the arrival deadline …"))
    await stage.act(SUPERVISOR, acts.CheckIn(place="三楼机房"))
    await stage.act(DIRECTOR, acts.StandDown(responder=SUBSTITUTE, reason="主管已到场"), or_by_clock=True)
