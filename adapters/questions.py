"""Questions to workflows, which Temporal calls queries."""

from typing import Any

from temporalio.client import WorkflowHandle, WorkflowQueryFailedError


async def ask(handle: WorkflowHandle[Any, Any], query: str, **options: Any) -> Any:
    """Return a workflow's answer, asked for again where something had come that it had not heard yet.

    Raises WorkflowQueryFailedError where it does not know the query, RPCError where nobody answers.
    """
    try:
        return await handle.query(query, **options)
    except WorkflowQueryFailedError:
        return await handle.query(query, **options)
