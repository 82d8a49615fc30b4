"""The shape of company.yaml: the company, and the addresses that no incident carries."""

from pydantic import Field

from domain.company import Delegation, Department, Person, System
from domain.text import Key, Line, Text, Wire


class FiledPerson(Person):
    """A person with the addresses of his channels."""

    addresses: dict[Key, Line] = {}


class CompanyFile(Wire):
    """What company.yaml holds; runbooks live in files of their own."""

    version: Key
    name: Text
    departments: list[Department] = Field(min_length=1)
    people: list[FiledPerson] = Field(min_length=1)
    delegations: list[Delegation] = []
    systems: list[System] = Field(min_length=1)
