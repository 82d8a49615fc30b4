"""The directory as items of the catalogue, and back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from adapters.store.catalogue import Document, Edit, Item
from domain.company import Delegation, Department, Leave, Runbook, System
from domain.directory import Member, Register
from domain.roster import Roster
from domain.runbook import Edition, in_force, sown
from domain.text import Wire

W = TypeVar("W", bound=Wire)

COMPANY, DEPARTMENT, PERSON, DELEGATION, LEAVE, SYSTEM, ROSTER = (
    *("company", "department", "person"),
    *("delegation", "leave", "system", "roster"),
)
# One item for each version of a runbook, and one for each task to write some.
RUNBOOK, DRAFTING = "runbook", "runbook_drafting"
# What the company file holds; the only item of the kind ``company`` bears the same name.
MODELS: dict[str, type[Wire]] = {
    DEPARTMENT: Department,
    PERSON: Member,
    SYSTEM: System,
    DELEGATION: Delegation,
    LEAVE: Leave,
    ROSTER: Roster,
}
_LISTS = {
    DEPARTMENT: "departments",
    PERSON: "people",
    SYSTEM: "systems",
    DELEGATION: "delegations",
    LEAVE: "leaves",
    ROSTER: "rosters",
}
KINDS = frozenset({COMPANY, *MODELS})


def document(item: Wire) -> Document:
    """Return what is kept of an item."""
    return item.model_dump(mode="json")


def documents(register: Register) -> dict[tuple[str, str], Document]:
    """Return every item of a directory by kind and id, each kind in its order."""
    found = {(COMPANY, COMPANY): register.model_dump(mode="json", include={"version", "name"})}
    for kind, name in _LISTS.items():
        found |= {(kind, item.id): document(item) for item in getattr(register, name)}
    return found


def register_of(items: Iterable[Item]) -> Register | None:
    """Return the directory that the catalogue holds, or None while it holds none."""
    of_kind: dict[str, list[Item]] = {kind: [] for kind in KINDS}
    for item in items:
        if item.kind in KINDS:
            of_kind[item.kind].append(item)
    if not of_kind[COMPANY]:
        return None
    lists = {name: [item.document for item in of_kind[kind]] for kind, name in _LISTS.items()}
    head: dict[str, Any] = of_kind[COMPANY][0].document
    return Register.model_validate({**head, **lists})


def models(items: Iterable[Item], kind: str, model: type[W]) -> list[W]:
    """Return the items of a kind as models, in their order."""
    return [model.model_validate(item.document) for item in items if item.kind == kind]


def edits(before: Iterable[Item], wanted: Register) -> list[Edit]:
    """Return what makes the directory the wanted one; what it has beyond that is taken out."""
    documents_wanted = documents(wanted)
    position = _Positions()
    found = [
        Edit(kind=kind, id=item_id, document=content, position=position(kind))
        for (kind, item_id), content in documents_wanted.items()
    ]
    gone = [item for item in before if item.kind in KINDS and (item.kind, item.id) not in documents_wanted]
    return [*found, *(Edit(kind=item.kind, id=item.id, document=None) for item in gone)]


def editions_of(items: Iterable[Item]) -> list[Edition]:
    """Return every version of every runbook that the catalogue holds."""
    return models(items, RUNBOOK, Edition)


def runbooks_of(items: Iterable[Item]) -> list[Runbook]:
    """Return the runbooks in force."""
    return [edition.book for edition in in_force(editions_of(items))]


def edition_edit(edition: Edition, version: int | None = None) -> Edit:
    """Return what puts a version of a runbook in place."""
    return Edit(kind=RUNBOOK, id=edition.ref, document=document(edition), version=version)


def seeds(books: Iterable[Runbook], at: datetime) -> list[Edit]:
    """Return what fills an empty library; it is refused where anything is there already."""
    return [edition_edit(edition, version=0) for edition in sown(books, at)]


class _Positions:
    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def __call__(self, kind: str) -> int:
        self._last[kind] = self._last.get(kind, 0) + 1
        return self._last[kind]
