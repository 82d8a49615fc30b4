"""One confirmed run of a step's automatic action: at most once, whatever dies meanwhile (5.2.3)."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, TimeoutType
from temporalio.exceptions import TimeoutError as RanOut

with workflow.unsafe.imports_passed_through():
    from activities.actions import Actions
    from activities.messages import ActionResult
    from workflows import contract, options
    from workflows.contract import ActionInput, ActionReport

_NOT_BEGUN = ActionResult(outcome="failed", why="not_begun")


@workflow.defn(name="ActionWorkflow")
class ActionWorkflow:
    """Asks for one run and tells the incident what came of it; nothing is repeated, nothing can be taken back."""

    @workflow.signal(name=contract.END, description="The incident waits no more; what has begun goes on.")
    def end(self) -> None:
        """A run that has begun cannot be ended."""

    @workflow.run
    async def run(self, confirmed: ActionInput) -> str:
        """Carry it out and tell; return the outcome."""
        wanted = confirmed.wanted
        workflow.set_current_details(f"step {wanted.step}, run {wanted.run}: {wanted.action} (5.2.3)")
        result = await self._carry_out(confirmed)
        report = ActionReport(step=wanted.step, run=wanted.run, result=result, occurred_at=workflow.now())
        incident = workflow.get_external_workflow_handle(contract.incident_id(wanted.incident))
        try:
            await incident.signal(contract.STEP_RAN, report)
        except FailureError:
            workflow.logger.info("incident is over")
        return result.outcome

    async def _carry_out(self, confirmed: ActionInput) -> ActionResult:
        """Let one worker begin it, in time or not at all: a confirmation does not hold for later."""
        left = confirmed.begin_by - workflow.now()
        if left.total_seconds() <= 0:
            return _NOT_BEGUN
        try:
            return await workflow.execute_activity_method(
                Actions.run_action,
                confirmed.wanted,
                schedule_to_start_timeout=left,
                start_to_close_timeout=confirmed.limit,
                retry_policy=options.ONCE,
                summary=f"{confirmed.wanted.action} ({confirmed.wanted.step})",
            )
        except ActivityError as failure:
            return _without_answer(failure)


def _without_answer(failure: ActivityError) -> ActionResult:
    """Nobody has begun it, which is sure; or somebody has, and has died over it, which leaves everything open."""
    cause = failure.cause
    if isinstance(cause, RanOut) and cause.type == TimeoutType.SCHEDULE_TO_START:
        return _NOT_BEGUN
    return ActionResult(outcome="unclear", why="no_answer")
