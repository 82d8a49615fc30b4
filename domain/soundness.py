"""What a version of a runbook must be: named well, nothing twice, nothing that leads nowhere, not too large (4.3)."""

import re
from collections.abc import Collection, Iterator, Sequence

from domain.company import POSTS, Company, Role, Runbook
from domain.directory import Flaw, Place
from domain.text import N_

# An incident carries the runbooks of its system along.
MOST_BYTES = 64 * 1024
# A step is for somebody of the company, or for a role that an incident gives.
STEP_ROLES = (
    *(post for post in POSTS if post != Role.ADMINISTRATOR),
    *(Role.RESPONDER, Role.GROUP_MEMBER, Role.COMMANDER),
)
# Addresses of the library itself, which no runbook can have as its name.
RESERVED = frozenset({"suggestions", "export", "import", "coverage"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def flaws(book: Runbook, company: Company, actions: Collection[str] | None = None) -> Iterator[Flaw]:
    """Yield what is wrong with a version beside its fields; without ``actions`` no automatic step is judged."""
    yield from form(book)
    yield from misfits(book, company, actions)


def misfits(book: Runbook, company: Company, actions: Collection[str] | None = None) -> Iterator[Flaw]:
    """Yield whatever of a version leads nowhere in the company."""
    known = {system.id for system in company.systems}
    for number, system in enumerate(book.systems):
        if system not in known:
            yield Flaw(("systems", number), N_("there is no system “{id}”"), {"id": system})
    if book.author and company.person(book.author) is None:
        yield Flaw(("author",), N_("there is no person “{id}”"), {"id": book.author})
    for number, step in enumerate(book.steps):
        if step.action and actions is not None and step.action not in actions:
            message = N_("there is no automatic action “{id}”")
            yield Flaw(("steps", number, "action"), message, {"id": step.action})


def form(book: Runbook) -> Iterator[Flaw]:
    """Yield what is wrong with a version whatever the company is: its name, what is there twice, who does nothing."""
    if book.id in RESERVED or not _NAME.fullmatch(book.id):
        yield Flaw(("id",), N_("a runbook cannot be named “{id}”"), {"id": book.id})
    yield from _twice(("systems",), book.systems)
    for number, step in enumerate(book.steps):
        if step.who not in STEP_ROLES:
            message = N_("“{role}” carries out no step of a runbook")
            yield Flaw(("steps", number, "who"), message, {"role": step.who})
    for name in ("steps", "recovery_checklist", "probes"):
        ids = [item.id for item in getattr(book, name)]
        yield from (flaw._replace(place=(*flaw.place, "id")) for flaw in _twice((name,), ids))
    if len(book.model_dump_json().encode()) > MOST_BYTES:
        yield Flaw((), N_("the runbook is larger than {most} bytes"), {"most": str(MOST_BYTES)})
    texts = [(text.zh, text.en) for text in book.preconditions]
    for number, text in enumerate(texts):
        if text in texts[:number]:
            yield Flaw(("preconditions", number), N_("“{id}” is there twice"), {"id": text[0]})


def _twice(place: Place, ids: Sequence[str]) -> Iterator[Flaw]:
    for number, item in enumerate(ids):
        if item in ids[:number]:
            yield Flaw((*place, number), N_("“{id}” is there twice"), {"id": item})
