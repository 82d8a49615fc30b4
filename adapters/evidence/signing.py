"""Ed25519 signatures under checkpoints and bundles, and whose they are."""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic import AwareDatetime

from domain.text import Wire

_BYTES = 32
_CHECKPOINT, _MANIFEST = "fengsui-checkpoint-1", "fengsui-manifest-1"


class BadKey(ValueError):
    """It is no Ed25519 key."""


class Checkpoint(Wire):
    """The head of an incident's chain at an instant, signed: from then on nothing before it can be changed unseen."""

    incident: str
    seq: int
    hash: str
    at: AwareDatetime
    key: str
    signature: str

    def signed(self) -> bytes:
        """Return what the signature is over."""
        return _bytes(_CHECKPOINT, self.model_dump(mode="json", exclude={"signature"}))


def private_key(text: str) -> Ed25519PrivateKey:
    """Read a private key: PEM, or its 32 bytes in base64; raise BadKey."""
    if "-----BEGIN" in text:
        try:
            # A line of an environment file cannot hold line breaks.
            found = load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadKey from None
        if not isinstance(found, Ed25519PrivateKey):
            raise BadKey
        return found
    return Ed25519PrivateKey.from_private_bytes(_decoded(text))


def public_key(text: str) -> Ed25519PublicKey:
    """Read a public key in base64; raise BadKey."""
    try:
        return Ed25519PublicKey.from_public_bytes(_decoded(text))
    except ValueError:
        raise BadKey from None


def written(key: Ed25519PublicKey) -> str:
    """Return a public key in base64."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


class Signer:
    """Signs with one key."""

    def __init__(self, text: str) -> None:
        """Take a private key; raise BadKey."""
        self._key = private_key(text)
        self.public = written(self._key.public_key())

    def checkpoint(self, incident: str, seq: int, head: str, at: datetime) -> Checkpoint:
        """Sign the head of an incident's chain."""
        bare = Checkpoint(incident=incident, seq=seq, hash=head, at=at, key=self.public, signature="")
        return bare.model_copy(update={"signature": self._signature(bare.signed())})

    def manifest(self, content: bytes) -> str:
        """Sign the manifest of a bundle."""
        return self._signature(_bytes(_MANIFEST, content.decode()))

    def _signature(self, content: bytes) -> str:
        return base64.b64encode(self._key.sign(content)).decode()


class Keyring:
    """The public keys whose signatures count."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take public keys in base64."""
        self.keys = list(dict.fromkeys(keys))

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Tell whether one of our keys has signed a checkpoint."""
        return checkpoint.key in self.keys and is_signed(checkpoint.key, checkpoint.signature, checkpoint.signed())


def is_manifest_signed(key: str, signature: str, content: bytes) -> bool:
    """Tell whether a key has signed a manifest."""
    return is_signed(key, signature, _bytes(_MANIFEST, content.decode()))


def is_signed(key: str, signature: str, content: bytes) -> bool:
    """Tell whether a key has signed a content."""
    try:
        public_key(key).verify(_decoded(signature, length=64), content)
    except (BadKey, InvalidSignature):
        return False
    return True


def _bytes(purpose: str, content: Any) -> bytes:
    """Name the purpose: a signature for one thing is none for another."""
    return rfc8785.dumps({"purpose": purpose, "content": content})


def _decoded(text: str, length: int = _BYTES) -> bytes:
    try:
        found = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey from None
    if len(found) != length:
        raise BadKey
    return found
