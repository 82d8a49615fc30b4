"""The code that hangs at the place of a system: whoever gives it when he checks in has been there (5.3.3)."""

import hashlib
import hmac
from base64 import b32encode

_LENGTH = 12


def place_code(secret: str, system: str) -> str:
    """Return the code of a system's place; it holds as long as the secret, and is kept nowhere."""
    digest = hmac.new(secret.encode(), f"fengsui.place:{system}".encode(), hashlib.sha256).digest()
    return b32encode(digest).decode()[:_LENGTH]


def as_printed(code: str) -> str:
    """Return a code in groups of four, as it is printed; it may be typed with or without them."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
