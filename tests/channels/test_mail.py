"""Mail through a real SMTP server on loopback."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.mail import MailChannel
from adapters.channels.writer import Writer
from domain.company import Person

ADDRESS = "sun.jing@huahui.example"


class Mailbox:
    """A mail server's side: takes what is for the expected address and answers as told."""

    def __init__(self) -> None:
        """Start empty."""
        self.mails: list[EmailMessage] = []
        self.recipient_answer = "250 OK"
        self.data_answer = "250 queued as 42"
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take one recipient."""
        if address != ADDRESS:
            return "554 unexpected recipient"
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one mail."""
        if self.data_answer.startswith("250"):
            content = cast("bytes", envelope.content)
            self.mails.append(message_from_bytes(content, policy=default))
        return self.data_answer

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Check user and password."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss word")


@asynccontextmanager
async def serving(mailbox: Mailbox, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """Run a mail server; yields its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop, **options), "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def channel(mailbox: Mailbox, writer: Writer) -> AsyncIterator[MailChannel]:
    async with serving(mailbox) as port:
        yield MailChannel(f"smtp://127.0.0.1:{port}", "烽燧 <fengsui@huahui.example>", writer)


async def test_a_mail_arrives_in_the_readers_language(
    channel: MailChannel, mailbox: Mailbox, message: Message, sun: Person
) -> None:
    assert "queued as 42" in await channel.send(message, sun, ADDRESS)
    [mail] = mailbox.mails
    assert mail["Subject"] == "请立即判断：交易数据库 无响应"
    assert mail["To"] == ADDRESS
    assert mail["Content-Language"] == "zh-CN"
    assert "2026年11月24日 11:19" in mail.get_content()
    assert "5.2.1" in mail.get_content()


async def test_the_same_message_keeps_its_message_id(
    channel: MailChannel, mailbox: Mailbox, message_with: Callable[..., Message], sun: Person
) -> None:
    for key in ("a", "a", "b"):
        await channel.send(message_with(dedup_key=key), sun, ADDRESS)
    first, second, third = (mail["Message-ID"] for mail in mailbox.mails)
    assert first == second != third
    assert first.endswith("@huahui.example>")


@pytest.mark.parametrize(("answer", "is_final"), [("451 try later", False), ("550 no such user", True)])
@pytest.mark.parametrize("stage", ["recipient_answer", "data_answer"])
async def test_a_refusal_tells_whether_to_try_again(
    channel: MailChannel, mailbox: Mailbox, message: Message, sun: Person, stage: str, answer: str, is_final: bool
) -> None:
    setattr(mailbox, stage, answer)
    with pytest.raises(NotHandedOver) as refusal:
        await channel.send(message, sun, ADDRESS)
    assert (refusal.value.is_final, answer[:3] in refusal.value.detail) == (is_final, True)
    assert mailbox.mails == []


async def test_a_server_that_is_away_is_tried_again(writer: Writer, message: Message, sun: Person) -> None:
    channel = MailChannel("smtp://user:hidden@127.0.0.1:1", "fengsui@huahui.example", writer)
    with pytest.raises(NotHandedOver) as refusal:
        await channel.send(message, sun, ADDRESS)
    assert refusal.value.is_final is False
    assert "hidden" not in refusal.value.detail


async def test_a_server_that_says_nothing_is_left_in_time(writer: Writer, message: Message, sun: Person) -> None:
    ends: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, end: ends.append(end), "127.0.0.1", 0)
    channel = MailChannel(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", "f@huahui.example", writer)
    async with asyncio.timeout(15):
        with pytest.raises(NotHandedOver) as refusal:
            await channel.send(message, sun, ADDRESS)
    assert refusal.value.is_final is False
    for end in ends:
        end.close()
    server.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*made, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd does not see TLS from the start
@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
async def test_tls_and_login(
    mailbox: Mailbox, writer: Writer, message: Message, sun: Person, certificate: tuple[Path, Path], scheme: str
) -> None:
    server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_tls.load_cert_chain(*certificate)
    tls: dict[str, Any] = (
        {"tls": server_tls} if scheme == "smtps" else {"tls_context": server_tls, "require_starttls": True}
    )
    login: dict[str, Any] = {
        "authenticator": mailbox.login,
        "auth_required": True,
        "auth_require_tls": scheme == "smtp",
    }
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    async with serving(mailbox, **tls, **login) as port:
        channel = MailChannel(f"{scheme}://fengsui:p%40ss%20word@127.0.0.1:{port}", "f@huahui.example", writer, trusted)
        await channel.send(message, sun, ADDRESS)
        assert mailbox.logins == [(b"fengsui", b"p@ss word")]
        assert len(mailbox.mails) == 1
        stranger = MailChannel(f"{scheme}://f:x@127.0.0.1:{port}", "f@huahui.example", writer)
        with pytest.raises(NotHandedOver):
            await stranger.send(message, sun, ADDRESS)
    assert len(mailbox.mails) == 1
