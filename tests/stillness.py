"""Knows when everything that was set going has come to rest, and which timer is next.

It reads what passes between the SDK and our workflows: nothing is guessed by waiting, and the clock of the test server
is moved from one timer to the next, so that no child starts later than it would in real time.
"""

import asyncio
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, SignalWorkflowInput, StartWorkflowInput, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

PATIENCE_SECONDS = 20
_RINGING = timedelta(seconds=1)
_ENDINGS = {
    "complete_workflow_execution",
    "fail_workflow_execution",
    "cancel_workflow_execution",
    "continue_as_new_workflow_execution",
}

Key = tuple[str, str, int]


class Stillness:
    """What is under way, over all workflows of this process's workers."""

    def __init__(self, *, spares_ringing_timers: bool = False) -> None:
        self._spares = spares_ringing_timers
        self._lock = threading.RLock()
        self.started: dict[str, None] = {}
        self.failures: list[str] = []
        self.may_wait: set[str] = set()
        self._busy = 0
        self._ids: dict[str, str] = {}
        self._timers: dict[Key, datetime] = {}
        self._open: dict[Key, tuple[str, str]] = {}
        self._unborn: set[str] = set()
        self._catching_up: set[str] = set()
        self._owed: Counter[tuple[str, str]] = Counter()
        self._last: dict[str, Counter[tuple[str, str]]] = {}

    def plugin(self) -> SimplePlugin:
        """Return what makes a client, and the workers that use it, tell us."""
        return SimplePlugin("stillness", workflow_runner=self._observed, interceptors=[_Announcing(self)])

    def _observed(self, runner: WorkflowRunner | None) -> WorkflowRunner:
        assert runner is not None
        return _ObservedRunner(runner, self)

    def next_timer(self) -> datetime | None:
        """Return when the next timer is due."""
        with self._lock:
            return min(self._timers.values(), default=None)

    def forget(self) -> None:
        """Begin anew: every workflow that was started is gone."""
        with self._lock:
            self.started.clear()
            self.failures.clear()
            self._ids.clear()
            self._timers.clear()
            self._open.clear()
            self._unborn.clear()
            self._catching_up.clear()
            self._owed.clear()
            self._last.clear()

    async def wait(self, now: datetime) -> None:
        """Wait until nothing is under way and no timer that is due still has to ring."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self.under_way(now):  # noqa: ASYNC110 - it is told from other threads
                    await asyncio.sleep(0.002)
        except TimeoutError:
            raise AssertionError(f"still under way: {self.under_way(now)}; failures: {self.failures}") from None

    def under_way(self, now: datetime) -> list[str]:
        """Name what is under way."""
        with self._lock:
            waiting = [
                f"{self._ids.get(run)} {kind} {' '.join(what)}"
                for (run, kind, _), what in self._open.items()
                if what[-1] not in self.may_wait
            ]
            ringing = [f"{self._ids.get(key[0])} timer" for key, due in self._timers.items() if due <= now]
            owed = [f"{target} owes {name}" for (target, name), count in self._owed.items() if count]
            return (
                waiting
                + ringing
                + owed
                + sorted(self._unborn)
                + ["an activation"] * (self._busy + len(self._catching_up))
            )

    # ── what clients do ───────────────────────────────────────────────────────

    def announce(self, workflow_id: str, signal: str | None, *, is_new: bool, times: int = 1) -> None:
        """A client starts or signals a workflow (``times=-1``: it was refused)."""
        with self._lock:
            if is_new:
                self.started[workflow_id] = None
            if signal:
                self._owed[workflow_id, signal] += times
            elif is_new:
                (self._unborn.add if times > 0 else self._unborn.discard)(workflow_id)

    def found(self, workflow_id: str, run_id: str | None) -> None:
        """A client started what runs already: if its worker has heard of it, nothing is born any more."""
        with self._lock:
            if run_id in self._ids:
                self._unborn.discard(workflow_id)

    # ── what workflows hear and do ────────────────────────────────────────────

    def begin(self, act: Any) -> None:
        """Take in what a workflow is told."""
        with self._lock:
            self._busy += 1
            # A run that is replayed is known again when it has caught up.
            is_catching_up = act.is_replaying and any(not job.HasField("query_workflow") for job in act.jobs)
            (self._catching_up.add if is_catching_up else self._catching_up.discard)(act.run_id)
            self._undo_refused_end(act)
            for job in act.jobs:
                kind = job.WhichOneof("variant")
                if hear := getattr(self, f"_hear_{kind}", None):
                    hear(act, getattr(job, kind))

    def spare_ringing_timers(self, act: Any, completion: Any) -> None:
        """Leave timers that ring just now alone: this test server, unlike the real one, takes no such cancellation.

        The workflow does not hear a timer that it gave up. The rule looks at recorded times only: replays agree.
        """
        soon = act.timestamp.ToDatetime(tzinfo=UTC) + _RINGING
        commands = completion.successful.commands
        for command in [item for item in commands if self._spares and item.HasField("cancel_timer")]:
            due = self._timers.get((act.run_id, "timer", command.cancel_timer.seq))
            if due is not None and due <= soon:
                commands.remove(command)

    def end(self, act: Any, completion: Any) -> None:
        """Take in what a workflow asks for; both at once, so that rest is never seen in between."""
        with self._lock:
            self._busy -= 1
            if completion.HasField("failed"):
                self.failures.append(f"{self._ids.get(act.run_id)}: {completion.failed.failure.message}")
                return
            is_over = False
            for command in completion.successful.commands:
                kind = command.WhichOneof("variant")
                is_over = is_over or kind in _ENDINGS
                if take := getattr(self, f"_take_{kind}", None):
                    take(act, getattr(command, kind))
            if is_over:
                self._drop(act.run_id)
                self._last[act.run_id] = self._passed(act, completion)

    def _passed(self, act: Any, completion: Any) -> Counter[tuple[str, str]]:
        """Count the signals that one task has heard, less those that it has sent."""
        heard = [job.signal_workflow.signal_name for job in act.jobs if job.HasField("signal_workflow")]
        passed = Counter((self._ids.get(act.run_id, ""), name) for name in heard)
        for command in completion.successful.commands:
            if command.HasField("signal_external_workflow_execution"):
                signal = command.signal_external_workflow_execution
                passed[signal.workflow_execution.workflow_id, signal.signal_name] -= 1
        return passed

    def _undo_refused_end(self, act: Any) -> None:
        """A last task that the server refused, because something had come meanwhile, is done once more as a whole."""
        does_work = any(
            not job.HasField("query_workflow") and not job.HasField("remove_from_cache") for job in act.jobs
        )
        if does_work and not act.is_replaying:
            for key, count in self._last.pop(act.run_id, Counter()).items():
                self._owed[key] += count

    def _drop(self, run_id: str) -> None:
        for waiting in (self._timers, self._open):
            for key in [key for key in waiting if key[0] == run_id]:
                del waiting[key]

    def _hear_initialize_workflow(self, act: Any, job: Any) -> None:
        self._drop(act.run_id)
        self._ids[act.run_id] = job.workflow_id
        self._unborn.discard(job.workflow_id)

    def _hear_fire_timer(self, act: Any, job: Any) -> None:
        self._timers.pop((act.run_id, "timer", job.seq), None)

    def _hear_resolve_activity(self, act: Any, job: Any) -> None:
        self._open.pop((act.run_id, "activity", job.seq), None)

    def _hear_resolve_child_workflow_execution_start(self, act: Any, job: Any) -> None:
        child, _ = self._open.pop((act.run_id, "child", job.seq), ("", ""))
        if not job.HasField("succeeded"):
            self._unborn.discard(child)

    def _hear_resolve_signal_external_workflow(self, act: Any, job: Any) -> None:
        target = self._open.pop((act.run_id, "signal", job.seq), None)
        if target and job.HasField("failure") and not act.is_replaying:
            self._owed[target] -= 1

    def _hear_signal_workflow(self, act: Any, job: Any) -> None:
        if not act.is_replaying:
            self._owed[self._ids.get(act.run_id, ""), job.signal_name] -= 1

    def _take_start_timer(self, act: Any, command: Any) -> None:
        begins = act.timestamp.ToDatetime(tzinfo=UTC)
        length: timedelta = command.start_to_fire_timeout.ToTimedelta()
        self._timers[act.run_id, "timer", command.seq] = begins + length

    def _take_cancel_timer(self, act: Any, command: Any) -> None:
        self._timers.pop((act.run_id, "timer", command.seq), None)

    def _take_schedule_activity(self, act: Any, command: Any) -> None:
        self._open[act.run_id, "activity", command.seq] = ("", command.activity_type)

    _take_schedule_local_activity = _take_schedule_activity

    def _take_start_child_workflow_execution(self, act: Any, command: Any) -> None:
        self._open[act.run_id, "child", command.seq] = (command.workflow_id, "")
        self.started[command.workflow_id] = None
        if not act.is_replaying:
            self._unborn.add(command.workflow_id)

    def _take_signal_external_workflow_execution(self, act: Any, command: Any) -> None:
        target = (command.workflow_execution.workflow_id, command.signal_name)
        self._open[act.run_id, "signal", command.seq] = target
        if not act.is_replaying:
            self._owed[target] += 1

    def _take_continue_as_new_workflow_execution(self, act: Any, _command: Any) -> None:
        if not act.is_replaying:
            self._unborn.add(self._ids[act.run_id])


class _ObservedRunner(WorkflowRunner):
    """Runs workflows as always and lets us read along."""

    def __init__(self, inner: WorkflowRunner, stillness: Stillness) -> None:
        self._inner = inner
        self.stillness = stillness

    def prepare_workflow(self, defn: Any) -> None:
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = self._inner.create_instance(det)
        activate = instance.activate

        def observed(act: Any) -> Any:
            self.stillness.begin(act)
            completion = activate(act)
            self.stillness.spare_ringing_timers(act, completion)
            self.stillness.end(act, completion)
            return completion

        instance.activate = observed  # type: ignore[method-assign]
        return instance


class _Announcing(Interceptor):
    """Tells what clients start and signal, before they do."""

    def __init__(self, stillness: Stillness) -> None:
        self.stillness = stillness

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        return _Announced(next, self.stillness)


class _Announced(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, stillness: Stillness) -> None:  # noqa: A002
        super().__init__(next)
        self._stillness = stillness

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        self._stillness.announce(input.id, input.start_signal, is_new=True)
        try:
            handle = await super().start_workflow(input)
        except BaseException:
            self._stillness.announce(input.id, input.start_signal, is_new=True, times=-1)
            raise
        if input.id_conflict_policy is WorkflowIDConflictPolicy.USE_EXISTING:
            self._stillness.found(input.id, handle.result_run_id)
        return handle

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        self._stillness.announce(input.id, input.signal, is_new=False)
        try:
            await super().signal_workflow(input)
        except BaseException:
            self._stillness.announce(input.id, input.signal, is_new=False, times=-1)
            raise
