"""A message as signed JSON to one address: for chat gateways, SMS gateways, anything that can receive HTTP."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable

from activities.messages import Message
from adapters.channels.provider import Provider
from adapters.channels.writer import Writer
from domain.company import Person


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 over ``timestamp.body`` as hex; receivers compute the same and compare."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class WebhookChannel:
    """Posts messages; 2xx is accepted, 408, 425, 429 and 5xx are tried again, other answers are final."""

    name = "webhook"

    def __init__(self, url: str, secret: str, writer: Writer, clock: Callable[[], float] = time.time) -> None:
        """Take where to post, the key of the signature, and the clock that stamps it (seconds since 1970)."""
        self._url = url
        self._secret = secret
        self._writer = writer
        self._clock = clock
        self._provider = Provider(self.name, secret, clock=clock)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Post a message; ``Idempotency-Key`` is its dedup key, so that a repeat can be told from a new one."""
        body = await self._body(message, recipient, address)
        timestamp = str(int(self._clock()))
        headers = {
            "Idempotency-Key": message.dedup_key,
            "X-Fengsui-Timestamp": timestamp,
            "X-Fengsui-Signature": f"sha256={signature(self._secret, timestamp, body)}",
        }
        answer = await self._provider.post(self._url, body, headers)
        self._provider.require_success(answer)
        return f"HTTP {answer.status}"

    async def _body(self, message: Message, recipient: Person, address: str) -> bytes:
        text = await self._writer.write(message, recipient, address)
        content = {
            "dedup_key": message.dedup_key,
            "to": address,
            "recipient": recipient.id,
            "language": recipient.language,
            "subject": text.subject,
            "body": text.body,
            "incident": message.incident,
            "title": message.title,
            "system": message.system,
            "severity": message.severity,
            "is_drill": message.is_drill,
            "template": message.template,
            "question": message.question,
            "clause": message.clause,
            "call": message.call,
            "due": message.due.isoformat() if message.due else None,
            "created_at": message.created_at.isoformat(),
        }
        return json.dumps(content, ensure_ascii=False).encode()
