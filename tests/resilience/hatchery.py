"""Workers that begin at once: each is forked from a process that has loaded the program already.

What runs is ``worker.main``, as ``python worker.py`` runs it, in a process of its own; only the loading, two seconds of
a processor for each of some fifty workers, happens once.
"""

import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

import worker

_HATCHERY = multiprocessing.get_context("forkserver")
_HATCHERY.set_forkserver_preload([__name__])


def hatch(environment: dict[str, str], log: Path) -> BaseProcess:
    """Start a worker with that environment and no other, which writes into that file."""
    process = _HATCHERY.Process(target=_work, args=(environment, log), daemon=True)
    process.start()
    return process


def _work(environment: dict[str, str], log: Path) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.clear()
    os.environ.update(environment)
    worker.main()
