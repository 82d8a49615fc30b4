"""`python -m api`: serve until SIGTERM or Ctrl-C; what is being answered is finished first."""

import uvicorn

from adapters.process import run
from adapters.settings import Settings
from api.app import create_app

END_SECONDS = 3


def serve(settings: Settings) -> None:
    """Serve by the settings."""
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=END_SECONDS,
    )


if __name__ == "__main__":
    run(serve)
