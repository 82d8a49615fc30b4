"""Do the ids of the company's files lead somewhere, and does every post have somebody (2, 4.2)?"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from adapters.companyfile import CompanyFile
from adapters.problems import Fault
from adapters.yamlfile import Loaded, Place
from domain.company import POSTS, Role, Runbook
from domain.text import N_

UNKNOWN_DEPARTMENT = N_("there is no department “{id}”")
UNKNOWN_PERSON = N_("there is no person “{id}”")
UNKNOWN_SYSTEM = N_("there is no system “{id}”")
UNKNOWN_RUNBOOK = N_("there is no runbook “{id}”")
_NEEDED = tuple(post for post in POSTS if post not in {Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR})


class _Ids(NamedTuple):
    departments: set[str]
    people: set[str]
    active: set[str]
    systems: set[str]
    runbooks: set[str]


def company(loaded: Loaded[CompanyFile], books: list[Runbook]) -> Iterator[Fault]:
    """Yield every fault of a company file that no single field shows."""
    content = loaded.model
    ids = _Ids(
        {department.id for department in content.departments},
        {person.id for person in content.people},
        {person.id for person in content.people if person.is_active},
        {system.id for system in content.systems},
        {book.id for book in books},
    )
    for name, items in (
        ("departments", content.departments),
        ("people", content.people),
        ("systems", content.systems),
    ):
        yield from _doubled(loaded, (name,), [item.id for item in items])
    yield from _departments(loaded, ids)
    yield from _people(loaded, ids)
    yield from _delegations(loaded, ids)
    yield from _systems(loaded, ids)
    for book in books:
        for system in set(book.systems) - ids.systems:
            message = N_("the runbook {runbook} names a system “{id}” that does not exist")
            yield loaded.fault(("systems",), message, runbook=book.ref, id=system)


def runbook(loaded: Loaded[Runbook]) -> Iterator[Fault]:
    """Yield every fault of one runbook file that no single field shows."""
    book = loaded.model
    if loaded.path.stem != book.ref:
        yield loaded.fault(("id",), N_("the file must be named {name}"), name=f"{book.ref}.yaml")
    yield from _doubled(loaded, ("steps",), [step.id for step in book.steps])
    yield from _doubled(loaded, ("recovery_checklist",), [item.id for item in book.recovery_checklist])


def _departments(loaded: Loaded[CompanyFile], ids: _Ids) -> Iterator[Fault]:
    for index, department in enumerate(loaded.model.departments):
        place: Place = ("departments", index, "head")
        if department.head and department.head not in ids.people:
            yield loaded.fault(place, UNKNOWN_PERSON, id=department.head)
        elif department.head and department.head not in ids.active:
            yield loaded.fault(place, N_("“{id}” is not active"), id=department.head)


def _people(loaded: Loaded[CompanyFile], ids: _Ids) -> Iterator[Fault]:
    for index, person in enumerate(loaded.model.people):
        if person.department not in ids.departments:
            yield loaded.fault(("people", index, "department"), UNKNOWN_DEPARTMENT, id=person.department)
        for number, post in enumerate(person.posts):
            if post not in POSTS:
                yield loaded.fault(
                    ("people", index, "posts", number), N_("“{post}” is not a post of the company"), post=post
                )
        for number, channel in enumerate(person.channels):
            if channel != "inbox" and channel not in person.addresses:
                message = N_("the channel “{channel}” has no address")
                yield loaded.fault(("people", index, "channels", number), message, channel=channel)
    for post in _NEEDED:
        if not any(post in person.posts for person in loaded.model.people if person.is_active):
            yield loaded.fault(("people",), N_("nobody active holds the post “{post}”"), post=post)


def _delegations(loaded: Loaded[CompanyFile], ids: _Ids) -> Iterator[Fault]:
    posts = {person.id: person.posts for person in loaded.model.people}
    for index, item in enumerate(loaded.model.delegations):
        place: Place = ("delegations", index)
        for name, person in (("principal", item.principal), ("deputy", item.deputy)):
            if person not in ids.people:
                yield loaded.fault((*place, name), UNKNOWN_PERSON, id=person)
        if item.principal == item.deputy:
            yield loaded.fault((*place, "deputy"), N_("nobody is his own deputy"))
        if item.principal in posts and item.post not in posts[item.principal]:
            message = N_("{id} does not hold the post “{post}”")
            yield loaded.fault((*place, "principal"), message, id=item.principal, post=item.post)
        ends = [(name, at) for name, at in (("starts", item.starts), ("ends", item.ends)) if at]
        for name, at in ends:
            if at.tzinfo is None:
                message = N_("must name its time zone, such as 2026-01-31T09:00:00+08:00")
                yield loaded.fault((*place, name), message)
        if len(ends) == len([at for _, at in ends if at.tzinfo]) == 2 and ends[0][1] >= ends[1][1]:  # noqa: PLR2004
            yield loaded.fault((*place, "ends"), N_("the delegation ends before it starts"))


def _systems(loaded: Loaded[CompanyFile], ids: _Ids) -> Iterator[Fault]:
    for index, system in enumerate(loaded.model.systems):
        place: Place = ("systems", index)
        yield from _unknown(loaded, (*place, "technicians"), system.technicians, ids.people, UNKNOWN_PERSON)
        yield from _unknown(loaded, (*place, "runbooks"), system.runbooks, ids.runbooks, UNKNOWN_RUNBOOK)
        yield from _doubled(loaded, (*place, "probes"), [probe.id for probe in system.probes])
        if not system.runbooks:
            yield loaded.fault(place, N_("the system has no runbook"))


def _unknown(
    loaded: Loaded[CompanyFile], place: Place, named: Iterable[str], known: set[str], message: str
) -> Iterator[Fault]:
    for number, item in enumerate(named):
        if item not in known:
            yield loaded.fault((*place, number), message, id=item)


def _doubled(loaded: Loaded[CompanyFile] | Loaded[Runbook], place: Place, ids: list[str]) -> Iterator[Fault]:
    for index, item in enumerate(ids):
        if item in ids[:index]:
            yield loaded.fault((*place, index, "id"), N_("“{id}” is there twice"), id=item)
