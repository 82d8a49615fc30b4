"""The files that the company writes: policy, company with addresses, runbooks, calendar."""

from pathlib import Path
from typing import NamedTuple

from adapters import crosscheck
from adapters.companyfile import CompanyFile
from adapters.problems import Fault, FileProblem
from adapters.yamlfile import Loaded, load
from domain.company import Company, Person, Runbook
from domain.policy import CompanyPolicy
from domain.text import N_


class Roster(NamedTuple):
    """The company as incidents see it, and how its people are reached: person id to channel to address."""

    company: Company
    addresses: dict[str, dict[str, str]]


def load_policy(path: Path) -> CompanyPolicy:
    """Read the policy's numbers; FileProblem names file, line, field, value and reason."""
    return load(path, CompanyPolicy).model


def load_runbooks(folder: Path) -> list[Runbook]:
    """Read every ``<id>@<version>.yaml`` of a folder and return the newest version of each runbook (4.3)."""
    loaded, faults = _load_all(sorted(folder.glob("*.yaml")))
    faults += [fault for item in loaded for fault in crosscheck.runbook(item)]
    if faults:
        raise FileProblem(str(folder), faults)
    newest = {book.id: book for book in sorted((item.model for item in loaded), key=lambda book: book.version)}
    return [newest[book_id] for book_id in sorted(newest)]


def load_company(path: Path, runbooks: Path) -> Roster:
    """Read the company with its runbooks; FileProblem lists every id that leads nowhere."""
    books = load_runbooks(runbooks)
    loaded = load(path, CompanyFile)
    if faults := list(crosscheck.company(loaded, books)):
        raise FileProblem(str(path), faults)
    content = loaded.model
    people = [Person.model_validate(person.model_dump()) for person in content.people]
    company = Company(
        version=content.version,
        name=content.name,
        departments=content.departments,
        people=people,
        delegations=content.delegations,
        systems=content.systems,
        runbooks=books,
    )
    return Roster(company, {person.id: {"inbox": person.id, **person.addresses} for person in content.people})


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
