"""Dispatch and arrival of one responder: 5 or 60 minutes, fixed when he was dispatched (5.3.3, 5.3.4)."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import contract
    from workflows.contract import ArrivalInput, OverdueReport
    from workflows.paging import Paged, Watch


@workflow.defn(name="ArrivalWorkflow")
class ArrivalWorkflow(Paged):
    """Calls a responder to the scene and says so when he is at risk, and when he is not there at his deadline."""

    @workflow.init
    def __init__(self, coming: ArrivalInput) -> None:
        """Take up the responder's page."""
        self.watch = Watch(coming)
        self.at_risk_at = coming.at_risk_at
        self.is_overdue = coming.is_overdue

    @workflow.run
    async def run(self, coming: ArrivalInput) -> bool:
        """Page him until he comes or is stood down, and watch the deadline; return whether it was missed."""
        due = coming.deadline
        workflow.set_current_details(f"{coming.responder} → {due.at.isoformat()} ({due.clause})")
        deadline = asyncio.create_task(self._watch_deadline(coming))
        await self.watch.climb()
        deadline.cancel()
        if not self.watch.is_ended:
            carried = {"state": self.watch.state, "is_overdue": self.is_overdue, "at_risk_at": self.at_risk_at}
            workflow.continue_as_new(coming.model_copy(update=carried))
        return self.is_overdue

    async def _watch_deadline(self, coming: ArrivalInput) -> None:
        if self.is_overdue:
            return
        what = f"{coming.responder} on the scene ({coming.deadline.clause})"
        if self.at_risk_at:
            await _sleep_until(self.at_risk_at, f"{what}: at risk")
            self.at_risk_at = None
            await self.watch.tell_incident(contract.ARRIVAL_AT_RISK, _report(coming))
        await _sleep_until(coming.deadline.at, what)
        self.is_overdue = True
        await self.watch.tell_incident(contract.ARRIVAL_OVERDUE, _report(coming))


async def _sleep_until(at: datetime, summary: str) -> None:
    await workflow.sleep(max(at - workflow.now(), timedelta(milliseconds=1)), summary=summary)


def _report(coming: ArrivalInput) -> OverdueReport:
    return OverdueReport(
        responder=coming.responder,
        dispatch=int(coming.ladder.question.rpartition("/")[2]),
        deadline=coming.deadline.at,
    )
