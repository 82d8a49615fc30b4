"""How our processes begin."""

import gc
import sys
from collections.abc import Callable
from typing import NoReturn

from adapters.leaving import leave
from adapters.logs import configure
from adapters.problems import FileProblem
from adapters.settings import Settings, read_settings

USAGE = 2


def run(main: Callable[[Settings], None]) -> NoReturn:
    """Read the settings, set up the logs, do the work; a file or setting that cannot be used is told and ends it."""
    try:
        settings = read_settings()
        configure(settings)
        gc.freeze()  # what is loaded stays: the collector need not look through it while people wait
        main(settings)
    except FileProblem as problem:
        sys.stderr.write(f"{problem}\n")
        leave(USAGE)
    leave()
