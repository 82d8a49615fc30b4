"""R10 (5.2.2): who judges, what stands, what overrides, and the reporter's one word against it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain import events as ev
from domain.awaited import awaited
from domain.company import Leave, Role
from domain.errors import AlreadyDecided, Conflict, NotAuthorised, OwnWork, ReasonNeeded, Refusal, Unknown, WrongPhase
from domain.escalation import UNANSWERED, beacons
from domain.fold import fold
from domain.incident import HANDLING, Incident, Phase
from domain.notes import notes
from domain.policy import Severity
from tests import cast
from tests.domain import stage
from tests.domain.stage import EMERGENCY, NOT_EMERGENCY, PHASES, Stage

JUDGES = [cast.MANAGER, cast.SUPERVISOR, cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR]
CONTEST = acts.Contest(reason="客户仍无法登录")


@pytest.mark.parametrize("judge", JUDGES)
def test_r10_an_emergency_activates_in_the_same_transition(judge: str) -> None:
    scene = stage.judging()
    [event] = scene.do(judge, EMERGENCY)
    assert isinstance(event, ev.Activated)
    assert scene.phase == Phase.OPERATOR_HANDLING
    assert (event.runbook, event.operator) == (f"{cast.TRADING_RUNBOOK}@3", cast.OPERATOR)
    assert event.specialists == [cast.SPECIALIST, cast.SECOND_SPECIALIST]
    assert [item.question for item in awaited(scene.incident)] == ["activation"]  # 3.3: the specialist is paged
    assert scene.timeline[-1].clause == "5.2.2"


@pytest.mark.parametrize("person", [cast.OPERATOR, cast.SECOND_OPERATOR, cast.SPECIALIST, cast.GENERAL_MANAGER])
def test_r10_nobody_else_judges(person: str) -> None:
    stage.judging().refuses(NotAuthorised, "5.2.2", person, EMERGENCY)


def test_r10_a_dismissal_needs_a_reason_and_is_told_to_the_reporter() -> None:
    scene = stage.judging()
    scene.refuses(ReasonNeeded, "5.2.2", cast.MANAGER, acts.Judge(verdict="not_emergency"))
    scene.do(cast.MANAGER, NOT_EMERGENCY)
    assert scene.phase == Phase.DISMISSED
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.people, note.template, note.params) == ([cast.OPERATOR], "dismissed", {"reason": "误报，已核实"})


def test_r10_an_activation_without_a_specialist_is_a_gap_that_the_director_hears_of() -> None:
    people = [person for person in cast.company().people if "specialist" not in person.id]
    scene = stage.activated(company_=cast.company(people=people))
    entry = scene.timeline[-1]
    assert isinstance(entry.event, ev.GapFound)
    assert (entry.clause, notes(scene.incident, entry)[0].people) == ("3.3", [cast.DIRECTOR])
    assert [item.people for item in awaited(scene.incident)] == [[cast.MANAGER]]


def test_r10_the_judge_may_choose_level_and_runbook() -> None:
    scene = stage.judging()
    scene.refuses(Unknown, "4.3", cast.MANAGER, acts.Judge(verdict="emergency", runbook="canteen"))
    scene.do(cast.MANAGER, acts.Judge(verdict="emergency", severity=Severity.I))
    assert scene.incident.severity == Severity.I


def test_4_3_a_version_published_since_the_report_is_pinned_and_the_older_one_by_its_number_alone() -> None:
    known = cast.company().runbook(cast.TRADING_RUNBOOK)
    assert known
    newer = known.model_copy(update={"version": 4, "steps": known.steps[1:]})
    scene = stage.judging()
    [event] = scene.do(cast.MANAGER, EMERGENCY, edition=newer)
    assert isinstance(event, ev.Activated)
    assert (event.runbook, event.edition) == (newer.ref, newer)
    assert event.turn
    assert (event.turn.step, scene.incident.pinned_runbook) == (known.steps[1].id, newer)
    number: dict[str, Any] = {"number": scene.incident.number}
    folded = fold(Incident.model_construct(**number), scene.timeline)
    assert (folded.runbook, folded.edition) == (newer.ref, newer), "the record tells it without what was pinned"
    older = stage.judging()
    [event] = older.do(cast.MANAGER, acts.Judge(verdict="emergency", runbook=known.ref), edition=newer)
    assert isinstance(event, ev.Activated)
    assert (event.runbook, event.edition, older.incident.pinned_runbook) == (known.ref, None, known)
    same = stage.judging()
    [event] = same.do(cast.MANAGER, EMERGENCY, edition=known)
    assert isinstance(event, ev.Activated)
    assert (event.runbook, event.edition) == (known.ref, None)


@pytest.mark.parametrize("loser", JUDGES)
def test_the_first_verdict_stands_and_the_loser_is_told_who_judged(loser: str) -> None:
    refusal = stage.activated(by=cast.MANAGER).refuses(AlreadyDecided, "5.2.2", loser, EMERGENCY)
    assert refusal.params == {"winner": cast.MANAGER}
    refusal = stage.dismissed().refuses(AlreadyDecided, "5.2.2", loser, NOT_EMERGENCY)
    assert refusal.params == {"winner": cast.MANAGER}


@pytest.mark.parametrize("judge", JUDGES)
def test_a_later_emergency_overrides_a_dismissal(judge: str) -> None:
    scene = stage.dismissed()
    scene.wait(hours=23, minutes=59)
    scene.do(judge, EMERGENCY)
    assert scene.phase == Phase.OPERATOR_HANDLING
    assert scene.incident.activated_at == scene.now


@pytest.mark.parametrize(
    ("judge", "error"),
    [(cast.SUPERVISOR, AlreadyDecided), (cast.DEPUTY_SUPERVISOR, AlreadyDecided)]
    + [(person, None) for person in (cast.MANAGER, cast.DEPUTY_MANAGER, cast.DIRECTOR, cast.DEPUTY_DIRECTOR)],
)
@pytest.mark.parametrize("phase", sorted(HANDLING))
def test_only_the_judge_himself_or_the_director_takes_an_emergency_back(
    phase: Phase, judge: str, error: type[Refusal] | None
) -> None:
    scene = PHASES[phase]()
    if error:
        scene.refuses(error, "5.2.2", judge, NOT_EMERGENCY)
    else:
        scene.do(judge, NOT_EMERGENCY)
        assert scene.phase == Phase.DISMISSED
        assert list(scene.incident.deadlines) == ["dismissal_window"]


def test_who_dismissed_first_cannot_take_back_another_judge_s_emergency() -> None:
    scene = stage.dismissed()
    scene.do(cast.SUPERVISOR, EMERGENCY)
    refusal = scene.refuses(AlreadyDecided, "5.2.2", cast.MANAGER, NOT_EMERGENCY)
    assert refusal.params == {"winner": cast.SUPERVISOR}
    scene.do(cast.SUPERVISOR, NOT_EMERGENCY)
    assert scene.phase == Phase.DISMISSED


def test_a_principal_takes_back_what_his_deputy_judged_for_him() -> None:
    scene = stage.activated(by=cast.DEPUTY_MANAGER)
    scene.do(cast.MANAGER, NOT_EMERGENCY)
    assert scene.phase == Phase.DISMISSED


def test_an_incident_that_was_activated_again_begins_its_handling_anew() -> None:
    scene = stage.group()
    scene.do(cast.DIRECTOR, NOT_EMERGENCY)
    scene.wait(60)
    scene.do(cast.SUPERVISOR, EMERGENCY)
    incident = scene.incident
    assert (incident.is_unresolved, incident.is_short_time_over, incident.is_major) == (False, False, False)
    scene.wait(30)
    assert scene.phase == Phase.DIRECTOR_DECISION
    before, anew = [item for item in incident.responders if item.person == cast.TECHNICIAN]
    assert before.is_stood_down
    assert anew.is_awaited
    assert (incident.commander, incident.group_members) == (None, [])


def test_a_contested_dismissal_goes_to_the_other_judge_and_the_director() -> None:
    scene = stage.dismissed()
    scene.do(cast.OPERATOR, CONTEST)
    [question] = awaited(scene.incident)
    assert (question.question, question.clause) == ("judgement/2", "5.2.2")
    assert question.people == [cast.SUPERVISOR, cast.DIRECTOR]
    [ladder] = beacons(scene.incident)
    assert ladder.rungs[1].people == [cast.DEPUTY_SUPERVISOR], "the manager's deputy may not look at it either"
    for judge in (cast.MANAGER, cast.DEPUTY_MANAGER):
        scene.refuses(OwnWork, "5.2.2", judge, EMERGENCY)
        scene.refuses(OwnWork, "5.2.2", judge, NOT_EMERGENCY)


def _taken_back_by_the_director(scene: Stage) -> Stage:
    """He reverses an emergency of the supervisor; the reporter contests that."""
    scene.do(cast.SUPERVISOR, EMERGENCY)
    scene.do(cast.DIRECTOR, NOT_EMERGENCY)
    scene.do(cast.OPERATOR, CONTEST)
    return scene


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("before", [stage.judging, stage.dismissed])
def test_only_the_dismissal_that_is_contested_is_somebody_s_own(before: Callable[[], Stage], judge: str) -> None:
    scene = _taken_back_by_the_director(before())
    [ladder] = beacons(scene.incident)
    assert ladder.rungs[0].people == [cast.MANAGER, cast.SUPERVISOR]
    [director] = [rung for rung in ladder.rungs if rung.level == Role.IT_DIRECTOR]
    assert director.template == UNANSWERED, "it is his own that is contested: he sees to it that another answers"
    for himself in (cast.DIRECTOR, cast.DEPUTY_DIRECTOR):
        scene.refuses(OwnWork, "5.2.2", himself, EMERGENCY)
    scene.refuses(AlreadyDecided, "5.2.1", cast.OPERATOR, acts.Withdraw(reason="看错"))
    scene.do(judge, EMERGENCY)
    assert scene.phase == Phase.OPERATOR_HANDLING


def test_who_stands_in_for_the_judge_whose_dismissal_is_contested_is_not_asked() -> None:
    away = Leave(id="l1", person=cast.MANAGER, starts=cast.NOW, ends=cast.NOW + timedelta(days=1))
    scene = stage.judging(company_=cast.company(leaves=[away]))
    scene.do(cast.MANAGER, NOT_EMERGENCY)
    scene.do(cast.OPERATOR, CONTEST)
    [ladder] = beacons(scene.incident)
    assert ladder.rungs[0].people == [cast.SUPERVISOR, cast.DIRECTOR]
    assert ladder.rungs[1].people == [cast.DEPUTY_SUPERVISOR]


@pytest.mark.parametrize("judge", [cast.SUPERVISOR, cast.DIRECTOR, cast.DEPUTY_DIRECTOR])
def test_a_dismissal_is_contested_once(judge: str) -> None:
    scene = stage.dismissed()
    scene.do(cast.OPERATOR, CONTEST)
    scene.do(judge, NOT_EMERGENCY)
    assert scene.phase == Phase.DISMISSED
    scene.refuses(AlreadyDecided, "5.2.2", cast.OPERATOR, CONTEST)


def test_only_the_reporter_contests() -> None:
    stage.dismissed().refuses(NotAuthorised, "5.2.2", cast.SECOND_OPERATOR, CONTEST)


def test_withdrawn_only_before_any_judgement() -> None:
    scene = stage.withdrawn()
    assert (scene.phase, scene.incident.is_over) == (Phase.WITHDRAWN, True)
    withdraw = acts.Withdraw(reason="看错")
    stage.activated().refuses(WrongPhase, "5.2.1", cast.OPERATOR, withdraw)
    contested = stage.dismissed()
    contested.do(cast.OPERATOR, CONTEST)
    contested.refuses(AlreadyDecided, "5.2.1", cast.OPERATOR, withdraw)


def test_a_dismissal_stands_after_its_window_to_the_instant() -> None:
    scene = stage.dismissed()
    assert not scene.wait(hours=23, minutes=59, seconds=59)
    [event] = scene.wait(seconds=1)
    assert isinstance(event, ev.DismissalStood)
    assert (scene.incident.is_over, scene.incident.closed_at) == (True, cast.NOW + timedelta(hours=24))
    scene.refuses(Conflict, "5.2.2", cast.OPERATOR, CONTEST)


def test_never_judged_by_the_system() -> None:
    scene = stage.judging()
    assert scene.wait(hours=24 * 30) == []
    assert scene.phase == Phase.JUDGING
    assert [item.question for item in awaited(scene.incident)] == ["judgement/1"]
