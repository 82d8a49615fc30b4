"""5.2.8 major later, 6.1 reopened before the close, 6.2 told early, 3.1 one cause twice, 5.2.1 taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain import acts, reopening
from domain import events as ev
from domain.awaited import awaited, ladders
from domain.closure import left_open, missing_for_closing
from domain.company import Role
from domain.entry import Entry
from domain.errors import (
    AlreadyDecided,
    Conflict,
    Incomplete,
    NotAuthorised,
    ReasonNeeded,
    Unacceptable,
    Unknown,
    WrongPhase,
)
from domain.incident import Phase
from domain.notes import notes
from domain.policy import Severity
from domain.possible import possible
from tests import cast
from tests.domain import stage
from tests.domain.stage import SUMMARY, Stage, accept

MAJOR = acts.DecideMajor(is_major=True, reason="影响扩大到全部会员")
NOT_MAJOR = acts.DecideMajor(is_major=False, reason="只影响一个席位")
REOPEN = acts.Reopen(reason="同样的报错又出现")
LINK = acts.Link(parent="7K3Q9-DXMB9", reason="同一存储故障")


def asked(scene: Stage) -> dict[str, list[str]]:
    return {item.question: item.people for item in awaited(scene.incident)}


def told(scene: Stage, entry: Entry) -> dict[str, list[str]]:
    return {note.template: note.people for note in notes(scene.incident, entry)}


# ── 5.2.8: major later ────────────────────────────────────────────────────────


def test_r16_a_problem_found_major_after_the_start_goes_the_way_of_the_plan() -> None:
    scene = stage.group(stage.START)
    scene.refuses(Conflict, "5.2.8", cast.DIRECTOR, stage.PLAN)
    scene.do(cast.DEPUTY_DIRECTOR, MAJOR)
    assert asked(scene)["major/1"] == [cast.DIRECTOR, cast.MANAGER]
    assert told(scene, scene.timeline[-1]) == {"major": [cast.MANAGER, cast.GENERAL_MANAGER]}
    scene.refuses(AlreadyDecided, "5.2.8", cast.DIRECTOR, MAJOR)
    scene.do(cast.MANAGER, stage.PLAN)
    assert "major/1" not in asked(scene)
    assert asked(scene)["plan/1"] == [cast.GENERAL_MANAGER]


def test_r16_what_lies_before_the_general_manager_is_not_taken_from_him() -> None:
    scene = stage.group()
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.refuses(Conflict, "5.2.8", cast.DIRECTOR, NOT_MAJOR)
    scene.do(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="风险大"))
    assert "plan_refused/1" in asked(scene)
    scene.do(cast.DIRECTOR, NOT_MAJOR)
    assert not {"plan_refused/1", "major/1"} & set(asked(scene))
    scene.refuses(Conflict, "5.2.8", cast.MANAGER, stage.PLAN)
    scene.do(cast.DIRECTOR, MAJOR)  # a plan of before does not answer for it
    assert "major/2" in asked(scene)


@pytest.mark.parametrize("person", [cast.MANAGER, cast.SUPERVISOR, cast.GENERAL_MANAGER])
def test_r16_only_the_director_finds_it_major_and_only_during_the_group(person: str) -> None:
    stage.group(stage.START).refuses(NotAuthorised, "5.2.8", person, MAJOR)
    stage.department().refuses(WrongPhase, "5.2.8", cast.DIRECTOR, MAJOR)


# ── 6.1: it came back ─────────────────────────────────────────────────────────

BEFORE: dict[Phase, Callable[[], Stage]] = {
    Phase.OPERATOR_HANDLING: stage.activated,
    Phase.ON_SITE_HANDLING: stage.on_site,
    Phase.DIRECTOR_DECISION: stage.director_asked,
    Phase.DEPARTMENT_HANDLING: stage.department,
    Phase.GROUP_HANDLING: stage.group,
}


@pytest.mark.parametrize("phase", list(BEFORE))
def test_r24_it_goes_on_where_it_was_with_the_elapsed_time(phase: Phase) -> None:
    scene = stage.summary(BEFORE[phase]())
    scene.wait(hours=3)
    before = scene.incident.model_copy(deep=True)
    scene.do(cast.SUPERVISOR, REOPEN)
    scene.let_limits_pass()
    incident = scene.incident
    # What could have been due meanwhile is due at once; a director who left it with the department looks again.
    expected = Phase.GROUP_HANDLING if phase == Phase.GROUP_HANDLING else Phase.DIRECTOR_DECISION
    assert incident.phase == expected
    assert (incident.activated_at, incident.commander) == (before.activated_at, before.commander)
    assert incident.procedure_round == before.procedure_round + (expected == Phase.DIRECTOR_DECISION)
    sent = [item for item in incident.responders if item.is_awaited]
    assert [item.person for item in sent] == [cast.TECHNICIAN]
    assert sent[0].dispatched_at == scene.now
    assert ("notice_due" in incident.deadlines) == (phase == Phase.GROUP_HANDLING)
    assert "summary_due" not in incident.deadlines


def test_r24_within_the_short_time_it_is_only_handled_on() -> None:
    scene = stage.summary(stage.activated())
    scene.do(cast.MANAGER, REOPEN)
    assert scene.phase == Phase.OPERATOR_HANDLING
    assert [type(event) for event in scene.let_limits_pass()] == [ev.UnresolvedReported, ev.Dispatched]
    assert scene.incident.deadlines["short_time_limit"].at == cast.NOW + timedelta(minutes=30)
    assert ev.ShortTimeLimitPassed in [type(event) for event in scene.wait(30)]


def test_r25_the_report_is_void_its_receipts_fall_and_recovery_is_done_anew() -> None:
    scene = stage.complete()
    assert missing_for_closing(scene.incident) == []
    scene.do(cast.DIRECTOR, REOPEN)
    assert told(scene, scene.timeline[-2])["reopened"] == [
        *(cast.MANAGER, cast.SUPERVISOR, cast.SPECIALIST, cast.OPERATOR, cast.GENERAL_MANAGER)
    ]
    scene.refuses(WrongPhase, "6.2", cast.MANAGER, acts.Close())
    stage.summary(scene)
    assert scene.incident.recoveries[-1].round == 2
    everything = ["summary_report", "receipt:it_director", "receipt:general_manager", "runbook_decision"]
    assert missing_for_closing(scene.incident) == everything
    assert "summary/2" in asked(scene)
    scene.refuses(Conflict, "6.2", cast.DIRECTOR, accept(1))
    scene.do(cast.SPECIALIST, SUMMARY)
    for reader in (cast.DIRECTOR, cast.GENERAL_MANAGER):
        scene.do(reader, accept(2))
    scene.do(cast.MANAGER, stage.NO_RUNBOOK_CHANGE)
    scene.do(cast.MANAGER, acts.Close())
    assert scene.incident.reopenings == 1


def test_r24_whoever_may_not_and_where_it_may_not_be_reopened() -> None:
    scene = stage.summary()
    for person in (cast.OPERATOR, cast.TECHNICIAN, cast.SPECIALIST, cast.GENERAL_MANAGER):
        scene.refuses(NotAuthorised, "6.1", person, REOPEN)
    for phase in (stage.group, stage.recovery):
        phase().refuses(WrongPhase, "6.1", cast.MANAGER, REOPEN)
    refusal = stage.closed().refuses(Conflict, "6.1", cast.MANAGER, REOPEN)
    assert (refusal.message.count("recurrence"), refusal.params) == (1, {"number": cast.NUMBER})


# ── 6.2: told early ───────────────────────────────────────────────────────────


def _severe() -> Stage:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.II, reason="全部会员"))
    return stage.summary(scene)


def test_r25_a_severe_incident_is_told_early_to_both_who_take_note() -> None:
    scene = _severe()
    assert scene.wait(hours=71) == []
    assert [type(event) for event in scene.wait(hours=25)] == [ev.PreliminaryOverdue, ev.PreliminaryOverdue]
    scene.refuses(NotAuthorised, "6.2", cast.OPERATOR, stage.PRELIMINARY)
    scene.do(cast.SPECIALIST, stage.PRELIMINARY)
    scene.refuses(AlreadyDecided, "6.2", cast.MANAGER, stage.PRELIMINARY)
    assert asked(scene)["preliminary/it_director"] == [cast.DIRECTOR]
    assert asked(scene)["preliminary/general_manager"] == [cast.GENERAL_MANAGER]
    scene.do(cast.DEPUTY_DIRECTOR, acts.Acknowledge(question="preliminary/it_director"))
    assert not {"preliminary", "preliminary/it_director"} & set(asked(scene))
    assert scene.incident.deadlines.keys() == {"summary_due"}


def test_r25_the_whole_report_makes_it_needless_and_a_drill_spares_the_general_manager() -> None:
    scene = _severe()
    scene.do(cast.SPECIALIST, SUMMARY)
    assert "preliminary_due" not in scene.incident.deadlines
    scene.refuses(AlreadyDecided, "6.2", cast.MANAGER, stage.PRELIMINARY)
    drill = stage.on_site(is_drill=True)
    drill.do(cast.MANAGER, stage.PRELIMINARY)
    assert [item.question for item in ladders(drill.incident) if "preliminary" in item.question] == [
        "preliminary/it_director"
    ]


def test_r25_its_clock_runs_on_when_the_problem_comes_back() -> None:
    scene = _severe()
    due = scene.incident.deadlines["preliminary_due"]
    scene.do(cast.MANAGER, REOPEN)
    assert scene.incident.deadlines["preliminary_due"] == due
    assert "preliminary" in asked(scene)
    stage.summary(scene)
    assert scene.incident.deadlines["preliminary_due"] == due


# ── 3.1: one cause, two incidents ─────────────────────────────────────────────


def test_a_child_has_one_parent_and_a_parent_none() -> None:
    scene = stage.on_site()
    scene.refuses(Conflict, "3.1", cast.MANAGER, acts.Unlink(reason="误连"))
    scene.refuses(Unacceptable, "3.1", cast.MANAGER, acts.Link(parent=cast.NUMBER, reason="自己"))
    scene.refuses(NotAuthorised, "3.1", cast.SPECIALIST, LINK)
    scene.do(cast.MANAGER, LINK)
    assert told(scene, scene.timeline[-1]) == {"linked": [cast.DIRECTOR]}
    scene.refuses(AlreadyDecided, "3.1", cast.SUPERVISOR, acts.Link(parent="ANOTHER", reason="同因"))
    scene.do(cast.SUPERVISOR, acts.Unlink(reason="原因不同"))
    assert scene.incident.parent is None
    said = reopening.told_of_child(scene.incident, "CHILD", 7, title="行情", reason="同因", is_linked=True)
    scene.note(*said)
    scene.refuses(Conflict, "3.1", cast.MANAGER, LINK)


def test_the_word_of_a_child_counts_once_and_never_after_a_newer_one() -> None:
    scene = stage.on_site()

    def hears(told_as: int, *, is_linked: bool) -> int:
        said = reopening.told_of_child(
            scene.incident, "CHILD", told_as, title="行情", reason="同因", is_linked=is_linked
        )
        return len(scene.note(*said))

    assert [hears(5, is_linked=True), hears(5, is_linked=True), hears(3, is_linked=False)] == [1, 0, 0]
    assert scene.incident.children == {"CHILD": 5}
    assert [hears(9, is_linked=False), hears(7, is_linked=True)] == [1, 0]
    assert scene.incident.children == {}
    assert hears(12, is_linked=True) == 1


def test_who_is_no_parent() -> None:
    child = stage.on_site()
    child.do(cast.MANAGER, LINK)
    found = [
        reopening.why_no_parent(scene.incident, is_drill=False)
        for scene in (stage.closed(), child, stage.on_site(is_drill=True), stage.on_site())
    ]
    assert [why is not None for why in found] == [True, True, True, False]
    with pytest.raises(Conflict) as caught:
        reopening.may_be_parent(child.incident, is_drill=False)
    assert (caught.value.clause, caught.value.field) == ("3.1", "parent")


def test_a_report_may_rest_on_that_of_the_parent_as_long_as_it_is_one_and_its_readers_accept_it() -> None:
    scene = stage.summary()
    resting = SUMMARY.model_copy(update={"covered_by": LINK.parent})
    scene.refuses(Unknown, "6.2", cast.SPECIALIST, resting)
    scene.do(cast.MANAGER, LINK)
    scene.do(cast.SPECIALIST, resting)
    scene.do(cast.DIRECTOR, accept())
    assert "receipt:general_manager" in missing_for_closing(scene.incident)
    scene.do(cast.MANAGER, acts.Unlink(reason="原因不同"))
    assert "summary_report" in missing_for_closing(scene.incident)
    assert "summary/2" in asked(scene)
    scene.do(cast.SPECIALIST, SUMMARY)


# ── 5.2.1: again, and taken back ──────────────────────────────────────────────


def test_a_recurrence_follows_what_is_over_and_another_system_needs_a_reason() -> None:
    told_now = cast.report(recurrence_of="BEFORE")
    reopening.may_recur(told_now, "BEFORE", is_over=True, system=cast.TRADING)
    with pytest.raises(Conflict) as still_open:
        reopening.may_recur(told_now, "BEFORE", is_over=False, system=cast.TRADING)
    with pytest.raises(ReasonNeeded) as elsewhere:
        reopening.may_recur(told_now, "BEFORE", is_over=True, system=cast.ACCESS)
    assert (still_open.value.field, elsewhere.value.field) == ("recurrence_of", "recurrence_reason")
    why = cast.report(recurrence_of="BEFORE", recurrence_reason="同一交换机")
    reopening.may_recur(why, "BEFORE", is_over=True, system=cast.ACCESS)
    scene = Stage(recurrence_of="BEFORE")
    assert scene.incident.recurrence_of == "BEFORE"


AGAIN = ev.ReportRepeated(source="monitor", text="登录成功率仍为 0")


def test_a_dismissal_does_not_stand_while_an_alarm_that_came_again_waits_for_its_answer() -> None:
    def repeated() -> Stage:
        scene = stage.dismissed()
        scene.wait(hours=23, minutes=58)
        scene.note(AGAIN)
        assert scene.wait(hours=48) == []
        assert (scene.phase, scene.incident.is_over) == (Phase.DISMISSED, False)
        assert "again/1" in asked(scene)
        return scene

    scene = repeated()
    scene.do(cast.SUPERVISOR, acts.Acknowledge(question="again/1"))
    assert [event.kind for event in scene.let_limits_pass()] == ["dismissal_stood"]
    assert scene.incident.is_over
    assert scene.timeline[-1].occurred_at == cast.NOW + timedelta(hours=24)
    overridden, contested = repeated(), repeated()
    overridden.do(cast.SUPERVISOR, stage.EMERGENCY)
    assert overridden.phase == Phase.OPERATOR_HANDLING
    contested.do(cast.OPERATOR, acts.Contest(reason="确实故障"))
    contested.do(cast.DIRECTOR, stage.NOT_EMERGENCY)
    assert [event.kind for event in contested.wait(hours=24)] == ["dismissal_stood"]


def test_an_alarm_that_was_answered_holds_nothing_until_it_comes_again() -> None:
    scene = stage.dismissed()
    scene.note(AGAIN)
    scene.do(cast.MANAGER, acts.Acknowledge(question="again/1"))
    scene.wait(hours=23)
    scene.note(AGAIN)
    assert scene.wait(hours=2) == []
    assert "again/2" in asked(scene)


def test_nothing_is_closed_while_an_alarm_that_came_again_waits_for_its_answer() -> None:
    scene = stage.complete()
    assert "closing" in asked(scene)
    scene.note(AGAIN)
    assert missing_for_closing(scene.incident) == ["alarm_again"]
    assert "closing" not in asked(scene)
    assert "close" not in possible(scene.incident, cast.DIRECTOR, scene.now)
    refusal = scene.refuses(Incomplete, "6.2", cast.DIRECTOR, acts.Close())
    assert refusal.params == {"missing": "alarm_again"}
    scene.do(cast.MANAGER, acts.Acknowledge(question="again/1"))
    scene.do(cast.DIRECTOR, acts.Close())


def test_nobody_takes_back_what_others_have_reported_as_well() -> None:
    take_back = acts.Withdraw(reason="看错了")
    scene = stage.judging()
    scene.note(ev.ReportRepeated(source="person", text="又报"), by=cast.OPERATOR)
    scene.do(cast.OPERATOR, take_back)
    assert told(scene, scene.timeline[-1]) == {"withdrawn": [cast.MANAGER, cast.SUPERVISOR]}
    scene.refuses(Conflict, "5.2.1", cast.OPERATOR, take_back)
    scene = stage.judging(is_drill=True)
    scene.note(ev.ReportRepeated(source="person", text="我也看到"), by=cast.SECOND_OPERATOR)
    scene.refuses(Conflict, "5.2.1", cast.OPERATOR, take_back)


def test_a_report_is_taken_back_neither_by_a_deputy_nor_after_a_contest() -> None:
    for person in (cast.SECOND_OPERATOR, cast.DEPUTY_MANAGER, cast.DIRECTOR):
        stage.judging().refuses(NotAuthorised, "5.2.1", person, acts.Withdraw(reason="替他撤回"))
    scene = stage.dismissed()
    scene.refuses(WrongPhase, "5.2.1", cast.OPERATOR, acts.Withdraw(reason="看错了"))
    scene.do(cast.OPERATOR, acts.Contest(reason="确实故障"))
    scene.refuses(AlreadyDecided, "5.2.1", cast.OPERATOR, acts.Withdraw(reason="看错了"))


# ── 6.2: what the close leaves open ───────────────────────────────────────────


def test_what_nobody_answered_is_named_in_the_record_of_the_close() -> None:
    scene = stage.group()
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="暂停"))
    scene.do(cast.OPERATOR, acts.GiveInformation(text="新情况"))
    scene.do(cast.OPERATOR, acts.RaiseFinding(text="手册没有"))
    stage.complete(scene)
    items = ["plan/1", "order/1", "information/1", "finding/1"]
    assert left_open(scene.incident) == items
    [closed] = scene.do(cast.MANAGER, acts.Close())
    assert isinstance(closed, ev.Closed)
    assert closed.left_open == items
    assert scene.timeline[-1].role == Role.IT_MANAGER
