"""Kinds of text that people write and read."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know for "translate later"
    """Mark an English message for the catalogues; it is translated where a person reads it."""
    return message


def printable(text: str) -> str:
    """Refuse control characters and those that reorder a line on screen; the rest is normalised (NFC)."""
    if found := _FORBIDDEN.search(text):
        code = f"U+{ord(found.group()):04X}"
        raise PydanticCustomError("forbidden_character", "character {code} is not allowed", {"code": code})
    return unicodedata.normalize("NFC", text)


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(printable)]
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)
]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,119}$")]


def excerpt(text: str, length: int = 200) -> str:
    """Return the beginning of a text; the whole of it stands in the timeline."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


class Wire(BaseModel):
    """Base of everything that travels through Temporal: unknown fields of a newer release are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=False)


class Text(Wire):
    """A text that the company wrote, in both languages."""

    zh: Prose
    en: Prose

    def in_language(self, language: str) -> str:
        """Return the text for a language tag such as ``zh-CN`` or ``en``."""
        return self.zh if language.lower().startswith("zh") else self.en
