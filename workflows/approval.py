"""One version of the response plan before the general manager; silence never approves it (5.2.8)."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.acts import Command, DecidePlan
    from workflows import contract
    from workflows.contract import ApprovalInput
    from workflows.paging import Paged, Watch


@workflow.defn(name="ApprovalWorkflow")
class ApprovalWorkflow(Paged):
    """Reminds the general manager, then his deputy, until this version is decided or superseded."""

    @workflow.init
    def __init__(self, pending: ApprovalInput) -> None:
        """Take up the version's page."""
        self.watch = Watch(pending)
        self._decisions: list[Command[DecidePlan]] = []

    @workflow.run
    async def run(self, pending: ApprovalInput) -> int:
        """Page until decided; return the version."""
        workflow.set_current_details(f"plan version {pending.plan_version} (5.2.8)")
        post = asyncio.create_task(self._pass_on_decisions())
        await self.watch.climb()
        await workflow.wait_condition(lambda: not self._decisions)
        post.cancel()
        if not self.watch.is_ended:
            workflow.continue_as_new(pending.model_copy(update={"state": self.watch.state}))
        return pending.plan_version

    @workflow.signal(name=DecidePlan.name, description="Decide this version; the incident, to which it goes, judges.")
    def decide_plan(self, command: Command[DecidePlan]) -> None:
        """Take a decision that was sent here instead of to the incident."""
        self._decisions.append(command)

    async def _pass_on_decisions(self) -> None:
        incident = workflow.get_external_workflow_handle(contract.incident_id(self.watch.beacon.subject.incident))
        while True:
            await workflow.wait_condition(lambda: bool(self._decisions))
            try:
                await incident.signal(DecidePlan.name, self._decisions[0])
            except FailureError:
                self.watch.end()
            self._decisions.pop(0)
