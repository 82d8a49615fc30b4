"""A workflow runner in which no workflow hears anything before its time.

A question (query) that waits while no worker is there can bring the next worker a history whose last words no workflow
task has told yet. The SDK delivers them all the same, at the instant of the task before: the workflow decides by a
wrong clock, and when its history is replayed, where the words come at their own instant, it decides otherwise.
Such a run is given up instead. The question fails, whoever asked asks again, and the words come with their task.
"""

from typing import Any

import structlog
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

TOO_EARLY = "something has come that no workflow task has told yet; ask again"
_NOT_TOLD_BY_HISTORY = {"query_workflow", "remove_from_cache"}
_NO_STORE = StorageDriverStoreContext(target=None)

_log = structlog.get_logger(__name__)


class TimelyRunner(SandboxedWorkflowRunner):
    """Runs workflows in the sandbox; what a question brings too early, it does not tell them."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Create one run of a workflow."""
        return _Timely(super().create_instance(det), det.info.workflow_id)


class _Timely(WorkflowInstance):
    def __init__(self, inner: WorkflowInstance, workflow_id: str) -> None:
        self._inner = inner
        self._workflow_id = workflow_id
        self._length = self._size = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if self._is_too_early(act):
            _log.info("asked_too_early", workflow=self._workflow_id)
            given_up = WorkflowActivationCompletion(run_id=act.run_id)
            given_up.failed.failure.message = TOO_EARLY
            return given_up
        self._length, self._size = act.history_length, act.history_size_bytes
        return self._inner.activate(act)

    def _is_too_early(self, act: WorkflowActivation) -> bool:
        """The history has grown since the last task, but its size, which is counted whenever a task starts, has not."""
        tells = any(job.WhichOneof("variant") not in _NOT_TOLD_BY_HISTORY for job in act.jobs)
        return tells and act.history_length > self._length and act.history_size_bytes == self._size > 0

    # What a payload belongs to is asked several times for each, by way of the sandbox: a tenth of the work of an act.
    # Only a codec or a store for large payloads would use the answer, and our data converter has neither.
    def get_serialization_context(self, _: object) -> None:
        return None

    def get_external_store_context(self, _: object) -> StorageDriverStoreContext:
        return _NO_STORE

    def get_info(self) -> Any:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()
