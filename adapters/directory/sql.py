"""Who is who, as the database says; with the database away, as it said last."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from adapters.directory.documents import COMPANY, RUNBOOK, editions_of, edits, register_of, runbooks_of, seeds
from adapters.files import load_all_runbooks, load_register
from adapters.store.catalogue import Edit, Item, SqlCatalogue
from adapters.store.database import DatabaseAway
from domain.company import Company, Person, Role
from domain.directory import Member, Register
from domain.errors import Conflict
from domain.runbook import Edition, in_force

FRESH_SECONDS = 1.0
AWAY_SECONDS = 5.0
PATIENCE_SECONDS = 0.25
_FROM_FILE = -1
_log = structlog.get_logger(__name__)


class Known(NamedTuple):
    """The directory at one revision of the catalogue, with all other items that stand in it, and the library."""

    revision: int
    items: list[Item]
    register: Register
    company: Company
    editions: list[Edition]


class SqlDirectory:
    """People, addresses and the company from the catalogue; implements ``activities.ports.Directory``.

    An empty catalogue is filled from the company file and the folder of runbooks once. Nobody waits for a database
    that is away: what was known stays, and a start without it goes by the files until it is back.
    """

    def __init__(
        self,
        catalogue: SqlCatalogue,
        company: Path,
        runbooks: Path,
        channels: frozenset[str] = frozenset({"inbox"}),
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Read nothing yet. ``channels`` are those that are set up: people are reached by no others.

        ``patience`` (seconds) is how long somebody waits for what is newer than that which is known.
        """
        self._catalogue = catalogue
        self._file = company
        self._runbooks = runbooks
        self._channels = channels
        self._clock = clock
        self._patience = patience
        self._known: Known | None = None
        self._look_at = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._one_by_one = asyncio.Lock()

    async def person(self, person_id: str) -> Person | None:
        """Find a person; one that another process has just added is looked for once more."""
        found = (await self.company()).person(person_id)
        if found is None:
            await self._look_now()
            found = (await self.company()).person(person_id)
        return found

    async def address(self, person_id: str, channel: str) -> str | None:
        """Return where a channel reaches a person, or None where it does not."""
        member = await self.member(person_id)
        return member.address(channel) if member else None

    async def company(self) -> Company:
        """Return the company as it is now; what an incident pins when it opens."""
        return (await self.known()).company

    async def member(self, person_id: str) -> Member | None:
        """Find a person with his contact points."""
        return (await self.known()).register.member(person_id)

    async def known(self) -> Known:
        """Return the newest that is known; FileProblem while nothing is, and the file cannot be used either."""
        if self._known is None:
            await asyncio.shield(self._look())
        elif self._clock() >= self._look_at:
            await self._look_now()
        if self._known is None:
            raise RuntimeError("the directory was not read")
        return self._known

    async def refresh(self) -> Known:
        """Return what the database holds at this moment; raises DatabaseAway."""
        await self._read()
        return await self.known()

    async def _look_now(self) -> None:
        await asyncio.wait({self._look()}, timeout=self._patience)

    def _look(self) -> "asyncio.Task[None]":
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_once())
        return self._looking

    async def _look_once(self) -> None:
        try:
            await self._read()
        except DatabaseAway:
            _log.warning("directory_not_refreshed")
            self._look_at = self._clock() + AWAY_SECONDS
            if self._known is None:
                self._keep(_FROM_FILE, _planted(self._first([])))
        except Exception:
            if self._known is None:
                raise
            self._look_at = self._clock() + AWAY_SECONDS
            _log.exception("directory_not_refreshed")

    async def _read(self) -> None:
        async with self._one_by_one:
            revision = await self._catalogue.revision()
            if self._known is None or revision != self._known.revision:
                await self._read_all()
            self._look_at = self._clock() + FRESH_SECONDS

    async def _read_all(self) -> None:
        revision, items = await self._catalogue.everything()
        if not {COMPANY, RUNBOOK} <= {item.kind for item in items}:
            await self._sow(items)
            revision, items = await self._catalogue.everything()
        self._keep(revision, items)

    async def _sow(self, items: list[Item]) -> None:
        """Fill what is empty; whoever else does it at the same moment does the same."""
        try:
            await self._catalogue.edit(self._first(items), person=Role.SYSTEM, act="import")
        except Conflict:
            _log.info("directory_was_sown_by_another")

    def _first(self, items: list[Item]) -> list[Edit]:
        """Return what fills a catalogue without a company, or without a runbook, from the files."""
        first: list[Edit] = []
        if not any(item.kind == RUNBOOK for item in items):
            first = seeds(load_all_runbooks(self._runbooks), datetime.now(UTC))
        if register_of(items) is None:
            register = load_register(self._file, runbooks_of([*items, *_planted(first)]))
            first += [_only_once(edit) for edit in edits([], register)]
        return first

    def _keep(self, revision: int, items: list[Item]) -> None:
        register = register_of(items)
        if register is None:
            return
        version = f"{register.version}-{revision}" if revision > 0 else register.version
        editions = editions_of(items)
        books = [edition.book for edition in in_force(editions)]
        company = register.company(books, self._channels, version=version)
        self._known = Known(revision, items, register, company, editions)


def _only_once(edit: Edit) -> Edit:
    return edit.model_copy(update={"version": 0}) if edit.kind == COMPANY else edit


def _planted(wanted: list[Edit]) -> list[Item]:
    return [
        Item(kind=edit.kind, id=edit.id, version=0, position=edit.position or 0, document=edit.document)
        for edit in wanted
        if edit.document is not None
    ]
