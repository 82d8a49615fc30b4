"""Every morning of a working day somebody looks whether the people are ready, and tells whom it concerns (4.2)."""

import json
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.messages import GapLetter, Message, MorningLook, MorningReport, TrialPlan
    from activities.readiness import ReadinessChecks
    from domain.policy import Severity
    from workflows import contract, options
    from workflows.communication_test import CommunicationTestWorkflow
    from workflows.contract import Vigil
    from workflows.paging import reach

LOOKS = 50


@workflow.defn(name="ReadinessWorkflow")
class ReadinessWorkflow:
    """Tells new gaps once, open ones again after a while, and starts the communication tests that are due."""

    def __init__(self) -> None:
        """Know nothing before the run begins."""
        self._vigil = Vigil()

    @workflow.run
    async def run(self, vigil: Vigil) -> None:
        """Look every morning, without end; take up what was told before."""
        self._vigil = vigil
        for _ in range(LOOKS):
            await self._sleep()
            await self._look()
            if workflow.info().is_continue_as_new_suggested():
                break
        workflow.continue_as_new(self._vigil)

    @workflow.query(name=contract.SNAPSHOT, description="Which gaps were told, and when the next look is.")
    def snapshot(self) -> Vigil:
        """Return a copy of the state."""
        return self._vigil.model_copy(deep=True)

    async def _sleep(self) -> None:
        if self._vigil.next_look is None:
            self._vigil.next_look = await workflow.execute_activity_method(
                ReadinessChecks.next_morning,
                workflow.now(),
                start_to_close_timeout=options.RECORD_TIMEOUT,
                retry_policy=options.WITHOUT_END,
            )
        left = self._vigil.next_look - workflow.now()
        await workflow.sleep(max(left, timedelta(milliseconds=1)), summary="the next morning")

    async def _look(self) -> None:
        now = workflow.now()
        report: MorningReport = await workflow.execute_activity_method(
            ReadinessChecks.look,
            MorningLook(at=now, told=self._vigil.told),
            start_to_close_timeout=options.RECORD_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary="are the people ready",
        )
        told = {key: at for key, at in self._vigil.told.items() if key in report.open}
        for letter in report.letters:
            if await reach(_message(letter), letter.channels, lambda: False):
                told |= dict.fromkeys(letter.keys, now)
        if report.is_test_due:
            await self._start_test()
        self._vigil = Vigil(told=told, next_look=report.next_look)

    async def _start_test(self) -> None:
        plan = TrialPlan(id=workflow.now().date().isoformat(), started_at=workflow.now())
        try:
            await workflow.start_child_workflow(
                CommunicationTestWorkflow.run,
                plan,
                id=contract.communication_test_id(plan.id),
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"communication test {plan.id} (4.2)",
            )
        except WorkflowAlreadyStartedError:
            return


def _message(letter: GapLetter) -> Message:
    day = workflow.now().date().isoformat()
    return Message(
        dedup_key=f"{contract.READINESS}:{day}:{letter.urgency}:{letter.recipient}",
        incident=contract.READINESS,
        title="",
        system="",
        severity=Severity.III,
        recipient=letter.recipient,
        channel="inbox",
        template="readiness",
        question=contract.READINESS,
        clause=letter.clause,
        created_at=workflow.now(),
        params={"gaps": json.dumps([json.loads(gap) for gap in letter.gaps]), "urgency": letter.urgency},
    )
