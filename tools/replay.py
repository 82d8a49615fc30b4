"""Replay histories with today's code, before it meets them in earnest: `python -m tools.replay`, see `--help`."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError
from temporalio.worker import Replayer, WorkflowRunner

from adapters.leaving import leave
from adapters.temporal import DATA_CONVERTER, connect
from tools.progress import say
from worker import RUNNER, WORKFLOWS

HISTORIES = Path(__file__).resolve().parent.parent / "tests" / "replay" / "histories"


class Stored(NamedTuple):
    """A history that is kept in a file, named by its course and workflow."""

    name: str
    workflow_id: str
    content: dict[str, Any]

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return its events as the server wrote them."""
        events: list[dict[str, Any]] = self.content["events"]
        return events

    @property
    def history(self) -> WorkflowHistory:
        """Return it as the SDK takes it."""
        return WorkflowHistory.from_json(self.workflow_id, self.content)


def stored(folder: Path = HISTORIES) -> Iterator[Stored]:
    """Return the histories that are kept."""
    for file in sorted(folder.glob("*/*.json.gz")):
        content = json.loads(gzip.decompress(file.read_bytes()))
        name = f"{file.parent.name}/{file.name.removesuffix('.json.gz')}"
        yield Stored(name, content["workflow_id"], content["history"])


def replayer(workflows: list[type] | None = None, runner: WorkflowRunner | None = None) -> Replayer:
    """Return a replayer that works as our worker does."""
    return Replayer(
        workflows=workflows or WORKFLOWS,
        data_converter=DATA_CONVERTER,
        workflow_runner=runner or RUNNER,
    )


async def _kept() -> AsyncIterator[tuple[str, WorkflowHistory]]:
    for item in stored():
        yield item.name, item.history


async def _fetched(client: Client, query: str, limit: int) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    async for run in client.list_workflows(query or None, limit=limit or None):
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        yield f"{run.id} ({run.run_id})", await handle.fetch_history()


async def check(histories: AsyncIterator[tuple[str, WorkflowHistory]]) -> int:
    """Replay histories, tell what does not fit, and return the exit code."""
    names: dict[str, str] = {}
    faults: dict[str, str] = {}

    async def unnamed() -> AsyncIterator[WorkflowHistory]:
        async for name, history in histories:
            names[history.run_id] = name
            yield history

    async with replayer().workflow_replay_iterator(unnamed()) as results:
        async for result in results:
            if result.replay_failure:
                faults[result.history.run_id] = f"{type(result.replay_failure).__name__}: {result.replay_failure}"
    for run_id, found in faults.items():
        say(f"{names[run_id]}\n    {found}")
    return _conclusion(len(names), len(faults))


def _conclusion(count: int, bad: int) -> int:
    if bad:
        say(f"{bad} of {count} histories do not replay with this code: do not deploy it, use workflow.patched()")
        say(f"共 {count} 份历史记录，其中 {bad} 份与当前代码不一致：请勿部署，应使用 workflow.patched()")
        return 1
    say(f"{count} histories replay with this code / {count} 份历史记录与当前代码一致")
    return 0


async def _run(address: str | None, namespace: str, query: str, limit: int) -> int:
    if address is None:
        return await check(_kept())
    try:
        return await check(_fetched(await connect(address, namespace), query, limit))
    except (RPCError, RuntimeError) as error:
        say(f"histories cannot be read from {address} / 无法从 {address} 读取历史记录：{error}")
        return 1


def main(
    address: Annotated[str | None, typer.Option(help="Replay from the Temporal server at HOST:PORT.")] = None,
    namespace: Annotated[str, typer.Option(help="Namespace on that server.")] = "default",
    query: Annotated[str, typer.Option(help="Which workflows, such as ExecutionStatus = 'Running'.")] = "",
    limit: Annotated[int, typer.Option(help="How many at most; 0 means all.")] = 0,
) -> None:
    """Replay the stored histories, or those of a server, with today's code; exit code 1 when one does not fit."""
    leave(asyncio.run(_run(address, namespace, query, limit)))


if __name__ == "__main__":
    typer.run(main)
