"""Let the Temporal SDK download a server: `python -m tools.sdk_download temporal|test-server VERSION FOLDER`."""

import asyncio
import os
import sys

from temporalio.testing import WorkflowEnvironment


async def download(word: str, version: str, folder: str) -> None:
    """The SDK downloads only by starting, so the server is started once and ended."""
    if word == "temporal":
        server = await WorkflowEnvironment.start_local(download_dest_dir=folder, dev_server_download_version=version)
    else:
        server = await WorkflowEnvironment.start_time_skipping(
            download_dest_dir=folder, test_server_download_version=version
        )
    await server.shutdown()


if __name__ == "__main__":
    code = 0
    try:
        asyncio.run(download(*sys.argv[1:4]))
    except RuntimeError as error:
        print(error, flush=True)
        code = 1
    # The SDK's runtime may abort while the interpreter ends.
    os._exit(code)
