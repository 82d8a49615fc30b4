"""Fills a message's templates; a parameter that is missing leaves its line out, it never fails."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from activities.messages import Message
from adapters.i18n import Translator, translator
from adapters.i18n.formats import instant
from adapters.messages.gaps import sentence
from domain.closure import SERVICE_WORKS
from domain.company import Company, Person, Runbook
from domain.numbering import is_of_measure
from domain.readiness import Gap
from domain.text import N_, Text

_FOLDER = Path(__file__).parent
_DRILL = {"zh-CN": "【演练】", "en": "【演练】[DRILL] "}
_PLAIN = "plain"
# Messages that are about no incident.
BESIDE_INCIDENTS = (
    *("communication_test", "contact_test", "readiness", "runbook_version"),
    *("rectification_opened", "rectification_due", "rectification_overdue", "rectification_verification"),
    *("rectification_extension", "rectification_news"),
)
TEMPLATES = tuple(sorted(path.parent.name for path in _FOLDER.glob("*/body.txt")))

_jinja = Environment(
    loader=FileSystemLoader(_FOLDER),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text
    trim_blocks=True,
    lstrip_blocks=True,
)

# Which parameters are shown below the question, in this order, each in a line of its own.
_DETAILS = {
    "person": N_("Person: {value}"),
    "post": N_("Post: {value}"),
    "department": N_("Department: {value}"),
    "order": N_("Order no.: {value}"),
    "plan_version": N_("Plan version: {value}"),
    "version": N_("Report version: {value}"),
    "runbook": N_("Runbook: {value}"),
    "step": N_("Step: {value}"),
    "result": N_("Result: {value}"),
    "kind": N_("Kind: {value}"),
    "other": N_("Other incident: {value}"),
    "regulator": N_("Regulator: {value}"),
    "statutory_report": N_("Report: {value}"),
    "occasion": N_("Occasion: {value}"),
    "why": N_("Why: {value}"),
    "items": N_("To check: {value}"),
    "owner": N_("Owner: {value}"),
    "verifier": N_("Verifier: {value}"),
    "text": N_("Text: {text}"),
    "evidence": N_("Evidence of completion: {value}"),
    "wish": N_("Wanted due day: {value}"),
    "reason": N_("Reason: {reason}"),
}


_TEXTS = frozenset({"regulator", "statutory_report"})


class Letterhead(NamedTuple):
    """What every message of this installation says: where to answer, and on which clock times are written."""

    public_url: str
    time_zone: str = "Asia/Shanghai"


class Rendered(NamedTuple):
    """A message in words; ``link`` is the address that its body holds, ``facts`` what templates of others may show."""

    subject: str
    body: str
    link: str = ""
    facts: dict[str, str] = {}


def render(
    message: Message, recipient: Person, company: Company | None, letterhead: Letterhead, link: str | None = None
) -> Rendered:
    """Write a message in its recipient's language; every drill message starts with 【演练】."""
    _ = translator(recipient.language)
    names = _Names(company, message, _)
    context: dict[str, Any] = {
        "_": _,
        "message": message,
        "title": " ".join(message.title.split()),
        "system": names.system(message.system),
        "recipient": names.own(recipient),
        "params": message.params,
        "details": names.details(),
        "clause": _.clause(message.clause),
        "late": _late(message, _, letterhead.time_zone),
        "due": instant(message.due, _, letterhead.time_zone) if message.due else None,
        "gaps": _gaps(message, company, _, letterhead.time_zone),
        "public_url": letterhead.public_url,
        "link": link or f"{letterhead.public_url}/api/v1/{_kind(message)}/{message.incident}",
        "has_link": link is not None,
    }
    mark = _DRILL[_.language] if message.is_drill else ""
    # A newer workflow may name a template that this release does not have: the page goes out all the same.
    template = message.template if message.template in TEMPLATES else _PLAIN
    subject, body = (_jinja.get_template(f"{template}/{part}.txt").render(context) for part in ("subject", "body"))
    return Rendered(
        mark + " ".join(subject.split()),
        mark + re.sub(r"\n{3,}", "\n\n", body).strip() + "\n",
        context["link"],
        _facts(message, context, mark + " ".join(subject.split())),
    )


def _kind(message: Message) -> str:
    return "measures" if is_of_measure(message.incident) else "incidents"


def _late(message: Message, _: Translator, zone: str) -> str:
    if not message.is_late:
        return ""
    since = instant(message.planned_at or message.created_at, _, zone)
    return _(N_("This message is late: it should have gone out at {instant}."), instant=since) + "\n"


def _facts(message: Message, context: dict[str, Any], subject: str) -> dict[str, str]:
    return {
        "subject": subject,
        "number": message.incident,
        "title": context["title"],
        "system": context["system"],
        "severity": str(message.severity),
        "due": context["due"] or "-",
        "clause": message.clause,
        "call": str(message.call),
        "token": context["link"].rpartition("/")[2],
    }


def _gaps(message: Message, company: Company | None, _: Translator, zone: str) -> list[str]:
    listed = json.loads(message.params.get("gaps") or "[]")
    return [sentence(Gap.model_validate(gap), company, _, zone) for gap in listed]


class _Names:
    """What ids are called in the reader's language; an id that the company does not know stays as it is."""

    def __init__(self, company: Company | None, message: Message, _: Translator) -> None:
        self._company = company
        self._message = message
        self._ = _

    def own(self, person: Person) -> str:
        return person.name if self._.language == "zh-CN" else person.name_en

    def system(self, system_id: str) -> str:
        system = self._company.system(system_id) if self._company else None
        return system.name.in_language(self._.language) if system else system_id

    def details(self) -> list[str]:
        lines = []
        for name, label in _DETAILS.items():
            if value := self._message.params.get(name, "").strip():
                named = self._text(value) if name in _TEXTS else self._named(name, value)
                lines.append(self._(label, **{"value": named, name: named}))
        return lines

    def _text(self, value: str) -> str:
        """A text in both languages, which the incident's policy holds; of another release it may be a plain one."""
        try:
            return Text.model_validate_json(value).in_language(self._.language)
        except ValueError:
            return value

    def _named(self, name: str, value: str) -> str:
        company = self._company
        if company is None:
            return self._.word(value) if name not in {"text", "evidence", "wish", "reason"} else value
        if name in {"person", "owner", "verifier"} and (person := company.person(value)):
            return self.own(person)
        if name == "department" and (department := company.department(value)):
            return department.name.in_language(self._.language)
        if name == "runbook" and (book := company.runbook(value)):
            return self._.noted(book.title.in_language(self._.language), value)
        if name in {"step", "items"}:
            return self._in_runbook(name, value)
        return self._.word(value) if name in {"post", "result", "kind", "occasion", "why"} else value

    def _in_runbook(self, name: str, value: str) -> str:
        book = self._company.runbook(self._message.params.get("runbook", "")) if self._company else None
        return self._step(book, value) if name == "step" else self._items(book, value.split(", "))

    def _items(self, book: Runbook | None, item_ids: list[str]) -> str:
        texts = {item.id: item.text for item in [SERVICE_WORKS, *(book.recovery_checklist if book else [])]}
        names = [texts[item].in_language(self._.language) if item in texts else item for item in item_ids]
        return ("；" if self._.language == "zh-CN" else "; ").join(names)

    def _step(self, book: Runbook | None, step_id: str) -> str:
        step = next((step for step in book.steps if step.id == step_id), None) if book else None
        return self._.noted(step.text.in_language(self._.language), step_id) if step else step_id
