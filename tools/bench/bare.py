"""The measure of all figures: a workflow with one signal, one update and a timer, no activity, and its worker."""

from datetime import datetime, timedelta

from temporalio import workflow

TASK_QUEUE = "bare"
ACT = "act"
FINISH = "finish"


@workflow.defn(name="BareWorkflow")
class BareWorkflow:
    """Waits for its signal, or for an instant; returns how many seconds late it woke."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._acts = 0
        self._is_finished = False

    @workflow.run
    async def run(self, until: datetime | None) -> float:
        """Wait."""
        if until is None:
            await workflow.wait_condition(lambda: self._is_finished)
            return 0
        try:
            left = max(until - workflow.now(), timedelta(milliseconds=1))
            await workflow.wait_condition(lambda: self._is_finished, timeout=left)
        except TimeoutError:
            return (workflow.now() - until).total_seconds()
        return 0

    @workflow.signal(name=FINISH)
    def finish(self) -> None:
        """End."""
        self._is_finished = True

    @workflow.update(name=ACT)
    def act(self, _text: str) -> int:
        """Count."""
        self._acts += 1
        return self._acts
