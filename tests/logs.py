"""What our processes would write into their log."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from adapters.logs import configure
from adapters.settings import Settings


@contextmanager
def logged(settings: Settings) -> Iterator[io.StringIO]:
    """Log as our processes do, into memory; afterwards every logger of the process is as it was."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure(settings, out)
    structlog.configure(cache_logger_on_first_use=False)  # what is cached once, other tests could not listen to
    try:
        yield out
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
