"""company.yaml: everything of the directory in one file; runbooks live in files of their own."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from io import StringIO
from typing import Any

from pydantic import Field
from ruamel.yaml import YAML

from domain.company import Delegation, Department, Leave, Person, System
from domain.directory import INBOX, ContactPoint, Member, Register
from domain.roster import Roster
from domain.text import Key, Line, Text, Wire

_LONGEST_KEY = 120
_WIDTH = 120


class FiledPerson(Person):
    """A person with his contact points, or in short with channels in order and their addresses."""

    addresses: dict[Key, Line] = {}
    contacts: list[ContactPoint] | None = None

    def member(self) -> Member:
        """Return him as the directory keeps him."""
        contacts = self.contacts
        if contacts is None:
            places = {INBOX: self.id, **self.addresses}
            contacts = [ContactPoint(channel=name, address=places[name]) for name in self.channels if name in places]
        kept = self.model_dump(exclude={"addresses", "channels", "contacts"})
        return Member(**kept, contacts=contacts)


class FiledLeave(Leave):
    """A leave; its name may be left out."""

    id: Key | None = None  # type: ignore[assignment] # in the file it may be missing


class CompanyFile(Wire):
    """What company.yaml holds. A file without ``leaves`` or ``rosters`` says nothing about them."""

    version: Key
    name: Text
    departments: list[Department] = Field(min_length=1)
    people: list[FiledPerson] = Field(min_length=1)
    delegations: list[Delegation] = []
    leaves: list[FiledLeave] | None = None
    systems: list[System] = Field(min_length=1)
    rosters: list[Roster] | None = None

    def register(self, before: Register | None = None) -> Register:
        """Return the directory that the file wants; what it does not speak of is as it was ``before``."""
        known = {member.id: member for member in before.people} if before else {}
        people = [person.member() for person in self.people]
        ids = {member.id for member in people}
        if self.leaves is not None:
            leaves = _named_leaves(self.leaves)
        else:
            leaves = [leave for leave in before.leaves if leave.person in ids] if before else []
        return Register(
            version=self.version,
            name=self.name,
            departments=self.departments,
            people=[member.still_verified(known.get(member.id)) for member in people],
            delegations=_named_delegations(self.delegations),
            leaves=leaves,
            systems=self.systems,
            rosters=self.rosters if self.rosters is not None else before.rosters if before else [],
        )


def written(register: Register) -> str:
    """Return company.yaml; reading it again gives the same directory."""
    content: dict[str, Any] = {"version": register.version, "name": _plain(register.name)}
    for name in ("departments", "people", "delegations", "leaves", "systems", "rosters"):
        content[name] = [_plain(item) for item in getattr(register, name)]
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = _WIDTH
    yaml.representer.sort_base_mapping_type_on_output = False
    text = StringIO()
    yaml.dump(content, text)
    return text.getvalue()


def _plain(item: Wire) -> Any:
    return item.model_dump(mode="json", exclude_defaults=True)


def name_of(*parts: str) -> str:
    """Return an id made of what the item is; a long one is shortened to a digest."""
    name = ":".join(parts)
    return name if len(name) <= _LONGEST_KEY else hashlib.sha256(name.encode()).hexdigest()


def _named_delegations(filed: list[Delegation]) -> list[Delegation]:
    names = _Names(item.id for item in filed if item.id)
    return [
        item if item.id else item.model_copy(update={"id": names.new(item.post, item.principal, item.deputy)})
        for item in filed
    ]


def _named_leaves(filed: list[FiledLeave]) -> list[Leave]:
    names = _Names(item.id for item in filed if item.id)
    return [
        Leave(**{**item.model_dump(), "id": item.id or names.new(item.person, item.starts.date().isoformat())})
        for item in filed
    ]


class _Names:
    """Gives every item without an id one of its own; the same file gives the same ids."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = Counter(taken)

    def new(self, *parts: str) -> str:
        wanted = name_of(*parts)
        self._taken[wanted] += 1
        if self._taken[wanted] == 1:
            return wanted
        return self.new(*parts, str(self._taken[wanted]))
