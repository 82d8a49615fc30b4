"""R14, R15, R17 (5.2.6, 5.2.7, 5.2.9): the director, the leading group and its one commander."""

from datetime import timedelta

import pytest

from domain import acts
from domain import events as ev
from domain.awaited import awaited
from domain.company import Role
from domain.errors import (
    AlreadyDecided,
    Incomplete,
    NotAuthorised,
    Refusal,
    Unacceptable,
    Unknown,
)
from domain.incident import Phase
from domain.notes import notes
from tests import cast
from tests.domain import stage
from tests.domain.stage import NOT_START, START, START_MAJOR, Stage


def questions(scene: Stage) -> dict[str, list[str]]:
    return {item.question: item.people for item in awaited(scene.incident)}


# ── 5.2.6 and 5.2.7 ───────────────────────────────────────────────────────────


def test_r14_the_limit_pages_the_director_and_tells_the_manager_at_the_same_instant() -> None:
    scene = stage.on_site()
    assert not scene.wait(minutes=29, seconds=59)
    [event] = scene.wait(seconds=1)
    assert isinstance(event, ev.ShortTimeLimitPassed)
    entry = scene.timeline[-1]
    [note] = notes(scene.incident, entry)
    assert (note.people, note.template, entry.clause) == ([cast.MANAGER], "report_due", "5.2.6")
    page = next(item for item in awaited(scene.incident) if item.question == "procedure/1")
    assert (page.people, page.since, entry.recorded_at) == ([cast.DIRECTOR], entry.recorded_at, scene.now)


def test_r14_the_limit_passes_once() -> None:
    scene = stage.director_asked()
    assert scene.wait(hours=48) == []


def test_r14_the_manager_s_own_report_is_recorded_once() -> None:
    scene = stage.director_asked()
    told = acts.ReportToDirector(text="交易全停，短时间不能恢复")
    scene.do(cast.MANAGER, told)
    assert scene.incident.manager_reported_at == scene.now
    scene.refuses(AlreadyDecided, "5.2.6", cast.MANAGER, told)


def test_r15_not_started_stays_with_the_department_and_is_asked_again_every_half_hour() -> None:
    scene = stage.department()
    assert scene.phase == Phase.DEPARTMENT_HANDLING
    for round_ in (2, 3):
        assert not scene.wait(minutes=29, seconds=59)
        [event] = scene.wait(seconds=1)
        assert isinstance(event, ev.ProcedureAskedAgain)
        assert f"procedure/{round_}" in questions(scene)
        scene.do(cast.DEPUTY_DIRECTOR, NOT_START)


def test_r15_one_decision_per_question() -> None:
    scene = stage.department()
    due = scene.incident.deadlines["procedure_asked_again"]
    scene.wait(10)
    scene.refuses(AlreadyDecided, "5.2.7", cast.DEPUTY_DIRECTOR, NOT_START)
    assert scene.incident.deadlines["procedure_asked_again"] == due
    scene.do(cast.DIRECTOR, START)  # to start is never too late
    for decision in (START, START_MAJOR, NOT_START):
        scene.refuses(AlreadyDecided, "5.2.7", cast.DEPUTY_DIRECTOR, decision)


def test_r15_not_major_unless_started() -> None:
    scene = stage.director_asked()
    scene.do(cast.DIRECTOR, acts.DecideProcedure(start=False, is_major=True, reason="部门处理"))
    assert not scene.incident.is_major


def test_r15_the_reason_is_recorded() -> None:
    event = stage.department().timeline[-1].event
    assert isinstance(event, ev.ProcedureDecided)
    assert event.reason == NOT_START.reason


# ── 5.2.9 ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("members", "error"),
    [([cast.MANAGER], Unacceptable), ([cast.MANAGER] * 3, Unacceptable), ([cast.MANAGER, "nobody"], Unknown)],
)
def test_r17_at_least_two_members_whom_the_company_knows(members: list[str], error: type[Refusal]) -> None:
    form = acts.FormGroup(members=members, commander=cast.MANAGER)
    refusal = stage.started().refuses(error, "5.2.9", cast.DIRECTOR, form)
    assert refusal.field == "members"


def test_r17_members_are_dispatched_with_their_clock_or_told_where_they_are() -> None:
    scene = stage.started()
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    formed, sent = scene.do(cast.DIRECTOR, stage.FORM_GROUP)
    assert isinstance(formed, ev.GroupFormed)
    assert isinstance(sent, ev.Dispatched)
    assert (formed.members, formed.commander) == ([cast.MANAGER, cast.TECHNICIAN], cast.MANAGER)
    assert (sent.responder, sent.role_sent) == (cast.MANAGER, Role.COMMANDER)
    assert sent.deadline.at == scene.now + timedelta(minutes=5)
    [note] = notes(scene.incident, scene.timeline[-2])
    assert (note.people, note.template) == ([cast.TECHNICIAN], "group_member")


def test_r17_the_commander_is_a_member_even_if_he_was_not_listed() -> None:
    scene = stage.started()
    scene.do(cast.DIRECTOR, acts.FormGroup(members=[cast.TECHNICIAN], commander=cast.SUPERVISOR))
    assert scene.incident.group_members == [cast.TECHNICIAN, cast.SUPERVISOR]


def test_r17_formed_once() -> None:
    stage.group().refuses(AlreadyDecided, "5.2.9", cast.DIRECTOR, stage.FORM_GROUP)


def test_r17_one_more_is_dispatched_or_told_where_he_is() -> None:
    scene = stage.group()
    added, sent = scene.do(cast.MANAGER, acts.AddMember(member=cast.SUPERVISOR, text="需要人手"))
    assert isinstance(added, ev.MemberAdded)
    assert isinstance(sent, ev.Dispatched)
    assert (sent.responder, sent.role_sent) == (cast.SUPERVISOR, Role.GROUP_MEMBER)
    assert notes(scene.incident, scene.timeline[-2]) == []
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.SECOND_TECHNICIAN))
    [added] = scene.do(cast.DIRECTOR, acts.AddMember(member=cast.SECOND_TECHNICIAN))
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.people, note.template) == ([cast.SECOND_TECHNICIAN], "group_member")
    assert scene.incident.group_members[-2:] == [cast.SUPERVISOR, cast.SECOND_TECHNICIAN]
    scene.do(cast.MANAGER, acts.OfferCommand(to=cast.SUPERVISOR, reason="换班"))


def test_r17_nobody_is_added_twice_nor_from_outside_nor_before_there_is_a_group() -> None:
    scene = stage.started()
    scene.refuses(Incomplete, "5.2.9", cast.DIRECTOR, acts.AddMember(member=cast.SUPERVISOR))
    scene = stage.group()
    for member, error in ((cast.MANAGER, AlreadyDecided), ("nobody", Unknown)):
        refusal = scene.refuses(error, "5.2.9", cast.DIRECTOR, acts.AddMember(member=member))
        assert refusal.field == "member"
    scene.refuses(NotAuthorised, "5.2.9", cast.TECHNICIAN, acts.AddMember(member=cast.SUPERVISOR))


def test_r17_group_orders_before_formation_are_refused() -> None:
    scene = stage.started()
    for act in (
        acts.GiveOrder(department=cast.OPERATIONS, text="暂停"),
        acts.GiveNotice(kind="notice", audience=[cast.OPERATIONS], text="中断"),
        acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"),
    ):
        for person in (cast.MANAGER, cast.DIRECTOR, cast.TECHNICIAN):
            scene.refuses(NotAuthorised, _clause(act), person, act)


def _clause(act: acts.Act) -> str:
    return {"give_order": "5.3.2", "give_notice": "5.3.1", "offer_command": "5.2.9"}[act.name]


def test_r17_the_old_commander_keeps_command_until_the_new_one_accepts() -> None:
    scene = stage.group()
    scene.refuses(Incomplete, "5.2.9", cast.TECHNICIAN, acts.AcceptCommand())
    for to in (cast.MANAGER, cast.SUPERVISOR):  # himself; not a member
        scene.refuses(Unknown, "5.2.9", cast.MANAGER, acts.OfferCommand(to=to, reason="换班"))
    scene.do(cast.MANAGER, acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"))
    assert scene.incident.commander == cast.MANAGER
    assert questions(scene)[f"command/{cast.TECHNICIAN}"] == [cast.TECHNICIAN]
    scene.refuses(NotAuthorised, "5.2.9", cast.MANAGER, acts.AcceptCommand())
    scene.do(cast.TECHNICIAN, acts.AcceptCommand())
    assert scene.incident.commander == cast.TECHNICIAN
    order = acts.GiveOrder(department=cast.OPERATIONS, text="暂停")
    scene.refuses(NotAuthorised, "5.3.2", cast.MANAGER, order)
    scene.do(cast.TECHNICIAN, order)
    scene.refuses(Incomplete, "5.2.9", cast.TECHNICIAN, acts.AcceptCommand())
