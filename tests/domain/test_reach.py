"""4.2: whom a question reaches at a moment, in which order, and why; the very order that an incident takes."""

from datetime import datetime, timedelta

import pytest

from domain.company import Company, Delegation, Leave, Person, Role
from domain.duty import Obstacle, Roll, Step, Why, on_watch, reach
from domain.errors import AlreadyDecided, Conflict, OwnWork, Unacceptable
from domain.roster import Override, Roster, Rotation, Seat, Stretch, Swap
from domain.swaps import answered, check_offer, withdrawn
from domain.text import Text
from tests import cast
from tests.cast import clock_time

POST = Role.IT_MANAGER
DAY = timedelta(days=1)
MONDAY = clock_time(10, day="2026-11-09")
NIGHT = clock_time(3, day="2026-11-12")  # still the duty of the Wednesday before
ALL = Roster(
    id="managers",
    post=POST,
    name=Text(zh="经理", en="Managers"),
    rotations=[
        Rotation.model_validate(
            {"people": ["ada", "bo"], "rule": "FREQ=DAILY", "since": "2026-01-05", "days": "workday"}
        ),
        Rotation.model_validate({"people": ["chen"], "since": "2026-01-05", "days": "offday"}),
        Rotation.model_validate({"people": ["dai"], "since": "2026-01-05", "seat": "first_backup"}),
    ],
)


def company(*leaves: Leave, disabled: str = "") -> Company:
    people = [
        Person(
            id=name,
            name=name,
            name_en=name,
            department=cast.IT,
            posts=[] if name == "eve" else [POST],
            is_active=name != disabled,
        )
        for name in ("ada", "bo", "chen", "dai", "eve", "fang")
    ]
    delegations = [Delegation(post=POST, principal="ada", deputy="eve", systems=[cast.TRADING])]
    return cast.company(people=people, delegations=delegations, leaves=list(leaves))


def roll(
    *leaves: Leave, overrides: tuple[Override, ...] = (), swaps: tuple[Swap, ...] = (), disabled: str = ""
) -> Roll:
    return Roll(company(*leaves, disabled=disabled), cast.calendar(), overrides, swaps)


def leave(person: str, at: datetime) -> Leave:
    return Leave(id=person, person=person, starts=at - DAY, ends=at + DAY)


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (MONDAY, "ada"),
        (MONDAY + DAY, "bo"),
        (NIGHT, "ada"),
        (clock_time(10, day="2026-11-14"), "chen"),  # Saturday
        (clock_time(10, day="2026-10-10"), "ada"),  # make-up Saturday
        (clock_time(10, day="2026-10-05"), "chen"),  # holiday Monday
    ],
    ids=["workday", "the next", "weekday night", "Saturday", "make-up Saturday", "holiday"],
)
def test_a_day_of_any_kind_reaches_whoever_has_it(at: datetime, first: str) -> None:
    found = reach([ALL], roll(), POST, at)
    assert (found[0].person, found[0].step, found[0].why) == (first, Step.FIRST, Why.TURN)
    assert (found[1].person, found[1].step, found[1].seat) == ("dai", Step.NEXT, Seat.FIRST_BACKUP)
    assert {item.person for item in found if item.step == Step.EVERYBODY} == {"ada", "bo", "chen", "fang"} - {first}


def test_on_a_day_of_leave_the_backup_is_first_and_the_reason_is_told() -> None:
    found = {item.person: item for item in reach([ALL], roll(leave("ada", MONDAY)), POST, MONDAY)}
    assert found["dai"].step == Step.FIRST
    assert (found["ada"].step, found["ada"].obstacle) == (Step.EVERYBODY, Obstacle.ON_LEAVE)
    assert found["ada"].until == MONDAY + DAY


def test_somebody_disabled_is_passed_over() -> None:
    found = {item.person: item for item in reach([ALL], roll(disabled="ada"), POST, MONDAY)}
    assert (found["ada"].step, found["ada"].obstacle) == (None, Obstacle.DISABLED)
    assert found["dai"].step == Step.FIRST


def test_a_delegation_for_one_system_counts_for_that_one() -> None:
    for system, step in ((cast.TRADING, Step.NEXT), (cast.ACCESS, None), (None, None)):
        found = {item.person: item.step for item in reach([ALL], roll(), POST, MONDAY, system)}
        assert found.get("eve") == step
    deputy = next(item for item in reach([ALL], roll(), POST, MONDAY, cast.TRADING) if item.person == "eve")
    assert (deputy.why, deputy.deputy_of) == (Why.DEPUTY, "ada")


def test_an_override_names_who_entered_it_and_whose_turn_it_was() -> None:
    put = Override(id="o", roster="managers", person="fang", starts=MONDAY, ends=MONDAY + DAY, entered_by="bo")
    first = reach([ALL], roll(overrides=(put,)), POST, MONDAY)[0]
    assert (first.person, first.why, first.instead_of, first.entered_by) == ("fang", Why.OVERRIDE, "ada", "bo")


def test_without_a_roster_every_holder_is_called_at_once() -> None:
    found = reach([], roll(leave("bo", MONDAY)), POST, MONDAY)
    assert [item.person for item in found if item.step == Step.FIRST] == ["ada", "chen", "dai", "fang"]
    assert [(item.person, item.obstacle) for item in found if item.step == Step.EVERYBODY] == [
        ("bo", Obstacle.ON_LEAVE)
    ]


@pytest.mark.parametrize("away", [(), ("ada",), ("ada", "dai"), ("ada", "bo", "chen", "dai", "fang")])
def test_the_preview_is_what_an_incident_does(away: tuple[str, ...]) -> None:
    seen = roll(*(leave(person, MONDAY) for person in away))
    pinned = on_watch(seen.company.excerpt(cast.TRADING), [ALL], seen, MONDAY - DAY, MONDAY + 14 * DAY)
    found = reach([ALL], seen, POST, MONDAY, cast.TRADING)
    assert [item.person for item in found if item.step == Step.FIRST] == pinned.on_call(POST, MONDAY)
    assert [item.person for item in found if item.step == Step.NEXT] == pinned.backups(POST, MONDAY)


# ── swaps ─────────────────────────────────────────────────────────────────────

GIVES = Stretch(starts=clock_time(9, day="2026-11-09"), ends=clock_time(9, day="2026-11-10"))
TAKES = Stretch(starts=clock_time(9, day="2026-11-10"), ends=clock_time(9, day="2026-11-11"))
SATURDAY = Stretch(starts=clock_time(9, day="2026-11-14"), ends=clock_time(9, day="2026-11-15"))


def swap(**parts: object) -> Swap:
    plain = {"id": "s", "roster": "managers", "offered_by": "ada", "offered_to": "bo", "gives": GIVES, "takes": TAKES}
    return Swap.model_validate(plain | parts)


def test_a_swap_counts_when_the_other_accepts() -> None:
    check_offer(swap(), ALL, roll(), MONDAY - DAY)
    for found, first in ((swap(), "ada"), (answered(swap(), "bo", accept=True), "bo")):
        assert reach([ALL], roll(swaps=(found,)), POST, MONDAY)[0].person == first
    assert answered(swap(), "bo", accept=False).status == "declined"


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"offered_to": "ada"}, "offered_to"),
        ({"gives": TAKES}, "gives"),
        ({"takes": GIVES}, "takes"),
        ({"offered_to": "fang"}, "takes"),
    ],
    ids=["with himself", "no turn to give", "no turn to take", "somebody without turns"],
)
def test_an_offer_of_nothing_is_refused(parts: dict[str, object], field: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        check_offer(swap(**parts), ALL, roll(), MONDAY - DAY)
    assert refused.value.field == field


@pytest.mark.parametrize(("offer", "field"), [(("fang", "bo"), "gives"), (("ada", "fang"), "takes")])
def test_what_somebody_has_by_override_is_no_turn_to_swap(offer: tuple[str, str], field: str) -> None:
    put = {
        name: Override(id=name, roster="managers", person="fang", entered_by="ada", **stretch.model_dump())
        for name, stretch in (("gives", GIVES), ("takes", TAKES))
    }
    offered = swap(offered_by=offer[0], offered_to=offer[1])
    with pytest.raises(Unacceptable) as refused:
        check_offer(offered, ALL, roll(overrides=(put[field],)), MONDAY - DAY)
    assert (refused.value.field, refused.value.params) == (field, {"person": "fang"})
    assert "override" in refused.value.message


def test_what_somebody_has_by_a_swap_is_swapped_on() -> None:
    before = swap(id="before", offered_to="chen", takes=SATURDAY, status="accepted")
    check_offer(swap(offered_by="chen"), ALL, roll(swaps=(before,)), MONDAY - DAY)


def test_what_is_over_is_not_swapped() -> None:
    with pytest.raises(Unacceptable):
        check_offer(swap(), ALL, roll(), GIVES.ends)


def test_nobody_accepts_his_own_offer_and_nobody_answers_twice() -> None:
    with pytest.raises(OwnWork):
        answered(swap(), "ada", accept=True)
    with pytest.raises(AlreadyDecided):
        answered(swap(status="accepted"), "bo", accept=False)
    with pytest.raises(Conflict):
        withdrawn(swap(status="accepted"))
    assert withdrawn(swap()).status == "withdrawn"
