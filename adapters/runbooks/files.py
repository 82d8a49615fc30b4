"""Runbooks as files: one YAML per version, always written alike, so that what git shows is what was changed."""

import re
from collections.abc import Collection
from io import StringIO
from typing import Any, NamedTuple

from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from adapters import crosscheck
from adapters.problems import Fault, FileProblem
from adapters.yamlfile import Loaded, loads
from domain.company import Company, Runbook
from domain.soundness import misfits
from domain.text import Line, Wire

MOST_FILES = 200
MOST_CHARACTERS = 100_000
_ODD_BREAKS = re.compile("[\r\u2028\u2029\ufeff]")
_WIDTH = 4096  # a text is never broken: a changed word changes one line


class NamedText(Wire):
    """A file that somebody sent, or is sent."""

    name: Line
    text: str = Field(max_length=MOST_CHARACTERS)


class Read(NamedTuple):
    """A runbook out of a file, and where its fields stand there."""

    loaded: Loaded[Runbook]

    @property
    def book(self) -> Runbook:
        """Return the runbook itself."""
        return self.loaded.model


def name_of(book: Runbook) -> str:
    """Return how the file of a version is called."""
    return f"{book.ref}.yaml"


def written(book: Runbook) -> str:
    """Return the file of a version; reading it again gives the same version."""
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    text = StringIO()
    said = book.model_dump(mode="json", exclude_defaults=True)
    content = {name: said.get(name, book.kind) for name in Runbook.model_fields if name in said or name == "kind"}
    yaml.dump(_plain(content), text)
    return text.getvalue()


def read(files: Collection[NamedText], company: Company, actions: Collection[str] | None = None) -> list[Read]:
    """Read files, in the order of names and numbers; FileProblem lists all that is wrong, with file and line."""
    found: list[Read] = []
    faults: list[Fault] = []
    for file in files:
        try:
            loaded = loads(file.text, file.name, Runbook)
        except FileProblem as problem:
            faults += problem.faults
            continue
        found.append(Read(loaded))
        faults += crosscheck.runbook(loaded)
        for flaw in misfits(loaded.model, company, actions):
            faults.append(loaded.fault(flaw.place, flaw.message, **flaw.params))
    if faults:
        raise FileProblem("runbooks", faults)
    return sorted(found, key=lambda item: (item.book.id, item.book.version))


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _plain(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return _row(value) if name == "systems" else [_plain(item) for item in value]
    is_block = isinstance(value, str) and "\n" in value and not _ODD_BREAKS.search(value)
    return LiteralScalarString(value) if is_block else value


def _row(names: list[str]) -> CommentedSeq:
    row = CommentedSeq(names)
    row.fa.set_flow_style()
    return row
