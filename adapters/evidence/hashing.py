"""The digest of what streams by."""

import hashlib

from activities.ports import Empty, Received
from domain.exhibit import Algorithm

HEAD_BYTES = 8192


class Digester:
    """Takes a content piece by piece and remembers its digest, size and first bytes."""

    def __init__(self, algorithm: Algorithm) -> None:
        """Begin with nothing; SM3 comes from OpenSSL."""
        self.algorithm: Algorithm = algorithm
        self.size = 0
        self.head = b""
        self._hash = hashlib.new(algorithm)

    def take(self, piece: bytes) -> None:
        """Take a piece."""
        self._hash.update(piece)
        self.size += len(piece)
        if len(self.head) < HEAD_BYTES:
            self.head += piece[: HEAD_BYTES - len(self.head)]

    def hexdigest(self) -> str:
        """Return the digest of everything so far."""
        return self._hash.hexdigest()

    def received(self, token: str) -> Received:
        """Return what has come in; raise Empty."""
        if not self.size:
            raise Empty
        return Received(token, self.hexdigest(), self.algorithm, self.size, self.head)
