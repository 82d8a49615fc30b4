"""Keeping the library of runbooks: every change is audited, and what was published stays as it is (4.3, 6.3)."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from adapters.directory.documents import DRAFTING, document, edition_edit
from adapters.directory.registrar import Editor, NothingThere
from adapters.directory.sql import Known, SqlDirectory
from adapters.problems import Fault, FileProblem
from adapters.runbooks.files import NamedText, Read, read
from adapters.store.catalogue import Edit, Item, SqlCatalogue
from domain.administration import Task, stands_in_for
from domain.company import Company, Role, Runbook
from domain.directory import Flaw
from domain.errors import Conflict, Refusal, StaleVersion, Unknown
from domain.runbook import (
    CLAUSE,
    KNOWN,
    OPEN,
    Drafting,
    Edition,
    Source,
    Stamp,
    Status,
    drafted,
    given_back,
    of,
    published,
    retired,
    submitted,
)
from domain.soundness import flaws
from domain.text import N_

_TRIES = 5
_STALE = N_("Somebody else has changed it meanwhile; look again.")


class Unsound(Exception):
    """A version cannot stand as it is written; ``flaws`` says all that is wrong with it."""

    def __init__(self, found: list[Flaw]) -> None:
        """Keep what is wrong."""
        super().__init__(found[0].message)
        self.flaws = found


class Kept(NamedTuple):
    """A version, and the version of its item in the catalogue."""

    edition: Edition
    version: int


class Taken(NamedTuple):
    """A file that was read in: the version that it says, what stood in its place or before it, what became of it."""

    book: Runbook
    before: Runbook | None
    is_new: bool
    is_same: bool
    is_published: bool = False


class Intake(NamedTuple):
    """What files change, or would change, and which versions of the library are in none of them."""

    files: list[Taken]
    missing: list[str]


class Proposal(NamedTuple):
    """Why a version is written, and what it comes from (6.3)."""

    why: str | None = None
    source: Source | None = None


class Library:
    """The versions of all runbooks. Everything here raises DatabaseAway; what cannot be done raises a Refusal."""

    def __init__(
        self,
        catalogue: SqlCatalogue,
        directory: SqlDirectory,
        now: Callable[[], datetime],
        actions: Collection[str] = (),
    ) -> None:
        """Take the directory; ``actions`` are the automatic actions that a step may name."""
        self._catalogue = catalogue
        self._directory = directory
        self._now = now
        self._actions = actions

    async def find(self, ref: str) -> Kept:
        """Return a version as it is at this moment; raises NothingThere."""
        return _kept(await self._directory.refresh(), ref)

    async def put(self, book: Runbook, proposal: Proposal, editor: Editor, version: int | None) -> Kept:
        """Write a draft in place of the version of it that the editor saw; 0: there must be none yet."""

        def build(known: Known) -> list[Edit]:
            if version is not None and version != _item_version(known, book.ref):
                raise StaleVersion(_STALE, clause=CLAUSE, field="If-Match")
            self._must_be_sound(book, known.company)
            draft = drafted(known.editions, book, editor.person, proposal.why, proposal.source)
            return [edition_edit(draft)]

        return await self._make(build, editor, "put", book.ref)

    async def submit(self, ref: str, editor: Editor, version: int | None) -> Kept:
        """Hand a draft to the manager."""

        def build(known: Known) -> list[Edit]:
            self._look(known, ref, version)
            self._must_be_sound(_kept(known, ref).edition.book, known.company)
            return [edition_edit(submitted(known.editions, ref, self._stamp(known, editor, Task.DRAFT_RUNBOOKS)))]

        return await self._make(build, editor, "submit", ref)

    async def publish(self, ref: str, editor: Editor, version: int | None) -> Kept:
        """Put a submitted version in force; the next incident pins it."""

        def build(known: Known) -> list[Edit]:
            self._look(known, ref, version)
            self._must_be_sound(_kept(known, ref).edition.book, known.company)
            stamp = self._stamp(known, editor, Task.PUBLISH_RUNBOOKS)
            return [edition_edit(edition) for edition in published(known.editions, ref, stamp)]

        return await self._make(build, editor, "publish", ref)

    async def give_back(self, ref: str, editor: Editor, reason: str, version: int | None) -> Kept:
        """Return a submitted version to its writers."""

        def build(known: Known) -> list[Edit]:
            self._look(known, ref, version)
            stamp = self._stamp(known, editor, Task.PUBLISH_RUNBOOKS)
            return [edition_edit(given_back(known.editions, ref, stamp, reason))]

        return await self._make(build, editor._replace(reason=reason), "return", ref)

    async def retire(self, ref: str, editor: Editor, reason: str, version: int | None) -> Kept:
        """Take a version out of use; it stays readable."""

        def build(known: Known) -> list[Edit]:
            self._look(known, ref, version)
            stamp = self._stamp(known, editor, Task.PUBLISH_RUNBOOKS)
            return [edition_edit(retired(known.editions, ref, stamp, reason, known.company))]

        return await self._make(build, editor._replace(reason=reason), "retire", ref)

    async def assign(self, task: Drafting, editor: Editor) -> Drafting:
        """Give people the task to write versions of a runbook (3.1)."""

        def build(known: Known) -> list[Edit]:
            for person in task.people:
                if known.company.person(person) is None:
                    message = N_("The company has nobody with the id “{person}”.")
                    raise Unknown(message, clause="3.1", field="people", person=person)
            return [Edit(kind=DRAFTING, id=task.id, document=document(task))]

        await self._edit(build, editor, "assign")
        return task

    async def compare(self, files: Sequence[NamedText]) -> Intake:
        """Tell what files would change; raises FileProblem."""
        known = await self._directory.refresh()
        books, _editions = await asyncio.to_thread(self._read, known, files, Role.SYSTEM, Proposal())
        return _intake(known, books)

    async def take_in(
        self, files: Sequence[NamedText], editor: Editor, proposal: Proposal, *, publishes: bool = False
    ) -> Intake:
        """Make drafts of what is new in files, or publish it at once; the same files again change nothing.

        Published is also what was a draft or submitted with the same words. One that the manager returned needs others.
        """
        found: list[Intake] = []

        def build(known: Known) -> list[Edit]:
            books, editions = self._read(known, files, editor.person, proposal)
            intake = _intake(known, books)
            changed = [item.book.ref for item in intake.files if not item.is_same]
            if publishes:
                wanted = [item.book.ref for item in intake.files if _waits(editions, item.book.ref)]
                changed += self._publish_all(known, editions, wanted, editor)
                taken = [item._replace(is_published=item.book.ref in wanted) for item in intake.files]
                intake = intake._replace(files=taken)
            found[:] = [intake]
            return [edition_edit(edition) for ref in dict.fromkeys(changed) if (edition := of(editions, ref))]

        await self._edit(build, editor, "import")
        return found[0]

    # ── how ───────────────────────────────────────────────────────────────────

    def _read(
        self, known: Known, files: Sequence[NamedText], writer: str, proposal: Proposal
    ) -> tuple[list[Read], list[Edition]]:
        """Return what the files say, and the library as it would be with them; raises FileProblem."""
        found = read(files, known.company, self._actions)
        editions, faults = list(known.editions), list[Fault]()
        for item in found:
            before = of(editions, item.book.ref)
            if before is not None and before.book == item.book:
                continue
            try:
                draft = drafted(editions, item.book, writer, proposal.why, proposal.source)
            except Refusal as refusal:
                faults.append(item.loaded.fault(("version",), refusal.message, **refusal.params))
                continue
            editions = _with(editions, [draft])
        if faults:
            raise FileProblem("runbooks", faults)
        return found, editions

    def _publish_all(self, known: Known, editions: list[Edition], refs: Sequence[str], editor: Editor) -> list[str]:
        stamp = self._stamp(known, editor, Task.PUBLISH_RUNBOOKS)
        touched: list[str] = []
        for ref in refs:
            edition = of(editions, ref)
            if edition is None or edition.status != Status.SUBMITTED:
                editions[:] = _with(editions, [submitted(editions, ref, stamp)])
            made = published(editions, ref, stamp)
            editions[:] = _with(editions, made)
            touched += [edition.ref for edition in made]
        return touched

    def _must_be_sound(self, book: Runbook, company: Company) -> None:
        if found := list(flaws(book, company, self._actions)):
            raise Unsound(found)

    def _stamp(self, known: Known, editor: Editor, task: Task) -> Stamp:
        now = self._now()
        return Stamp(person=editor.person, at=now, on_behalf_of=stands_in_for(known.company, editor.person, task, now))

    def _look(self, known: Known, ref: str, version: int | None) -> None:
        if version is not None and version != _kept(known, ref).version:
            raise StaleVersion(_STALE, clause=CLAUSE, field="If-Match")

    async def _make(self, build: Callable[[Known], list[Edit]], editor: Editor, act: str, ref: str) -> Kept:
        return _kept(await self._edit(build, editor, act), ref)

    async def _edit(self, build: Callable[[Known], list[Edit]], editor: Editor, act: str) -> Known:
        for _ in range(_TRIES):
            known = await self._directory.refresh()
            # Many files may be read there, which takes a while.
            wanted = await asyncio.to_thread(build, known)
            try:
                await self._catalogue.edit(
                    wanted, person=editor.person, act=act, reason=editor.reason, revision=known.revision
                )
            except Conflict:
                continue
            return await self._directory.refresh()
        raise Conflict(_STALE, clause=CLAUSE)


def draftings(items: Sequence[Item]) -> list[Drafting]:
    """Return the tasks that the manager gave."""
    return [Drafting.model_validate(item.document) for item in items if item.kind == DRAFTING]


def _kept(known: Known, ref: str) -> Kept:
    edition = of(known.editions, ref)
    if edition is None:
        raise NothingThere(ref)
    return Kept(edition, _item_version(known, ref))


def _item_version(known: Known, ref: str) -> int:
    return next((item.version for item in known.items if (item.kind, item.id) == ("runbook", ref)), 0)


def _waits(editions: Sequence[Edition], ref: str) -> bool:
    """Tell whether nobody has decided yet that a version is in force, or that it is out of use."""
    edition = of(editions, ref)
    return edition is not None and edition.status in (*OPEN, Status.SUBMITTED)


def _with(editions: Sequence[Edition], changed: Sequence[Edition]) -> list[Edition]:
    replaced = {edition.ref: edition for edition in editions} | {edition.ref: edition for edition in changed}
    return list(replaced.values())


def _intake(known: Known, found: Sequence[Read]) -> Intake:
    """Compare each file with the same version, a new one with the newest that is there or comes in before it."""
    books = {edition.ref: edition.book for edition in known.editions if edition.status != Status.RETIRED}
    there = {edition.ref: edition for edition in known.editions}
    files = []
    for item in found:
        same = there.get(item.book.ref)
        older = [book for book in books.values() if book.id == item.book.id and book.version < item.book.version]
        before = same.book if same else max(older, key=lambda book: book.version, default=None)
        files.append(Taken(item.book, before, same is None, same is not None and same.book == item.book))
        books[item.book.ref] = item.book
    named = {item.book.ref for item in found}
    missing = [edition.ref for edition in known.editions if edition.status in KNOWN and edition.ref not in named]
    return Intake(files, sorted(missing))


def exported(known: Known, *, with_drafts: bool = False) -> list[Edition]:
    """Return the versions that are written as files: all that were published, and drafts where asked for."""
    wanted = [edition for edition in known.editions if edition.status != Status.RETIRED]
    chosen = [edition for edition in wanted if with_drafts or edition.status in KNOWN]
    return sorted(chosen, key=lambda edition: (edition.book.id, edition.book.version))
