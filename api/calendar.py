"""Business time: what a year looks like and who says so, and which limit an instant means (5.3.3, 5.3.4)."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, Field

from adapters.calendar import KIND, Announced, Years, around
from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from adapters.store.catalogue import Edit
from api.auth import CurrentPerson, Keeper
from api.bodies import Strict
from api.deps import Locale, Ports
from api.openapi import problems
from api.services import Services
from domain.administration import Task
from domain.calendar import CalendarYear, DayKind, Source, arrival_deadline, misplaced
from domain.clauses import wording
from domain.company import Person
from domain.errors import Unacceptable, Unknown
from domain.policy import Deadline
from domain.text import N_, Key, Line, Wire
from domain.values import Instant, Version

router = APIRouter(tags=["calendar"])
_FIRST, _LAST = 2000, 2100
Year = Annotated[int, Path(ge=_FIRST, le=_LAST, description="A year such as 2027.")]
DryRun = Annotated[bool, Query(description="Only tell what would change.")]
CalendarKeeper = Annotated[Person, Depends(Keeper(Task.EDIT_CALENDAR))]
_MOST_DAYS = 366


class YearBody(Strict):
    """The days of a year that differ from the plain week, as its notice names them."""

    holidays: list[date] = Field([], max_length=_MOST_DAYS)
    make_up_days: list[date] = Field([], max_length=_MOST_DAYS)
    reason: Line | None = Field(None, description="Where it comes from, such as the number of the notice.")
    version: Version | None = Field(None, description="The version that you looked at; 0: none was entered yet.")


class YearView(Wire):
    """How a year is worked, and who says so; ``version`` counts what the company entered, 0 for nothing."""

    year: int
    source: Source
    source_text: str
    is_provisional: bool
    holidays: list[date]
    make_up_days: list[date]
    version: int


class DayChange(Wire):
    """A day on which it would be, or is, worked otherwise."""

    day: date
    before: DayKind
    after: DayKind
    text: str


class YearChanged(Wire):
    """What a change of a year changes; running incidents keep the calendar that they opened with."""

    is_dry_run: bool
    changes: list[DayChange]
    before: YearView
    after: YearView


class InstantView(Wire):
    """What an instant is: worked or not, why, until when, and by when somebody sent now is on the scene."""

    at: AwareDatetime
    local: str
    day: DayKind
    day_text: str
    is_working_time: bool
    is_provisional: bool
    until: AwareDatetime
    arrival: Deadline
    arrival_minutes: float
    is_on_site: bool
    clause_text: str


@router.get(
    "/business-time",
    operation_id="business_time",
    summary="Is an instant working time, and does it mean 5 or 60 minutes",
    responses=problems(422),
)
async def business_time(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    at: Annotated[Instant | None, Query(description="The instant; default: now.")] = None,
    person: Annotated[Key | None, Query(description="Who would be sent: duty staff on site has 5 minutes.")] = None,
) -> InstantView:
    """Tell what an instant is and which limit it means."""
    instant = at or now_in_utc()
    if not _FIRST <= instant.year <= _LAST:
        raise Unacceptable(
            N_("Years from {first} to {last} are known here."), clause="5.3.3", field="at", first=_FIRST, last=_LAST
        )
    company = await ports.snapshots.directory.company()
    sent = company.person(person) if person else None
    if person and sent is None:
        raise Unknown(N_("There is no person {person}."), clause="5.3.3", field="person", person=person)
    is_on_site = sent is not None and sent.is_duty_on_site
    policy, zone = ports.snapshots.policy, ports.snapshots.policy.time_zone
    calendar = around(await ports.snapshots.calendars.years(), zone, instant)
    day = calendar.local(instant).date()
    arrival = arrival_deadline(calendar, policy, instant, is_on_site=is_on_site)
    return InstantView(
        at=instant,
        local=calendar.local(instant).isoformat(),
        day=calendar.kind_of(day),
        day_text=_.word(calendar.kind_of(day)),
        is_working_time=calendar.is_working_time(instant, policy.working_spans),
        is_provisional=not calendar.is_official(day),
        until=calendar.next_change(instant, policy.working_spans),
        arrival=arrival,
        arrival_minutes=(arrival.at - instant) / timedelta(minutes=1),
        is_on_site=is_on_site,
        clause_text=wording(arrival.clause, _.language),
    )


@router.get("/calendar/{year}", operation_id="calendar_year", summary="How a year is worked", responses=problems(422))
async def calendar_year(year: Year, _person: CurrentPerson, ports: Ports, _: Locale) -> YearView:
    """Show the holidays and make-up days of a year, and who says so."""
    await ports.snapshots.calendars.refresh()
    years = await ports.snapshots.calendars.years()
    return _view(year, years.get(year), await _version(ports, year), _)


@router.put(
    "/calendar/{year}",
    operation_id="enter_calendar_year",
    summary="Enter the notice of a year",
    responses=problems(409, 413, 415, 422),
)
async def enter(
    year: Year, body: YearBody, keeper: CalendarKeeper, ports: Ports, _: Locale, *, dry_run: DryRun = False
) -> YearChanged:
    """Enter the days of a year; they go before the official notice as a whole."""
    for fault in misplaced(year, CalendarYear(holidays=body.holidays, make_up_days=body.make_up_days)):
        field = f"{fault.field}.{fault.place}"
        day = getattr(body, fault.field)[fault.place].isoformat()
        raise Unacceptable(fault.message, clause="5.3.4", field=field, year=year, day=day)
    days = CalendarYear(holidays=sorted(body.holidays), make_up_days=sorted(body.make_up_days))
    edit = Edit(kind=KIND, id=str(year), document=days.model_dump(mode="json"), version=body.version)
    return await _change(ports, keeper, edit, _, reason=body.reason, dry_run=dry_run)


@router.delete(
    "/calendar/{year}",
    operation_id="withdraw_calendar_year",
    summary="Go back to the official notice of a year",
    responses=problems(404, 409, 422),
)
async def withdraw(
    year: Year,
    keeper: CalendarKeeper,
    ports: Ports,
    _: Locale,
    *,
    reason: Annotated[Line | None, Query()] = None,
    dry_run: DryRun = False,
) -> YearChanged:
    """Remove what the company entered of a year."""
    return await _change(ports, keeper, Edit(kind=KIND, id=str(year), document=None), _, reason=reason, dry_run=dry_run)


async def _change(
    ports: Services, keeper: Person, edit: Edit, _: Translator, *, reason: str | None, dry_run: bool
) -> YearChanged:
    calendars, year = ports.snapshots.calendars, int(edit.id)
    await calendars.refresh()
    before = await calendars.years()
    version = await _version(ports, year)
    wanted = (
        Announced(CalendarYear.model_validate(edit.document), Source.ORGANISATION)
        if edit.document is not None
        else calendars.without_entry(year)
    )
    after = {number: item for number, item in before.items() if number != year} | ({year: wanted} if wanted else {})
    shown = _view(year, before.get(year), version, _)
    if not dry_run:
        act = "enter_calendar_year" if edit.document is not None else "withdraw_calendar_year"
        await ports.snapshots.catalogue.edit([edit], person=keeper.id, act=act, reason=reason)
        await calendars.refresh()
        version = await _version(ports, year)
    return YearChanged(
        is_dry_run=dry_run,
        changes=_changes(year, before, after, ports.snapshots.policy.time_zone, _),
        before=shown,
        after=_view(year, wanted, version, _),
    )


def _changes(year: int, before: Years, after: Years, zone: str, _: Translator) -> list[DayChange]:
    middle = datetime(year, 7, 1, tzinfo=UTC)
    old, new = around(before, zone, middle), around(after, zone, middle)
    first = date(year - 1, 12, 1)
    days = [first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1)]
    kinds = [(day, old.kind_of(day), new.kind_of(day)) for day in days]
    return [
        DayChange(day=day, before=was, after=is_now, text=f"{_.word(was)} → {_.word(is_now)}")
        for day, was, is_now in kinds
        if was != is_now
    ]


def _view(year: int, known: Announced | None, version: int, _: Translator) -> YearView:
    days, source = known or Announced(CalendarYear(), Source.PROVISIONAL)
    return YearView(
        year=year,
        source=source,
        source_text=_.word(source),
        is_provisional=source == Source.PROVISIONAL,
        holidays=days.holidays,
        make_up_days=days.make_up_days,
        version=version,
    )


async def _version(ports: Services, year: int) -> int:
    item = await ports.snapshots.catalogue.get(KIND, str(year))
    return item.version if item else 0
