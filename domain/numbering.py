"""Numbers of incidents and measures: derived from what opened them, so that the same opening gives the same number."""

import hashlib
import re

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10
_NUMBER = re.compile(f"[{_DIGITS}]{{5}}-[{_DIGITS}]{{5}}")
_OF_MEASURE = "M-"
_PLACE = re.compile("-[1-9][0-9]{0,2}")


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


def is_of_measure(number: str) -> bool:
    """Tell whether a number is that of a rectification measure, such as ``M-7K3Q9-DXMB2-1``."""
    return number.startswith(_OF_MEASURE)


def measure_number(origin: str, place: int = 0) -> str:
    """Return the number of a measure: of an incident's report by its place there, of any other source without one."""
    return f"{_OF_MEASURE}{origin}-{place}" if place else f"{_OF_MEASURE}{origin}"


def measure_parts(number: str) -> tuple[int, int] | None:
    """Return the 50 bits of what a measure's number is made from, and its place; None where it is no such number."""
    origin, place = number.removeprefix(_OF_MEASURE)[: _LENGTH + 1], number.removeprefix(_OF_MEASURE)[_LENGTH + 1 :]
    value = value_of(origin) if is_of_measure(number) else None
    if value is None or (place and not _PLACE.fullmatch(place)):
        return None
    return value, int(place[1:] or 0)
