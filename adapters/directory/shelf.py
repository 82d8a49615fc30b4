"""The runbooks of the folder; a change of the folder is noticed by itself."""

import asyncio
from pathlib import Path

import structlog

from adapters.files import load_runbooks
from adapters.problems import FileProblem
from domain.company import Runbook

_log = structlog.get_logger(__name__)


class Shelf:
    """The newest version of every runbook. After a change for the worse what was known before stays."""

    def __init__(self, folder: Path) -> None:
        """Read the folder; FileProblem."""
        self._folder = folder
        self._stamp = self._look()
        self.runbooks: list[Runbook] = load_runbooks(folder)

    async def tidy(self) -> bool:
        """Read the folder again when it was changed; tell whether it was."""
        stamp = await asyncio.to_thread(self._look)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self.runbooks = await asyncio.to_thread(load_runbooks, self._folder)
        except FileProblem as problem:
            _log.exception("runbooks_unusable", file=problem.file)
        return True

    def _look(self) -> tuple[tuple[str, int], ...]:
        return tuple((file.name, file.stat().st_mtime_ns) for file in sorted(self._folder.glob("*.yaml")))
