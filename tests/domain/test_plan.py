"""R16 (5.2.8): the response plan of a major problem before the general manager, version by version."""

import pytest

from domain import acts
from domain.awaited import awaited
from domain.company import Delegation, Role
from domain.errors import (
    AlreadyDecided,
    Conflict,
    Incomplete,
    OwnWork,
    ReasonNeeded,
    StaleVersion,
    Unacceptable,
    Unknown,
)
from domain.incident import Phase
from tests import cast
from tests.domain import stage
from tests.domain.stage import PLAN, START, Stage


def approve(version: int = 1) -> acts.DecidePlan:
    return acts.DecidePlan(version=version, decision="approved")


def reject(version: int = 1, decision: str = "rejected") -> acts.DecidePlan:
    return acts.DecidePlan.model_validate({"version": version, "decision": decision, "reason": "风险太大"})


def questions(scene: Stage) -> dict[str, list[str]]:
    return {item.question: item.people for item in awaited(scene.incident)}


def submitted(by: str = cast.DIRECTOR, scene: Stage | None = None) -> Stage:
    scene = scene or stage.group()
    scene.do(by, PLAN)
    return scene


def test_r16_only_a_major_problem_needs_a_plan() -> None:
    stage.group(START).refuses(Conflict, "5.2.8", cast.DIRECTOR, PLAN)


def test_r16_two_steps_with_the_same_id_are_refused() -> None:
    twice = PLAN.model_copy(update={"steps": [PLAN.steps[0]] * 2})
    stage.group().refuses(Unacceptable, "5.2.8", cast.DIRECTOR, twice)


def test_r16_no_approval_before_submission() -> None:
    scene = stage.group()
    scene.refuses(Incomplete, "5.2.8", cast.GENERAL_MANAGER, approve())
    scene.refuses(Incomplete, "5.2.8", cast.TECHNICIAN, _step("freeze"))


@pytest.mark.parametrize("approver", [cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER])
def test_r16_the_general_manager_or_his_deputy_decides_once(approver: str) -> None:
    scene = submitted()
    assert questions(scene)["plan/1"] == [cast.GENERAL_MANAGER]
    scene.do(approver, approve())
    refusal = scene.refuses(AlreadyDecided, "5.2.8", cast.GENERAL_MANAGER, reject())
    assert refusal.params == {"version": "1", "status": "approved", "winner": approver}
    assert "plan/1" not in questions(scene)


def test_r16_a_stale_version_is_refused_and_an_old_approval_never_carries_over() -> None:
    scene = submitted()
    scene.do(cast.GENERAL_MANAGER, approve())
    scene.do(cast.MANAGER, PLAN)
    scene.refuses(StaleVersion, "5.2.8", cast.GENERAL_MANAGER, reject(1))
    scene.refuses(Incomplete, "5.2.8", cast.TECHNICIAN, _step("failover", 2))
    assert [plan.status for plan in scene.incident.plans] == ["approved", "submitted"]
    scene.do(cast.MANAGER, PLAN)
    assert scene.incident.plans[1].status == "superseded"
    assert {question for question in questions(scene) if question.startswith("plan")} == {"plan/3"}


@pytest.mark.parametrize("decision", ["rejected", "change_requested"])
def test_r16_a_refusal_needs_a_reason_and_goes_back_to_the_director(decision: str) -> None:
    scene = submitted()
    bare = acts.DecidePlan.model_validate({"version": 1, "decision": decision})
    scene.refuses(ReasonNeeded, "5.2.8", cast.GENERAL_MANAGER, bare)
    scene.wait(25)
    scene.do(cast.GENERAL_MANAGER, reject(decision=decision))
    page = next(item for item in awaited(scene.incident) if item.question == "plan_refused/1")
    assert (page.people, page.since) == ([cast.DIRECTOR], scene.now)
    assert scene.phase == Phase.GROUP_HANDLING  # handling never stops


def test_r16_no_limit_on_rounds() -> None:
    scene = stage.group()
    for version in range(1, 12):
        scene.do(cast.DIRECTOR, PLAN)
        scene.do(cast.GENERAL_MANAGER, reject(version))
    scene.do(cast.DIRECTOR, PLAN)
    scene.do(cast.GENERAL_MANAGER, approve(12))


def _also_general_manager(person: str, principal: str = cast.GENERAL_MANAGER) -> list[Delegation]:
    extra = Delegation(post=Role.GENERAL_MANAGER, principal=principal, deputy=person)
    return [*cast.company().delegations, extra]


@pytest.mark.parametrize(
    ("submitter", "approver"),
    [
        (cast.DIRECTOR, cast.DIRECTOR),  # himself, as the general manager's deputy
        (cast.DEPUTY_DIRECTOR, cast.DIRECTOR),  # his deputy submitted it for him
        (cast.DEPUTY_DIRECTOR, cast.DEPUTY_DIRECTOR),
    ],
)
def test_r16_i8_nobody_approves_his_own_plan_also_not_by_delegation(submitter: str, approver: str) -> None:
    company = cast.company(delegations=_also_general_manager(approver))
    scene = submitted(submitter, stage.group(company_=company))
    for decision in (approve(), reject()):
        scene.refuses(OwnWork, "5.2.8", approver, decision)
        scene.refuses(OwnWork, "5.2.8", approver, decision, post=Role.GENERAL_MANAGER)


def test_r16_i8_a_deputy_does_not_approve_for_a_general_manager_who_submitted() -> None:
    people = [
        person.model_copy(update={"posts": [Role.GENERAL_MANAGER, Role.IT_DIRECTOR]})
        if person.id == cast.GENERAL_MANAGER
        else person
        for person in cast.company().people
    ]
    scene = submitted(cast.GENERAL_MANAGER, stage.group(company_=cast.company(people=people)))
    scene.refuses(OwnWork, "5.2.8", cast.DEPUTY_GENERAL_MANAGER, approve())


def test_r16_a_plan_of_what_was_dismissed_asks_nothing_of_the_general_manager() -> None:
    scene = submitted()
    scene.do(cast.DIRECTOR, stage.NOT_EMERGENCY)
    scene.do(cast.SUPERVISOR, stage.EMERGENCY)
    assert "plan/1" not in questions(scene)
    scene.do(cast.OPERATOR, stage.UNRESOLVED)
    scene.wait(30)
    scene.do(cast.DIRECTOR, stage.START_MAJOR)
    assert "plan/1" not in questions(scene)  # the plan for what is major now is asked for instead
    assert any(question.startswith("major/") for question in questions(scene))
    scene.do(cast.DIRECTOR, PLAN)
    assert questions(scene)["plan/2"] == [cast.GENERAL_MANAGER]


def test_r16_never_approved_by_the_system() -> None:
    scene = submitted()
    scene.wait(hours=24 * 30)
    assert scene.incident.plans[0].status == "submitted"
    assert "plan/1" in questions(scene)


def _step(name: str, version: int = 1, result: str = "done") -> acts.RecordPlanStep:
    return acts.RecordPlanStep.model_validate({"version": version, "step": name, "result": result})


@pytest.mark.parametrize(
    ("blocks", "waiting"),
    [("plan_steps", {"failover"}), ("all", {"freeze", "failover"}), ("none", set())],
)
def test_command_does_not_wait_for_the_general_manager_only_what_the_policy_says(
    blocks: str, waiting: set[str]
) -> None:
    scene = submitted(scene=stage.group(policy_=cast.policy(approval_blocks=blocks)))
    for name in ("freeze", "failover"):
        if name in waiting:
            scene.refuses(Incomplete, "5.2.8", cast.TECHNICIAN, _step(name))
        else:
            scene.do(cast.TECHNICIAN, _step(name))
    scene.do(cast.GENERAL_MANAGER, approve())
    for name in waiting:
        scene.do(cast.TECHNICIAN, _step(name))


def test_plan_steps_exist_and_are_done_once() -> None:
    scene = submitted()
    scene.refuses(Unknown, "5.2.8", cast.TECHNICIAN, _step("dance"))
    scene.do(cast.TECHNICIAN, _step("freeze", result="failed"))
    scene.do(cast.TECHNICIAN, _step("freeze"))
    scene.refuses(AlreadyDecided, "5.2.8", cast.TECHNICIAN, _step("freeze"))


@pytest.mark.parametrize("course", ["without_gated_steps", "stand_down"])
def test_a_refused_plan_is_settled_once_by_the_director(course: str) -> None:
    settle = acts.SettlePlan.model_validate({"version": 1, "course": course, "reason": "继续按手册"})
    scene = submitted()
    scene.refuses(Conflict, "5.2.8", cast.DIRECTOR, settle)
    scene.do(cast.GENERAL_MANAGER, reject())
    scene.do(cast.DIRECTOR, settle)
    scene.refuses(Conflict, "5.2.8", cast.DIRECTOR, settle)
    assert "plan_refused/1" not in questions(scene)
    if course == "stand_down":
        scene.refuses(Conflict, "5.2.8", cast.TECHNICIAN, _step("freeze"))
    else:
        scene.do(cast.TECHNICIAN, _step("freeze"))
        scene.refuses(Incomplete, "5.2.8", cast.TECHNICIAN, _step("failover"))
