"""A stage: one incident whose people act and whose clock is moved by hand, with everything that was written kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import acts, clock
from domain import events as ev
from domain.authority import Actor
from domain.company import Role
from domain.entry import Entry
from domain.errors import Refusal
from domain.incident import Incident, Phase
from tests import cast


class Stage:
    """Holds a case file, its timeline and the time of day."""

    def __init__(self, *, at: datetime = cast.NOW, **opening: Any) -> None:
        """Report an incident, page its judges."""
        self.now = at
        self.file = cast.casefile(cast.opening(**opening), at=at)
        self.blank = self.incident.model_copy(deep=True)
        self.timeline: list[Entry] = self.file.take_fresh()
        self._commands = 0

    @property
    def incident(self) -> Incident:
        """The incident as it stands."""
        return self.file.incident

    @property
    def phase(self) -> Phase:
        """Where the incident stands."""
        return self.incident.phase

    def command(self, person: str, act: acts.Act, **envelope: Any) -> acts.Command[acts.Act]:
        """Return a command with an id of its own."""
        self._commands += 1
        parts: dict[str, Any] = {"command_id": f"c{self._commands}", "person": person, "act": act}
        return acts.Command[acts.Act](**(parts | envelope))

    def do(self, person: str, act: acts.Act, **envelope: Any) -> list[ev.Event]:
        """Let a person act now; return what it made happen."""
        self.file.act(self.command(person, act, **envelope), self.now)
        return self._kept()

    def note(self, *events: ev.Event, by: str = "") -> list[ev.Event]:
        """Let the system, or a machine, write events."""
        actor = Actor(by, Role.SYSTEM)
        self.file.note(events, self.now, actor=actor)
        return self._kept()

    def wait(self, minutes: float = 0, **more: float) -> list[ev.Event]:
        """Let time pass to an instant; every limit on the way falls due at its own instant."""
        end = self.now + timedelta(minutes=minutes, **more)
        happened: list[ev.Event] = []
        while (limit := clock.next_due(self.incident)) and limit[1].at <= end:
            self.now = max(self.now, limit[1].at)
            passed = self.let_limits_pass()
            assert passed, f"{limit[0]} is due and nothing happens"
            happened += passed
        self.now = end
        return happened

    def let_limits_pass(self) -> list[ev.Event]:
        """Apply what is due now, as the workflow does."""
        happened: list[ev.Event] = []
        while passed := clock.due(self.incident, self.now):
            for item in passed:
                self.file.note([item.event], self.now, at=item.since)
            happened += self._kept()
        return happened

    def refuses(self, error: type[Refusal], clause: str, person: str, act: acts.Act, **envelope: Any) -> Refusal:
        """Let a person try what is refused: exactly this error, this clause, and nothing is changed."""
        command = self.command(person, act, **envelope)
        before = self.incident.model_dump()
        with pytest.raises(Refusal) as checked:
            self.file.check(command, self.now)
        with pytest.raises(Refusal) as caught:
            self.file.act(command, self.now)
        refusal = caught.value
        assert (type(refusal), refusal.clause) == (error, clause), refusal.as_details()
        assert checked.value.as_details() == refusal.as_details()
        assert self.incident.model_dump() == before
        assert self.file.take_fresh() == []
        return refusal

    def _kept(self) -> list[ev.Event]:
        fresh = self.file.take_fresh()
        self.timeline += fresh
        return [entry.event for entry in fresh]


EMERGENCY = acts.Judge(verdict="emergency")
NOT_EMERGENCY = acts.Judge(verdict="not_emergency", reason="误报，已核实")
EVIDENCE = acts.AddEvidence(kind="fault_log", file_name="错误日志.txt", size=3, digest="a" * 64, text="首次报错")
UNRESOLVED = acts.ReportUnresolved(text="三步都做了，仍不行")
RESOLVED = acts.ReportResolved(text="业务恢复")
START = acts.DecideProcedure(start=True, reason="影响全部交易")
START_MAJOR = acts.DecideProcedure(start=True, is_major=True, reason="影响全部交易")
NOT_START = acts.DecideProcedure(start=False, reason="部门可以处理")
FORM_GROUP = acts.FormGroup(members=[cast.MANAGER, cast.TECHNICIAN], commander=cast.MANAGER)
PLAN = acts.SubmitPlan(
    scope="切换到备用机房",
    steps=[
        acts.PlanStep(id="freeze", text="冻结写入"),
        acts.PlanStep(id="failover", text="切换", needs_approval=True),
    ],
    risk="可能丢失一分钟数据",
    rollback="切回主机房",
    resources="两名技术人员",
)
SUMMARY = acts.SubmitSummary(
    overview="概述",
    course="经过",
    scope_and_loss="范围与损失",
    cause="原因",
    handling="处理",
    reports_made="报告",
    measures_and_effect="措施与效果",
    level="级别",
    responsibility="责任与结论",
    problems_exposed="问题",
    went_well="做得好的",
    lessons="教训",
    runbook_changes="手册修订",
    measures=[acts.RectificationMeasure(text="增加备用链路", owner=cast.TECHNICIAN, due=cast.clock_time(10))],
)
PRELIMINARY = acts.SubmitPreliminary(what="交易中断", cause_so_far="疑似存储故障", next_steps="更换控制器")
NO_RUNBOOK_CHANGE = acts.DecideRunbook(change=False, reason="手册足够")


def accept(version: int = 1) -> acts.ReceiveSummary:
    """Accept a version of the summary report."""
    return acts.ReceiveSummary(version=version, accept=True)


def reported(**opening: Any) -> Stage:
    """Reported, nobody paged yet."""
    return Stage(**opening)


def judging(**opening: Any) -> Stage:
    """The judges were paged."""
    stage = reported(**opening)
    people = [cast.MANAGER, cast.SUPERVISOR]
    stage.note(ev.Paged(question="judgement/1", cited="5.2.1", call=1, people=people))
    return stage


def dismissed(**opening: Any) -> Stage:
    """The manager judged that it is no emergency."""
    stage = judging(**opening)
    stage.do(cast.MANAGER, NOT_EMERGENCY)
    return stage


def withdrawn(**opening: Any) -> Stage:
    """The reporter took it back."""
    stage = judging(**opening)
    stage.do(cast.OPERATOR, acts.Withdraw(reason="看错了屏幕"))
    return stage


def activated(*, by: str = cast.MANAGER, judge: acts.Judge = EMERGENCY, **opening: Any) -> Stage:
    """It is an emergency; the operator works on the runbook."""
    stage = judging(**opening)
    stage.do(by, judge)
    return stage


def on_site(**opening: Any) -> Stage:
    """The operator could not solve it; a technician is on his way."""
    stage = activated(**opening)
    stage.do(cast.OPERATOR, UNRESOLVED)
    return stage


def director_asked(**opening: Any) -> Stage:
    """The short-time limit passed."""
    stage = on_site(**opening)
    stage.wait(30)
    return stage


def department(**opening: Any) -> Stage:
    """The director did not start the emergency flow."""
    stage = director_asked(**opening)
    stage.do(cast.DIRECTOR, NOT_START)
    return stage


def started(decision: acts.DecideProcedure = START_MAJOR, **opening: Any) -> Stage:
    """The director started the emergency flow; the group is not formed yet."""
    stage = director_asked(**opening)
    stage.do(cast.DIRECTOR, decision)
    return stage


def group(decision: acts.DecideProcedure = START_MAJOR, **opening: Any) -> Stage:
    """The leading group commands: the manager, with the technician."""
    stage = started(decision, **opening)
    stage.do(cast.DIRECTOR, FORM_GROUP)
    stage.let_limits_pass()
    return stage


def recovery(stage: Stage | None = None) -> Stage:
    """The technician says that it is solved."""
    stage = stage or group()
    stage.do(cast.TECHNICIAN, RESOLVED)
    return stage


def checked(stage: Stage | None = None) -> Stage:
    """Everything is checked; a second person verifies next."""
    stage = stage if stage and stage.phase == Phase.RECOVERY else recovery(stage)
    number = len(stage.incident.recoveries)
    for item in cast.CHECKS:
        stage.do(cast.TECHNICIAN, acts.CheckRecovery(item=item, passed=True))
    stage.note(ev.Probed(round=number, passed=list(cast.PROBES)))
    stage.wait(10)
    stage.note(ev.ObservationPassed(round=number))
    return stage


def summary(stage: Stage | None = None) -> Stage:
    """The supervisor verified the recovery."""
    stage = checked(stage)
    stage.do(cast.SUPERVISOR, acts.VerifyRecovery(passed=True, text="逐项核对无误"))
    stage.let_limits_pass()
    return stage


def complete(stage: Stage | None = None) -> Stage:
    """Everything that closing asks for is there."""
    stage = summary(stage)
    stage.do(cast.SPECIALIST, SUMMARY)
    stage.do(cast.DIRECTOR, accept())
    stage.do(cast.GENERAL_MANAGER, accept())
    stage.do(cast.MANAGER, NO_RUNBOOK_CHANGE)
    return stage


def reopened(stage: Stage | None = None) -> Stage:
    """The problem came back before the close."""
    stage = summary(stage) if stage is None else stage
    stage.do(cast.SUPERVISOR, acts.Reopen(reason="同样的报错又出现"))
    return stage


def closed(stage: Stage | None = None) -> Stage:
    """Closed."""
    stage = complete(stage)
    stage.do(cast.MANAGER, acts.Close())
    return stage


PHASES: dict[Phase, Callable[[], Stage]] = {
    Phase.REPORTED: reported,
    Phase.JUDGING: judging,
    Phase.DISMISSED: dismissed,
    Phase.WITHDRAWN: withdrawn,
    Phase.OPERATOR_HANDLING: activated,
    Phase.ON_SITE_HANDLING: on_site,
    Phase.DIRECTOR_DECISION: director_asked,
    Phase.DEPARTMENT_HANDLING: department,
    Phase.GROUP_HANDLING: group,
    Phase.RECOVERY: recovery,
    Phase.SUMMARY: summary,
    Phase.CLOSED: closed,
}
