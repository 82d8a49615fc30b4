"""Duty as other calendars read it, and overrides that come from them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar
from recurring_ical_events.occurrence import Occurrence

from adapters import ics
from adapters.i18n import translator
from domain.company import Company, Role
from domain.duty import Roll, shifts
from domain.roster import Roster, Rotation, Seat, Stretch
from domain.text import Text
from tests import cast

START = datetime(2026, 10, 20, tzinfo=UTC)
YEAR = Stretch(starts=START, ends=START + timedelta(days=366))
ROTATION = {"people": [cast.SPECIALIST, cast.SECOND_SPECIALIST], "rule": "FREQ=DAILY", "since": date(2026, 10, 1)}


def roster(zone: str = "Europe/Berlin", seats: int = 1) -> Roster:
    name = Text(zh="应急值班", en="Emergency duty")
    rotations = [Rotation.model_validate(ROTATION), Rotation.model_validate(ROTATION | {"seat": "first_backup"})]
    return Roster(
        id="specialists", post=Role.EMERGENCY_SPECIALIST, name=name, time_zone=zone, rotations=rotations[:seats]
    )


def company() -> Company:
    return cast.company()


def written(zone: str = "Europe/Berlin", days: int = 14, language: str = "zh-CN") -> str:
    found = shifts(roster(zone), Roll(company(), cast.calendar()), START, START + timedelta(days=days))
    pairs = [(roster(zone), shift) for shift in found]
    return ics.calendar("值班", pairs, company(), translator(language), START)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai"])
def test_a_feed_is_read_again_as_the_same_shifts_across_the_change_of_the_clock(zone: str) -> None:
    text = written(zone)
    events = recurring_ical_events.of(Calendar.from_ical(text)).between(START, START + timedelta(days=14))
    wanted = shifts(roster(zone), Roll(company(), cast.calendar()), START, START + timedelta(days=14))
    read = sorted((event["dtstart"].dt, event["dtend"].dt, str(event["x-fengsui-person"])) for event in events)
    assert read == [(shift.starts, shift.ends, shift.person) for shift in wanted]
    assert {start.astimezone(ZoneInfo(zone)).hour for start, _, _ in read[1:]} == {9}
    assert "BEGIN:VTIMEZONE" in text
    assert f"TZID:{zone}" in text


def test_a_feed_is_in_the_reader_s_language_and_its_ids_stay() -> None:
    english, chinese = (Calendar.from_ical(written(language=language)).walk("VEVENT") for language in ("en", "zh-CN"))
    assert [event["uid"] for event in english] == [event["uid"] for event in chinese]
    assert len({str(event["uid"]) for event in english}) == len(english)
    assert "Emergency duty" in str(english[0]["summary"])
    assert "应急值班" in str(chinese[0]["summary"])


def calendar(*events: str) -> str:
    body = "\r\n".join(f"BEGIN:VEVENT\r\nDTSTAMP:20261001T000000Z\r\n{event}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\n{body}\r\nEND:VCALENDAR\r\n"


def read(text: str, seats: int = 1) -> ics.Imported:
    return ics.overrides(text, roster(seats=seats), company(), "me", YEAR)


def test_what_was_written_is_read_as_overrides_of_the_same_people() -> None:
    found = read(written(days=7))
    assert found.unread == []
    wanted = shifts(roster(), Roll(company(), cast.calendar()), START, START + timedelta(days=7))
    assert [(item.person, item.starts, item.ends) for item in found.overrides] == [
        (shift.person, shift.starts, shift.ends) for shift in wanted
    ]
    assert read(written(days=7)) == found


def test_repeated_events_zones_whole_days_and_names() -> None:
    found = read(
        calendar(
            "UID:1\r\nSUMMARY:Specialist\r\nDTSTART;TZID=Europe/Berlin:20261023T090000\r\n"
            "DTEND;TZID=Europe/Berlin:20261023T170000\r\nRRULE:FREQ=DAILY;COUNT=4",
            "UID:2\r\nSUMMARY:second-specialist\r\nDTSTART;VALUE=DATE:20261101\r\nDTEND;VALUE=DATE:20261102",
            "UID:3\r\nSUMMARY:x\r\nX-FENGSUI-PERSON:specialist\r\nX-FENGSUI-SEAT:first_backup\r\n"
            "DTSTART:20261103T080000Z\r\nDTEND:20261103T090000Z",
            "UID:4\r\nSUMMARY:specialist\r\nSTATUS:CANCELLED\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T090000Z",
        ),
        seats=2,
    )
    assert found.unread == []
    berlin = ZoneInfo("Europe/Berlin")
    assert [item.starts.astimezone(berlin).hour for item in found.overrides[:4]] == [9, 9, 9, 9]  # over the change
    day, other = found.overrides[4:]
    assert (day.person, day.starts, day.ends - day.starts) == (
        cast.SECOND_SPECIALIST,
        datetime(2026, 11, 1, tzinfo=berlin),
        timedelta(days=1),
    )
    assert (other.person, other.seat) == (cast.SPECIALIST, Seat.FIRST_BACKUP)


SHIFT = "SUMMARY:specialist\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T090000Z"
DAILY = f"UID:1\r\n{SHIFT}\r\nRRULE:FREQ=DAILY;COUNT=4"
MOVED = SHIFT.replace("T080000Z", "T060000Z")
ONE = "UID:1\r\nRECURRENCE-ID:20261104T080000Z\r\n"
ITS_SHIFT = SHIFT.replace("20261103", "20261104")


def gone(before: str, after: str, seats: int = 1, now: datetime = START) -> tuple[list[int], list[int]]:
    """Return on which days overrides of a calendar are gone after another one, and on which they are new."""
    first, second = read(before, seats), read(after, seats)
    assert (first.unread, second.unread) == ([], [])
    removed = [item for item in first.overrides if second.replaces(item, roster(seats=seats), now)]
    known = {item.id for item in first.overrides}
    added = [item for item in second.overrides if item.id not in known]
    return [item.starts.day for item in removed], [item.starts.day for item in added]


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        (f"UID:1\r\n{SHIFT}", f"UID:1\r\n{MOVED}", [3], [3]),
        (f"UID:1\r\n{SHIFT}", f"UID:1\r\n{SHIFT}", [], []),
        (f"UID:1\r\n{SHIFT}", f"UID:1\r\n{SHIFT.replace('specialist', 'second-specialist')}", [], []),
        (f"UID:1\r\n{SHIFT}", f"UID:1\r\nSTATUS:CANCELLED\r\n{SHIFT}", [3], []),
        (f"UID:1\r\n{SHIFT}", f"UID:2\r\n{MOVED}", [], [3]),
        (SHIFT, MOVED, [], [3]),
        (DAILY, DAILY.replace("COUNT=4", "COUNT=2"), [5, 6], []),
        (DAILY, f"{DAILY}\r\nEXDATE:20261104T080000Z", [4], []),
        (DAILY, f"{ONE}{ITS_SHIFT}\r\nSTATUS:CANCELLED", [4], []),
        (DAILY, f"{ONE}{ITS_SHIFT.replace('T080000Z', 'T060000Z')}", [], []),
        (f"UID:1\r\n{SHIFT}", f"UID:1\r\n{SHIFT}\r\nX-FENGSUI-SEAT:first_backup", [3], [3]),
    ],
    ids=[
        "moved",
        "the same",
        "somebody else's, in its place",
        "cancelled",
        "another event",
        "events without a name",
        "a shorter series",
        "one left out",
        "one cancelled by itself",
        "one moved by itself, in its place",
        "another seat",
    ],
)
def test_what_is_not_in_its_event_any_more_is_replaced(
    before: str, after: str, removed: list[int], added: list[int]
) -> None:
    assert gone(calendar(before), calendar(after), seats=2) == (removed, added)


def test_what_is_over_or_another_roster_s_is_not_replaced() -> None:
    before, after = calendar(f"UID:1\r\n{SHIFT}"), calendar(f"UID:1\r\n{SHIFT}\r\nSTATUS:CANCELLED")
    end = datetime(2026, 11, 3, 9, tzinfo=UTC)
    assert gone(before, after, now=end - timedelta(microseconds=1)) == ([3], [])
    assert gone(before, after, now=end) == ([], [])
    [elsewhere] = [item.model_copy(update={"roster": "others"}) for item in read(before).overrides]
    assert not read(after).replaces(elsewhere, roster(), START)


def test_an_occurrence_that_changes_all_that_follow_leaves_each_its_own() -> None:
    following = ONE.replace("RECURRENCE-ID:", "RECURRENCE-ID;RANGE=THISANDFUTURE:")
    found = read(calendar(DAILY, f"{following}{ITS_SHIFT.replace('T080000Z', 'T060000Z')}"))
    assert [item.starts.hour for item in found.overrides] == [8, 6, 6, 6]
    assert len({item.id for item in found.overrides}) == len(found.overrides)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("SUMMARY:somebody\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T090000Z", "nobody"),
        ("SUMMARY:specialist\r\nX-FENGSUI-SEAT:throne\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T090000Z", "seat"),
        (f"X-FENGSUI-SEAT:second_backup\r\n{SHIFT}", "seat"),
        ("SUMMARY:specialist\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T080000Z", "no end"),
        ("SUMMARY:specialist\r\nDTSTART:20261103T080000Z\r\nDTEND:23001231T235959Z", "no end"),
    ],
)
def test_an_event_that_is_not_understood_is_named_with_the_reason(event: str, told: str) -> None:
    found = read(calendar(f"UID:1\r\n{event}"))
    assert found.overrides == []
    assert told in found.unread[0].message


@pytest.mark.parametrize(
    "text", ["", "nonsense", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "\x00\xff", "BEGIN:VEVENT\nEND:X"]
)
def test_what_is_no_calendar_is_said_to_be_none(text: str) -> None:
    found = read(text)
    assert found.overrides == []
    assert "no calendar" in found.unread[0].message


def test_an_event_that_repeats_all_day_long_is_too_much() -> None:
    for rule in ("FREQ=HOURLY", "FREQ=SECONDLY", "FREQ=DAILY;BYMINUTE=0,1,2;BYSECOND=1,2,3"):
        event = f"UID:1\r\nSUMMARY:specialist\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T081000Z\r\nRRULE:{rule}"
        assert "too many" in read(calendar(event)).unread[0].message


@pytest.mark.parametrize(
    ("begins", "rule"),
    [
        ("20261103", "FREQ=HOURLY;COUNT=2"),
        ("20261103", "FREQ=DAILY;BYHOUR=1,2,3"),
        ("00010101", "FREQ=DAILY;UNTIL=20200101T000000Z"),
    ],
)
def test_a_rule_that_takes_long_to_unfold_is_not_unfolded(begins: str, rule: str) -> None:
    event = f"UID:1\r\nSUMMARY:specialist\r\nDTSTART:{begins}T080000Z\r\nDTEND:{begins}T081000Z\r\nRRULE:{rule}"
    assert "too many" in read(calendar(event)).unread[0].message


def test_of_too_many_events_only_so_many_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    plain = Occurrence.as_component

    def counted(occurrence: Occurrence, *keep: bool) -> object:
        made.append(occurrence)
        return plain(occurrence, *keep)

    monkeypatch.setattr(Occurrence, "as_component", counted)
    events = (
        f"UID:{n}\r\nSUMMARY:specialist\r\nDTSTART:20261103T080000Z\r\nDTEND:20261103T090000Z\r\nRRULE:FREQ=DAILY"
        for n in range(400)
    )
    assert "too many" in read(calendar(*events)).unread[0].message
    assert len(made) == ics.MOST_EVENTS + 1
