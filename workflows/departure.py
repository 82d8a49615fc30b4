"""Somebody leaves or is disabled: what goes on hears of it, incidents and measures, so that his tasks pass on (4.2)."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.departures import Departures
    from activities.messages import Leaver
    from workflows import contract, options
    from workflows.contract import Departure

# The workflow starts before the change is made; one that was never made is given up after all of these.
_PAUSES = (timedelta(seconds=1), *[timedelta(seconds=5)] * 24)
# An incident that opened at the very moment of the change may be found a little later only.
_LATECOMERS_AFTER = timedelta(minutes=1)


@workflow.defn(name="DepartureWorkflow")
class DepartureWorkflow:
    """One departure of one person."""

    @workflow.run
    async def run(self, departure: Departure) -> list[str]:
        """Wait until he has left, tell what goes on, look again for latecomers; return the workflows that were told."""
        if not await self._has_left(departure):
            return []
        told = await self._tell(departure, [])
        await workflow.sleep(_LATECOMERS_AFTER, summary="what opened meanwhile")
        return told + await self._tell(departure, told)

    async def _has_left(self, departure: Departure) -> bool:
        leaver = Leaver(person=departure.person, version=departure.version)
        for pause in _PAUSES:
            standing = await workflow.execute_activity_method(
                Departures.has_left,
                leaver,
                start_to_close_timeout=options.RECORD_TIMEOUT,
                retry_policy=options.WITHOUT_END,
                summary=departure.person,
            )
            if standing != "pending":
                return standing == "left"
            await workflow.sleep(pause, summary="the change is not made yet")
        return False

    async def _tell(self, departure: Departure, told: list[str]) -> list[str]:
        incidents = await workflow.execute_activity_method(
            Departures.open_incidents,
            start_to_close_timeout=options.ARCHIVE_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary="incidents that go on",
        )
        measures = await workflow.execute_activity_method(
            Departures.ongoing_measures,
            start_to_close_timeout=options.ARCHIVE_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary="rectification measures that go on",
        )
        ids = [*map(contract.incident_id, incidents), *map(contract.measure_id, measures)]
        fresh = [workflow_id for workflow_id in ids if workflow_id not in told]
        for workflow_id in fresh:
            try:
                await workflow.get_external_workflow_handle(workflow_id).signal(contract.PERSON_LEFT, departure)
            except FailureError:
                workflow.logger.info("it is over")
        return fresh
