"""What replay does not compare: a runner keeps every command of a replayed workflow, to be laid beside its history.

Replay checks the kinds and ids of commands. Durations, inputs, timeouts and summaries pass unseen.
"""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from tools.replay import Stored
from worker import RUNNER
from workflows import contract

# A workflow's clock is a float of seconds: two readings of one instant can lie this far apart.
_GRAIN = timedelta(microseconds=2)


class Deed(NamedTuple):
    """One command: what it is, which it concerns, and all that replay overlooks."""

    kind: str
    name: str
    details: dict[str, Any]
    is_cancelled: bool = False


class Witness(WorkflowRunner):
    """Runs workflows as another runner does and keeps the commands that each run gives."""

    def __init__(self, inner: WorkflowRunner | None = None) -> None:
        self._inner = inner or RUNNER
        self._commands: dict[str, list[WorkflowCommand]] = {}

    def prepare_workflow(self, defn: Any) -> None:
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = self._inner.create_instance(det)
        activate, commands = instance.activate, self._commands.setdefault(det.info.run_id, [])

        def watched(activation: WorkflowActivation) -> WorkflowActivationCompletion:
            completion = activate(activation)
            commands.extend(completion.successful.commands)
            return completion

        instance.activate = watched  # type: ignore[method-assign,assignment] # the one place that sees every command
        return instance

    def demanded(self, item: Stored) -> list[Deed]:
        """Return what today's code did in the place of a recorded workflow that was replayed."""
        commands = self._commands[item.history.run_id]
        cancelled = {command.cancel_timer.seq for command in commands if command.HasField("cancel_timer")}
        return [deed for command in commands for deed in _of_command(command, cancelled)]


def recorded(item: Stored) -> list[Deed]:
    """Return what the workflow did when it was recorded."""
    return [deed for event in item.events for deed in _of_event(event)]


def differences(then: list[Deed], now: list[Deed]) -> Iterator[str]:
    """Return how today's deeds differ from the recorded ones; fields that a release added are no difference."""
    rest = iter(now)
    for old in then:
        new = next(rest, None)
        # A timer that is cancelled in the workflow task that started it never reaches the history.
        while new is not None and new.is_cancelled and not _is_same(old, new):
            new = next(rest, None)
        if new is None or not _is_same(old, new):
            yield f"recorded {old}, now {new}"
            return


def _is_same(old: Deed, new: Deed) -> bool:
    return (old.kind, old.name) == (new.kind, new.name) and _holds(new.details, old.details)


def _holds(new: Any, old: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _holds(new[key], value) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_holds(one, other) for one, other in zip(new, old, strict=True))
    if isinstance(old, timedelta) and isinstance(new, timedelta):
        return abs(old - new) <= _GRAIN
    return bool(old == new)


def _of_command(command: WorkflowCommand, cancelled: set[int]) -> Iterator[Deed]:
    summary = _value(command.user_metadata.summary)
    if command.HasField("start_timer"):
        timer = command.start_timer
        details = {"length": timer.start_to_fire_timeout.ToTimedelta(), "summary": summary}
        yield Deed("timer", "", details, timer.seq in cancelled)
    elif command.HasField("schedule_activity"):
        it = command.schedule_activity
        queue = contract.INCIDENTS if it.task_queue.startswith("replay") else it.task_queue
        details = {"input": [_value(one) for one in it.arguments], "queue": queue, "summary": summary}
        yield Deed("activity", it.activity_type, details | _limits(it))
    elif command.HasField("start_child_workflow_execution"):
        child = command.start_child_workflow_execution
        details = {"input": [_value(one) for one in child.input], "id": child.workflow_id, "summary": summary}
        yield Deed("child", child.workflow_type, details)
    elif command.HasField("signal_external_workflow_execution"):
        signal = command.signal_external_workflow_execution
        to = signal.workflow_execution.workflow_id
        yield Deed("signal", signal.signal_name, {"to": to, "input": [_value(one) for one in signal.args]})


def _limits(activity: Any) -> dict[str, Any]:
    return {
        "timeout": activity.start_to_close_timeout.ToTimedelta(),
        "attempts": activity.retry_policy.maximum_attempts,
        "pause": activity.retry_policy.initial_interval.ToTimedelta(),
    }


def _of_event(event: dict[str, Any]) -> Iterator[Deed]:
    kind = event["eventType"].removeprefix("EVENT_TYPE_")
    summary = _json(event.get("userMetadata", {}).get("summary"))
    if kind == "TIMER_STARTED":
        length = seconds(event["timerStartedEventAttributes"]["startToFireTimeout"])
        yield Deed("timer", "", {"length": length, "summary": summary})
    elif kind == "ACTIVITY_TASK_SCHEDULED":
        it = event["activityTaskScheduledEventAttributes"]
        details = {"input": inputs(it), "queue": it["taskQueue"]["name"], "summary": summary}
        yield Deed("activity", it["activityType"]["name"], details | _recorded_limits(it))
    elif kind == "START_CHILD_WORKFLOW_EXECUTION_INITIATED":
        child = event["startChildWorkflowExecutionInitiatedEventAttributes"]
        details = {"input": inputs(child), "id": child["workflowId"], "summary": summary}
        yield Deed("child", child["workflowType"]["name"], details)
    elif kind == "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED":
        signal = event["signalExternalWorkflowExecutionInitiatedEventAttributes"]
        to = signal["workflowExecution"]["workflowId"]
        yield Deed("signal", signal["signalName"], {"to": to, "input": inputs(signal)})


def _recorded_limits(activity: dict[str, Any]) -> dict[str, Any]:
    policy = activity.get("retryPolicy", {})
    return {
        "timeout": seconds(activity["startToCloseTimeout"]),
        "attempts": policy.get("maximumAttempts", 0),
        "pause": seconds(policy.get("initialInterval", "0s")),
    }


def inputs(attributes: dict[str, Any]) -> list[Any]:
    """Return the decoded arguments of a recorded event."""
    return [_json(payload) for payload in attributes.get("input", {}).get("payloads", [])]


def seconds(text: str) -> timedelta:
    """Read a duration as histories write it, such as ``0.486197s``."""
    return timedelta(seconds=float(text.removesuffix("s")))


def _json(payload: dict[str, Any] | None) -> Any:
    return json.loads(b64decode(payload["data"])) if payload and payload.get("data") else None


def _value(payload: Payload) -> Any:
    return json.loads(payload.data) if payload.data else None
