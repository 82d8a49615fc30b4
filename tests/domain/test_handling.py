"""R19, R21, R22, R23 (5.3): notices and orders, the record, new information, what lies beyond the runbook."""

from datetime import timedelta

import pytest

from domain import acts
from domain import events as ev
from domain.awaited import awaited
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, ReasonNeeded, Unacceptable, Unknown
from domain.notes import notes
from domain.possible import possible
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

ORDER = acts.GiveOrder(department=cast.OPERATIONS, text="暂停开市")
FINDING = acts.RaiseFinding(text="控制卡损坏，手册没有写")
MEASURE = acts.ProposeMeasure(finding=1, text="换上备用控制卡")
CARRIED_OUT = acts.CarryOutMeasure(finding=1, text="已更换")


def decided(*, approve: bool = True) -> acts.DecideMeasure:
    return acts.DecideMeasure(finding=1, approve=approve, reason=None if approve else "先备份")


def asked(scene: Stage, question: str) -> list[str]:
    return next((item.people for item in awaited(scene.incident) if item.question == question), [])


# ── 5.3.1 and 5.3.2 ───────────────────────────────────────────────────────────


def test_5_3_1_a_notice_reaches_the_heads_and_sets_when_the_next_is_due() -> None:
    scene = stage.group()
    unknown = acts.GiveNotice(kind="notice", audience=[cast.OPERATIONS, "canteen"], text="系统中断")
    scene.refuses(Unknown, "5.3.1", cast.MANAGER, unknown)
    scene.wait(30)
    scene.do(cast.MANAGER, acts.GiveNotice(kind="notice", audience=[cast.OPERATIONS, cast.FINANCE], text="系统中断"))
    [note] = notes(scene.incident, scene.timeline[-1])
    assert note.people == [cast.OPERATIONS_HEAD, cast.FINANCE_HEAD]
    assert scene.incident.deadlines["notice_due"].at == scene.now + timedelta(minutes=60)
    assert not scene.wait(minutes=59, seconds=59)
    assert [type(event) for event in scene.wait(seconds=1)] == [ev.NoticeOverdue]
    assert notes(scene.incident, scene.timeline[-1])[0].people == [cast.MANAGER]


def test_r19_an_order_is_answered_once_by_its_department_and_by_no_other() -> None:
    scene = stage.group()
    scene.refuses(Unknown, "5.3.2", cast.MANAGER, acts.GiveOrder(department="canteen", text="停"))
    scene.do(cast.MANAGER, ORDER)
    assert asked(scene, "order/1") == [cast.OPERATIONS_HEAD]
    answer = acts.AnswerOrder(order=1, answer="acknowledged")
    for person in (cast.OUTSIDER, cast.MANAGER):
        scene.refuses(NotAuthorised, "5.3.2", person, answer)
    for number in (2, 99):
        scene.refuses(Unknown, "5.3.2", cast.OPERATIONS_HEAD, acts.AnswerOrder(order=number, answer="acknowledged"))
    scene.do(cast.OPERATIONS_HEAD, answer)
    assert asked(scene, "order/1") == []
    scene.refuses(AlreadyDecided, "5.3.2", cast.OPERATIONS_HEAD, answer)


def test_r19_an_objection_needs_its_reason_and_is_told_to_the_commander() -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, ORDER)
    scene.refuses(ReasonNeeded, "5.3.2", cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="objected"))
    scene.do(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="objected", text="结算未完成"))
    assert asked(scene, "objection/1") == [cast.MANAGER]


def test_r19_a_department_without_a_head_is_the_manager_s() -> None:
    departments = [item.model_copy(update={"head": None}) for item in cast.company().departments]
    scene = stage.group(company_=cast.company(departments=departments))
    scene.do(cast.MANAGER, ORDER)
    assert asked(scene, "order/1") == [cast.MANAGER]


# ── 5.3.5 ─────────────────────────────────────────────────────────────────────


def test_r21_evidence_comes_with_its_digest() -> None:
    scene = stage.activated()
    for kind in ("first_hand_material", "fault_log"):
        bare = acts.Record.model_validate({"kind": kind, "text": "磁盘日志"})
        scene.refuses(Unacceptable, "5.3.5", cast.SPECIALIST, bare)
        scene.do(cast.SPECIALIST, bare.model_copy(update={"sha256": "0" * 64}))


def test_r21_a_correction_points_to_an_entry_that_exists_and_leaves_it_as_it_was() -> None:
    scene = stage.activated()
    before = [entry.model_dump_json() for entry in scene.timeline]
    for corrects in (None, scene.incident.seq + 1):
        act = acts.Record(kind="correction", text="应为十点零三分", corrects=corrects)
        scene.refuses(Unacceptable, "5.3.5", cast.SPECIALIST, act)
    scene.do(cast.SPECIALIST, acts.Record(kind="correction", text="应为十点零三分", corrects=1))
    assert [entry.model_dump_json() for entry in scene.timeline[:-1]] == before


def test_r21_there_is_no_act_that_edits_or_deletes() -> None:
    assert not [name for name in acts.ACTS if "edit" in name or "delete" in name or "remove" in name]


# ── 5.3.6 ─────────────────────────────────────────────────────────────────────


def test_r22_with_no_manager_there_his_deputy_is_asked_at_once_and_takes_note_and_decides() -> None:
    people = [person.model_copy(update={"is_active": person.id != cast.MANAGER}) for person in cast.company().people]
    scene = stage.activated(by=cast.SUPERVISOR, company_=cast.company(people=people))
    scene.do(cast.OPERATOR, stage.UNRESOLVED)
    scene.do(cast.OPERATOR, acts.GiveInformation(text="备用库也报警"))
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, MEASURE)
    for question in ("information/1", "measure/1"):
        assert asked(scene, question) == [cast.DEPUTY_MANAGER]
    assert {"acknowledge_information", "decide_measure"} <= set(
        possible(scene.incident, cast.DEPUTY_MANAGER, scene.now)
    )
    scene.do(cast.DEPUTY_MANAGER, acts.AcknowledgeInformation(information=1))
    scene.do(cast.DEPUTY_MANAGER, decided())
    assert (asked(scene, "information/1"), asked(scene, "measure/1")) == ([], [])
    assert scene.timeline[-1].on_behalf_of == cast.MANAGER


def test_r22_before_the_group_exists_information_goes_to_the_manager() -> None:
    scene = stage.on_site()
    scene.do(cast.OPERATOR, acts.GiveInformation(text="备用库也报警"))
    assert asked(scene, "information/1") == [cast.MANAGER]
    noted = acts.AcknowledgeInformation(information=1)
    scene.refuses(NotAuthorised, "5.3.6", cast.SUPERVISOR, noted)
    scene.refuses(Unknown, "5.3.6", cast.MANAGER, acts.AcknowledgeInformation(information=2))
    scene.do(cast.DEPUTY_MANAGER, noted)
    scene.refuses(AlreadyDecided, "5.3.6", cast.MANAGER, noted)


def test_r22_from_formation_on_information_goes_to_the_commander() -> None:
    scene = stage.started()
    scene.do(cast.DIRECTOR, acts.FormGroup(members=[cast.TECHNICIAN], commander=cast.SUPERVISOR))
    scene.do(cast.OPERATOR, acts.GiveInformation(text="备用库也报警"))
    assert asked(scene, "information/1") == [cast.SUPERVISOR]
    scene.refuses(NotAuthorised, "5.3.6", cast.MANAGER, acts.AcknowledgeInformation(information=1))
    scene.do(cast.SUPERVISOR, acts.AcknowledgeInformation(information=1))
    assert asked(scene, "information/1") == []


# ── 5.3.7 ─────────────────────────────────────────────────────────────────────


def test_r23_technicians_analyse_the_commander_decides_then_it_is_carried_out() -> None:
    scene = stage.group()
    scene.refuses(Unknown, "5.3.7", cast.TECHNICIAN, MEASURE)
    scene.do(cast.OPERATOR, FINDING)
    assert asked(scene, "finding/1") == [cast.TECHNICIAN]
    for person, act in ((cast.MANAGER, decided()), (cast.TECHNICIAN, CARRIED_OUT)):
        scene.refuses(Incomplete, "5.3.7", person, act)
    scene.wait(20)
    scene.do(cast.TECHNICIAN, MEASURE)
    scene.refuses(AlreadyDecided, "5.3.7", cast.SECOND_TECHNICIAN, MEASURE)
    question = next(item for item in awaited(scene.incident) if item.question == "measure/1")
    assert (question.people, question.since) == ([cast.MANAGER], scene.now)
    scene.refuses(Incomplete, "5.3.7", cast.TECHNICIAN, CARRIED_OUT)
    scene.do(cast.MANAGER, decided())
    scene.refuses(AlreadyDecided, "5.3.7", cast.MANAGER, decided(approve=False))
    scene.do(cast.TECHNICIAN, CARRIED_OUT)
    scene.refuses(AlreadyDecided, "5.3.7", cast.TECHNICIAN, CARRIED_OUT)


@pytest.mark.parametrize("has_group", [True, False])
def test_r23_a_refused_measure_is_not_carried_out_and_may_be_followed_by_another(has_group: bool) -> None:
    scene = stage.group() if has_group else stage.on_site()
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, MEASURE)
    scene.refuses(ReasonNeeded, "5.3.7", cast.MANAGER, acts.DecideMeasure(finding=1, approve=False))
    scene.do(cast.MANAGER, decided(approve=False))
    scene.refuses(Incomplete, "5.3.7", cast.TECHNICIAN, CARRIED_OUT)
    assert asked(scene, "finding/1") == [cast.TECHNICIAN]
    scene.do(cast.TECHNICIAN, MEASURE)
    scene.do(cast.MANAGER, decided())
    scene.do(cast.TECHNICIAN, CARRIED_OUT)


def test_r23_before_the_group_exists_a_measure_need_not_wait() -> None:
    scene = stage.on_site()
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, MEASURE)
    scene.do(cast.TECHNICIAN, CARRIED_OUT)
    assert asked(scene, "measure/1") == []


def test_r23_only_whoever_commands_decides() -> None:
    scene = stage.started()
    scene.do(cast.DIRECTOR, acts.FormGroup(members=[cast.TECHNICIAN], commander=cast.SUPERVISOR))
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, MEASURE)
    scene.refuses(NotAuthorised, "5.3.7", cast.MANAGER, decided())
    scene.do(cast.SUPERVISOR, decided())


def test_5_2_1_only_those_who_are_asked_acknowledge_and_only_what_is_asked() -> None:
    scene = stage.judging()
    scene.refuses(NotAuthorised, "5.2.1", cast.GENERAL_MANAGER, acts.Acknowledge(question="judgement/1"))
    scene.refuses(Unknown, "5.2.1", cast.MANAGER, acts.Acknowledge(question="judgement/2"))
    scene.do(cast.MANAGER, acts.Acknowledge(question="judgement/1"))
    assert scene.incident.acknowledged == {"judgement/1": scene.now + timedelta(minutes=5)}
    assert asked(scene, "judgement/1") == [cast.MANAGER, cast.SUPERVISOR]  # the question itself stays open


def test_3_3_the_specialist_s_acknowledgement_answers_the_activation() -> None:
    scene = stage.activated()
    assert asked(scene, "activation") == [cast.SPECIALIST]
    scene.do(cast.SPECIALIST, acts.Acknowledge(question="activation"))
    assert asked(scene, "activation") == []
