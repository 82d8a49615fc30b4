"""The files that the company writes: policy, company with addresses, runbooks, calendar."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from adapters import crosscheck
from adapters.companyfile import CompanyFile
from adapters.problems import Fault, FileProblem
from adapters.yamlfile import Loaded, load, loads
from domain.company import Company, Runbook
from domain.directory import INBOX, Member, Register
from domain.policy import CompanyPolicy
from domain.text import N_


class Roster(NamedTuple):
    """The company as incidents see it, and how its people are reached: person id to channel to address."""

    company: Company
    addresses: dict[str, dict[str, str]]


class Filed(NamedTuple):
    """What a company file wants the directory to be, and what people should know of it (R1, 4.2)."""

    register: Register
    warnings: list[Fault]


def load_policy(path: Path) -> CompanyPolicy:
    """Read the policy's numbers; FileProblem names file, line, field, value and reason."""
    return load(path, CompanyPolicy).model


def load_runbooks(folder: Path) -> list[Runbook]:
    """Read every ``<id>@<version>.yaml`` of a folder and return the newest version of each runbook (4.3)."""
    newest = {book.id: book for book in sorted(load_all_runbooks(folder), key=lambda book: book.version)}
    return [newest[book_id] for book_id in sorted(newest)]


def load_all_runbooks(folder: Path) -> list[Runbook]:
    """Read every version of every runbook of a folder; FileProblem."""
    loaded, faults = _load_all(sorted(folder.glob("*.yaml")))
    faults += [fault for item in loaded for fault in crosscheck.runbook(item)]
    if faults:
        raise FileProblem(str(folder), faults)
    return [item.model for item in loaded]


def load_company(path: Path, runbooks: Path) -> Roster:
    """Read the company with its runbooks; FileProblem lists every id that leads nowhere."""
    books = load_runbooks(runbooks)
    register = load_register(path, books)
    addresses = {member.id: addresses_of(member) for member in register.people}
    return Roster(register.company(books, {channel for of_one in addresses.values() for channel in of_one}), addresses)


def load_register(path: Path, books: list[Runbook]) -> Register:
    """Read the company file; FileProblem lists every id that leads nowhere."""
    return _checked(load(path, CompanyFile), books, None).register


def read_register(text: str, name: str, books: list[Runbook], before: Register) -> Filed:
    """Read a company file that somebody sent, to be put in place of what is there; FileProblem."""
    return _checked(loads(text, name, CompanyFile), books, before)


def addresses_of(member: Member) -> dict[str, str]:
    """Return where each channel reaches a person."""
    return {contact.channel: contact.address for contact in member.contacts} | {INBOX: member.id}


def _checked(loaded: Loaded[CompanyFile], books: list[Runbook], before: Register | None) -> Filed:
    register = loaded.model.register(before)
    if faults := list(crosscheck.company(loaded, register, books, datetime.now(UTC))):
        raise FileProblem(str(loaded.path), faults)
    return Filed(register, list(crosscheck.gaps(loaded, register)))


def _load_all(paths: list[Path]) -> tuple[list[Loaded[Runbook]], list[Fault]]:
    loaded, faults = [], []
    for path in paths:
        try:
            loaded.append(load(path, Runbook))
        except FileProblem as problem:
            faults += problem.faults
    if not paths:
        faults.append(Fault("", None, "", None, N_("there is no runbook here")))
    return loaded, faults
