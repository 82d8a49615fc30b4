"""A drill runs through the same code, marked; the general manager and his deputies hear nothing unless named."""

from typing import Any

import pytest

from domain import acts
from domain.awaited import ladders
from domain.closure import missing_for_closing
from domain.drill import addressable
from domain.errors import Incomplete
from domain.escalation import approval
from domain.fold import apply
from domain.incident import Phase
from domain.notes import notes
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

GATED = acts.RecordPlanStep(version=1, step="failover", result="done")
TOP = {cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER}


def addressed(scene: Stage) -> set[str]:
    """Everybody whom a page could reach or a note reached, at any moment of a timeline."""
    incident = scene.blank.model_copy(deep=True)
    people: set[str] = set()
    for entry in scene.timeline:
        apply(incident, entry)
        people.update(person for ladder in ladders(incident) for rung in ladder.rungs for person in rung.people)
        people.update(person for note in notes(incident, entry) for person in note.people)
    return people


def whole_course(**opening: Any) -> Stage:
    """A major incident with an order to the company's leadership, a refused plan, a failed recovery, closed."""
    scene = stage.group(**opening)
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.LEADERSHIP, text="通知客户"))
    scene.do(cast.MANAGER, acts.GiveNotice(kind="notice", audience=[cast.LEADERSHIP, cast.FINANCE], text="中断"))
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.do(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="太冒险"))
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.do(cast.TECHNICIAN, stage.RESOLVED)
    scene.do(cast.SUPERVISOR, acts.VerifyRecovery(passed=False, text="仍超时"))
    return stage.closed(scene)


def test_a_real_incident_reaches_the_general_manager() -> None:
    assert addressed(whole_course()) >= TOP


def test_a_drill_never_reaches_the_general_manager_or_his_deputy() -> None:
    people = addressed(whole_course(is_drill=True))
    assert not people & TOP
    assert people == addressed(whole_course()) - TOP


@pytest.mark.parametrize("named", [[cast.GENERAL_MANAGER], [cast.DEPUTY_GENERAL_MANAGER], sorted(TOP)])
def test_a_drill_reaches_whom_it_names(named: list[str]) -> None:
    assert addressed(whole_course(is_drill=True, drill_includes=named)) & TOP == set(named)


@pytest.mark.parametrize(
    ("named", "needed"),
    [([], False), ([cast.DIRECTOR], False), ([cast.GENERAL_MANAGER], True), ([cast.DEPUTY_GENERAL_MANAGER], True)],
)
def test_a_drill_closes_without_the_general_manager_unless_named(named: list[str], needed: bool) -> None:
    scene = stage.summary(stage.group(is_drill=True, drill_includes=named))
    scene.do(cast.SPECIALIST, stage.SUMMARY)
    asked = {ladder.question for ladder in ladders(scene.incident)}
    assert asked == {"receipt/1/it_director"} | ({"receipt/1/general_manager"} if needed else set())
    scene.do(cast.MANAGER, stage.NO_RUNBOOK_CHANGE)
    assert missing_for_closing(scene.incident) == [
        "receipt:it_director",
        *(["receipt:general_manager"] if needed else []),
    ]
    scene.do(cast.DIRECTOR, stage.accept())
    if not needed:
        scene.do(cast.MANAGER, acts.Close())
    assert (scene.phase == Phase.CLOSED) == (not needed)


@pytest.mark.parametrize("named", [[], [cast.GENERAL_MANAGER]])
def test_a_plan_waits_for_the_general_manager_only_where_the_drill_names_him(named: list[str]) -> None:
    scene = stage.group(is_drill=True, drill_includes=named)
    scene.do(cast.DIRECTOR, stage.PLAN)
    assert (approval(scene.incident) is not None) == bool(named)
    if named:
        scene.refuses(Incomplete, "5.2.8", cast.TECHNICIAN, GATED)
    else:
        scene.do(cast.TECHNICIAN, GATED)
        scene.do(cast.DIRECTOR, acts.DecideMajor(is_major=False, reason="演练下一情景"))


def test_what_he_refuses_in_a_drill_waits_all_the_same() -> None:
    scene = stage.group(is_drill=True)
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.do(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="太冒险"))
    scene.refuses(Incomplete, "5.2.8", cast.TECHNICIAN, GATED)


def test_nobody_is_addressed_whom_the_company_does_not_know() -> None:
    incident = stage.judging().incident
    assert addressable(incident, ["nobody", cast.MANAGER, cast.MANAGER, ""]) == [cast.MANAGER]


def test_nobody_is_told_of_his_own_act() -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.GiveNotice(kind="notice", audience=[cast.IT, cast.FINANCE], text="中断"))
    [note] = notes(scene.incident, scene.timeline[-1])
    assert note.people == [cast.FINANCE_HEAD]
