"""What a workflow itself says of its timeline, to be compared with the record."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.questions import ask
from domain.entry import Entry
from workflows.contract import SNAPSHOT, TIMELINE, incident_id, measure_id

_PATIENCE = timedelta(seconds=10)
_NOBODY_ANSWERS = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION)
_PREFIX = incident_id("")


@dataclass(frozen=True)
class Running:
    """A workflow's head and the entries that it still holds; ``recorded_until`` is the last it has given away."""

    exists: bool = True
    is_running: bool = False
    is_silent: bool = False
    seq: int | None = None
    recorded_until: int | None = None
    hashes: dict[int, str] = field(default_factory=dict)


async def all_numbers(client: Client) -> AsyncIterator[str]:
    """Return the numbers of all incidents that Temporal knows, open and closed."""
    seen: set[str] = set()
    async for found in client.list_workflows(f"WorkflowId STARTS_WITH '{_PREFIX}'"):
        number = found.id.removeprefix(_PREFIX)
        if "/" not in number and number not in seen:
            seen.add(number)
            yield number


async def all_measures(client: Client) -> AsyncIterator[str]:
    """Return the numbers of all rectification measures that Temporal knows, open and closed."""
    prefix = measure_id("")
    async for found in client.list_workflows("WorkflowType = 'RectificationWorkflow'"):
        yield found.id.removeprefix(prefix)


async def look(client: Client, workflow_id: str, entry: type[Entry] = Entry) -> Running:
    """Ask an incident's or a measure's workflow; a closed one answers as long as it is kept and a worker is there."""
    handle = client.get_workflow_handle(workflow_id)
    try:
        status = (await handle.describe(rpc_timeout=_PATIENCE)).status
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return Running(exists=False)
        raise
    is_running = status == WorkflowExecutionStatus.RUNNING
    try:
        # In this order: what was not there at the snapshot cannot count as recorded.
        snapshot = await _ask(handle, SNAPSHOT) or {}
        held = await _ask(handle, TIMELINE)
    except RPCError as error:
        if error.status in _NOBODY_ANSWERS:
            return Running(is_running=is_running, is_silent=True)
        raise
    if not snapshot:
        return Running(is_running=is_running)
    waiting = {item.seq: item.hash for item in map(entry.model_validate, held or [])}
    seq, head_hash = snapshot["seq"], snapshot["head_hash"]
    return Running(
        is_running=is_running,
        seq=max([seq, *waiting]),
        recorded_until=None if held is None else min([seq + 1, *waiting]) - 1,
        hashes={seq: head_hash} | waiting,
    )


async def _ask(handle: WorkflowHandle[Any, Any], query: str) -> Any:
    """Return the answer, None where the workflow does not know the query."""
    try:
        return await ask(handle, query, rpc_timeout=_PATIENCE)
    except WorkflowQueryFailedError:
        return None
