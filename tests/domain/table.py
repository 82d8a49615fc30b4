"""Who may do what, when: written down once more from the policy, apart from the code, with an example of each act."""

from typing import NamedTuple

from domain import acts
from domain.acts import Act
from domain.company import Role
from domain.incident import Phase
from domain.policy import Severity
from tests import cast
from tests.domain import stage

_ROLES = {
    "op": Role.OPERATOR,
    "man": Role.IT_MANAGER,
    "sup": Role.IT_SUPERVISOR,
    "spec": Role.EMERGENCY_SPECIALIST,
    "tech": Role.TECHNICIAN,
    "dir": Role.IT_DIRECTOR,
    "gm": Role.GENERAL_MANAGER,
    "head": Role.DEPARTMENT_HEAD,
    "rep": Role.REPORTER,
    "resp": Role.RESPONDER,
    "mem": Role.GROUP_MEMBER,
    "cmd": Role.COMMANDER,
}
_EVERYBODY = " ".join(_ROLES)
_PHASES = {
    "J": {Phase.REPORTED, Phase.JUDGING},
    "X": {Phase.DISMISSED},
    "O": {Phase.OPERATOR_HANDLING},
    "T": {Phase.ON_SITE_HANDLING},
    "D": {Phase.DIRECTOR_DECISION},
    "P": {Phase.DEPARTMENT_HANDLING},
    "G": {Phase.GROUP_HANDLING},
    "R": {Phase.RECOVERY},
    "S": {Phase.SUMMARY},
}


class Row(NamedTuple):
    """One act: its example, who may do it, when, by which clause."""

    act: Act
    roles: frozenset[Role]
    phases: frozenset[Phase]
    clause: str


def _row(act: Act, roles: str, phases: str, clause: str) -> Row:
    who = frozenset(_ROLES[word] for word in roles.split())
    return Row(act, who, frozenset[Phase]().union(*(_PHASES[letter] for letter in phases)), clause)


_S = cast.STEPS[0]
ROWS = [
    _row(acts.Withdraw(reason="看错"), "rep", "J", "5.2.1"),
    _row(acts.Acknowledge(question="judgement/1"), _EVERYBODY, "JXOTDPGRS", "5.2.1"),
    _row(stage.EMERGENCY, "man sup dir", "JXOTDPG", "5.2.2"),
    _row(acts.Contest(reason="确实故障"), "rep", "X", "5.2.2"),
    _row(acts.RecordStep(step=_S, result="done"), "op spec tech", "OTDPG", "5.2.3"),
    _row(acts.RunStep(step=_S), "op spec tech", "OTDPG", "5.2.3"),
    _row(acts.DecideStep(step=_S, approve=True), "cmd man", "OTDPG", "5.2.3"),
    _row(stage.UNRESOLVED, "op spec", "O", "5.2.4"),
    _row(stage.RESOLVED, "op spec tech cmd man sup dir", "OTDPG", "5.2.5"),
    _row(acts.Dispatch(responder=cast.SECOND_SPECIALIST), "cmd man sup dir", "OTDPG", "5.2.4"),
    _row(acts.StandDown(responder=cast.TECHNICIAN, reason="不需要"), "cmd man sup dir", "OTDPGRS", "5.2.4"),
    _row(acts.CheckIn(), "resp spec cmd", "OTDPGRS", "5.3.3"),
    _row(acts.ChangeSeverity(severity=Severity.II, reason="影响扩大"), "cmd man sup dir", "OTDPG", "5.2.2"),
    _row(acts.ReportToDirector(text="短时间内不能解决"), "man", "TDPG", "5.2.6"),
    _row(stage.START, "dir", "DPG", "5.2.7"),
    _row(stage.PLAN, "dir man cmd", "GR", "5.2.8"),
    _row(acts.DecidePlan(version=1, decision="approved"), "gm", "OTDPGRS", "5.2.8"),
    _row(acts.SettlePlan(version=1, course="stand_down", reason="不再需要"), "dir", "OTDPGRS", "5.2.8"),
    _row(acts.RecordPlanStep(version=1, step="freeze", result="done"), "op spec tech cmd mem", "OTDPG", "5.2.8"),
    _row(stage.FORM_GROUP, "dir", "G", "5.2.9"),
    _row(acts.AddMember(member=cast.SECOND_TECHNICIAN), "dir cmd", "G", "5.2.9"),
    _row(acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"), "cmd", "GR", "5.2.9"),
    _row(acts.AcceptCommand(), "mem", "GR", "5.2.9"),
    _row(acts.GiveNotice(kind="notice", audience=[cast.OPERATIONS], text="系统中断"), "cmd mem", "GRS", "5.3.1"),
    _row(acts.GiveOrder(department=cast.OPERATIONS, text="暂停开市"), "cmd", "GR", "5.3.2"),
    _row(acts.AnswerOrder(order=1, answer="acknowledged"), "head man", "OTDPGRS", "5.3.2"),
    _row(acts.SettleOrder(order=1, course="uphold", reason="结算可后补"), "cmd", "GR", "5.3.2"),
    _row(acts.Record(kind="observation", text="风扇停转"), _EVERYBODY, "OTDPGRS", "5.3.5"),
    _row(stage.EVIDENCE, _EVERYBODY, "OTDPGRS", "5.3.5"),
    _row(acts.CollectEvidence(), "op spec tech cmd man sup dir", "OTDPGRS", "5.3.5"),
    _row(acts.GiveInformation(text="磁盘也报警"), _EVERYBODY, "OTDPGRS", "5.3.6"),
    _row(acts.AcknowledgeInformation(information=1), "cmd man", "OTDPGRS", "5.3.6"),
    _row(acts.RaiseFinding(text="手册没有写"), _EVERYBODY, "OTDPG", "5.3.7"),
    _row(acts.AssignAnalysis(finding=1, technicians=[cast.TECHNICIAN]), "cmd man", "OTDPG", "5.3.7"),
    _row(acts.ProposeMeasure(finding=1, text="换主板"), "tech", "OTDPG", "5.3.7"),
    _row(acts.DecideMeasure(finding=1, approve=True), "cmd man", "OTDPG", "5.3.7"),
    _row(acts.CarryOutMeasure(finding=1, text="已换"), "tech spec", "OTDPG", "5.3.7"),
    _row(acts.CheckRecovery(item=cast.CHECKS[0], passed=True), "op spec tech mem", "R", "6.1"),
    _row(acts.VerifyRecovery(passed=True, text="核对无误"), "sup man dir cmd spec", "RS", "6.1"),
    _row(stage.SUMMARY, "man sup spec", "S", "6.2"),
    _row(stage.accept(), "dir gm", "S", "6.2"),
    _row(acts.ReadSummary(version=1), "dir gm", "S", "6.2"),
    _row(stage.NO_RUNBOOK_CHANGE, "man", "S", "6.3"),
    _row(acts.Close(), "man dir", "S", "6.2"),
    _row(acts.DecideMajor(is_major=True, reason="影响扩大"), "dir", "G", "5.2.8"),
    _row(acts.Reopen(reason="又出现"), "cmd man sup dir", "S", "6.1"),
    _row(stage.PRELIMINARY, "man sup spec", "OTDPGRS", "6.2"),
    _row(acts.Link(parent="7K3Q9-DXMB9", reason="同一原因"), "cmd man sup dir", "OTDPGRS", "3.1"),
    _row(acts.Unlink(reason="原因不同"), "cmd man sup dir", "OTDPGRS", "3.1"),
    _row(acts.FileStatutoryReport(regulator="cac", sent_to="网信办"), "man sup spec dir", "OTDPGRS", "8"),
    _row(acts.WaiveStatutoryReport(regulator="cac", reason="不属于"), "dir", "OTDPGRS", "8"),
]

# Somebody who has each role once the incident has come that far.
HOLDERS = {
    Role.OPERATOR: cast.SECOND_OPERATOR,
    Role.IT_MANAGER: cast.MANAGER,
    Role.IT_SUPERVISOR: cast.SUPERVISOR,
    Role.EMERGENCY_SPECIALIST: cast.SPECIALIST,
    Role.TECHNICIAN: cast.SECOND_TECHNICIAN,
    Role.IT_DIRECTOR: cast.DIRECTOR,
    Role.GENERAL_MANAGER: cast.GENERAL_MANAGER,
    Role.DEPARTMENT_HEAD: cast.OUTSIDER,
    Role.REPORTER: cast.OPERATOR,
    Role.RESPONDER: cast.TECHNICIAN,
    Role.GROUP_MEMBER: cast.MANAGER,
    Role.COMMANDER: cast.MANAGER,
}
