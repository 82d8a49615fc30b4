"""5.2.3: working by the runbook: time boxes that remind, steps that need an approval, automatic actions."""

from datetime import timedelta
from typing import Any

import pytest

from domain import acts, procedure
from domain import events as ev
from domain.awaited import awaited
from domain.closure import missing_for_verification, recovery_probes
from domain.company import Delegation, Probe, Role
from domain.errors import AlreadyDecided, Conflict, Incomplete, NotAuthorised, OwnWork, ReasonNeeded, Unknown
from domain.notes import notes
from domain.policy import Deadline
from domain.possible import possible
from domain.procedure import Ran
from domain.text import Text
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

LOOK, RESTART, SWITCH = cast.STEPS
APPROVE = acts.DecideStep(step=RESTART, approve=True)
REJECT = acts.DecideStep(step=RESTART, approve=False, reason="正在结算")
RUN = acts.RunStep(step=SWITCH)


def done(step: str, result: str = "done", text: str | None = None) -> acts.RecordStep:
    return acts.RecordStep.model_validate({"step": step, "result": result, "text": text})


def worked(**opening: Any) -> Stage:
    """Activated, by a runbook whose steps have everything that steps can have."""
    return stage.activated(company_=cast.worked_company(), **opening)


def at_restart(**opening: Any) -> Stage:
    scene = worked(**opening)
    scene.do(cast.OPERATOR, done(LOOK))
    return scene


def at_switch(**opening: Any) -> Stage:
    scene = at_restart(**opening)
    scene.do(cast.MANAGER, APPROVE)
    scene.do(cast.OPERATOR, done(RESTART))
    return scene


def ran(scene: Stage, outcome: procedure.Outcome, run: int = 1, **told: Any) -> list[ev.Event]:
    return scene.note(*procedure.step_ran(scene.incident, SWITCH, run, Ran(outcome, **told), scene.now))


def told(scene: Stage) -> list[tuple[str, list[str]]]:
    return [(note.template, note.people) for note in notes(scene.incident, scene.timeline[-1])]


# ── time boxes ────────────────────────────────────────────────────────────────


def test_a_time_box_runs_from_when_its_step_became_the_next_one_and_reminds_once() -> None:
    scene = worked()
    assert scene.incident.deadlines["time_box"] == Deadline(at=cast.NOW + timedelta(minutes=5), clause="5.2.3")
    [item] = [item for item in awaited(scene.incident) if item.question == f"time_box/{LOOK}"]
    assert (item.people, item.due) == ([cast.OPERATOR], cast.NOW + timedelta(minutes=5))
    assert scene.wait(minutes=4, seconds=59) == []
    [event] = scene.wait(seconds=1)
    assert (event, scene.timeline[-1].clause) == (
        ev.StepOverdue(
            step=LOOK, runbook="trading-outage@4", due=Deadline(at=cast.NOW + timedelta(minutes=5), clause="5.2.3")
        ),
        "5.2.3",
    )
    assert told(scene) == [("step_overdue", [cast.OPERATOR, cast.SUPERVISOR])]
    assert scene.incident.work_on(LOOK).is_overdue
    assert "time_box" not in scene.incident.deadlines
    assert scene.wait(minutes=4) == []
    scene.do(cast.OPERATOR, done(LOOK))
    assert scene.incident.deadlines["time_box"].at == scene.now + timedelta(minutes=10)


def test_a_result_in_time_stops_the_box_and_no_other_clock_hears_of_it() -> None:
    with_boxes, without = worked(), stage.activated()
    for scene in (with_boxes, without):
        scene.do(cast.OPERATOR, done(LOOK))
    others = {name: due for name, due in with_boxes.incident.deadlines.items() if name != "time_box"}
    assert others == without.incident.deadlines
    assert [type(event) for event in with_boxes.wait(9)] == []
    with_boxes.do(cast.MANAGER, APPROVE)
    with_boxes.do(cast.OPERATOR, done(RESTART, "failed"))
    assert "time_box" not in with_boxes.incident.deadlines  # the third step has none
    with_boxes.do(cast.OPERATOR, done(RESTART))  # a failed one that is done again starts nothing anew
    assert "time_box" not in with_boxes.incident.deadlines


def test_a_result_told_later_starts_the_next_box_when_it_happened() -> None:
    scene = worked()
    scene.wait(4)
    scene.do(cast.OPERATOR, done(LOOK), occurred_at=cast.NOW + timedelta(minutes=1))
    assert scene.incident.deadlines["time_box"].at == cast.NOW + timedelta(minutes=11)


def test_in_recovery_a_box_rests_and_after_it_nothing_is_left() -> None:
    scene = worked()
    scene.do(cast.OPERATOR, stage.RESOLVED)
    assert [event for event in scene.wait(30) if isinstance(event, ev.StepOverdue)] == []
    scene.do(cast.SUPERVISOR, acts.VerifyRecovery(passed=False, text="仍超时"))
    assert ev.StepOverdue in [type(event) for event in scene.let_limits_pass()]


# ── approval ──────────────────────────────────────────────────────────────────


def test_whoever_commands_is_asked_when_the_step_is_the_next_one() -> None:
    scene = worked()
    assert not [item for item in awaited(scene.incident) if item.question.startswith("step/")]
    scene.do(cast.OPERATOR, done(LOOK))
    [item] = [item for item in awaited(scene.incident) if item.question == f"step/{RESTART}"]
    assert (item.people, item.clause, item.since) == ([cast.MANAGER], "5.2.3", scene.now)
    assert "decide_step" in possible(scene.incident, cast.MANAGER, scene.now)
    scene.do(cast.MANAGER, APPROVE)
    assert told(scene) == [("step_decided", [cast.OPERATOR, cast.SPECIALIST])]
    assert not [item for item in awaited(scene.incident) if item.question.startswith("step/")]


@pytest.mark.parametrize("result", ["done", "failed"])
def test_nothing_is_carried_out_before_the_approval_but_it_may_be_skipped(result: str) -> None:
    scene = at_restart()
    scene.refuses(Incomplete, "5.2.3", cast.OPERATOR, done(RESTART, result))
    scene.refuses(ReasonNeeded, "5.2.3", cast.OPERATOR, done(RESTART, "skipped"))
    scene.do(cast.OPERATOR, done(RESTART, "skipped", "已自行恢复"))
    scene.refuses(AlreadyDecided, "5.2.3", cast.MANAGER, APPROVE)


def test_a_rejected_step_can_only_be_skipped() -> None:
    scene = at_restart()
    scene.refuses(ReasonNeeded, "5.2.3", cast.MANAGER, acts.DecideStep(step=RESTART, approve=False))
    scene.do(cast.MANAGER, REJECT)
    scene.refuses(Conflict, "5.2.3", cast.OPERATOR, done(RESTART))
    scene.refuses(AlreadyDecided, "5.2.3", cast.MANAGER, APPROVE)
    scene.do(cast.OPERATOR, done(RESTART, "skipped", "经理否决"))
    assert scene.incident.next_step == cast.worked_runbook().steps[2]


def test_a_failed_step_that_is_done_again_needs_no_second_approval() -> None:
    scene = at_restart()
    scene.do(cast.MANAGER, APPROVE)
    scene.do(cast.OPERATOR, done(RESTART, "failed"))
    scene.refuses(AlreadyDecided, "5.2.3", cast.MANAGER, REJECT)
    scene.do(cast.OPERATOR, done(RESTART))


def test_only_the_next_step_that_needs_it_is_decided_and_only_by_whoever_commands() -> None:
    scene = worked()
    scene.refuses(Conflict, "5.2.3", cast.MANAGER, APPROVE)  # not its turn yet
    scene.refuses(Conflict, "5.2.3", cast.MANAGER, acts.DecideStep(step=LOOK, approve=True))
    scene.refuses(Unknown, "5.2.3", cast.MANAGER, acts.DecideStep(step="unlock", approve=True))
    scene.do(cast.OPERATOR, done(LOOK))
    scene.refuses(NotAuthorised, "5.2.3", cast.SUPERVISOR, APPROVE)
    scene.do(cast.DEPUTY_MANAGER, APPROVE)
    assert scene.timeline[-1].on_behalf_of == cast.MANAGER


def test_from_formation_on_the_commander_is_asked_and_the_manager_no_more() -> None:
    scene = stage.started(company_=cast.worked_company())
    scene.do(cast.OPERATOR, done(LOOK))
    scene.do(cast.DIRECTOR, acts.FormGroup(members=[cast.MANAGER], commander=cast.SUPERVISOR))
    [item] = [item for item in awaited(scene.incident) if item.question == f"step/{RESTART}"]
    assert (item.people, item.since) == ([cast.SUPERVISOR], scene.now)
    assert scene.incident.asked_anew[f"step/{RESTART}"] == 1
    scene.refuses(NotAuthorised, "5.2.3", cast.MANAGER, APPROVE)
    scene.do(cast.SUPERVISOR, APPROVE)


def test_nobody_carries_out_the_step_that_he_approved() -> None:
    delegation = Delegation(post=Role.OPERATOR, principal=cast.OPERATOR, deputy=cast.MANAGER)
    own = cast.worked_company(needs_approval=True)
    scene = stage.activated(company_=own.model_copy(update={"delegations": [*own.delegations, delegation]}))
    scene.do(cast.OPERATOR, done(LOOK))
    scene.do(cast.MANAGER, APPROVE)
    scene.refuses(OwnWork, "5.2.3", cast.MANAGER, done(RESTART))
    scene.do(cast.OPERATOR, done(RESTART))
    scene.do(cast.MANAGER, acts.DecideStep(step=SWITCH, approve=True))
    scene.refuses(OwnWork, "5.2.3", cast.MANAGER, RUN)
    scene.do(cast.OPERATOR, RUN)


# ── automatic actions ─────────────────────────────────────────────────────────


def test_a_confirmed_run_becomes_the_step_s_result_and_the_supervisor_hears_of_it() -> None:
    scene = at_switch()
    [confirmed] = scene.do(cast.OPERATOR, acts.RunStep(step=SWITCH, reads="abc"))
    assert confirmed == ev.StepRunConfirmed(
        step=SWITCH, runbook="trading-outage@4", action="restart-matching", run=1, reads="abc"
    )
    [recorded] = ran(scene, "done", output="HTTP 200")
    assert recorded == ev.StepRecorded(step=SWITCH, runbook="trading-outage@4", result="done", text="HTTP 200", run=1)
    assert scene.timeline[-1].person is None
    assert told(scene) == [("step_result", [cast.SUPERVISOR, cast.OPERATOR])]
    assert cast.OPERATOR in scene.incident.doers  # whoever confirmed it never verifies the recovery
    assert ran(scene, "failed") == []  # it ends once
    scene.refuses(AlreadyDecided, "5.2.3", cast.OPERATOR, RUN)


def test_a_failed_run_may_be_confirmed_again_and_counts_anew() -> None:
    scene = at_switch()
    scene.do(cast.OPERATOR, RUN)
    ran(scene, "failed", why="unreachable")
    scene.do(cast.TECHNICIAN, RUN)
    assert ran(scene, "done", run=1) == []  # a word that comes too late
    ran(scene, "done", run=2)
    assert scene.incident.steps[SWITCH] == "done"


def test_an_unclear_run_is_nobody_s_result_and_people_decide() -> None:
    scene = at_switch()
    scene.do(cast.OPERATOR, RUN)
    [unclear] = ran(scene, "unclear")
    assert isinstance(unclear, ev.StepRunUnclear)
    assert (SWITCH in scene.incident.steps, scene.incident.work_on(SWITCH).is_unclear) == (False, True)
    assert told(scene) == [("step_unclear", [cast.OPERATOR, cast.SUPERVISOR])]
    assert {"run_step", "record_step"} <= set(possible(scene.incident, cast.OPERATOR, scene.now))
    scene.do(cast.OPERATOR, done(SWITCH, text="已查看，服务已重启"))
    assert not scene.incident.work_on(SWITCH).is_unclear


def test_while_it_is_under_way_nobody_records_or_runs_it() -> None:
    scene = at_switch()
    scene.do(cast.OPERATOR, RUN)
    for act in (RUN, done(SWITCH), done(SWITCH, "skipped", "不等了")):
        scene.refuses(Conflict, "5.2.3", cast.OPERATOR, act)
    assert "run_step" not in possible(scene.incident, cast.OPERATOR, scene.now)


def test_only_the_next_step_with_an_action_is_run() -> None:
    scene = worked()
    scene.refuses(Conflict, "5.2.3", cast.OPERATOR, RUN)
    scene.refuses(Conflict, "5.2.3", cast.OPERATOR, acts.RunStep(step=LOOK))
    scene.refuses(Unknown, "5.2.3", cast.OPERATOR, acts.RunStep(step="unlock"))
    scene = at_switch()
    scene.refuses(NotAuthorised, "5.2.3", cast.SUPERVISOR, RUN)


def test_a_run_that_ends_after_the_incident_was_dismissed_and_activated_again_is_still_told() -> None:
    scene = at_switch()
    scene.do(cast.OPERATOR, RUN)
    scene.do(cast.MANAGER, stage.NOT_EMERGENCY)
    scene.do(cast.MANAGER, stage.EMERGENCY)
    assert scene.incident.work_on(SWITCH).running_since
    ran(scene, "done", output="HTTP 200")
    scene.do(cast.OPERATOR, done(LOOK))
    scene.refuses(Incomplete, "5.2.3", cast.OPERATOR, done(RESTART))  # approvals belong to one activation


# ── probes of the runbook ─────────────────────────────────────────────────────


def test_6_1_the_runbook_s_probes_are_asked_besides_the_system_s() -> None:
    own = Probe(id="books", title=Text(zh="账目", en="Books"), kind="tcp", target="127.0.0.1:9")
    same = cast.company().systems[0].probes[0]
    other = same.model_copy(update={"target": "http://127.0.0.1:9/other"})
    book = cast.company().runbooks[0].model_copy(update={"probes": [own, other]})
    scene = stage.recovery(stage.on_site(company_=cast.company(runbooks=[book])))
    ids = [*cast.PROBES, "books", f"{book.id}:{same.id}"]
    assert [probe.id for probe in recovery_probes(scene.incident)] == ids
    recovery = scene.incident.recovery
    assert recovery is not None
    assert set(ids) <= set(missing_for_verification(scene.incident, recovery))
    book.probes = [same]
    scene = stage.recovery(stage.on_site(company_=cast.company(runbooks=[book])))
    assert [probe.id for probe in recovery_probes(scene.incident)] == [*cast.PROBES]
