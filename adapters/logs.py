"""One line of JSON for every log event, ours and the libraries'; secrets are blanked by the name of their field.

Those that stand in addresses are blanked wherever an address is told: links, feeds, the answer of an OpenID provider.
"""

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from adapters import links
from adapters.settings import Settings

_SECRET = ("token", "secret", "password", "authorization", "cookie")
_IN_ADDRESSES = re.compile(rf"((?:{links.PATH}|/feeds)/)[A-Za-z0-9_.\-%]+|(/sign-in/oidc/callback\?)[^\s\"]+")


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send all logs of this process to a stream (default: standard error) as JSON lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _blank_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _blank_addresses,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    # Request lines of the HTTP client would name webhook addresses, which can hold a key.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def _blank_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if any(part in name.lower() for part in _SECRET):
            event[name] = "***"
    return event


def _blank_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: without_tokens(value) if isinstance(value, str) else value for name, value in event.items()}


def without_tokens(text: str) -> str:
    """Return a text, such as a line of a log, with what its addresses would let anybody do blanked."""
    return _IN_ADDRESSES.sub(lambda found: f"{found[1] or found[2]}***", text)
