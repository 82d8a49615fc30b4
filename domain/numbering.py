"""Numbers of incidents: derived from what opened them, so that the same opening always gives the same number."""

import hashlib

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


def number_from(*parts: str) -> str:
    """Return a number such as ``7K3Q9-DXMB2``: 50 bits of SHA-256 in Crockford's alphabet, easy to say on a phone."""
    value = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8])
    digits = "".join(_DIGITS[value >> 5 * place & 31] for place in range(_LENGTH))
    return f"{digits[:5]}-{digits[5:]}"
