"""One communication test: a message to every contact point of whoever is needed; people answer in the API (4.2)."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.messages import Message, TrialPlan, TrialRun, Tried
    from activities.paging import Paging
    from activities.readiness import ReadinessChecks
    from domain.policy import Severity
    from workflows import contract, options


@workflow.defn(name="CommunicationTestWorkflow")
class CommunicationTestWorkflow:
    """Sends the messages; whoever has not answered when the test closes is a gap in readiness."""

    @workflow.run
    async def run(self, plan: TrialPlan) -> int:
        """Send to every contact point at once; return how many took the message."""
        run: TrialRun = await workflow.execute_activity_method(
            ReadinessChecks.begin_test,
            plan,
            start_to_close_timeout=options.RECORD_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary="whom the test tries",
        )
        return sum(await asyncio.gather(*(_send(_message(plan, run, point)) for point in run.points)))


async def _send(message: Message) -> bool:
    try:
        delivery = await workflow.execute_activity_method(
            Paging.hand_over,
            message,
            task_queue=contract.NOTIFY,
            start_to_close_timeout=options.PAGE_TIMEOUT,
            retry_policy=options.TRIAL_RETRY,
            summary=f"{message.template} → {message.recipient} ({message.channel})",
        )
    except FailureError as failure:
        if is_cancelled_exception(failure):
            raise
        return False
    return delivery.is_accepted


def _message(plan: TrialPlan, run: TrialRun, point: Tried) -> Message:
    name = contract.communication_test_id(plan.id)
    return Message(
        dedup_key=f"{name}:{point.person}:{point.channel}",
        incident=name,
        title="",
        system="",
        severity=Severity.III,
        recipient=point.person,
        channel=point.channel,
        template="communication_test",
        question=f"communication_test/{point.channel}",
        clause="4.2",
        due=run.closes_at,
        created_at=workflow.now(),
        params={"test": plan.id, "channel": point.channel},
    )
