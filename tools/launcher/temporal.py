"""What the launcher asks of Temporal."""

from datetime import datetime
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from tools.launcher.ports import HOST
from workflows.contract import INCIDENTS, NOTIFY

POLLED = (
    (INCIDENTS, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    (INCIDENTS, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    (NOTIFY, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
)


def server_command(program: Path, data: Path, port: int, ui_port: int) -> list[str | Path]:
    """The development server with its UI; it keeps everything in one SQLite file."""
    return [
        *(program, "server", "start-dev", "--db-filename", data, "--ip", HOST, "--log-level", "warn"),
        *("--port", str(port), "--ui-port", str(ui_port)),
    ]


class Temporal:
    """A server at an address, asked over one connection."""

    def __init__(self, address: str, namespace: str) -> None:
        self.address = address
        self.namespace = namespace
        self._client: Client | None = None

    async def is_ready(self) -> bool:
        """Tell whether it answers and has our namespace."""
        request = DescribeNamespaceRequest(namespace=self.namespace)
        try:
            self._client = self._client or await Client.connect(self.address, namespace=self.namespace)
            await self._client.workflow_service.describe_namespace(request)
        except (RPCError, RuntimeError):
            return False
        return True

    async def is_polled_since(self, start: datetime) -> bool:
        """Tell whether a worker asks for every kind of task."""
        if self._client is None:
            return False
        for queue, kind in POLLED:
            request = DescribeTaskQueueRequest(
                namespace=self.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
            )
            try:
                pollers = (await self._client.workflow_service.describe_task_queue(request)).pollers
            except RPCError:
                return False
            if not any(poller.last_access_time.ToDatetime(start.tzinfo) >= start for poller in pollers):
                return False
        return True
