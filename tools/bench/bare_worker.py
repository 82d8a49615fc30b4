"""`python -m tools.bench.bare_worker HOST:PORT`: the worker of the bare workflow, set up as ours is."""

import asyncio
import signal
import sys

from temporalio.worker import Worker

from adapters.leaving import leave
from adapters.temporal import connect
from tools.bench.bare import TASK_QUEUE, BareWorkflow
from worker import GRACE


async def main(address: str) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await connect(address, "default")
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[BareWorkflow], graceful_shutdown_timeout=GRACE):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
    leave()
