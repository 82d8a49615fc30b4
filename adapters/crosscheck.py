"""Do the ids of the company's files lead somewhere (2, 4.2)? The directory has the rules; here faults get a line."""

from collections.abc import Iterator
from datetime import datetime

from adapters.companyfile import CompanyFile
from adapters.problems import Fault
from adapters.yamlfile import Loaded, Place
from domain import directory
from domain.company import Runbook
from domain.directory import INBOX, Register
from domain.soundness import form
from domain.text import N_


def company(loaded: Loaded[CompanyFile], register: Register, books: list[Runbook], now: datetime) -> Iterator[Fault]:
    """Yield every fault of a company file that no single field shows; ``register`` is what the file wants."""
    yield from _channels(loaded)
    for flaw in directory.flaws(register, books, now):
        yield loaded.fault(flaw.place, flaw.message, **flaw.params)


def gaps(loaded: Loaded[CompanyFile], register: Register) -> Iterator[Fault]:
    """Yield what makes nobody refuse the file, though people should know it."""
    for flaw in directory.gaps(register):
        yield loaded.fault(flaw.place, flaw.message, **flaw.params)
    for index, person in enumerate(loaded.model.people):
        for channel in person.addresses.keys() - {*person.channels, INBOX}:
            message = N_("the address is not used: “{channel}” is not among the channels")
            yield loaded.fault(("people", index, "addresses", channel), message, channel=channel)


def runbook(loaded: Loaded[Runbook]) -> Iterator[Fault]:
    """Yield every fault of one runbook file that no single field shows."""
    book = loaded.model
    if loaded.path.stem != book.ref:
        yield loaded.fault(("id",), N_("the file must be named {name}"), name=f"{book.ref}.yaml")
    for flaw in form(book):
        yield loaded.fault(flaw.place, flaw.message, **flaw.params)


def _channels(loaded: Loaded[CompanyFile]) -> Iterator[Fault]:
    for index, person in enumerate(loaded.model.people):
        place: Place = ("people", index)
        if person.contacts is not None:
            for name in person.model_fields_set & {"channels", "addresses"}:
                yield loaded.fault((*place, name), N_("“contacts” says it already"))
            continue
        for number, channel in enumerate(person.channels):
            if channel != INBOX and channel not in person.addresses:
                message = N_("the channel “{channel}” has no address")
                yield loaded.fault((*place, "channels", number), message, channel=channel)
