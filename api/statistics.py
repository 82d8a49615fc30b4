"""How people came when they were sent, and the codes that prove where they were (5.3.3, 5.3.4)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from adapters.places import as_printed, place_code
from adapters.snapshot import now_in_utc
from api.auth import Keeper
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from domain.administration import Task, may
from domain.arrivals import Arrivals, tally
from domain.company import Person
from domain.errors import Unknown
from domain.text import N_, Key, Wire
from domain.values import Instant

router = APIRouter()


class ArrivalsView(Arrivals):
    """The arrivals of one person, with his name."""

    name: str


class ArrivalStatistics(Wire):
    """Arrivals by person; drills are counted apart."""

    since: AwareDatetime | None
    until: AwareDatetime | None
    real: list[ArrivalsView]
    drills: list[ArrivalsView]


class PlaceCode(Wire):
    """What hangs at the place of a system, to be printed, also as a QR code of ``code``."""

    system: str
    name: str
    place: str
    code: str


@router.get(
    "/statistics/arrivals",
    operation_id="arrival_statistics",
    summary="Who was sent how often, and came in time",
    tags=["statistics"],
    responses=problems(422),
)
async def arrivals(
    caller: Annotated[Person, Depends(Keeper(Task.READ_STATISTICS, owner="person"))],
    ports: Ports,
    _: Locale,
    *,
    person: Annotated[Key | None, Query(description="Only of this person; everybody sees his own.")] = None,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
) -> ArrivalStatistics:
    """Count dispatches and arrivals from the record."""
    company = await ports.snapshots.directory.company()
    sees_all = may(company, caller.id, Task.READ_STATISTICS, now_in_utc())
    wanted = person if sees_all else caller.id

    async def counted(*, is_drill: bool) -> list[ArrivalsView]:
        found = tally(await ports.arrivals.between(since, until, is_drill=is_drill))
        return [
            ArrivalsView(**item.model_dump(), name=name_of(company, item.person, _))
            for item in found
            if wanted in (None, item.person)
        ]

    return ArrivalStatistics(
        since=since, until=until, real=await counted(is_drill=False), drills=await counted(is_drill=True)
    )


@router.get(
    "/company/systems/{system}/place-code",
    operation_id="place_code",
    summary="The code that hangs at the place of a system",
    tags=["company"],
    responses=problems(404, 422),
)
async def code(
    system: Key, _caller: Annotated[Person, Depends(Keeper(Task.READ_PLACE_CODES))], ports: Ports, _: Locale
) -> PlaceCode:
    """Show the code to print; a check-in that gives it is marked as verified."""
    found = (await ports.snapshots.directory.company()).system(system)
    if found is None:
        raise Unknown(N_("The company has no system “{system}”."), clause="5.2.1", field="system", system=system)
    return PlaceCode(
        system=found.id,
        name=found.name.in_language(_.language),
        place=found.location.in_language(_.language),
        code=as_printed(place_code(ports.settings.secret.get_secret_value(), found.id)),
    )
