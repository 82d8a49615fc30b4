"""Signed links: whoever holds one may answer one question of one incident as one person, until it expires."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from activities.messages import Message
from adapters.settings import Settings
from domain.company import Person

PATH = "/t"
_SALT = "fengsui.link"
_TOKEN = re.compile(rf"({PATH}/)[A-Za-z0-9_.\-%]+")


class ForgedLink(Exception):
    """This token was not made here, or was changed."""


class Link(NamedTuple):
    """What a token stands for; ``id`` names it without being it."""

    person: str
    incident: str
    question: str
    expires_at: datetime
    id: str


class Links:
    """Makes links when a message is sent, and reads them back; a repeat of the same message has the same link."""

    def __init__(self, secret: str, public_url: str, lifetime: timedelta) -> None:
        """Take the key of the signature, where people reach us, and how long a link works."""
        self._signing = URLSafeSerializer(
            secret, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )
        self._public_url = public_url
        self._lifetime = lifetime

    @classmethod
    def by(cls, settings: Settings) -> "Links":
        """Make links as an installation is set up."""
        return cls(settings.secret.get_secret_value(), settings.public_url, timedelta(hours=settings.link_hours))

    def link(self, message: Message, recipient: Person) -> str:
        """Return the address that opens a message's task on a phone."""
        return f"{self._public_url}{PATH}/{self._token(message, recipient)}"

    def _token(self, message: Message, recipient: Person) -> str:
        expires = int((message.created_at + self._lifetime).timestamp())
        nonce = hashlib.sha256(message.dedup_key.encode()).hexdigest()[:8]
        content = [recipient.id, message.incident, _question(message), expires, nonce]
        return self._signing.dumps(content)

    def read(self, token: str) -> Link:
        """Return what a token stands for, also when it has expired; raise ForgedLink."""
        try:
            content: list[Any] = self._signing.loads(token)
            person, incident, question, expires, _nonce = content
        except (BadData, ValueError, TypeError):
            raise ForgedLink from None
        # Of the content: one content can be written as more than one token.
        name = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
        return Link(person, incident, question, datetime.fromtimestamp(expires, UTC), name)


def _question(message: Message) -> str:
    """Only the template of a one-time note says what it is about."""
    is_note = message.question.startswith("note/")
    return f"{message.question}/{message.template}" if is_note else message.question


def without_tokens(text: str) -> str:
    """Return a text, such as a line of a log, with the token of every link blanked."""
    return _TOKEN.sub(r"\1***", text)
