"""`python -m api`: serve until SIGTERM or Ctrl-C; what is being answered is finished first."""

from typing import Any

import uvicorn

from adapters.process import run
from adapters.settings import Settings
from api.app import create_app

END_SECONDS = 3


def serve(settings: Settings) -> None:
    """Serve by the settings."""
    uvicorn.run(create_app(settings), **options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """Return how the server is run."""
    return {
        "host": settings.api_host,
        "port": settings.api_port,
        "log_config": None,
        "server_header": False,
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_graceful_shutdown": END_SECONDS,
    }


if __name__ == "__main__":
    run(serve)
