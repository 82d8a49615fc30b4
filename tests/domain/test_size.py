"""An incident at its limits stays below 1 MiB, so that it can be carried into a next run of its workflow."""

import pytest

from domain import acts
from domain import events as ev
from domain.awaited import ladders
from domain.casefile import REMEMBERED
from domain.company import Role
from domain.decide import MOST
from domain.errors import Conflict
from domain.policy import Severity
from domain.report import SECTIONS
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

MIB = 1024 * 1024
TEAM = [cast.MANAGER, cast.SUPERVISOR, cast.DIRECTOR, cast.SPECIALIST, cast.TECHNICIAN, cast.DEPUTY_MANAGER]


class Busy(Stage):
    """Every command has the longest id."""

    def command(self, person: str, act: acts.Act, **envelope: object) -> acts.Command[acts.Act]:
        command = super().command(person, act, **envelope)
        return command.model_copy(update={"command_id": f"{command.command_id:x<120}"})


def _busiest(text: str) -> Stage:
    """Everything that people may add, as often and as long as they may, all of it open and acknowledged by the team."""
    told = cast.policy(regulators=cast.regulators())
    scene = Busy(symptom=text, drill_includes=["x" * 120] * 50, policy_=told)
    for person, act in (
        (cast.MANAGER, stage.EMERGENCY),
        (cast.OPERATOR, stage.UNRESOLVED),
        (cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason=text)),
    ):
        scene.do(person, act)
    scene.let_limits_pass()
    scene.do(cast.DIRECTOR, stage.START_MAJOR)
    scene.do(cast.DIRECTOR, acts.FormGroup(members=list(cast.EVERYBODY), commander=cast.MANAGER))
    _many_plans(scene, text)
    for number in range(1, MOST + 1):
        scene.do(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text=text))
        scene.do(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=number, answer="objected", text=text))
        scene.do(cast.MANAGER, acts.GiveInformation(text=text))
        scene.do(cast.TECHNICIAN, acts.RaiseFinding(text=text))
        scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=number, text=text))
        scene.note(ev.GapFound(post=Role.TECHNICIAN))
        scene.note(ev.ChildLinked(child=f"{number:x<40}", told_as=number, title=text, reason=text))
    _many_dispatches(scene, text)
    _many_rounds(scene, text)
    for question in [ladder.question for ladder in ladders(scene.incident)]:
        for person in TEAM:
            scene.note(ev.Acknowledged(question=question, until=scene.now), by=person)
    return scene


def _many_plans(scene: Stage, text: str) -> None:
    steps = [acts.PlanStep(id=f"{number:x<120}", text=text) for number in range(50)]
    plan = acts.SubmitPlan(scope=text, steps=steps, risk=text, rollback=text, resources=text)
    for version in range(1, MOST + 1):
        is_full = version in (1, MOST)  # an older version keeps nothing of its steps
        scene.do(cast.DIRECTOR, plan if is_full else plan.model_copy(update={"steps": steps[:1]}))
        for step in steps if is_full else []:
            scene.do(cast.TECHNICIAN, acts.RecordPlanStep(version=version, step=step.id, result="done"))
        scene.do(cast.GENERAL_MANAGER, acts.DecidePlan(version=version, decision="rejected", reason=text))


def _many_dispatches(scene: Stage, text: str) -> None:
    while len(scene.incident.responders) < MOST:
        scene.do(cast.MANAGER, acts.StandDown(responder=cast.OUTSIDER, reason=text))
        scene.do(cast.MANAGER, acts.Dispatch(responder=cast.OUTSIDER))


def _many_rounds(scene: Stage, text: str) -> None:
    for _ in range(MOST):
        scene.do(cast.TECHNICIAN, acts.ReportResolved(text=text))
        scene.do(cast.TECHNICIAN, acts.CheckRecovery(item=cast.CHECKS[0], passed=True))
        scene.do(cast.SPECIALIST, acts.CheckRecovery(item=cast.CHECKS[1], passed=False, text=text))


@pytest.mark.parametrize("character", ["🔥"])
def test_an_incident_at_its_limits_can_be_carried_on(character: str) -> None:
    scene = _busiest(character * 2000)
    incident = scene.incident
    assert len(incident.handled) == REMEMBERED
    assert [len(items) for items in (incident.orders, incident.information, incident.findings)] == [MOST] * 3
    size = len(incident.model_dump_json().encode())
    assert 0.7 * MIB < size < MIB, f"{size:,} bytes"  # about 820 kB


@pytest.mark.parametrize(
    ("person", "act", "clause"),
    [
        (cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="再一条"), "5.3.2"),
        (cast.OPERATOR, acts.GiveInformation(text="再一条"), "5.3.6"),
        (cast.OPERATOR, acts.RaiseFinding(text="再一条"), "5.3.7"),
    ],
)
def test_one_more_than_it_can_carry_is_refused(person: str, act: acts.Act, clause: str) -> None:
    scene = stage.group()
    for _ in range(MOST):
        scene.do(person, act)
    refusal = scene.refuses(Conflict, clause, person, act)
    assert refusal.params == {"most": str(MOST)}


def test_reports_that_are_returned_again_and_again_leave_it_small() -> None:
    scene = stage.summary()
    text, people = "字" * 4000, [f"{number:x<120}" for number in range(50)]
    sections = {name: text for name in SECTIONS if name != "measures"} | {"measures": stage.SUMMARY.measures}
    reviews = [acts.Review(person=f"r{number:x<119}", at=scene.now) for number in range(20)]
    report = acts.SubmitSummary.model_validate({**sections, "authors": people, "reviews": reviews})
    for version in range(1, MOST + 1):
        scene.do(cast.SPECIALIST, report)
        assert len(scene.timeline[-1].model_dump_json().encode()) < 0.3 * MIB
        scene.do(cast.DIRECTOR, acts.ReadSummary(version=version))
        scene.do(cast.DIRECTOR, acts.ReceiveSummary(version=version, accept=False, reason="再写"))
    assert len(scene.incident.model_dump_json().encode()) < 0.25 * MIB
    scene.refuses(Conflict, "6.2", cast.SPECIALIST, report)
