"""What a file is by its first bytes, whatever its sender says."""

import codecs
import re

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_BINARY, _TEXT, _HTML = "application/octet-stream", "text/plain", "text/html"
_MARKUP = re.compile(rb"<(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)
_LEAST_CONFIDENCE = 0.3
_ESCAPE = 27  # logs are coloured by it
_SHOWN_FROM, _BREAKS = 32, range(9, 14)


# What puremagic would take for one of many formats that are packed in the same way.
_PLAIN = {b"%PDF-": "application/pdf", b"PK\x03\x04": "application/zip", b"\x1f\x8b": "application/gzip"}


def sniffed(head: bytes) -> str:
    """Return the media type that the first bytes show; text where they are text, else only bytes."""
    for beginning, name in _PLAIN.items():
        if head.startswith(beginning):
            return name
    if _is_text(head):
        return _HTML if _MARKUP.search(head[:1024]) else _TEXT
    import puremagic  # noqa: PLC0415 - it reads a table of a thousand formats, which most processes never need

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return _BINARY
    named = (item.mime_type for item in found if item.mime_type and item.confidence > _LEAST_CONFIDENCE)
    return next((name for name in named if _MEDIA_TYPE.fullmatch(name)), _BINARY)


def declared(content_type: str | None) -> str | None:
    """Return the media type that a sender names, without its parameters; None where it is none."""
    name = (content_type or "").partition(";")[0].strip().lower()
    return name if _MEDIA_TYPE.fullmatch(name) else None


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return all(ord(character) >= _SHOWN_FROM or ord(character) in (*_BREAKS, _ESCAPE) for character in text)
