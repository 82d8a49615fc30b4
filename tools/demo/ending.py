"""How incidents end: recovery, verification, summary report, better runbook (6); and the short way (5.2.5)."""

from domain import acts
from domain.acts import Assessment, Report
from domain.policy import Severity
from tools.demo import reporting
from tools.demo.cast import DIRECTOR, GENERAL_MANAGER, MANAGER, SECOND_OPERATOR, SPECIALIST, SUPERVISOR, TECHNICIAN
from tools.demo.stage import Missing, Stage, View, World
from tools.demo.telling import Said

ROUNDS = 5


async def recover(stage: Stage, solver: str, checker: str, verifier: str, *, fails_once: bool) -> None:
    """Solved, checked, observed, verified by another; whatever fails goes back to handling (6.1)."""
    is_failing = fails_once
    for _ in range(ROUNDS):
        await stage.act(solver, acts.ReportResolved(text="服务已恢复，请检查"))
        if is_failing:
            is_failing = False
            await _fail(stage, checker)
            continue
        await _check(stage, checker)
        view = await stage.until(
            _is_observed_or_back, Said("观察期：探测反复进行……", "the period of observation, with probes …")
        )
        if view["recovery"]:
            break
        stage.world.teller.aside(Said("探测失败：退回处置，重新恢复。", "A probe failed: back to handling, and again."))
    else:
        raise Missing("recovery (6.1)")
    await stage.refused(checker, acts.VerifyRecovery(passed=True, text="我自己检查过了"), "own-work")
    await stage.act(verifier, acts.VerifyRecovery(passed=True, text="独立抽查无误"))


async def _fail(stage: Stage, checker: str) -> None:
    tell = stage.world.teller
    item = (await stage.view())["recovery"]["checklist"][0]["id"]
    activated = (await stage.view())["activated_at"]
    tell.aside(
        Said("第一次检查不通过：退回处置，计时不清零。", "The first check fails: back to handling, the clocks run on.")
    )
    await stage.act(checker, acts.CheckRecovery(item=item, passed=False, text="结算应用仍无法连接"))
    if (await stage.view())["activated_at"] != activated:
        raise Missing("the clock was reset (6.1)")


async def _check(stage: Stage, checker: str) -> None:
    for check in (await stage.view())["recovery"]["checklist"]:
        await stage.act(checker, acts.CheckRecovery(item=check["id"], passed=True), or_by_clock=True)


def _is_observed_or_back(view: View) -> bool:
    recovery = view["recovery"]
    return recovery is None or not recovery["missing"]


async def sum_up(stage: Stage, *, returned_once: bool) -> None:
    """The summary report to director and general manager, the runbook, closing (6.2, 6.3)."""
    tell = stage.world.teller
    tell.scene(
        "6.2",
        Said(
            "总结报告报信息总监和总经理，两人都接受后才能关闭。",
            "The summary report: director and general manager must both accept it.",
        ),
    )
    version = 1
    await reporting.submit(stage, "日志清理任务失效，日志盘写满")
    await stage.refused(MANAGER, acts.Close(), "incomplete")
    if returned_once:
        await stage.act(GENERAL_MANAGER, acts.ReceiveSummary(version=1, accept=False, reason="损失未估算"))
        await reporting.submit(stage, "日志清理任务失效，日志盘写满；损失约 42 分钟交易")
        version = 2
    for person in (DIRECTOR, GENERAL_MANAGER):
        await stage.act(person, acts.ReceiveSummary(version=version, accept=True))
    await reporting.show(stage)
    tell.scene(
        "6.3",
        Said(
            "经理决定修订手册（或签字说明无需修订），然后关闭。",
            "The manager amends the runbook, or signs that it stands; then the incident is closed.",
        ),
    )
    if returned_once:
        decision = acts.DecideRunbook(change=True, new_version=await _revise(stage), reason="补充前置地址缓存的处理")
    else:
        decision = acts.DecideRunbook(change=False, reason="手册适用")
    await stage.act(MANAGER, decision)
    await stage.act(MANAGER, acts.Close())
    await stage.until(lambda view: view["is_over"] and view["phase"] == "closed", Said("归档……", "filing …"))


async def _revise(stage: Stage) -> str:
    """From the finding to a published version: written by the technician, decided by the manager (6.3)."""
    view = await stage.view()
    runbook = view["runbook"].partition("@")[0]
    proposal = stage.world.written_down(
        {"why": "补充前置地址缓存的处理", "source": {"incident": stage.number, "finding": len(view["findings"])}}
    )
    made = await stage.library(TECHNICIAN, f"/runbooks/{runbook}/proposals", proposal)
    path = f"/runbooks/{runbook}/versions/{made['version']}"
    await stage.library(TECHNICIAN, f"{path}/submission", {})
    await stage.library(MANAGER, f"{path}/publication", {})
    stage.world.teller.aside(
        Said(
            f"发现形成修订提案，经理发布 {made['ref']}。",
            f"The finding became a proposal; the manager published {made['ref']}.",
        )
    )
    return str(made["ref"])


async def short_way(world: World) -> Stage:
    """A small incident beside it: solved in a short time, straight to recovery and summary (5.2.5)."""
    world.teller.scene(
        "5.2.5",
        Said(
            "另一起小事件：短时间内解决，不惊动信息总监。",
            "Another, small incident: solved in a short time, the director is not called.",
        ),
    )
    stage = await Stage.open(
        world,
        SECOND_OPERATOR,
        Report(
            title="一号厅电子衡器离线",
            system="weighing-payment",
            symptom="三台衡器无法上传称重数据",
            preliminary_assessment=Assessment(
                covered=True, runbook="weighing-payment-offline", text="按手册属衡器离线"
            ),
            severity=Severity.IV,
        ),
    )
    await stage.act(SUPERVISOR, acts.Judge(verdict="emergency", reason="影响一号厅结算"))
    await stage.act(SPECIALIST, acts.Acknowledge(question="activation"))
    step = (await stage.view())["runbook_steps"][0]["id"]
    await stage.act(SECOND_OPERATOR, acts.RecordStep(step=step, result="done"))
    await recover(stage, SECOND_OPERATOR, SPECIALIST, MANAGER, fails_once=False)
    return stage
