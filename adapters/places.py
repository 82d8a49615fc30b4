"""The code that hangs at the place of a system: whoever gives it when he checks in has been there (5.3.3)."""

import hashlib
import hmac
from base64 import b32encode

_LENGTH = 12


def place_code(secret: str, system: str) -> str:
    """Return the code of a system's place; it holds as long as the secret, and is kept nowhere."""
    digest = hmac.new(secret.encode(), f"fengsui.place:{system}".encode(), hashlib.sha256).digest()
    return b32encode(digest).decode()[:_LENGTH]


def place_proof(secret: str, number: str, code: str) -> str:
    """Return what stands for a code in the history of an incident, which many may read: nobody can tell it by that."""
    given = f"fengsui.place-proof:{number}:{code_of(code)}"
    return hmac.new(secret.encode(), given.encode(), hashlib.sha256).hexdigest()


def code_of(text: str) -> str:
    """Return a code of a place however it was typed."""
    return "".join(character for character in text.upper() if character.isalnum())


def as_printed(code: str) -> str:
    """Return a code in groups of four, as it is printed; it may be typed with or without them."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
