"""The worker: settings → adapters → activities → two Temporal workers. Run it with ``python worker.py``."""

import asyncio
import signal
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from adapters.composition import Activities, activities
from adapters.process import run
from adapters.settings import Settings
from adapters.temporal import connect, keep_vigil, register_search_attributes
from adapters.timely import TimelyRunner
from workflows.action import ActionWorkflow
from workflows.alert import AlertWorkflow
from workflows.approval import ApprovalWorkflow
from workflows.arrival import ArrivalWorkflow
from workflows.collection import CollectionWorkflow
from workflows.communication_test import CommunicationTestWorkflow
from workflows.contract import INCIDENTS, NOTIFY
from workflows.departure import DepartureWorkflow
from workflows.incident import IncidentWorkflow
from workflows.options import TASK_TIMEOUT
from workflows.paging import PageWorkflow
from workflows.readiness import ReadinessWorkflow
from workflows.recovery import RecoveryWorkflow
from workflows.rectification import RectificationWorkflow

WORKFLOWS = [
    IncidentWorkflow,
    PageWorkflow,
    ArrivalWorkflow,
    ApprovalWorkflow,
    RecoveryWorkflow,
    CollectionWorkflow,
    AlertWorkflow,
    DepartureWorkflow,
    ReadinessWorkflow,
    CommunicationTestWorkflow,
    RectificationWorkflow,
    ActionWorkflow,
]
GRACE = timedelta(seconds=5)
# Messages under way at once: they only wait for providers, and those of one that hangs must leave room for the others.
AT_ONCE = 1000
# Workflow tasks under way at once: they share one interpreter, and one that got no turn for two seconds counts as hung.
TASKS_AT_ONCE = 20

# Our own packages are loaded once, not once a workflow; the linter keeps clock, chance and environment out of them.
RUNNER = TimelyRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("domain", "activities", "workflows")
)


def workers(client: Client, ready: Activities) -> list[Worker]:
    """Return the worker of incidents and the one of messages: a slow gateway never holds up an escalation."""
    incidents = Worker(
        client,
        task_queue=INCIDENTS,
        workflows=WORKFLOWS,
        workflow_runner=RUNNER,
        activities=[
            *(ready.recording.record, ready.recording.archive, ready.probes.run_probes, ready.alerts.open_for_alert),
            *(ready.readiness.next_morning, ready.readiness.look, ready.readiness.begin_test),
            *(ready.departures.has_left, ready.departures.open_incidents, ready.departures.ongoing_measures),
            *(ready.rectification.look, ready.rectification.record, ready.rectification.open),
            ready.collectors.collect,
            ready.actions.run_action,
        ],
        max_concurrent_workflow_tasks=TASKS_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=TASK_TIMEOUT,
        graceful_shutdown_timeout=GRACE,
    )
    notify = Worker(
        client,
        task_queue=NOTIFY,
        activities=[ready.paging.hand_over],
        max_concurrent_activities=AT_ONCE,
        graceful_shutdown_timeout=GRACE,
    )
    return [incidents, notify]


async def work(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C, then let what is in hand finish."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    client = await connect(settings.temporal_address, settings.temporal_namespace)
    await register_search_attributes(client)
    async with activities(settings, client) as ready:
        incidents, notify = workers(client, ready)
        async with incidents, notify:
            await keep_vigil(client)
            await stop.wait()


def main() -> None:
    """Be a worker: with the settings of the environment, until somebody ends it."""
    run(lambda settings: asyncio.run(work(settings)))


if __name__ == "__main__":
    main()
