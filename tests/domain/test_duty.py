"""4.2: who is on duty at any instant, whatever the calendar, the clock and the people do."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.company import Delegation, Leave, Person, Role
from domain.duty import Obstacle, Roll, Shift, Why, line, on_duty, shifts, watches
from domain.roster import Override, Roster, Rotation, Seat, Stretch, Swap
from domain.text import Text
from tests import cast
from tests.cast import SHANGHAI, clock_time

CREW = ["ada", "bo", "chen", "dai"]
POST = Role.IT_MANAGER
START = clock_time(9, day="2026-11-02")  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


def rotation(*people: str, **parts: object) -> Rotation:
    return Rotation.model_validate({"people": people or CREW, "since": date(2026, 11, 2)} | parts)


def roster(*rotations: Rotation, zone: str = "Asia/Shanghai") -> Roster:
    rows = list(rotations) or [rotation()]
    return Roster(id="managers", post=POST, name=Text(zh="经理", en="Managers"), time_zone=zone, rotations=rows)


def roll(
    *,
    leaves: Sequence[Leave] = (),
    overrides: Sequence[Override] = (),
    swaps: Sequence[Swap] = (),
    delegations: Sequence[Delegation] = (),
    disabled: Sequence[str] = (),
    mute: Sequence[str] = (),
    outsiders: Sequence[str] = (),
) -> Roll:
    people = [
        Person(
            id=name,
            name=name,
            name_en=name,
            department=cast.IT,
            posts=[] if name in outsiders else [POST],
            channels=[] if name in mute else ["inbox"],
            is_active=name not in disabled,
        )
        for name in CREW
    ]
    company = cast.company(people=people, delegations=list(delegations), leaves=list(leaves))
    return Roll(company, cast.calendar(), overrides, swaps)


def leave(person: str, starts: datetime, days: float = 1) -> Leave:
    return Leave(id=f"{person}-{starts:%j}", person=person, starts=starts, ends=starts + days * DAY)


def override(person: str, starts: datetime, days: float = 1, seat: Seat = Seat.PRIMARY, number: int = 1) -> Override:
    ends = starts + days * DAY
    return Override(
        id=f"o{number}", roster="managers", seat=seat, person=person, starts=starts, ends=ends, entered_by="dai"
    )


def swap(one: str, gives: datetime, other: str, takes: datetime, days: float = 7, status: str = "accepted") -> Swap:
    return Swap.model_validate(
        {
            "id": "s1",
            "roster": "managers",
            "offered_by": one,
            "offered_to": other,
            "gives": Stretch(starts=gives, ends=gives + days * DAY),
            "takes": Stretch(starts=takes, ends=takes + days * DAY),
            "status": status,
        }
    )


def people(roster_: Roster, roll_: Roll, at: datetime) -> list[str]:
    return [candidate.person for candidate in on_duty(roster_, roll_, at)]


TWO_SEATS = roster(rotation(), rotation("bo", "chen", "dai", "ada", seat="first_backup"))


def test_turns_pass_at_the_hand_over_and_not_before() -> None:
    for week, person in enumerate([*CREW, CREW[0]]):
        at = START + week * WEEK
        assert people(roster(), roll(), at) == [person]
        assert people(roster(), roll(), at + WEEK - timedelta(microseconds=1)) == [person]


def test_before_it_begins_and_after_it_ends_a_roster_says_nothing() -> None:
    short = roster(rotation(until="2026-11-16"))
    assert people(short, roll(), START - HOUR) == []
    assert people(short, roll(), START + 2 * WEEK - HOUR) == ["bo"]
    assert people(short, roll(), START + 2 * WEEK) == []


def test_two_hand_overs_a_day_make_a_day_and_a_night_shift() -> None:
    both = roster(rotation("ada", "bo", rule="FREQ=DAILY;BYHOUR=9,18"))
    assert [people(both, roll(), clock_time(hour, day="2026-11-10")) for hour in (8, 9, 17, 18, 23)] == [
        ["bo"],
        ["ada"],
        ["ada"],
        ["bo"],
        ["bo"],
    ]


def test_a_make_up_saturday_is_a_workday_and_a_holiday_is_not() -> None:
    kinds = roster(
        rotation("ada", since="2026-01-05", days="workday"), rotation("bo", since="2026-01-05", days="offday")
    )
    days = {
        "2026-10-10": "ada",  # a Saturday that is worked
        "2026-10-17": "bo",  # a Saturday
        "2026-10-01": "bo",  # a Thursday, National Day
        "2026-10-08": "ada",  # the Thursday after
    }
    assert {day: people(kinds, roll(), clock_time(12, day=day))[0] for day in days} == days
    assert people(kinds, roll(), clock_time(8, day="2026-10-10")) == ["ada"]  # Friday's duty lasts until nine
    assert people(kinds, roll(), clock_time(8, day="2026-10-11")) == ["ada"]
    assert people(kinds, roll(), clock_time(9, day="2026-10-11")) == ["bo"]


def test_on_days_of_the_other_kind_the_roster_says_nothing() -> None:
    weekend = roster(rotation("ada", days="offday"))
    assert people(weekend, roll(), clock_time(12, day="2026-11-14")) == ["ada"]
    assert people(weekend, roll(), clock_time(12, day="2026-11-16")) == []


def test_on_leave_the_first_backup_steps_in_until_the_leave_is_over() -> None:
    away = roll(leaves=[leave("ada", START + DAY)])
    at = START + DAY
    assert people(TWO_SEATS, away, at - HOUR) == ["ada", "bo"]
    assert people(TWO_SEATS, away, at) == ["bo"]
    assert people(TWO_SEATS, away, at + DAY) == ["ada", "bo"]
    first = line(TWO_SEATS, away, at)[0]
    assert (first.person, first.obstacle, first.until) == ("ada", Obstacle.ON_LEAVE, at + DAY)


@pytest.mark.parametrize(
    ("hindered", "obstacle"),
    [
        (roll(disabled=["ada"]), Obstacle.DISABLED),
        (roll(mute=["ada"]), Obstacle.NO_CHANNEL),
        (roll(outsiders=["ada"]), Obstacle.NO_POST),
        (roll(leaves=[leave("ada", START)]), Obstacle.ON_LEAVE),
    ],
)
def test_whoever_cannot_be_called_is_named_with_the_reason_and_the_next_turn_steps_in(
    hindered: Roll, obstacle: Obstacle
) -> None:
    found = line(roster(), hindered, START)
    assert [(item.person, item.obstacle, item.why) for item in found[:2]] == [
        ("ada", obstacle, Why.TURN),
        ("bo", None, Why.NEXT_TURN),
    ]
    assert people(roster(), hindered, START) == ["bo"]


def test_somebody_whom_nobody_knows_is_passed_over() -> None:
    assert line(roster(rotation("gone", "bo")), roll(), START)[0].obstacle == Obstacle.UNKNOWN
    assert people(roster(rotation("gone", "bo")), roll(), START) == ["bo"]


def test_a_deputy_has_turns_while_his_delegation_lasts() -> None:
    delegation = Delegation(post=POST, principal="bo", deputy="ada", ends=START + DAY)
    deputised = roll(outsiders=["ada"], delegations=[delegation])
    assert line(roster(), deputised, START)[0].deputy_of == "bo"
    assert people(roster(), deputised, START) == ["ada"]
    assert people(roster(), deputised, START + DAY) == ["bo"]


def test_an_override_wins_over_turn_and_swap_and_the_last_one_counts() -> None:
    swapped = swap("ada", START, "bo", START + WEEK)
    overrides = [override("chen", START, number=1), override("dai", START, days=0.5, number=2)]
    overridden = roll(swaps=[swapped], overrides=overrides)
    assert people(roster(), overridden, START) == ["dai"]
    assert people(roster(), overridden, START + 0.5 * DAY) == ["chen"]
    assert people(roster(), overridden, START + DAY) == ["bo"]
    first = line(roster(), overridden, START)[0]
    assert (first.why, first.instead_of, first.entered_by) == (Why.OVERRIDE, "bo", "dai")


def test_an_override_of_one_seat_leaves_the_other() -> None:
    assert people(TWO_SEATS, roll(overrides=[override("dai", START, seat=Seat.FIRST_BACKUP)]), START) == ["ada", "dai"]


def test_an_override_of_somebody_on_leave_reaches_the_next() -> None:
    hindered = roll(overrides=[override("dai", START)], leaves=[leave("dai", START)])
    assert people(TWO_SEATS, hindered, START) == ["bo"]


@pytest.mark.parametrize("status", ["offered", "declined", "withdrawn"])
def test_a_swap_that_was_not_accepted_changes_nothing(status: str) -> None:
    assert people(roster(), roll(swaps=[swap("ada", START, "bo", START + WEEK, status=status)]), START) == ["ada"]


def test_a_swap_says_who_had_the_turn() -> None:
    swapped = roll(swaps=[swap("ada", START, "chen", START + 2 * WEEK)])
    assert [people(roster(), swapped, START + week * WEEK)[0] for week in range(3)] == ["chen", "bo", "ada"]
    first = line(roster(), swapped, START)[0]
    assert (first.why, first.instead_of) == (Why.SWAP, "ada")


def test_a_holder_steps_in_when_all_who_take_turns_are_away() -> None:
    alone = roster(rotation("ada"))
    assert people(alone, roll(leaves=[leave("ada", START)]), START) == ["bo"]
    assert people(alone, roll(leaves=[leave(name, START) for name in CREW]), START) == []


def test_whoever_takes_turns_on_such_days_steps_in_before_those_of_other_days() -> None:
    offday, workday = rotation("ada", "bo", days="offday"), rotation("chen", "dai", days="workday")
    kinds = roster(offday, workday)
    for day, turn, first, second in (("2026-11-03", "chen", "dai", "bo"), ("2026-11-07", "ada", "bo", "dai")):
        at = clock_time(12, day=day)
        away = roll(leaves=[leave(turn, at)])
        assert people(kinds, away, at) == [first]
        assert [item.person for item in line(kinds, away, at)[:3]] == [turn, first, second]


def test_a_hand_over_in_a_lost_hour_comes_when_the_clock_has_gone_on() -> None:
    night = roster(rotation("ada", "bo", rule="FREQ=DAILY", since="2027-03-27", at="02:30"), zone="Europe/Berlin")
    lost = datetime(2027, 3, 28, 3, 30, tzinfo=BERLIN)
    assert people(night, roll(), lost - timedelta(seconds=1)) == ["ada"]
    assert people(night, roll(), lost) == ["bo"]


def test_a_hand_over_in_a_doubled_hour_comes_once() -> None:
    night = roster(rotation("ada", "bo", rule="FREQ=DAILY", since="2026-10-24", at="02:30"), zone="Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert people(night, roll(), first - timedelta(seconds=1)) == ["ada"]
    assert [people(night, roll(), first.astimezone(UTC) + step * HOUR) for step in range(3)] == [["bo"]] * 3


def test_a_working_day_begins_once_although_the_clock_is_set_back() -> None:
    kinds = roster(
        rotation("ada", since="2026-10-19", at="02:30", days="workday"),
        rotation("bo", since="2026-10-19", at="02:30", days="offday"),
        zone="Europe/Berlin",
    )
    free = roll()._replace(calendar=cast.calendar(make_up_days=[date(2026, 10, 25)]))  # the day of the doubled hour
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN).astimezone(UTC)
    assert people(kinds, free, first - timedelta(seconds=1)) == ["bo"]
    assert [people(kinds, free, first + step * timedelta(minutes=20)) for step in range(6)] == [["ada"]] * 6


@pytest.mark.parametrize(
    "rule",
    [
        "often",
        "FREQ=YEARLY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270101T000000",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1000",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=13",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=99",
        "DTSTART:20260101T090000\nRRULE:FREQ=DAILY",
    ],
)
def test_a_rule_that_cannot_be_counted_without_end_is_refused(rule: str) -> None:
    with pytest.raises(ValidationError):
        rotation(rule=rule)


def test_an_unknown_time_zone_is_refused() -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd"):
        with pytest.raises(ValidationError):
            roster(zone=zone)


# ── properties ────────────────────────────────────────────────────────────────

names = st.sampled_from(CREW)
instants = st.datetimes(datetime(2026, 9, 1), datetime(2026, 12, 20), timezones=st.just(SHANGHAI))  # noqa: DTZ001
rules = st.sampled_from(
    ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=DAILY;BYHOUR=9,18", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1"]
)
rotations = st.builds(
    Rotation,
    seat=st.sampled_from(Seat),
    people=st.lists(names, min_size=1, max_size=4),
    rule=rules,
    since=st.dates(date(2026, 8, 1), date(2026, 8, 31)),
    at=st.times().map(lambda value: value.replace(second=0, microsecond=0)),
)
basics = rotations.map(lambda item: item.model_copy(update={"seat": Seat.PRIMARY}))
kinds = st.sampled_from(["all", "workday", "offday"])
more = st.builds(lambda item, days: item.model_copy(update={"days": days}), rotations, kinds)
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
rosters = st.builds(
    lambda basic, rest, zone: roster(*rest, basic, zone=zone), basics, st.lists(more, max_size=3), zones
)
lengths = st.integers(1, 20 * 24).map(lambda hours: hours / 24)
leaves = st.lists(st.builds(leave, names, instants, lengths), max_size=4)
overrides = st.lists(st.builds(override, names, instants, lengths, st.sampled_from(Seat)), max_size=3)
swaps = st.lists(st.builds(swap, names, instants, names, instants, lengths), max_size=3)
rolls = st.builds(lambda away, put, swapped: roll(leaves=away, overrides=put, swaps=swapped), leaves, overrides, swaps)


@given(rosters, rolls, instants)
def test_there_is_exactly_one_primary_while_anybody_is_there(roster_: Roster, roll_: Roll, at: datetime) -> None:
    there = {
        name for name in CREW if not any(item.person == name and item.holds_at(at) for item in roll_.company.leaves)
    }
    found = people(roster_, roll_, at)
    assert bool(found) is bool(there)
    assert set(found) <= there
    assert len(found) == len(set(found))
    primaries = [shift for shift in shifts(roster_, roll_, at, at + HOUR) if shift.seat == Seat.PRIMARY]
    assert primaries[0].starts == at
    assert primaries[0].person == (found[0] if found else None)


@given(rosters, rolls, instants, st.integers(1, 40 * 24))
def test_shifts_part_the_time_of_each_seat(roster_: Roster, roll_: Roll, start: datetime, hours: int) -> None:
    end = (start.astimezone(UTC) + hours * HOUR).astimezone(SHANGHAI)
    found = shifts(roster_, roll_, start, end)
    for seat in roster_.seats:
        row = [shift for shift in found if shift.seat == seat]
        assert (row[0].starts, row[-1].ends) == (start, end)
        assert all(shift.starts < shift.ends for shift in row)
        assert all(one.ends == next_.starts for one, next_ in pairwise(row))
        assert all(_content(one) != _content(next_) for one, next_ in pairwise(row))


def _content(shift: Shift) -> tuple[object, ...]:
    return shift.person, shift.why, shift.instead_of


@given(rosters, rolls, instants, instants)
def test_a_shift_is_what_on_duty_says_at_every_instant(
    roster_: Roster, roll_: Roll, start: datetime, at: datetime
) -> None:
    start, end = min(start, at) - DAY, max(start, at) + DAY
    present = [shift for shift in shifts(roster_, roll_, start, end) if shift.starts <= at < shift.ends]
    seated = {shift.seat: shift.person for shift in present if shift.person}
    expected = dict(zip(roster_.seats, people(roster_, roll_, at), strict=False))
    assert seated == expected
    carried = [watch.people for watch in watches(roster_, roll_, start, end) if watch.starts <= at < watch.ends]
    assert carried == ([people(roster_, roll_, at)] if people(roster_, roll_, at) else [])


@given(rosters, leaves, names, instants, names, instants, lengths, instants)
def test_a_swap_is_the_same_from_both_sides(
    roster_: Roster,
    away: list[Leave],
    one: str,
    gives: datetime,
    other: str,
    takes: datetime,
    days: float,
    at: datetime,
) -> None:
    mine = roll(leaves=away, swaps=[swap(one, gives, other, takes, days)])
    yours = roll(leaves=away, swaps=[swap(other, takes, one, gives, days)])
    assert line(roster_, mine, at) == line(roster_, yours, at)


@given(rosters, leaves, swaps, st.builds(override, names, instants, lengths), st.floats(0, 0.999))
def test_an_override_wins_while_whoever_it_names_is_there(
    roster_: Roster, away: list[Leave], swapped: list[Swap], put: Override, part: float
) -> None:
    at = put.starts + part * (put.ends - put.starts)
    found = people(roster_, roll(leaves=away, swaps=swapped, overrides=[put]), at)
    if not any(item.person == put.person and item.holds_at(at) for item in away):
        assert found[0] == put.person
    else:
        assert put.person not in found


@given(zones, rules.filter(lambda rule: "BYHOUR" not in rule), st.times(), instants)
def test_hand_overs_keep_the_time_of_the_local_clock(zone: str, rule: str, at: time, start: datetime) -> None:
    local = at.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    roster_ = roster(rotation(rule=rule, since="2026-08-01", at=local), zone=zone)
    for shift in shifts(roster_, roll(), start, start + 60 * DAY)[1:]:
        wall = shift.starts.astimezone(ZoneInfo(zone))
        meant = datetime.combine(wall.date(), local, ZoneInfo(zone))
        assert wall.time() == meant.astimezone(UTC).astimezone(ZoneInfo(zone)).time()
