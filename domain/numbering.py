"""Numbers of incidents: derived from what opened them, so that the same opening always gives the same number."""

import hashlib
import re

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10
_NUMBER = re.compile(f"[{_DIGITS}]{{5}}-[{_DIGITS}]{{5}}")


def number_from(*parts: str) -> str:
    """Return a number such as ``7K3Q9-DXMB2``: 50 bits of SHA-256 in Crockford's alphabet, easy to say on a phone."""
    return written(int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8]))


def written(value: int) -> str:
    """Return the number that the lowest 50 bits of a value make."""
    digits = "".join(_DIGITS[value >> 5 * place & 31] for place in range(_LENGTH))
    return f"{digits[:5]}-{digits[5:]}"


def value_of(number: str) -> int | None:
    """Return the 50 bits of a number; None where it is no such number."""
    if not _NUMBER.fullmatch(number):
        return None
    digits = number.replace("-", "")
    return sum(_DIGITS.index(digit) << 5 * place for place, digit in enumerate(digits))
