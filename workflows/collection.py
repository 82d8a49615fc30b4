"""One collection of fault logs from the affected system (5.3.5)."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.collecting import Collectors
    from activities.messages import Collected, CollectorRun
    from domain.company import Collector
    from workflows import contract, options
    from workflows.contract import CollectionInput, CollectionReport


@workflow.defn(name="CollectionWorkflow")
class CollectionWorkflow:
    """Asks all collectors at once and tells the incident of each as soon as it has answered; no incident waits."""

    @workflow.init
    def __init__(self, collection: CollectionInput) -> None:
        """Take up the collection."""
        self._collection = collection
        self._is_ended = False

    @workflow.signal(name=contract.END, description="Nobody waits for this collection any more.")
    def end(self) -> None:
        """End the collection."""
        self._is_ended = True

    @workflow.run
    async def run(self, collection: CollectionInput) -> None:
        """Ask, tell, end."""
        names = ", ".join(collector.id for collector in collection.collectors)
        workflow.set_current_details(f"collection {collection.collection}: {names} (5.3.5)")
        asking = asyncio.create_task(self._ask_all(collection.collectors))
        await workflow.wait_condition(lambda: self._is_ended or asking.done())
        asking.cancel()

    async def _ask_all(self, collectors: list[Collector]) -> None:
        await asyncio.gather(*(self._ask(collector) for collector in collectors))

    async def _ask(self, collector: Collector) -> None:
        run = CollectorRun(
            incident=self._collection.incident, collection=self._collection.collection, collector=collector
        )
        try:
            collected = await workflow.execute_activity_method(
                Collectors.collect,
                run,
                start_to_close_timeout=timedelta(seconds=collector.seconds) + options.COLLECT_GRACE,
                retry_policy=options.COLLECT_RETRY,
                summary=collector.id,
            )
        except FailureError as failure:
            collected = Collected(reason=str(failure.cause or failure))
        if not self._is_ended:
            await self._tell(collector, collected)

    async def _tell(self, collector: Collector, collected: Collected) -> None:
        incident = workflow.get_external_workflow_handle(contract.incident_id(self._collection.incident))
        report = CollectionReport(
            collection=self._collection.collection,
            collector=collector.id,
            exhibit=collected.exhibit,
            reason=collected.reason,
            occurred_at=workflow.now(),
        )
        try:
            await incident.signal(contract.COLLECTED, report)
        except FailureError:
            self._is_ended = True
