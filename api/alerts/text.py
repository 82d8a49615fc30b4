"""Texts and instants of foreign senders: cleaned and shortened, never a reason to lose an alert."""

import hashlib
from datetime import datetime

from domain.text import excerpt
from domain.values import is_plausible

_LINE = 200
_PROSE = 2000


def line(text: str) -> str:
    """Return one line of at most 200 characters without anything that cannot be printed."""
    return excerpt(" ".join(_printable(text).split()), _LINE)


def prose(text: str) -> str:
    """Return at most 2000 characters without anything that cannot be printed."""
    return excerpt(_printable(text).strip(), _PROSE)


def digest(*parts: str) -> str:
    """Return a key for what came with foreign characters."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:24]


def began(at: datetime | None, now: datetime) -> datetime:
    """Return when something began: as it was told, or now where that has not come yet or cannot be."""
    return min(at, now) if at is not None and is_plausible(at) else now


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable() or character in "\n\t")
