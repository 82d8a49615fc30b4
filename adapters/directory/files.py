"""Who is who, as the company file says now; a change of the file is noticed by itself."""

import asyncio
from pathlib import Path

import structlog

from adapters.files import Roster, load_company
from adapters.problems import FileProblem
from domain.company import Company, Person

_log = structlog.get_logger(__name__)


class FileDirectory:
    """People, addresses and the company from files; implements ``activities.ports.Directory``.

    A file that was changed for the worse is reported in the log, and what was known before stays.
    """

    def __init__(self, company: Path, runbooks: Path, channels: frozenset[str] = frozenset({"inbox"})) -> None:
        """Load the files; FileProblem. ``channels`` are those that are set up: people are reached by no others."""
        self._file = company
        self._runbooks = runbooks
        self._channels = channels
        self._lock = asyncio.Lock()
        self._stamp = self._look()
        self._roster = self._load()

    async def person(self, person_id: str) -> Person | None:
        """Find a person."""
        return (await self.company()).person(person_id)

    async def address(self, person_id: str, channel: str) -> str | None:
        """Return where a channel reaches a person, or None where it does not."""
        return (await self._now()).addresses.get(person_id, {}).get(channel)

    async def company(self) -> Company:
        """Return the company as it is now; what an incident pins when it opens."""
        return (await self._now()).company

    async def _now(self) -> Roster:
        async with self._lock:
            stamp = await asyncio.to_thread(self._look)
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._roster = await asyncio.to_thread(self._load)
                except FileProblem as problem:
                    _log.exception("company_file_unusable", file=problem.file)
            return self._roster

    def _load(self) -> Roster:
        company, addresses = load_company(self._file, self._runbooks)
        people = [person.model_copy(update={"channels": self._usable(person)}) for person in company.people]
        return Roster(company.model_copy(update={"people": people}), addresses)

    def _usable(self, person: Person) -> list[str]:
        return [channel for channel in person.channels if channel in self._channels] or ["inbox"]

    def _look(self) -> tuple[tuple[str, int], ...]:
        files = [self._file, *sorted(self._runbooks.glob("*.yaml"))]
        return tuple((str(file), file.stat().st_mtime_ns) for file in files if file.exists())
