"""Texts of notices and advance notices: the company's own words with places for how an incident stands (5.3.1)."""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from adapters.i18n import Translator
from adapters.i18n.formats import instant
from adapters.yamlfile import load
from domain.acts import NoticeOccasion
from domain.incident import Incident
from domain.text import Prose, Wire

DraftOccasion = Literal["formation", "level_change", "update", "end", "advance"]
PLACEHOLDERS = frozenset(
    {"company", "number", "title", "system", "severity", "phase", "symptom", "place", "commander"}
    | {"discovered", "now", "next_due"}
)
_PLACE = re.compile(r"\{([^{}]*)\}")
_EMPTY = "-"


def _known(text: str) -> str:
    for name in _PLACE.findall(text):
        if name not in PLACEHOLDERS:
            raise PydanticCustomError("unknown_placeholder", "there is no placeholder {name}", {"name": name})
    return text


Worded = Annotated[Prose, AfterValidator(_known)]


class NoticeText(Wire):
    """One text in both languages."""

    zh: Worded
    en: Worded


class NoticeTexts(Wire):
    """What the notices file holds: a text for each occasion."""

    formation: NoticeText
    level_change: NoticeText
    update: NoticeText
    end: NoticeText
    advance: NoticeText


def load_notices(path: Path) -> NoticeTexts:
    """Read the texts; FileProblem names line and placeholder of what cannot be used."""
    return load(path, NoticeTexts).model


def occasion_of(incident: Incident, kind: str) -> DraftOccasion:
    """Return for what a notice is wanted now: the first that is due, or how things stand."""
    if kind == "advance_notice":
        return "advance"
    due = next(iter(incident.notices_due), NoticeOccasion.UPDATE)
    return due.value


def draft(texts: NoticeTexts, occasion: DraftOccasion, incident: Incident, _: Translator, now: datetime) -> str:
    """Fill a text with how an incident stands, for a person to look over before he gives it."""
    text: NoticeText = getattr(texts, occasion)
    values = _values(incident, _, now)
    worded = text.zh if _.language == "zh-CN" else text.en
    # One pass: what people wrote is never looked into for places.
    return _PLACE.sub(lambda found: values[found[1]] or _EMPTY, worded)


def _values(incident: Incident, _: Translator, now: datetime) -> dict[str, str]:
    zone, system = incident.policy.time_zone, incident.affected_system
    commander = incident.company.person(incident.commander or "")
    due = incident.deadlines.get("notice_due")
    interval = incident.policy.notice_interval.duration
    return {
        "company": incident.company.name.in_language(_.language),
        "number": incident.number,
        "title": incident.title,
        "system": system.name.in_language(_.language) if system else incident.system,
        "severity": str(incident.severity),
        "phase": _.word(incident.phase),
        "symptom": incident.symptom,
        "place": incident.location or (system.location.in_language(_.language) if system else ""),
        "commander": (commander.name if _.language == "zh-CN" else commander.name_en) if commander else "",
        "discovered": instant(incident.discovered_at, _, zone) if incident.discovered_at else "",
        "now": instant(now, _, zone),
        "next_due": instant(max(due.at, now) if due else now + interval, _, zone),
    }
