"""Kinds of text that people write and read."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_BREAKS = re.compile("[\t\n\r\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know for "translate later"
    """Mark an English message for the catalogues; it is translated where a person reads it."""
    return message


def _without(characters: re.Pattern[str]) -> AfterValidator:
    def check(text: str) -> str:
        if found := characters.search(text):
            code = f"U+{ord(found.group()):04X}"
            raise PydanticCustomError("forbidden_character", "character {code} is not allowed", {"code": code})
        return text

    return AfterValidator(check)


def _normalised(text: object) -> object:
    return unicodedata.normalize("NFC", text) if isinstance(text, str) else text


# Normalised before its length is taken: that can make a text longer.
_NFC = BeforeValidator(_normalised)
_PRINTABLE = _without(_FORBIDDEN)  # neither control characters nor those that reorder a line on screen

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    _NFC,
    _PRINTABLE,
    _without(_BREAKS),
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _NFC, _PRINTABLE]
# A section of a report: longer than prose, and empty until somebody has written it.
Section = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), _NFC, _PRINTABLE]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,119}$")]


def excerpt(text: str, length: int = 200) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def brief(text: str) -> str:
    """Return what an incident carries of a text, at most 200 characters and 400 bytes; the timeline has all of it."""
    short = text[:200].encode()[:400].decode(errors="ignore")
    return text if short == text else f"{short[:-1]}…"


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
