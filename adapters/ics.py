"""Duty as calendars know it: shifts out as iCalendar (RFC 5545), overrides in."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from adapters.i18n import Translator
from domain.company import Company, Person
from domain.duty import Shift
from domain.roster import Override, Roster, Seat, Stretch
from domain.text import N_, brief
from domain.values import is_plausible

MEDIA_TYPE = "text/calendar"
PATH = "/feeds"
MOST_EVENTS = 500
_PRODUCT = "-//Fengsui//duty//EN"
_NAMESPACE = "fengsui"
_HOUR = timedelta(hours=1)
_QUICK = ("SECOND", "MINUTE", "HOUR")
_OLDEST = 2000
_TOO_MANY = N_("More than {most} events are too many at once.")


def calendar(title: str, shifts: Iterable[tuple[Roster, Shift]], company: Company, _: Translator, now: datetime) -> str:
    """Write shifts as a calendar: an event a shift, in the zone of its roster, the zone's own rules with it."""
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("name", title)
    found.add("x-wr-calname", title)
    found.add("refresh-interval", _HOUR, parameters={"VALUE": "DURATION"})
    for roster, shift in shifts:
        if shift.person:
            found.add_component(_event(roster, shift, company, _, now))
    found.add_missing_timezones()
    return str(found.to_ical().decode())


def _event(roster: Roster, shift: Shift, company: Company, _: Translator, now: datetime) -> Event:
    zone = ZoneInfo(roster.time_zone)
    person = company.person(shift.person or "")
    name = _name(person, _) if person else shift.person
    event = Event()
    event.add("uid", f"{roster.id}.{shift.seat}.{shift.starts.astimezone(UTC):%Y%m%dT%H%M%SZ}@{_NAMESPACE}")
    event.add("dtstamp", now)
    event.add("dtstart", shift.starts.astimezone(zone))
    event.add("dtend", shift.ends.astimezone(zone))
    event.add("summary", f"{name} · {roster.name.in_language(_.language)} · {_.word(shift.seat)}")
    event.add("categories", [str(shift.seat)])
    event.add("x-fengsui-person", shift.person)
    event.add("x-fengsui-seat", str(shift.seat))
    event.add("transp", "TRANSPARENT")
    return event


class Unread(NamedTuple):
    """An event that is no override, and why: a message with its parameters."""

    event: str
    message: str
    params: dict[str, str] = {}


class Imported(NamedTuple):
    """What a calendar says: overrides, and what of it could not be understood.

    ``restated`` is how the ids begin of all that it has the last word on: a whole event, or one occurrence of it.
    """

    overrides: list[Override]
    unread: list[Unread]
    restated: tuple[str, ...] = ()

    def replaces(self, known: Override, roster: Roster, now: datetime) -> bool:
        """Tell whether an override came from one of these events, is not over, and is not in it any more."""
        is_spoken_of = known.roster == roster.id and known.id.startswith(self.restated)
        return is_spoken_of and now < known.ends and known.id not in {item.id for item in self.overrides}


def overrides(text: str, roster: Roster, company: Company, by: str, during: Stretch) -> Imported:
    """Read a calendar's events, repeated ones too, of a stretch of time as overrides of a roster.

    Who is meant stands in X-FENGSUI-PERSON, else in the summary: his id, or his name in either script.
    """
    try:
        read = Calendar.from_ical(text)
        if _swarms(read):
            return Imported([], [Unread("", _TOO_MANY, {"most": str(MOST_EVENTS)})])
        events = _unfolded(read, during)
        restated = tuple(_restated(read.walk("VEVENT"), roster))
    except Exception as error:  # noqa: BLE001 - whatever the libraries make of a foreign file, it is unreadable
        return Imported([], [Unread("", N_("This is no calendar: {reason}"), {"reason": brief(str(error))})])
    if len(events) > MOST_EVENTS:
        return Imported([], [Unread("", _TOO_MANY, {"most": str(MOST_EVENTS)})])
    found = Imported([], [], restated)
    for event in sorted(events, key=lambda item: str(item.get("uid", ""))):
        for item in _read(event, roster, company, by):
            (found.overrides if isinstance(item, Override) else found.unread).append(item)  # type: ignore[arg-type]
    found.overrides.sort(key=lambda item: item.starts)
    return found


def _swarms(read: Any) -> bool:
    """Tell whether a calendar would take long to unfold.

    There are more events, or repeated more often a day or for more years, than people change duty.
    """
    events = read.walk("VEVENT")
    repeated = [event for event in events if "rrule" in event]
    is_quick = any(part in str(event["rrule"]).upper() for event in repeated for part in _QUICK)
    return len(events) > MOST_EVENTS or is_quick or any(event["dtstart"].dt.year < _OLDEST for event in repeated)


def _unfolded(read: Any, during: Stretch) -> list[Any]:
    """Return the events of a stretch of time; of too many only as many as show it."""
    query = recurring_ical_events.of(read)
    found = (event for series in query.series for event in series.between(during.starts, during.ends))
    return [event.as_component(query.keep_recurrence_attributes) for event in islice(found, MOST_EVENTS + 1)]


def _read(event: Any, roster: Roster, company: Company, by: str) -> Iterator[Override | Unread]:
    summary = brief(str(event.get("summary", "")).strip())
    if str(event.get("status", "")).upper() == "CANCELLED":
        return
    starts, ends = (_instant(event[name].dt if name in event else None, roster) for name in ("dtstart", "dtend"))
    seat = str(event.get("x-fengsui-seat", Seat.PRIMARY)).strip().lower()
    people = _meant(str(event.get("x-fengsui-person", "")).strip() or summary, company)
    if starts is None or ends is None or starts >= ends:
        yield Unread(summary, N_("The event has no beginning or no end."))
    elif seat not in roster.seats:
        yield Unread(summary, N_("The roster {roster} has no seat {seat}."), {"roster": roster.id, "seat": brief(seat)})
    elif len(people) != 1:
        message = N_("“{name}” is nobody of the company.") if not people else N_("“{name}” may be several people.")
        yield Unread(summary, message, {"name": summary})
    else:
        yield Override(
            id=f"{_of_occurrence(event, roster)}{seat}",
            roster=roster.id,
            seat=Seat(seat),
            person=people[0].id,
            starts=starts,
            ends=ends,
            entered_by=by,
        )


def _restated(events: Iterable[Any], roster: Roster) -> Iterator[str]:
    """Yield how the ids begin of what events speak of; an occurrence that comes without its series, of it alone."""
    named = [event for event in events if event.get("uid")]
    yield from (_of_event(event) for event in named if "recurrence-id" not in event)
    yield from (_of_occurrence(event, roster) for event in named if "recurrence-id" in event)


def _of_event(event: Any) -> str:
    return f"ics:{_digest(str(event.get('uid', '')))}:"


def _of_occurrence(event: Any, roster: Roster) -> str:
    """Return how the ids of an occurrence begin: by when it was meant to be, it keeps them wherever it is moved.

    All that follow one which changed "this and future" bear its RECURRENCE-ID: they go by their own beginning.
    """
    named = event.get("recurrence-id")
    is_one = named is not None and "RANGE" not in named.params
    meant = _instant((named if is_one else event["dtstart"]).dt, roster)
    return f"{_of_event(event)}{_digest(f'{roster.id}:{meant}')}:"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _meant(name: str, company: Company) -> list[Person]:
    def knows(person: Person, words: list[str]) -> bool:
        return bool({person.id, person.name, person.name_en}.intersection(words))

    whole = [person for person in company.people if knows(person, [name])]
    return whole or [person for person in company.people if knows(person, [part.strip() for part in name.split("·")])]


def _instant(value: date | datetime | None, roster: Roster) -> datetime | None:
    """Return an event's instant, if it can be; without a zone, or a whole day, it is meant on the roster's clock."""
    if value is None:
        return None
    whole = value if isinstance(value, datetime) else datetime.combine(value, time())
    here = whole if whole.tzinfo else whole.replace(tzinfo=ZoneInfo(roster.time_zone))
    return here.astimezone(UTC) if is_plausible(here) else None


def _name(person: Person, _: Translator) -> str:
    return person.name if _.language == "zh-CN" else person.name_en
