"""Keyset pages: a page knows where the next one starts, whatever is inserted meanwhile."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")
LARGEST = 100
_WIDEST = 2**63


class BadCursor(ValueError):
    """The cursor is none of ours."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, and the cursor of what follows them; None at the end."""

    items: list[T]
    next: str | None


def size(limit: int) -> int:
    """Return the limit; ValueError outside 1..100."""
    if not 1 <= limit <= LARGEST:
        raise ValueError(f"a page has 1 to {LARGEST} items")
    return limit


def write_cursor(*key: str | int | datetime) -> str:
    """Return an opaque text that names a place in an order."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    packed = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> list[Any]:
    """Return the key that ``write_cursor`` packed, its parts being of these kinds; raise BadCursor."""
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return [_unpack(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise BadCursor(cursor) from error


def _can_be_asked(part: Any) -> bool:
    """Tell whether every database can look for it: 63 bits, no NUL, nothing that is no Unicode."""
    return part.isascii() and part.isprintable() if isinstance(part, str) else 0 <= part < _WIDEST


def _unpack(part: Any, kind: type) -> Any:
    if kind is not datetime and type(part) is kind and _can_be_asked(part):
        return part
    instant = datetime.fromisoformat(part)
    if kind is not datetime or instant.tzinfo is None:
        raise ValueError(part)
    return instant.astimezone(UTC)
