"""Signed links: whoever holds one may answer one question as one person, until it expires.

They are made where a message is sent, out of nothing but the message and the key: no database is asked.
"""

import hashlib
import hmac
import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from activities.messages import Message
from adapters import linkcode
from adapters.settings import Settings
from domain.company import Person

PATH = "/t"
# Messages whose link says only that they arrived.
ABOUT_CONTACTS = ("communication_test", "contact_test")
_LONGEST = 400
_SIGNATURE = 12
_PROOF = 3
_MINUTE = 60
_WRAPS = 1 << 16


class ForgedLink(Exception):
    """This token was not made here, or was changed."""


class Link(NamedTuple):
    """What a token stands for; ``id`` names it without being it."""

    person: str
    incident: str
    question: str
    expires_at: datetime
    id: str

    @property
    def channel(self) -> str | None:
        """Return the channel whose contact point the link proves; None where it answers a question of an incident."""
        kind, *rest = self.question.split("/")
        return rest[0] if kind in ABOUT_CONTACTS and rest else None

    @property
    def test(self) -> str | None:
        """Return the communication test that the link answers."""
        kind, *rest = self.question.split("/")
        return rest[1] if kind == ABOUT_CONTACTS[0] and rest else None


class Links:
    """Makes links when a message is sent, and reads them back; a repeat of the same message has the same link."""

    def __init__(self, secret: str, public_url: str, lifetime: timedelta) -> None:
        """Take the key of the signature, where people reach us, and how long a link works."""
        self._key = hmac.digest(secret.encode(), b"fengsui.link", "sha256")
        self._public_url = public_url
        self._lifetime = lifetime
        self._marks: dict[str, int] = {}

    @classmethod
    def by(cls, settings: Settings) -> "Links":
        """Make links as an installation is set up."""
        return cls(settings.secret.get_secret_value(), settings.public_url, timedelta(hours=settings.link_hours))

    def link(self, message: Message, recipient: Person, address: str = "", people: Collection[str] = ()) -> str:
        """Return the address that opens a message's task on a phone; ``people`` are those whom a question may name."""
        question = self._question(message, recipient, address)
        incident = "" if message.template in ABOUT_CONTACTS else message.incident
        minutes = int((message.created_at + self._lifetime).timestamp()) // _MINUTE
        token = self._token(recipient.id, incident, question, minutes, people)
        return f"{self._public_url}{PATH}/{token}"

    def read(self, token: str, people: Collection[str], now: datetime) -> Link:
        """Return what a token stands for, also when it expired some days ago; raise ForgedLink.

        ``people`` are all who may hold one or be named in one.
        """
        if len(token) > _LONGEST:
            raise ForgedLink
        people = frozenset(people)
        try:
            content = linkcode.unlettered(token)
            incident, rest = linkcode.placed(content[:-_SIGNATURE])
            end, marked, asked = int.from_bytes(rest[:2]), rest[2:3], rest[3:]
            # The nearest end that has these digits; an older link is not one any more.
            today = int(now.timestamp()) // _MINUTE
            minutes = today + (end - today + _WRAPS // 2) % _WRAPS - _WRAPS // 2
            for person in people:
                if bytes([self._mark(person)]) != marked:
                    continue
                for question in linkcode.questions(asked, person, people, self._mark):
                    if hmac.compare_digest(self._signature(person, incident, question, minutes), content[-_SIGNATURE:]):
                        return self._link(person, incident, question, minutes)
        except (ValueError, OverflowError):
            raise ForgedLink from None
        raise ForgedLink

    def sent_at(self, link: Link) -> datetime:
        """Return in which minute a link was sent."""
        return link.expires_at - self._lifetime

    def is_to(self, link: Link, address: str) -> bool:
        """Tell whether a link was sent to this address."""
        return link.question.rpartition("/")[2] == self._proof(link.person, link.channel or "", address)

    def _link(self, person: str, incident: str, question: str, minutes: int) -> Link:
        name = hashlib.sha256(_content(person, incident, question, minutes)).hexdigest()[:24]
        return Link(person, incident, question, datetime.fromtimestamp(minutes * _MINUTE, UTC), name)

    def _token(self, person: str, incident: str, question: str, minutes: int, people: Collection[str]) -> str:
        body = (
            linkcode.place(incident)
            + (minutes % _WRAPS).to_bytes(2)
            + bytes([self._mark(person)])
            + linkcode.question(question, person, people, self._mark)
        )
        return linkcode.letters(body + self._signature(person, incident, question, minutes))

    def _signature(self, person: str, incident: str, question: str, minutes: int) -> bytes:
        """Sign what is meant, not how it is written: whoever reads may know other people than whoever wrote."""
        content = _content(person, incident, question, minutes)
        return hmac.digest(self._key, b"link\0" + content, "sha256")[:_SIGNATURE]

    def _question(self, message: Message, recipient: Person, address: str) -> str:
        """Only the template of a one-time note says what it is about; a contact point is meant as it is now."""
        if message.template in ABOUT_CONTACTS:
            test = (message.params.get("test") or "",) if message.template == ABOUT_CONTACTS[0] else ()
            proof = self._proof(recipient.id, message.channel, address)
            return "/".join((message.template, message.channel, *test, proof))
        is_note = message.question.startswith("note/")
        return f"{message.question}/{message.template}" if is_note else message.question

    def _proof(self, person: str, channel: str, address: str) -> str:
        signed = hmac.digest(self._key, b"address\0" + json.dumps([person, channel, address]).encode(), "sha256")
        return f"~{signed[:_PROOF].hex()}"

    def _mark(self, person: str) -> int:
        if person not in self._marks:
            self._marks[person] = hmac.digest(self._key, b"person\0" + person.encode(), "sha256")[0]
        return self._marks[person]


def _content(person: str, incident: str, question: str, minutes: int) -> bytes:
    return json.dumps([person, incident, question, minutes]).encode()
