"""What a person is offered is what he could do: no role, no phase and no object that is missing."""

from domain import acts
from domain.possible import possible
from tests import cast
from tests.domain import stage as st
from tests.domain.stage import Stage


def offered(stage: Stage, person: str) -> set[str]:
    return set(possible(stage.incident, person, stage.now))


def test_before_judgement_the_judges_judge_and_the_reporter_withdraws() -> None:
    stage = Stage()
    assert offered(stage, cast.MANAGER) == {"judge", "acknowledge"}
    assert offered(stage, cast.DEPUTY_MANAGER) == {"judge", "acknowledge"}
    assert offered(stage, cast.OPERATOR) == {"withdraw"}
    assert offered(stage, cast.OUTSIDER) == set()


def test_a_verdict_is_offered_to_be_reversed_only_to_the_first_judge_and_the_director() -> None:
    stage = Stage()
    stage.do(cast.SUPERVISOR, st.EMERGENCY)
    assert "judge" in offered(stage, cast.SUPERVISOR) & offered(stage, cast.DIRECTOR)
    assert "judge" not in offered(stage, cast.MANAGER)


def test_whose_dismissal_is_contested_is_offered_a_verdict_again_when_somebody_else_has_looked() -> None:
    stage = st.dismissed()
    stage.do(cast.OPERATOR, acts.Contest(reason="确实故障"))
    assert "judge" not in offered(stage, cast.MANAGER)
    stage.do(cast.DIRECTOR, acts.Judge(verdict="not_emergency", reason="误报，已核实"))
    assert "judge" in offered(stage, cast.MANAGER)
    stage.do(cast.MANAGER, st.EMERGENCY)


def test_nothing_is_offered_that_has_no_object() -> None:
    stage = Stage()
    stage.do(cast.MANAGER, st.EMERGENCY)
    without_object = {"check_in", "stand_down", "acknowledge_information", "decide_measure", "answer_order"}
    assert not without_object & offered(stage, cast.MANAGER)
    assert {"record_step", "report_unresolved", "report_resolved"} <= offered(stage, cast.OPERATOR)


def test_a_plan_is_offered_for_decision_only_while_it_waits() -> None:
    stage = Stage()
    stage.do(cast.MANAGER, st.EMERGENCY)
    stage.wait(31)
    assert "decide_procedure" in offered(stage, cast.DIRECTOR)
    stage.do(cast.DIRECTOR, st.START_MAJOR)
    assert "decide_plan" not in offered(stage, cast.GENERAL_MANAGER)
    stage.do(cast.DIRECTOR, st.PLAN)
    assert "decide_plan" in offered(stage, cast.GENERAL_MANAGER)
    assert "decide_procedure" not in offered(stage, cast.DIRECTOR)
    assert "form_group" in offered(stage, cast.DIRECTOR)


def test_when_it_is_over_nothing_is_offered() -> None:
    stage = Stage()
    stage.do(cast.OPERATOR, acts.Withdraw(reason="误报"))
    assert all(offered(stage, person) == set() for person in cast.EVERYBODY)
