"""R18 (5.3.1): when a notice is due, to whom it goes; R19, R22, R23: what passes on with the command."""

from datetime import timedelta

import pytest

from domain import acts, clock
from domain import events as ev
from domain.acts import NoticeOccasion
from domain.awaited import awaited, ladders
from domain.departure import departed
from domain.errors import AlreadyDecided, Conflict, NotAuthorised, ReasonNeeded, Unknown
from domain.notes import notes
from domain.policy import Severity
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage


def notice(*audience: str, occasion: str | None = None, kind: str = "notice") -> acts.GiveNotice:
    return acts.GiveNotice.model_validate(
        {"kind": kind, "audience": list(audience or [cast.FINANCE]), "text": "系统中断", "occasion": occasion}
    )


def people_of(scene: Stage, question: str) -> list[str]:
    return next((item.people for item in awaited(scene.incident) if item.question == question), [])


def reminded(scene: Stage) -> list[str]:
    return [note.template for note in notes(scene.incident, scene.timeline[-1])]


def test_formation_level_change_and_end_each_remind_the_commander_once() -> None:
    scene = stage.group()
    assert scene.timeline[-1].event == ev.NoticeDue(occasion=NoticeOccasion.FORMATION)
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.people, note.template, note.params) == ([cast.MANAGER], "notice_due", {"occasion": "formation"})
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason="扩大"))
    [event] = scene.let_limits_pass()  # also to him who changed it himself
    assert event == ev.NoticeDue(occasion=NoticeOccasion.LEVEL_CHANGE)
    assert scene.incident.notices_due == ["formation", "level_change"]
    assert scene.let_limits_pass() == []
    done = stage.summary(scene)
    assert (done.timeline[-1].event, done.incident.notices_due) == (ev.NoticeDue(occasion=NoticeOccasion.END), ["end"])
    done.do(cast.MANAGER, notice(occasion="end"))
    assert done.incident.notices_due == []
    assert "notice_due" not in done.incident.deadlines


def test_before_the_group_exists_nothing_asks_for_a_notice() -> None:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.II, reason="扩大"))
    assert [event for event in scene.let_limits_pass() if isinstance(event, ev.NoticeDue)] == []
    done = stage.summary(stage.on_site())
    assert done.incident.notices_due == []


@pytest.mark.parametrize(
    ("given", "left"), [("formation", ["level_change"]), (None, []), ("update", ["formation", "level_change"])]
)
def test_a_notice_answers_its_occasion_or_all_that_are_due(given: str | None, left: list[str]) -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason="扩大"))
    scene.let_limits_pass()
    scene.do(cast.MANAGER, notice(kind="advance_notice"))
    assert scene.incident.notices_due == ["formation", "level_change"]  # an advance notice is another thing
    scene.do(cast.MANAGER, notice(occasion=given))
    assert scene.incident.notices_due == left


def test_a_notice_given_at_once_is_not_asked_for_again() -> None:
    scene = stage.started()
    scene.do(cast.DIRECTOR, stage.FORM_GROUP)
    scene.do(cast.MANAGER, notice(occasion="formation"))
    assert scene.let_limits_pass() == []


def test_a_notice_goes_to_heads_and_posts_and_says_who_heard_it() -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, notice(cast.FINANCE, "general_manager", cast.LEADERSHIP))
    event = scene.timeline[-1].event
    assert isinstance(event, ev.NoticeGiven)
    assert event.people == [cast.FINANCE_HEAD, cast.GENERAL_MANAGER]
    assert notes(scene.incident, scene.timeline[-1])[0].people == event.people
    refusal = scene.refuses(Unknown, "5.3.1", cast.MANAGER, notice(cast.FINANCE, "canteen"))
    assert (refusal.field, refusal.params) == ("audience", {"audience": "canteen"})
    for nobody in ("on_scene_commander", "system", "administrator"):
        scene.refuses(Unknown, "5.3.1", cast.MANAGER, notice(nobody))


def test_a_drill_s_notice_does_not_reach_the_general_manager() -> None:
    scene = stage.group(is_drill=True)
    scene.do(cast.MANAGER, notice(cast.FINANCE, "general_manager"))
    event = scene.timeline[-1].event
    assert isinstance(event, ev.NoticeGiven)
    assert event.people == [cast.FINANCE_HEAD]


# ── orders ────────────────────────────────────────────────────────────────────


def settled(course: str, text: str | None = None) -> acts.SettleOrder:
    return acts.SettleOrder.model_validate({"order": 1, "course": course, "text": text, "reason": "已核实"})


def objected() -> Stage:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="暂停开市"))
    scene.refuses(Conflict, "5.3.2", cast.MANAGER, settled("withdraw"))
    scene.do(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="objected", text="结算未完成"))
    return scene


def test_r19_an_objection_waits_for_the_commander_s_answer() -> None:
    scene = objected()
    assert people_of(scene, "objection/1") == [cast.MANAGER]
    scene.refuses(NotAuthorised, "5.3.2", cast.DIRECTOR, settled("withdraw"))
    scene.refuses(Unknown, "5.3.2", cast.MANAGER, settled("withdraw").model_copy(update={"order": 2}))
    scene.refuses(ReasonNeeded, "5.3.2", cast.MANAGER, settled("change"))
    scene.do(cast.MANAGER, settled("withdraw"))
    assert [(note.template, note.people) for note in notes(scene.incident, scene.timeline[-1])] == [
        ("order_withdrawn", [cast.OPERATIONS_HEAD])
    ]
    assert (people_of(scene, "objection/1"), people_of(scene, "order/1")) == ([], [])
    scene.refuses(AlreadyDecided, "5.3.2", cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="acknowledged"))


def test_r19_an_upheld_order_is_put_again_and_not_objected_to_again() -> None:
    scene = objected()
    scene.wait(3)
    scene.do(cast.MANAGER, settled("uphold"))
    assert people_of(scene, "order/1") == [cast.OPERATIONS_HEAD]
    again = acts.AnswerOrder(order=1, answer="objected", text="仍不行")
    scene.refuses(AlreadyDecided, "5.3.2", cast.OPERATIONS_HEAD, again)
    scene.do(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="acknowledged"))
    assert scene.incident.orders[0].given_at == scene.now


def test_r19_a_changed_order_is_a_new_text_to_answer() -> None:
    scene = objected()
    scene.do(cast.MANAGER, settled("change", "十点后暂停开市"))
    assert scene.incident.orders[0].text == "十点后暂停开市"
    scene.do(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="objected", text="仍不行"))
    assert people_of(scene, "objection/1") == [cast.MANAGER]


# ── findings ──────────────────────────────────────────────────────────────────

FINDING = acts.RaiseFinding(text="控制卡损坏，手册没有写")


def test_r23_a_finding_is_a_task_of_named_technicians_with_its_own_deadline() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, FINDING)
    event = scene.timeline[-1].event
    assert isinstance(event, ev.FindingRaised)
    assert event.technicians == [cast.TECHNICIAN]
    assert event.due
    assert event.due.at == scene.now + timedelta(minutes=30)
    [item] = [item for item in awaited(scene.incident) if item.question == "finding/1"]
    assert item.due == event.due.at
    assert scene.wait(minutes=29, seconds=59) == []
    [overdue] = scene.wait(seconds=1)
    assert isinstance(overdue, ev.AnalysisOverdue)
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.template, note.people) == ("analysis_overdue", [cast.MANAGER, cast.TECHNICIAN])
    assert [item for item in scene.wait(29) if isinstance(item, ev.AnalysisOverdue)] == []


def test_r23_whoever_commands_names_other_technicians_and_their_time_begins_anew() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, FINDING)
    scene.wait(20)
    assign = acts.AssignAnalysis(finding=1, technicians=[cast.SECOND_TECHNICIAN])
    scene.refuses(NotAuthorised, "5.3.7", cast.TECHNICIAN, assign)
    scene.refuses(Unknown, "5.3.7", cast.MANAGER, assign.model_copy(update={"technicians": [cast.FINANCE_HEAD]}))
    scene.refuses(Unknown, "5.3.7", cast.MANAGER, assign.model_copy(update={"finding": 2}))
    scene.do(cast.MANAGER, assign)
    [item] = [item for item in awaited(scene.incident) if item.question == "finding/1"]
    assert (item.people, item.since, item.due) == (
        [cast.SECOND_TECHNICIAN],
        scene.now,
        scene.now + timedelta(minutes=30),
    )
    assert scene.incident.asked_anew["finding/1"] == 1  # the old page ends, another begins
    scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换卡"))
    scene.refuses(AlreadyDecided, "5.3.7", cast.MANAGER, assign)
    assert [item for item in scene.wait(40) if isinstance(item, ev.AnalysisOverdue)] == []


def test_r23_after_a_refused_measure_the_time_of_analysis_begins_anew() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换卡"))
    scene.wait(25)
    scene.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=False, reason="先备份"))
    due = scene.incident.findings[0].due
    assert due
    assert due.at == scene.now + timedelta(minutes=30)


def test_r23_whoever_analysed_it_is_told_that_the_measure_is_approved() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.MANAGER, acts.AssignAnalysis(finding=1, technicians=[cast.SECOND_TECHNICIAN]))
    propose = acts.ProposeMeasure(finding=1, text="换卡")
    scene.do(cast.SECOND_TECHNICIAN, propose)
    scene.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=False, reason="先备份"))
    assert notes(scene.incident, scene.timeline[-1]) == []  # he is asked for another one
    scene.do(cast.SECOND_TECHNICIAN, propose)
    scene.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=True))
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.template, note.people) == ("measure_approved", [cast.SECOND_TECHNICIAN])
    assert note.params == {"text": "换卡"}


def test_r23_with_no_named_technician_left_whoever_is_on_duty_hears_of_the_approved_measure() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换卡"))
    scene.note(*departed(scene.incident, cast.TECHNICIAN, scene.now))
    scene.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=True))
    [note] = notes(scene.incident, scene.timeline[-1])
    assert note.people == [cast.SECOND_TECHNICIAN]


def test_r23_nobody_is_told_to_carry_out_what_is_done() -> None:
    scene = stage.on_site()
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换卡"))
    scene.do(cast.TECHNICIAN, acts.CarryOutMeasure(finding=1, text="已换"))
    scene.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=True))
    assert notes(scene.incident, scene.timeline[-1]) == []


# ── hand-over of command ──────────────────────────────────────────────────────


def test_5_2_9_what_was_put_to_the_old_commander_is_put_to_the_new_one_from_then_on() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, acts.GiveInformation(text="备用库也报警"))
    scene.do(cast.OPERATOR, FINDING)
    scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换卡"))
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="暂停开市"))
    scene.do(cast.OPERATIONS_HEAD, acts.AnswerOrder(order=1, answer="objected", text="不行"))
    scene.do(cast.MANAGER, acts.Acknowledge(question="information/1"))
    scene.wait(12)
    scene.do(cast.MANAGER, acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"))
    scene.do(cast.TECHNICIAN, acts.AcceptCommand())
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.template, note.people) == ("command_passed", [cast.MANAGER])
    for question in ("information/1", "measure/1", "objection/1"):
        [item] = [item for item in awaited(scene.incident) if item.question == question]
        assert (item.people, item.since) == ([cast.TECHNICIAN], scene.now)
        assert scene.incident.asked_anew[question] == 1
    assert "information/1" not in scene.incident.acknowledged  # nobody has said that he is on it


def passed_to(scene: Stage, person: str) -> list[str]:
    """Pass the command on; return what comes to other people by it, asked anew."""
    before = dict(scene.incident.asked_anew)
    scene.do(cast.MANAGER, acts.OfferCommand(to=person, reason="换班"))
    scene.do(person, acts.AcceptCommand())
    event = scene.timeline[-1].event
    assert isinstance(event, ev.CommandAccepted)
    for question in event.questions:
        assert scene.incident.asked_anew[question] == before.get(question, 0) + 1
        [ladder] = [item for item in ladders(scene.incident) if item.question == question]
        assert any(person in rung.people for rung in ladder.rungs)
    return event.questions


def test_5_2_9_what_comes_to_the_commander_as_well_comes_to_the_new_one() -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="暂停开市"))
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.FINANCE, text="停止划款"))
    scene.do(cast.FINANCE_HEAD, acts.AnswerOrder(order=2, answer="acknowledged"))
    scene.do(cast.OPERATIONS_HEAD, acts.Acknowledge(question="order/1"))
    scene.do(cast.SUPERVISOR, acts.Dispatch(responder=cast.SECOND_TECHNICIAN))
    late = f"{cast.SECOND_TECHNICIAN}/1"
    scene.note(*clock.overdue_arrival(scene.incident, cast.SECOND_TECHNICIAN, 1, scene.now))
    assert set(passed_to(scene, cast.TECHNICIAN)) == {"major/1", "order/1", f"overdue/{late}"}
    assert "order/1" in scene.incident.acknowledged  # its department is on it as before


def test_5_2_9_during_recovery_the_same_alarm_and_the_checklist_come_to_the_new_commander() -> None:
    scene = stage.recovery()
    scene.note(ev.ReportRepeated(source="monitor", text="又报警"))
    assert set(passed_to(scene, cast.TECHNICIAN)) == {"again/1", "checklist/1"}


@pytest.mark.parametrize(("commander", "anew"), [(cast.DIRECTOR, []), (cast.MANAGER, ["major/1"])])
def test_5_2_9_no_page_begins_again_that_called_whoever_leads_the_group_already(
    commander: str, anew: list[str]
) -> None:
    scene = stage.started()
    scene.do(cast.DIRECTOR, acts.FormGroup(members=[cast.SUPERVISOR], commander=commander))
    [event] = [entry.event for entry in scene.timeline if isinstance(entry.event, ev.GroupFormed)]
    assert event.questions == anew
