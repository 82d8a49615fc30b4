"""4.2, 5.2.1: an incident asks whoever is on duty, and nobody who is on leave while another is there."""

from datetime import datetime, timedelta

import pytest

from domain import acts, clock
from domain import events as ev
from domain.awaited import ladders
from domain.company import Company, Delegation, Leave, Role, Watch
from domain.ladder import Rung
from tests import cast
from tests.domain.stage import EMERGENCY, UNRESOLVED, Stage

MANAGERS = [cast.MANAGER, "second-manager", "third-manager"]
LATER = cast.NOW + timedelta(hours=1)


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
