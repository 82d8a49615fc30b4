"""The real development server, given time to start: a machine that does other things needs more than the SDK's 5 s."""

import os
from datetime import timedelta
from typing import Any

from temporalio.testing import WorkflowEnvironment

from adapters.servers import temporal_cli

STARTUP = timedelta(seconds=60)


async def dev_server(*extra: str, **options: Any) -> WorkflowEnvironment:
    """Start a development server with these words on its command line; the caller shuts it down."""
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(temporal_cli(os.environ)),
        dev_server_log_level="error",
        dev_server_extra_args=extra,
        dev_server_startup_timeout=STARTUP,
        **options,
    )
