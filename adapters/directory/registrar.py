"""Changes of the directory: sound as a whole, audited, and never without their effect on what is going on."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from adapters.directory.documents import PERSON, document, edits, register_of
from adapters.directory.sql import Known, SqlDirectory
from adapters.directory.words import Difference
from adapters.files import read_register
from adapters.problems import Fault
from adapters.store.catalogue import Change, Edit, Item, SqlCatalogue
from domain.directory import ContactPoint, Flaw, Member, Register, flaws
from domain.errors import Conflict, Incomplete, StaleVersion, Unacceptable
from domain.text import N_, Wire

_CLAUSE = "2"
_TRIES = 5
_STALE = N_("Somebody else has changed it meanwhile; look again.")


class Editor(NamedTuple):
    """Who changes something, and why."""

    person: str
    reason: str | None = None


class Leavers(Protocol):
    """Sees to what somebody leaves behind."""

    async def begin(self, person: str, version: int) -> None:
        """Make ready: his tasks pass on once he is inactive or gone in this version or a later one."""
        ...


class Imported(NamedTuple):
    """What a company file changes, or would change: at which revision, and what people should know of it."""

    revision: int
    differences: list[Difference]
    warnings: list[Fault]


class NothingThere(LookupError):
    """There is no such item."""


class Registrar:
    """Edits the directory. Everything here raises DatabaseAway; an edit that cannot stand raises a Refusal."""

    def __init__(
        self, catalogue: SqlCatalogue, directory: SqlDirectory, leavers: Leavers, now: Callable[[], datetime]
    ) -> None:
        """Take the directory and who sees to leavers."""
        self._catalogue = catalogue
        self._directory = directory
        self._leavers = leavers
        self._now = now

    async def find(self, kind: str, item_id: str) -> Item:
        """Return an item as it is at this moment; raises NothingThere."""
        return _item(await self._directory.refresh(), kind, item_id)

    async def put(self, kind: str, item: Wire, editor: Editor, version: int) -> Item:
        """Put an item in place of the version that the editor saw; 0: there must be none yet."""
        item_id: str = item.id  # type: ignore[attr-defined] # every kept model has one

        def build(known: Known) -> list[Edit]:
            _must_be_newest(known, kind, item_id, version)
            wanted = item
            if isinstance(item, Member):
                wanted = item.still_verified(known.register.member(item.id))
            return [Edit(kind=kind, id=item_id, document=document(wanted), version=version)]

        await self._make(build, editor, "put")
        return _item(await self._directory.known(), kind, item_id)

    async def verify(self, person: str, channel: str, sent_at: datetime, is_there: Callable[[str], bool]) -> bool:
        """Note that a person was reached at his contact point; what was sent to another address counts for nothing.

        Returns whether that is his contact point. Reached twice by what was sent before, he is verified once.
        """
        found: list[ContactPoint] = []

        def build(known: Known) -> list[Edit]:
            member = known.register.member(person)
            contacts = member.contacts if member else []
            found[:] = [item for item in contacts if item.channel == channel and is_there(item.address)]
            if member is None or not found or (found[0].verified_at or sent_at) > sent_at:
                return []
            now = found[0].model_copy(update={"verified_at": self._now()})
            wanted = member.model_copy(update={"contacts": [now if item is found[0] else item for item in contacts]})
            version = _item(known, PERSON, person).version
            return [Edit(kind=PERSON, id=person, document=document(wanted), version=version)]

        await self._make(build, Editor(person), "verify_contact")
        return bool(found)

    async def remove(self, kind: str, item_id: str, editor: Editor, version: int) -> None:
        """Take an item out; raises NothingThere."""

        def build(known: Known) -> list[Edit]:
            _item(known, kind, item_id)
            _must_be_newest(known, kind, item_id, version)
            return [Edit(kind=kind, id=item_id, document=None, version=version)]

        await self._make(build, editor, "remove")

    async def compare(self, text: str, name: str) -> Imported:
        """Tell what a company file would change; raises FileProblem."""
        known = await self._directory.refresh()
        register, warnings = await asyncio.to_thread(self._read, text, name, known)
        return Imported(known.revision, _differences(known, edits(known.items, register)), warnings)

    async def take_in(self, text: str, name: str, editor: Editor, revision: int | None = None) -> Imported:
        """Make the directory what a company file says; ``revision`` is the one that the editor compared it with."""
        warnings: list[Fault] = []

        def build(known: Known) -> list[Edit]:
            if revision is not None and revision != known.revision:
                raise StaleVersion(_STALE, clause=_CLAUSE, field="revision")
            register, warnings[:] = self._read(text, name, known)
            return edits(known.items, register)

        made = await self._make(build, editor, "import")
        differences = [Difference(change.kind, change.item, change.before, change.after) for change in made]
        return Imported((await self._directory.known()).revision, differences, warnings)

    def _read(self, text: str, name: str, known: Known) -> tuple[Register, list[Fault]]:
        filed = read_register(text, name, known.company.runbooks, known.register)
        return filed.register, filed.warnings

    async def _make(self, build: Callable[[Known], list[Edit]], editor: Editor, act: str) -> list[Change]:
        for _ in range(_TRIES):
            known = await self._directory.refresh()
            # A whole file may be read there, which takes a while.
            wanted = await asyncio.to_thread(build, known)
            after = register_of(_applied(known.items, wanted)) or known.register
            self._must_be_sound(known, after, wanted)
            for member in known.register.people:
                if member.is_active and not _is_active(after, member.id):
                    # Before it is done, so that a power cut in between leaves nothing undone; the workflow looks.
                    await self._leavers.begin(member.id, _item(known, PERSON, member.id).version + 1)
            try:
                made = await self._catalogue.edit(
                    wanted, person=editor.person, act=act, reason=editor.reason, revision=known.revision
                )
            except Conflict:
                continue
            await self._directory.refresh()
            return made
        raise Conflict(_STALE, clause=_CLAUSE)

    def _must_be_sound(self, known: Known, after: Register, wanted: list[Edit]) -> None:
        books, now = known.company.runbooks, self._now()
        before = {_sense(flaw) for flaw in flaws(known.register, books, now)}
        new = [flaw for flaw in flaws(after, books, now) if _sense(flaw) not in before]
        if new:
            kind = Incomplete if any(edit.document is None for edit in wanted) else Unacceptable
            raise kind(new[0].message, clause=_CLAUSE, field=_field(new[0]), **new[0].params)


def _is_active(register: Register, person: str) -> bool:
    member = register.member(person)
    return member is not None and member.is_active


def _item(known: Known, kind: str, item_id: str) -> Item:
    found = next((item for item in known.items if (item.kind, item.id) == (kind, item_id)), None)
    if found is None:
        raise NothingThere(item_id)
    return found


def _must_be_newest(known: Known, kind: str, item_id: str, version: int) -> None:
    try:
        newest = _item(known, kind, item_id).version
    except NothingThere:
        newest = 0
    if newest != version:
        raise StaleVersion(_STALE, clause=_CLAUSE, field="If-Match")


def _applied(items: list[Item], wanted: list[Edit]) -> list[Item]:
    found = {(item.kind, item.id): item for item in items}
    for edit in wanted:
        key = edit.kind, edit.id
        before = found.pop(key, None)
        if edit.document is not None:
            position = before.position if before else 0
            found[key] = Item(kind=edit.kind, id=edit.id, version=0, position=position, document=edit.document)
    return list(found.values())


def _differences(known: Known, wanted: list[Edit]) -> list[Difference]:
    before = {(item.kind, item.id): item.document for item in known.items}
    found = [Difference(edit.kind, edit.id, before.get((edit.kind, edit.id)), edit.document) for edit in wanted]
    return [difference for difference in found if difference.before != difference.after]


def _sense(flaw: Flaw) -> tuple[object, ...]:
    place = tuple(part for part in flaw.place if isinstance(part, str))
    return place, flaw.message, tuple(flaw.params.items())


def _field(flaw: Flaw) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in flaw.place).lstrip(".")
