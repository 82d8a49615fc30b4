"""Somebody leaves while an incident goes on: his tasks pass on, what he did stays (4.2)."""

from datetime import timedelta

import pytest

from domain import acts
from domain import events as ev
from domain.authority import capacities
from domain.awaited import ladders
from domain.company import Leave, Role
from domain.departure import departed
from domain.notes import notes
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage


def leave(scene: Stage, person: str) -> list[ev.Event]:
    events = list(departed(scene.incident, person, scene.now))
    for event in events:
        scene.note(event)
    return events


def asked(scene: Stage, question: str) -> list[str]:
    return next(ladder.rungs[0].people for ladder in ladders(scene.incident) if ladder.question == question)


def group(scene: Stage) -> Stage:
    scene.do(cast.MANAGER, stage.EMERGENCY)
    scene.do(cast.OPERATOR, stage.UNRESOLVED)
    scene.now += timedelta(minutes=30)
    scene.let_limits_pass()
    scene.do(cast.DIRECTOR, acts.DecideProcedure(start=True, is_major=False, reason="不可用"))
    scene.do(cast.DIRECTOR, acts.FormGroup(members=[cast.MANAGER, cast.SUPERVISOR], commander=cast.MANAGER))
    return scene


def test_the_managers_question_goes_to_his_deputy_at_once() -> None:
    scene = Stage()
    [left] = leave(scene, cast.MANAGER)
    assert isinstance(left, ev.PersonLeft)
    assert (left.deputies, left.questions) == ([cast.DEPUTY_MANAGER], ["judgement/1"])
    assert asked(scene, "judgement/1") == [cast.DEPUTY_MANAGER, cast.SUPERVISOR]
    assert capacities(scene.incident, cast.MANAGER, scene.now) == []
    assert scene.incident.asked_anew == {"judgement/1": 1}
    told = notes(scene.incident, scene.timeline[-1])[0]
    assert (told.template, told.people) == ("person_left", [cast.DEPUTY_MANAGER])


def test_the_deputy_may_do_what_he_would_have_done() -> None:
    scene = Stage()
    leave(scene, cast.MANAGER)
    scene.do(cast.DEPUTY_MANAGER, stage.EMERGENCY)
    assert scene.timeline[-2].on_behalf_of == cast.MANAGER or scene.timeline[-1].on_behalf_of == cast.MANAGER


def test_he_leaves_once_and_nobody_leaves_whom_it_does_not_know() -> None:
    scene = Stage()
    assert leave(scene, cast.MANAGER)
    assert leave(scene, cast.MANAGER) == []
    assert leave(scene, "nobody") == []


def test_the_command_passes_to_his_deputy() -> None:
    scene = group(Stage())
    leave(scene, cast.MANAGER)
    assert scene.incident.commander == cast.DEPUTY_MANAGER
    assert scene.incident.group_members == [cast.SUPERVISOR, cast.DEPUTY_MANAGER]


def test_without_a_deputy_the_director_commands() -> None:
    company = cast.company(delegations=[])
    scene = group(Stage(company_=company))
    leave(scene, cast.MANAGER)
    assert scene.incident.commander == cast.DIRECTOR


def test_the_director_hears_that_the_group_is_below_its_minimum_and_calls_somebody_into_it() -> None:
    scene = group(Stage())
    left, *_ = leave(scene, cast.SUPERVISOR)
    assert isinstance(left, ev.PersonLeft)
    assert (left.lacking, scene.incident.group_members) == (1, [cast.MANAGER])
    [note] = notes(scene.incident, next(entry for entry in scene.timeline if entry.event == left))
    assert {cast.DIRECTOR, cast.MANAGER} <= set(note.people)
    assert note.params["lacking"] == "1"
    scene.do(cast.DIRECTOR, acts.AddMember(member=cast.TECHNICIAN))
    assert scene.incident.group_members == [cast.MANAGER, cast.TECHNICIAN]


def test_a_group_that_stays_large_enough_lacks_nobody() -> None:
    scene = group(Stage())
    scene.do(cast.DIRECTOR, acts.AddMember(member=cast.TECHNICIAN))
    left, *_ = leave(scene, cast.SUPERVISOR)
    assert isinstance(left, ev.PersonLeft)
    [note] = notes(scene.incident, next(entry for entry in scene.timeline if entry.event == left))
    assert (left.lacking, note.params["lacking"], cast.DIRECTOR in note.people) == (0, "", False)


@pytest.mark.parametrize(
    ("away", "commander"),
    [
        ([cast.DEPUTY_MANAGER], cast.DIRECTOR),
        ([cast.DEPUTY_MANAGER, cast.DIRECTOR], cast.DEPUTY_DIRECTOR),
        ([cast.DEPUTY_MANAGER, cast.DIRECTOR, cast.DEPUTY_DIRECTOR], cast.SUPERVISOR),
        ([cast.DEPUTY_MANAGER, cast.DIRECTOR, cast.DEPUTY_DIRECTOR, cast.SUPERVISOR], cast.DEPUTY_MANAGER),
    ],
)
def test_the_command_passes_to_nobody_on_leave_while_another_is_there(away: list[str], commander: str) -> None:
    day = timedelta(days=1)
    leaves = [Leave(id=person, person=person, starts=cast.NOW - day, ends=cast.NOW + day) for person in away]
    scene = group(Stage(company_=cast.company(leaves=leaves)))
    leave(scene, cast.MANAGER)
    assert scene.incident.commander == commander


def test_a_manager_on_his_way_is_followed_by_his_deputy_and_by_no_head_of_another_department() -> None:
    scene = group(Stage())
    _, sent = leave(scene, cast.MANAGER)
    assert isinstance(sent, ev.Dispatched)
    assert (sent.responder, sent.role_sent, sent.replaces) == (cast.DEPUTY_MANAGER, Role.COMMANDER, cast.MANAGER)


def test_a_backup_is_sent_for_whoever_is_on_his_way() -> None:
    scene = Stage()
    scene.do(cast.MANAGER, stage.EMERGENCY)
    scene.do(cast.OPERATOR, stage.UNRESOLVED)
    assert [item.person for item in scene.incident.responders] == [cast.TECHNICIAN]
    left, sent = leave(scene, cast.TECHNICIAN)
    assert isinstance(sent, ev.Dispatched)
    assert (sent.responder, sent.replaces) == (cast.SECOND_TECHNICIAN, cast.TECHNICIAN)
    gone = scene.incident.responder(cast.TECHNICIAN)
    assert gone is not None
    assert gone.is_stood_down
    assert left.clause == "4.2"


def test_the_last_specialist_leaves_a_gap() -> None:
    scene = Stage()
    scene.do(cast.MANAGER, stage.EMERGENCY)
    leave(scene, cast.SECOND_SPECIALIST)
    assert scene.incident.specialists == [cast.SPECIALIST]
    *_, gap = leave(scene, cast.SPECIALIST)
    assert isinstance(gap, ev.GapFound)
    assert gap.post == Role.EMERGENCY_SPECIALIST


def test_whoever_is_gone_is_on_nothing_any_more() -> None:
    scene = Stage()
    scene.do(cast.MANAGER, stage.EMERGENCY)
    scene.do(cast.SPECIALIST, acts.Acknowledge(question="activation"))
    assert "activation" not in [ladder.question for ladder in ladders(scene.incident)]
    leave(scene, cast.SPECIALIST)
    assert asked(scene, "activation") == [cast.SECOND_SPECIALIST]


@pytest.mark.parametrize("person", [cast.OPERATOR, cast.OPERATIONS_HEAD])
def test_a_task_and_a_department_find_somebody_else(person: str) -> None:
    scene = Stage()
    scene.do(cast.MANAGER, stage.EMERGENCY)
    leave(scene, person)
    assert scene.incident.operator == (cast.SECOND_OPERATOR if person == cast.OPERATOR else cast.OPERATOR)
    department = scene.incident.company.department(cast.OPERATIONS)
    assert department is not None
    assert department.head == (None if person == cast.OPERATIONS_HEAD else cast.OPERATIONS_HEAD)
