"""4.2, 5.2.1: an incident asks whoever is on duty, and nobody who is on leave while another is there."""

from datetime import datetime, timedelta

import pytest

from domain import acts, clock
from domain import events as ev
from domain.awaited import ladders
from domain.company import Company, Delegation, Leave, Role, Watch
from domain.errors import NotAuthorised
from domain.ladder import Rung
from domain.notes import notes
from domain.possible import possible
from tests import cast
from tests.domain.stage import EMERGENCY, UNRESOLVED, Stage, group

MANAGERS = [cast.MANAGER, "second-manager", "third-manager"]
LATER = cast.NOW + timedelta(hours=1)
UNCOVERED = acts.Assessment(covered=False, text="手册没有写")


def leave(person: str) -> Leave:
    return Leave(id=person, person=person, starts=cast.NOW - timedelta(days=1), ends=LATER)


def watch(post: Role, *people: str, starts: datetime = cast.NOW, ends: datetime = LATER) -> Watch:
    return Watch(post=post, starts=starts, ends=ends, people=list(people))


def company(*duty: Watch, away: tuple[str, ...] = (), managers: int = 1) -> Company:
    """The usual company with more managers, a duty roster, and people on leave."""
    plain = cast.company()
    first = plain.person(cast.MANAGER)
    assert first is not None
    more = [first.model_copy(update={"id": name}) for name in MANAGERS[1:managers]]
    return cast.company(people=[*plain.people, *more], duty=list(duty), leaves=[leave(person) for person in away])


def scene(*duty: Watch, away: tuple[str, ...] = (), managers: int = 1) -> Stage:
    return Stage(company_=company(*duty, away=away, managers=managers))


def rungs(found: Stage, question: str = "judgement/1") -> list[Rung]:
    return next(ladder.rungs for ladder in ladders(found.incident) if ladder.question == question)


def test_without_a_roster_every_holder_is_called() -> None:
    assert rungs(scene(managers=3))[0].people == [*MANAGERS, cast.SUPERVISOR]


def test_with_a_roster_the_primary_is_called_then_backups_and_deputies_then_everybody() -> None:
    first, second, _, last = rungs(scene(watch(Role.IT_MANAGER, "third-manager", "second-manager"), managers=3))
    assert first.people == ["third-manager", cast.SUPERVISOR]  # R9: manager and supervisor at once, as ever
    assert second.people == ["second-manager", cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR]
    assert set(last.people) >= {*MANAGERS, cast.DEPUTY_MANAGER, cast.DEPUTY_DIRECTOR}


def test_two_rosters_of_one_post_call_one_each() -> None:
    both = scene(watch(Role.IT_MANAGER, MANAGERS[0]), watch(Role.IT_MANAGER, MANAGERS[2], MANAGERS[1]), managers=3)
    assert rungs(both)[0].people == [MANAGERS[0], MANAGERS[2], cast.SUPERVISOR]


def test_a_watch_counts_from_its_start_until_its_end() -> None:
    duty = company(watch(Role.IT_MANAGER, MANAGERS[1]), managers=2)
    assert duty.on_call(Role.IT_MANAGER, cast.NOW) == [MANAGERS[1]]
    assert duty.on_call(Role.IT_MANAGER, LATER - timedelta(microseconds=1)) == [MANAGERS[1]]
    assert duty.on_call(Role.IT_MANAGER, LATER) == MANAGERS[:2]


def test_whoever_left_since_or_is_on_leave_is_passed_over() -> None:
    duty = company(watch(Role.IT_MANAGER, *MANAGERS), away=(MANAGERS[0],), managers=3)
    assert duty.on_call(Role.IT_MANAGER, cast.NOW) == [MANAGERS[1]]
    gone = [item.model_copy(update={"is_active": item.id != MANAGERS[1]}) for item in duty.people]
    assert duty.model_copy(update={"people": gone}).on_call(Role.IT_MANAGER, cast.NOW) == [MANAGERS[2]]


def test_with_the_only_manager_on_leave_his_deputy_is_called_at_once_beside_the_supervisor() -> None:
    assert rungs(scene(away=(cast.MANAGER,)))[0].people == [cast.DEPUTY_MANAGER, cast.SUPERVISOR]


def test_with_everybody_on_leave_they_are_called_all_the_same() -> None:
    assert rungs(scene(away=(cast.MANAGER, cast.DEPUTY_MANAGER)))[0].people == [cast.MANAGER, cast.SUPERVISOR]


def test_the_specialist_on_duty_is_named_first() -> None:
    found = scene(watch(Role.EMERGENCY_SPECIALIST, cast.SECOND_SPECIALIST))
    found.do(cast.MANAGER, EMERGENCY)
    assert found.incident.specialists == [cast.SECOND_SPECIALIST, cast.SPECIALIST]
    assert rungs(found, "activation")[0].people == [cast.SECOND_SPECIALIST]


def test_no_specialist_there_is_a_gap() -> None:
    found = scene(away=(cast.SPECIALIST, cast.SECOND_SPECIALIST))
    activated, gap = found.do(cast.MANAGER, EMERGENCY)
    assert isinstance(activated, ev.Activated)
    assert isinstance(gap, ev.GapFound)
    assert gap.post == Role.EMERGENCY_SPECIALIST


def with_deputies(before: Company) -> Company:
    """The same company, where two deputies are named for a specialist and one for a technician."""
    named = [
        Delegation(post=Role.EMERGENCY_SPECIALIST, principal=cast.SPECIALIST, deputy=cast.SECOND_OPERATOR),
        Delegation(post=Role.EMERGENCY_SPECIALIST, principal=cast.SPECIALIST, deputy=cast.TECHNICIAN),
        Delegation(post=Role.TECHNICIAN, principal=cast.TECHNICIAN, deputy=cast.SECOND_SPECIALIST),
    ]
    return before.model_copy(update={"delegations": [*before.delegations, *named]})


@pytest.mark.parametrize(
    ("duty", "away", "order"),
    [
        ((), (), [cast.SPECIALIST, cast.SECOND_SPECIALIST, cast.SECOND_OPERATOR, cast.TECHNICIAN]),
        (
            (),
            (cast.SPECIALIST,),
            [cast.SECOND_SPECIALIST, cast.SECOND_OPERATOR, cast.TECHNICIAN, cast.SPECIALIST],
        ),
        (
            (),
            (cast.SPECIALIST, cast.SECOND_SPECIALIST, cast.SECOND_OPERATOR),
            [cast.TECHNICIAN, cast.SPECIALIST, cast.SECOND_SPECIALIST, cast.SECOND_OPERATOR],
        ),
        (
            (watch(Role.EMERGENCY_SPECIALIST, cast.TECHNICIAN),),
            (cast.SPECIALIST,),
            [cast.TECHNICIAN, cast.SECOND_SPECIALIST, cast.SECOND_OPERATOR, cast.SPECIALIST],
        ),
    ],
    ids=["all are there", "a holder is away", "only a deputy is there", "a deputy is on duty"],
)
def test_specialists_who_are_there_come_first_then_their_deputies_then_the_others(
    duty: tuple[Watch, ...], away: tuple[str, ...], order: list[str]
) -> None:
    found = Stage(company_=with_deputies(company(*duty, away=away)))
    found.do(cast.MANAGER, EMERGENCY)
    assert found.incident.specialists == order
    assert rungs(found, "activation")[0].people == order[:1]


@pytest.mark.parametrize(
    ("duty", "away"),
    [((watch(Role.TECHNICIAN, cast.SECOND_TECHNICIAN),), ()), ((), (cast.TECHNICIAN,))],
    ids=["on duty", "the other is on leave"],
)
def test_the_technician_on_duty_goes_first_and_nobody_on_leave(duty: tuple[Watch, ...], away: tuple[str, ...]) -> None:
    found = scene(*duty, away=away)
    found.do(cast.MANAGER, EMERGENCY)
    found.do(cast.OPERATOR, UNRESOLVED)
    assert [item.person for item in found.incident.responders] == [cast.SECOND_TECHNICIAN]


@pytest.mark.parametrize(
    ("away", "sent"),
    [
        ((cast.SECOND_TECHNICIAN,), cast.TECHNICIAN),
        ((cast.SECOND_TECHNICIAN, cast.TECHNICIAN), cast.SECOND_SPECIALIST),
        ((cast.SECOND_TECHNICIAN, cast.TECHNICIAN, cast.SECOND_SPECIALIST), cast.SECOND_TECHNICIAN),
    ],
    ids=["another technician is there", "only a deputy is there", "nobody is there"],
)
def test_with_the_only_technician_of_a_system_on_leave_another_is_sent(away: tuple[str, ...], sent: str) -> None:
    found = Stage(company_=with_deputies(company(away=away)), system=cast.ACCESS, preliminary_assessment=UNCOVERED)
    found.do(cast.MANAGER, EMERGENCY)
    found.do(cast.OPERATOR, UNRESOLVED)
    assert [item.person for item in found.incident.responders] == [sent]


def test_a_backup_who_is_on_leave_is_sent_only_when_no_deputy_is_there() -> None:
    deputy = Delegation(post=Role.TECHNICIAN, principal=cast.TECHNICIAN, deputy=cast.SECOND_SPECIALIST)
    for delegations, backup in (([deputy], cast.SECOND_SPECIALIST), ([], cast.SECOND_TECHNICIAN)):
        away = company(away=(cast.SECOND_TECHNICIAN,))
        found = Stage(company_=away.model_copy(update={"delegations": [*away.delegations, *delegations]}))
        found.do(cast.MANAGER, EMERGENCY)
        found.do(cast.OPERATOR, UNRESOLVED)
        found.wait(minutes=5)
        [overdue, sent] = found.note(*clock.overdue_arrival(found.incident, cast.TECHNICIAN, 1, found.now))
        assert isinstance(overdue, ev.ArrivalOverdue)
        assert isinstance(sent, ev.Dispatched)
        assert sent.responder == backup


def test_sent_for_whoever_is_late_is_who_is_on_duty_now_and_not_who_was_when_the_other_was_sent() -> None:
    plain = cast.company()
    first, night = plain.person(cast.TECHNICIAN), "night-technician"
    assert first is not None
    dawn, morning, evening = cast.clock_time(0), cast.clock_time(9), cast.clock_time(18)
    changed = cast.company(
        people=[first.model_copy(update={"id": night}), *plain.people],
        duty=[
            watch(Role.TECHNICIAN, night, starts=dawn, ends=morning),
            watch(Role.TECHNICIAN, cast.SECOND_TECHNICIAN, starts=morning, ends=evening),
        ],
        leaves=[Leave(id="asleep", person=night, starts=morning, ends=evening)],
    )
    found = Stage(company_=changed, at=cast.clock_time(8, 20))
    found.do(cast.MANAGER, EMERGENCY)
    found.do(cast.MANAGER, acts.Dispatch(responder=cast.TECHNICIAN))
    found.now = found.incident.responders[0].deadline.at
    assert found.now > morning
    [_, sent] = found.note(*clock.overdue_arrival(found.incident, cast.TECHNICIAN, 1, found.now))
    assert isinstance(sent, ev.Dispatched)
    assert sent.responder == cast.SECOND_TECHNICIAN


def test_before_the_group_exists_new_information_goes_to_the_manager_on_duty() -> None:
    found = scene(watch(Role.IT_MANAGER, MANAGERS[1]), managers=2)
    found.do(cast.MANAGER, EMERGENCY)
    found.do(cast.OPERATOR, acts.GiveInformation(text="备机也报错"))
    assert rungs(found, "information/1")[0].people == [MANAGERS[1]]


def test_the_director_on_leave_is_asked_for_nothing_his_deputy_is() -> None:
    found = scene(away=(cast.DIRECTOR,))
    found.do(cast.MANAGER, EMERGENCY)
    found.do(cast.OPERATOR, UNRESOLVED)
    found.wait(minutes=30)
    assert rungs(found, "procedure/1")[0].people == [cast.DEPUTY_DIRECTOR]


# ── departments ───────────────────────────────────────────────────────────────

ORDER = acts.GiveOrder(department=cast.OPERATIONS, text="暂停开市")
ACKNOWLEDGED = acts.AnswerOrder(order=1, answer="acknowledged")


def headed(*deputies: Delegation, away: tuple[str, ...] = (), head: str | None = cast.OPERATIONS_HEAD) -> Stage:
    """A leading group, and a department whose head may be on leave; the leave lasts as long as the incident."""
    plain = company(away=away)
    departments = [
        item.model_copy(update={"head": head}) if item.id == cast.OPERATIONS else item for item in plain.departments
    ]
    leaves = [item.model_copy(update={"ends": LATER + timedelta(days=1)}) for item in plain.leaves]
    delegations = [*plain.delegations, *deputies]
    named = {"departments": departments, "leaves": leaves, "delegations": delegations}
    return group(company_=plain.model_copy(update=named))


def deputy(person: str, post: Role = Role.DEPARTMENT_HEAD) -> Delegation:
    return Delegation(post=post, principal=cast.OPERATIONS_HEAD, deputy=person)


OF_HEADSHIP, OF_OTHER_POST = deputy(cast.SECOND_OPERATOR), deputy(cast.SECOND_SPECIALIST, Role.OPERATOR)
HEAD = cast.OPERATIONS_HEAD


@pytest.mark.parametrize(
    ("deputies", "away", "asked"),
    [
        ((OF_HEADSHIP,), (), HEAD),
        ((OF_OTHER_POST, OF_HEADSHIP), (HEAD,), cast.SECOND_OPERATOR),
        ((OF_OTHER_POST,), (HEAD,), cast.SECOND_SPECIALIST),
        ((OF_OTHER_POST, OF_HEADSHIP), (HEAD, cast.SECOND_OPERATOR), cast.SECOND_SPECIALIST),
        ((OF_HEADSHIP,), (HEAD, cast.SECOND_OPERATOR), HEAD),
        ((), (HEAD,), HEAD),
    ],
    ids=["he is there", "his deputy", "his other deputy", "the deputy who is there", "nobody else", "no deputy"],
)
def test_r19_a_head_on_leave_is_given_no_order_while_somebody_stands_in(
    deputies: tuple[Delegation, ...], away: tuple[str, ...], asked: str
) -> None:
    found = headed(*deputies, away=away)
    found.do(cast.MANAGER, ORDER)
    assert rungs(found, "order/1")[0].people == [asked]
    found.do(cast.MANAGER, acts.GiveNotice(kind="notice", audience=[cast.OPERATIONS], text="系统中断"))
    [note] = notes(found.incident, found.timeline[-1])
    assert note.people == [asked]


def test_r19_of_a_department_without_a_head_a_manager_on_leave_is_given_no_order() -> None:
    found = headed(away=(cast.MANAGER,), head=None)
    found.do(cast.MANAGER, ORDER)
    assert rungs(found, "order/1")[0].people == [cast.DEPUTY_MANAGER]


def test_r19_whoever_stands_in_answers_and_so_may_the_head_from_his_leave() -> None:
    heads_another = deputy(cast.FINANCE_HEAD)
    for person, on_behalf_of in ((cast.FINANCE_HEAD, None), (HEAD, None), (cast.SECOND_OPERATOR, HEAD)):
        found = headed(heads_another, OF_HEADSHIP, away=(HEAD,))
        found.do(cast.MANAGER, ORDER)
        found.refuses(NotAuthorised, "5.3.2", cast.OUTSIDER, ACKNOWLEDGED)
        assert "answer_order" in possible(found.incident, person, found.now)
        found.do(person, ACKNOWLEDGED)
        assert found.timeline[-1].on_behalf_of == on_behalf_of


@pytest.mark.parametrize("head", [cast.GENERAL_MANAGER, cast.SECOND_TECHNICIAN, cast.DEPUTY_GENERAL_MANAGER])
def test_r19_whoever_heads_a_department_answers_whatever_post_he_holds(head: str) -> None:
    found = headed(head=head)
    found.do(cast.MANAGER, ORDER)
    assert rungs(found, "order/1")[0].people == [head]
    assert "answer_order" in possible(found.incident, head, found.now)
    found.refuses(NotAuthorised, "5.3.2", cast.OUTSIDER, ACKNOWLEDGED)
    found.refuses(NotAuthorised, "5.3.2", cast.OPERATOR, ACKNOWLEDGED)
    found.do(head, ACKNOWLEDGED)
    assert (found.timeline[-1].role, found.timeline[-1].on_behalf_of) == (Role.DEPARTMENT_HEAD, None)


@pytest.mark.parametrize("post", [Role.DEPARTMENT_HEAD, Role.GENERAL_MANAGER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("passed", [timedelta(), timedelta(days=2)], ids=["while he is away", "when he is back"])
def test_r19_whoever_was_asked_in_the_place_of_a_head_answers_whatever_he_was_named_for(
    post: Role, passed: timedelta
) -> None:
    found = headed(deputy(cast.DEPUTY_GENERAL_MANAGER, post), away=(HEAD,))
    found.do(cast.MANAGER, ORDER)
    assert rungs(found, "order/1")[0].people == [cast.DEPUTY_GENERAL_MANAGER]
    found.now += passed
    assert "answer_order" in possible(found.incident, cast.DEPUTY_GENERAL_MANAGER, found.now)
    found.do(cast.DEPUTY_GENERAL_MANAGER, ACKNOWLEDGED)
    assert (found.timeline[-1].role, found.timeline[-1].on_behalf_of) == (Role.DEPARTMENT_HEAD, HEAD)


def test_r19_whoever_was_asked_in_the_place_of_a_head_answers_no_longer_than_he_is_his_deputy() -> None:
    for person in (cast.DEPUTY_GENERAL_MANAGER, cast.FINANCE_HEAD):
        found = headed(deputy(person, Role.OPERATOR).model_copy(update={"ends": LATER}), away=(HEAD,))
        found.do(cast.MANAGER, ORDER)
        assert rungs(found, "order/1")[0].people == [person]
        found.now = LATER
        found.refuses(NotAuthorised, "5.3.2", person, ACKNOWLEDGED)


def test_r19_that_an_order_is_withdrawn_is_told_to_whoever_is_there_by_then() -> None:
    for passed, told in ((timedelta(), cast.SECOND_OPERATOR), (timedelta(days=2), HEAD)):
        found = headed(OF_HEADSHIP, away=(HEAD,))
        found.do(cast.MANAGER, ORDER)
        found.do(cast.SECOND_OPERATOR, acts.AnswerOrder(order=1, answer="objected", text="结算未完成"))
        found.now += passed
        found.do(cast.MANAGER, acts.SettleOrder(order=1, course="withdraw", reason="已核实"))
        assert [note.people for note in notes(found.incident, found.timeline[-1])] == [[told]]
