"""Opening rectification measures: what they are judged by, and those of an accepted summary report (6.2)."""

from contextlib import suppress
from typing import Protocol

from activities.messages import IncidentRow, MeasureOrders
from activities.ports import Standings
from adapters.snapshot import now_in_utc
from adapters.store.measures import SqlMeasures
from adapters.temporal import Measures
from domain.errors import CommandReused
from domain.measure import INCIDENT, Source, Surroundings
from domain.numbering import measure_number
from domain.readiness import Standing
from domain.rectification import circle, due_on, within_reason
from domain.text import brief
from workflows.contract import MeasureOpening, MeasuresOpened


class NotRecordedYet(Exception):
    """The record does not have the report yet; trying again helps once it has."""


def surroundings(standing: Standing, people: set[str]) -> Surroundings:
    """Return what a measure that names these people is judged by."""
    return Surroundings(
        company=circle(standing.company, people),
        calendar=standing.calendar,
        working_spans=standing.policy.working_spans,
    )


class Incidents(Protocol):
    """Where incidents are looked up."""

    async def get(self, number: str) -> IncidentRow | None:
        """Find one incident."""
        ...


class ReportedMeasures:
    """Opens the measures of incidents (the port ``MeasureOpenings``)."""

    def __init__(self, standings: Standings, record: SqlMeasures, incidents: Incidents, measures: Measures) -> None:
        """Take what measures are judged by, the record, and the door to Temporal."""
        self._standings = standings
        self._record = record
        self._incidents = incidents
        self._measures = measures

    async def open_measures(self, orders: MeasureOrders) -> None:
        """Open each measure of the report once, and tell the incident."""
        proposed = await self._record.proposed(orders.incident, orders.summary_version)
        row = await self._incidents.get(orders.incident)
        if proposed is None or row is None:
            raise NotRecordedYet(f"incident {orders.incident}, report version {orders.summary_version}")
        now = now_in_utc()
        standing = await self._standings.now(now)
        source = Source(
            kind=INCIDENT, ref=orders.incident, title=brief(row.title), system=row.system, is_drill=row.is_drill
        )
        numbers: list[str] = []
        for place, item in enumerate(proposed, start=orders.first):
            around = surroundings(standing, {item.owner, item.verifier or item.owner})
            opening = MeasureOpening(
                number=measure_number(orders.incident, place),
                text=item.text,
                owner=item.owner,
                verifier=item.verifier,
                due=due_on(around, within_reason(item.due, now)),
                source=source,
                around=around,
            )
            with suppress(CommandReused):  # opened before, by a calendar that was another
                await self._measures.open(opening)
            numbers.append(opening.number)
        opened = MeasuresOpened(summary_version=orders.summary_version, measures=numbers)
        await self._measures.tell_incident(orders.incident, opened)
