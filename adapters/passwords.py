"""Password hashes: argon2id, made beside the event loop, a few at a time."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

_AT_ONCE = 2
# Without characters that look alike on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS = 4


def one_time_password() -> str:
    """Return a password that can be read out: four groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(_GROUPS))


class Passwords:
    """Makes and compares hashes; the memory that it costs is bounded."""

    def __init__(self) -> None:
        """Take the recommended cost."""
        self._hashing = PasswordHash.recommended()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = self._hashing.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hashing.hash, password)

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Compare; without a hash it takes as long and is wrong, so that nobody learns who has an account."""
        async with self._turns:
            same = await asyncio.to_thread(self._compare, password, kept or self._nobodys)
        return same and kept is not None

    def _compare(self, password: str, kept: str) -> bool:
        try:
            return self._hashing.verify(password, kept)
        except PwdlibError:
            return False
