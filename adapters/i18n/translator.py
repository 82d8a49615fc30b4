"""From an English message to the reader's language."""

import re
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from adapters.i18n.words import WORDS
from domain.clauses import CLAUSES, wording
from domain.text import N_

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
_FOLDER = Path(__file__).parent
# What a person wrote is never taken for an identifier.
_VERBATIM = frozenset({"text", "reason", "title", "symptom", "scope", "overview", "item", "step", "question", "what"})
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_.:@/-]*")


class Translator:
    """A callable for one language: ``_("The step {step} is unknown.", step="s1")``."""

    def __init__(self, language: Language) -> None:
        """Load the catalogue of the language; English needs none."""
        self.language = language
        self._catalogue = _catalogue(language)

    def __call__(self, message: str, /, **params: Any) -> str:
        """Translate a message and fill its ``{placeholders}``; one without a value stays as it is."""
        text = self._catalogue.gettext(message) if message else ""
        filled = _Params({name: self._value(name, value) for name, value in params.items()})
        return text.format_map(filled) if params else text

    def _value(self, name: str, value: object) -> str:
        return str(value) if name in _VERBATIM else self.word(str(value))

    def word(self, value: str) -> str:
        """Translate what identifiers such as ``it_manager`` stand for, also in a list of them; other text stays."""
        parts = value.split(", ")
        if not all(_IDENTIFIER.fullmatch(part) for part in parts) or WORDS.keys().isdisjoint(parts):
            return value
        comma = "、" if self.language == "zh-CN" else ", "
        return comma.join(self._catalogue.gettext(WORDS[part]) if part in WORDS else part for part in parts)

    def noted(self, text: str, note: str) -> str:
        """Put a note in brackets behind a text."""
        return self._catalogue.gettext(N_("{text} ({note})")).format(text=text, note=note)

    def clause(self, clause_id: str) -> str:
        """Name a clause with its short wording; one that this release does not know by its id alone."""
        if clause_id not in CLAUSES:
            return clause_id
        return self.noted(clause_id, wording(clause_id, self.language))


class _Params(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def translator(language: str) -> Translator:
    """Return the translator for a language tag; anything Chinese is zh-CN, the rest is English."""
    return _translator("zh-CN" if language.lower().startswith("zh") else "en")


@cache
def _translator(language: Language) -> Translator:
    return Translator(language)


def negotiate(accept_language: str | None, default: Language = "zh-CN") -> Language:
    """Choose a language for an Accept-Language header; every kind of Chinese is served by zh-CN."""
    wishes = [_wish(item) for item in (accept_language or "").split(",")]
    for _, tag in sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0]):
        if tag.split("-")[0] in {"zh", "en"}:
            return "zh-CN" if tag.startswith("zh") else "en"
        if tag == "*":
            break
    return default


def _wish(item: str) -> tuple[float, str]:
    tag, _, parameter = item.strip().lower().replace("_", "-").partition(";")
    try:
        quality = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0
    return quality, tag.strip()


def _catalogue(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    # Read from the .po itself: a compiled copy could be older than its source.
    with (_FOLDER / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale="zh_CN")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
