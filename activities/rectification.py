"""Rectification measures: looking after them on working days, writing their record, opening those of an incident."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.messages import MeasureBatch, MeasureLook, MeasureOrders, MeasureOutlook
from activities.ports import MeasureOpenings, MeasureStore, RecordTampered, Standings
from domain.measure import Surroundings
from domain.rectification import circle
from domain.reminding import Business, agenda


class Rectification:
    """Judges by people, calendar and policy as they are at that moment; the instant itself is the workflow's."""

    def __init__(self, standings: Standings, store: MeasureStore, openings: MeasureOpenings) -> None:
        """Take what a measure is judged by, where its record is kept, and how measures are opened."""
        self._standings = standings
        self._store = store
        self._openings = openings

    @activity.defn(name="look_at_measure")
    async def look(self, look: MeasureLook) -> MeasureOutlook:
        """Say whom to call now, when to look again, and what the measure is judged by today."""
        standing = await self._standings.now(look.at)
        measure, policy = look.measure, standing.policy
        company = circle(standing.company, measure.concerned)
        business = Business(standing.calendar, policy)
        around = Surroundings(company=company, calendar=standing.calendar, working_spans=policy.working_spans)
        return MeasureOutlook(around=around, agenda=agenda(measure, standing.company, business, look.at))

    @activity.defn(name="record_measure")
    async def record(self, batch: MeasureBatch) -> None:
        """Append entries; again and again until the database takes them, unless the record was tampered with."""
        try:
            await self._store.append(batch)
        except RecordTampered as error:
            raise ApplicationError(str(error), type="RecordTampered", non_retryable=True) from None

    @activity.defn(name="open_measures")
    async def open(self, orders: MeasureOrders) -> None:
        """Open the measures of an accepted summary report, each once, and tell its incident their numbers."""
        await self._openings.open_measures(orders)
