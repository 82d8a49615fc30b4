"""What people are likely to do, and who: enough for a random course to come far."""

from collections.abc import Sequence

from domain import acts
from domain.policy import Severity
from tests import cast
from tests.domain import stage

_GM = (cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER, cast.DIRECTOR)
_DIRECTORS = (cast.DIRECTOR, cast.DEPUTY_DIRECTOR)
_LEADERS = (cast.MANAGER, cast.SUPERVISOR, cast.DEPUTY_MANAGER)
_HANDS = (cast.OPERATOR, cast.SPECIALIST, cast.TECHNICIAN)


def _plan(version: int) -> list[acts.Act]:
    refusals: list[acts.Act] = [
        acts.DecidePlan.model_validate({"version": version, "decision": decision, "reason": "再想想"})
        for decision in ("approved", "rejected", "change_requested")
    ]
    return refusals


def _settled(version: int) -> list[acts.Act]:
    courses = ("without_gated_steps", "stand_down")
    return [
        acts.SettlePlan.model_validate({"version": version, "course": course, "reason": "继续"}) for course in courses
    ]


def _plan_steps(version: int) -> list[acts.Act]:
    return [acts.RecordPlanStep(version=version, step=step, result="done") for step in ("freeze", "failover")]


def _answers(version: int) -> list[acts.Act]:
    return [
        acts.ReceiveSummary(version=version, accept=True),
        acts.ReceiveSummary(version=version, accept=False, reason="再写"),
    ]


def _everyone(act: acts.Act) -> tuple[Sequence[acts.Act], tuple[str, ...]]:
    return [act], (cast.OPERATOR, cast.TECHNICIAN, cast.DIRECTOR)


DEEDS: list[tuple[Sequence[acts.Act], tuple[str, ...]]] = [
    ([stage.EMERGENCY] * 4, (cast.MANAGER, cast.SUPERVISOR)),
    ([stage.NOT_EMERGENCY], (cast.MANAGER, cast.DIRECTOR)),
    ([acts.Judge(verdict="emergency", severity=severity) for severity in Severity], (cast.DEPUTY_SUPERVISOR,)),
    ([acts.Contest(reason="确实故障"), acts.Withdraw(reason="看错")], (cast.OPERATOR,)),
    (
        [acts.Acknowledge(question="judgement/1"), acts.Acknowledge(question="activation")],
        (cast.SPECIALIST, cast.MANAGER),
    ),
    ([acts.RecordStep(step=step, result="done") for step in cast.STEPS], (cast.OPERATOR,)),
    ([acts.RunStep(step=step) for step in cast.STEPS], (cast.OPERATOR, cast.MANAGER)),
    (
        [
            acts.DecideStep(step=cast.STEPS[1], approve=True),
            acts.DecideStep(step=cast.STEPS[1], approve=False, reason="等"),
        ],
        _LEADERS,
    ),
    ([acts.RecordStep(step=cast.STEPS[1], result="skipped", text="已否决")], (cast.OPERATOR,)),
    ([stage.UNRESOLVED], (cast.OPERATOR,)),
    ([acts.Dispatch(responder=person) for person in (cast.SPECIALIST, cast.SECOND_TECHNICIAN)], _LEADERS[:1]),
    ([acts.StandDown(responder=cast.TECHNICIAN, reason="不需要")], _LEADERS[:1]),
    ([acts.CheckIn(), acts.CheckIn(remote=True)], (cast.TECHNICIAN, cast.MANAGER, cast.SPECIALIST)),
    ([acts.ChangeSeverity(severity=severity, reason="核实") for severity in Severity], _LEADERS[:2]),
    ([acts.ReportToDirector(text="不能很快解决")], _LEADERS[:1]),
    ([stage.START_MAJOR, stage.START_MAJOR, stage.START, stage.NOT_START], _DIRECTORS),
    ([stage.PLAN], (cast.DIRECTOR, cast.DEPUTY_DIRECTOR, cast.MANAGER)),
    ([*_plan(1), *_plan(2)], _GM),
    ([*_settled(1), *_settled(2)], (cast.DIRECTOR,)),
    ([*_plan_steps(1), *_plan_steps(2)], (cast.TECHNICIAN,)),
    ([stage.FORM_GROUP] * 2, _DIRECTORS),
    ([acts.AddMember(member=cast.SPECIALIST)], (*_DIRECTORS[:1], cast.MANAGER)),
    ([acts.OfferCommand(to=person, reason="换班") for person in (cast.TECHNICIAN, cast.MANAGER)], (cast.MANAGER,)),
    ([acts.AcceptCommand()], (cast.TECHNICIAN, cast.MANAGER)),
    ([acts.GiveNotice(kind="notice", audience=[cast.FINANCE], text="中断")], (cast.MANAGER,)),
    ([acts.GiveOrder(department=cast.OPERATIONS, text="暂停")], (cast.MANAGER,)),
    ([acts.AnswerOrder(order=1, answer="objected", text="不行")], (cast.OPERATIONS_HEAD, cast.FINANCE_HEAD)),
    (
        [
            acts.SettleOrder(order=1, course="uphold", reason="须执行"),
            acts.SettleOrder(order=1, course="change", text="缓办", reason="采纳"),
            acts.SettleOrder(order=1, course="withdraw", reason="采纳"),
        ],
        (cast.MANAGER, cast.TECHNICIAN),
    ),
    ([acts.AssignAnalysis(finding=1, technicians=[cast.SECOND_TECHNICIAN])], _LEADERS[:1]),
    _everyone(acts.GiveInformation(text="新情况")),
    _everyone(acts.RaiseFinding(text="手册没有")),
    _everyone(acts.Record(kind="observation", text="风扇")),
    _everyone(stage.EVIDENCE),
    ([acts.AcknowledgeInformation(information=1)], (cast.MANAGER, cast.TECHNICIAN)),
    ([acts.ProposeMeasure(finding=1, text="换")], (cast.TECHNICIAN,)),
    (
        [acts.DecideMeasure(finding=1, approve=True), acts.DecideMeasure(finding=1, approve=False, reason="等")],
        _LEADERS,
    ),
    ([acts.CarryOutMeasure(finding=1, text="换好")], (cast.TECHNICIAN,)),
    ([stage.RESOLVED] * 2, (cast.TECHNICIAN, cast.MANAGER)),
    ([acts.CheckRecovery(item=item, passed=True) for item in cast.CHECKS] * 3, _HANDS),
    ([acts.CheckRecovery(item=cast.CHECKS[0], passed=False, text="仍超时")], _HANDS[:1]),
    ([acts.VerifyRecovery(passed=True, text="无误")] * 3, (*_LEADERS, cast.SPECIALIST)),
    ([acts.VerifyRecovery(passed=False, text="仍超时")], _LEADERS[1:2]),
    ([stage.SUMMARY] * 2, (cast.SPECIALIST, cast.MANAGER)),
    ([*_answers(1), *_answers(2), stage.accept(), stage.accept()], _GM),
    ([acts.ReadSummary(version=version) for version in (1, 2)], _GM),
    ([stage.NO_RUNBOOK_CHANGE] * 2, (cast.MANAGER,)),
    ([acts.Close()] * 2, (cast.MANAGER,)),
    ([acts.DecideMajor(is_major=is_major, reason="再看") for is_major in (True, False)], _DIRECTORS),
    ([acts.Reopen(reason="又出现")], (cast.SUPERVISOR, cast.DIRECTOR)),
    ([stage.PRELIMINARY], (cast.SPECIALIST,)),
    ([acts.Link(parent="7K3Q9-DXMB9", reason="同因"), acts.Unlink(reason="不同因")], (cast.SUPERVISOR,)),
    (
        [
            acts.FileStatutoryReport(regulator=regulator, report=report, heads=heads, sent_to="平台")
            for regulator in ("cac", "csrc")
            for report, heads in (("first", [1, 2]), ("first", []), ("final", []))
        ],
        (cast.SPECIALIST, cast.DEPUTY_DIRECTOR),
    ),
    ([acts.WaiveStatutoryReport(regulator="csrc", reason="不适用")], (cast.DIRECTOR,)),
]
