"""What is wrong with a file that a person wrote: where, what stands there, and why it cannot stand."""

from typing import NamedTuple

from adapters.i18n.translator import LANGUAGES, translator
from domain.text import N_


class Fault(NamedTuple):
    """One fault: file, line (from 1), field path, the value as it stands, and a message with its parameters."""

    file: str
    line: int | None
    field: str
    value: str | None
    message: str
    params: dict[str, str] = {}

    def text(self, language: str) -> str:
        """Say it in one line."""
        _ = translator(language)
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        field = f"{self.field} = {self.value}" if self.value is not None else self.field
        reason = _(self.message, **self.params) if self.params else _(self.message)
        return ": ".join(part for part in (place, field, reason) if part)


class FileProblem(Exception):
    """A file cannot be used; ``faults`` lists everything that is wrong with it."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        """Keep all faults; the text of the error names them in every language."""
        self.file = file
        self.faults = sorted(faults, key=lambda fault: (fault.file, fault.line or 0))
        super().__init__("\n".join(self.text(language) for language in LANGUAGES))

    def text(self, language: str) -> str:
        """Say everything that is wrong in one language."""
        _ = translator(language)
        head = _(N_("{file} cannot be used:"), file=_(self.file))
        return "\n".join([head, *(f"  {fault.text(language)}" for fault in self.faults)])
