"""RFC 3161 time stamps: an outside service witnesses that a checkpoint existed (extra tsa)."""

import base64
from pathlib import Path

import httpx2
import structlog
from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from adapters.evidence.bundlecheck import Judge
from adapters.evidence.signing import Checkpoint
from adapters.store.checkpoints import SqlCheckpoints, Stamp
from adapters.store.database import DatabaseAway
from adapters.tls import trusted

SECONDS = 10.0
MOST_BYTES = 64 * 1024
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_log = structlog.get_logger(__name__)


def stamped(checkpoint: Checkpoint) -> bytes:
    """Return what a time stamp is over: the signature, and with it everything that was signed."""
    return base64.b64decode(checkpoint.signature)


class Stamps:
    """Asks the service (``activities.ports.Stamping``); whatever fails is logged, the incident closes all the same."""

    def __init__(self, url: str, certificates: Path | None, checkpoints: SqlCheckpoints) -> None:
        """Take where the service is and where checkpoints are."""
        self._url = url
        self._certificates = certificates
        self._checkpoints = checkpoints

    async def stamp(self, incident: str) -> None:
        """Have the newest checkpoint of an incident stamped."""
        try:
            made = await self._checkpoints.of_incident(incident)
            if made and made[-1].seq not in {stamp.seq for stamp in await self._checkpoints.stamps(incident)}:
                token = await self._ask(made[-1])
                await self._checkpoints.add_stamp(incident, made[-1].seq, token)
        except (DatabaseAway, httpx2.HTTPError, OSError, ValueError, VerificationError) as error:
            _log.error("not_time_stamped", incident=incident, error=f"{type(error).__name__}: {error}")

    async def _ask(self, checkpoint: Checkpoint) -> bytes:
        request = TimestampRequestBuilder().data(stamped(checkpoint)).hash_algorithm(HashAlgorithm.SHA256).build()
        async with httpx2.AsyncClient(timeout=SECONDS, trust_env=False, verify=trusted()) as client:
            answer = await client.post(self._url, content=request.as_bytes(), headers=_HEADERS)
        answer.raise_for_status()
        token = answer.content
        if len(token) > MOST_BYTES:
            raise ValueError(f"{len(token)} bytes")
        response = decode_timestamp_response(token)
        if response.tst_info.nonce != request.nonce:
            raise ValueError("another nonce")
        if self._certificates is not None:
            _verify(self._certificates.read_bytes(), response, checkpoint)
        return token


def judge_by(certificates: bytes) -> Judge:
    """Return who tells whether a time stamp holds, by the root certificates of its service; raise ValueError."""
    load_pem_x509_certificates(certificates)

    def judge(checkpoint: Checkpoint, stamp: Stamp) -> str | None:
        try:
            _verify(certificates, decode_timestamp_response(base64.b64decode(stamp.token)), checkpoint)
        except (VerificationError, ValueError) as error:
            return str(error) or type(error).__name__
        return None

    return judge


def _verify(certificates: bytes, response: TimeStampResponse, checkpoint: Checkpoint) -> None:
    builder = VerifierBuilder()
    for certificate in load_pem_x509_certificates(certificates):
        builder = builder.add_root_certificate(certificate)
    builder.build().verify_message(response, stamped(checkpoint))
