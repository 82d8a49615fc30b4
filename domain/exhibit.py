"""What is kept of a file beside its content: safe names, its digest, what it is, who collected it where (5.3.5)."""

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.text import Line, Wire
from domain.values import Instant

MOST_CHARACTERS, MOST_BYTES = 120, 200
_FALLBACK = "evidence"
_UNSAFE = re.compile(r'[<>:"|?*%]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_HIDDEN = ("C", "Zl", "Zp")  # categories: control and format characters, such as those that turn a line around


def safe_name(text: str) -> str:
    """Return a file name without path, hidden characters or reserved words, short enough for every disk."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    shown = "".join(character for character in last if not unicodedata.category(character).startswith(_HIDDEN))
    shown = _UNSAFE.sub("_", " ".join(shown.split())).strip(". ")
    if _RESERVED.match(shown):
        shown = f"_{shown}"
    return _shortened(shown) or _FALLBACK


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 16:  # noqa: PLR2004 - what is longer is no ending
        stem, dot, ending = name, "", ""
    while len(f"{stem}{dot}{ending}") > MOST_CHARACTERS or len(f"{stem}{dot}{ending}".encode()) > MOST_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip('. ')}{dot}{ending}"


def _is_safe(name: str) -> str:
    if safe_name(name) != name:
        raise PydanticCustomError("file_name", "is not a safe file name")
    return name


FileName = Annotated[str, AfterValidator(_is_safe)]
MediaType = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$")]
Algorithm = Literal["sha256", "sm3"]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Exhibit(Wire):
    """A file by its digest: the content itself is in the storage, never here and never in Temporal.

    ``media_type`` is what its first bytes say, ``declared_type`` what the sender said.
    """

    file_name: FileName
    size: int = Field(ge=1)
    digest: Digest
    algorithm: Algorithm = "sha256"
    media_type: MediaType = "application/octet-stream"
    declared_type: MediaType | None = None
    collected_by: Line | None = None
    collected_at: Instant | None = None
    place: Line | None = None
