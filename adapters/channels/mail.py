"""Mail by SMTP; a refusal with 4xx is tried again, one with 5xx is final."""

import asyncio
import hashlib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.writer import Writer
from domain.company import Person

_SECONDS = 5.0  # each answer of the server
_TOTAL_SECONDS = 7.5
_FINAL = 500


class MailChannel:
    """Sends mails through one server."""

    name = "mail"

    def __init__(self, url: str, sender: str, writer: Writer, tls: ssl.SSLContext | None = None) -> None:
        """Take ``smtp://user:password@host:port`` (STARTTLS when offered) or ``smtps://`` (TLS from the start)."""
        self._sender = sender
        self._writer = writer
        self._server = _server(url, tls)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Hand a mail to the server and return its answer; the same message keeps its Message-ID."""
        mail = await self._mail(message, recipient, address)
        try:
            async with asyncio.timeout(_TOTAL_SECONDS):
                _, answer = await aiosmtplib.send(mail, **self._server)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = max(item.code for item in refused.recipients)
            raise _refusal(code, "recipient refused") from None
        except aiosmtplib.SMTPResponseException as refused:
            raise _refusal(refused.code, type(refused).__name__) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotHandedOver(f"mail server: {type(error).__name__}") from None
        return answer[:200]

    async def _mail(self, message: Message, recipient: Person, address: str) -> EmailMessage:
        text = await self._writer.write(message, recipient, address)
        mail = EmailMessage()
        mail["Subject"] = text.subject
        mail["From"] = self._sender
        mail["To"] = address
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = f"<{_digest(message.dedup_key)}@{_domain(self._sender)}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Fengsui-Incident"] = message.incident
        mail.set_content(text.body, cte="base64")
        mail["Content-Language"] = recipient.language  # set_content drops what describes the content before
        return mail


def _server(url: str, tls: ssl.SSLContext | None) -> dict[str, Any]:
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if is_tls else 587),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "start_tls": False if is_tls else None,
        "tls_context": tls,
        "timeout": _SECONDS,
    }


def _refusal(code: int, what: str) -> NotHandedOver:
    return NotHandedOver(f"mail server: {code} {what}", is_final=code >= _FINAL)


def _digest(dedup_key: str) -> str:
    return hashlib.sha256(dedup_key.encode()).hexdigest()[:32]


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
