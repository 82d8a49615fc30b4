"""What the page of one task says, before it is HTML."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from activities.messages import Message
from adapters.i18n import Translator
from adapters.i18n.formats import instant
from adapters.links import Link
from adapters.messages import Letterhead, render
from api.phone.facts import Fact, facts, latest, waiting
from api.phone.forms import Form, form
from domain.acts import ACTS
from domain.answers import answers, asked, open_ladder
from domain.company import Company, Person
from domain.entry import Entry
from domain.incident import Incident
from domain.measure import MEASURE_ACTS


class Notice(NamedTuple):
    """What became of an answer: done, refused, or not known yet."""

    tone: str
    title: str
    lines: list[str]
    phones: list[str] = []


class Sheet(NamedTuple):
    """One task on a phone; without forms it is only read."""

    asking: str
    title: str
    number: str
    system: str
    phase: str
    severity: str
    is_drill: bool
    is_open: bool
    clause: str
    due: str
    is_late: bool
    person: str
    expires: str
    facts: list[Fact]
    forms: list[Form]
    done: list[str]
    waiting: list[Fact]
    latest: list[Fact]
    is_measure: bool = False


class Visit(NamedTuple):
    """Who came with which link, and where clock times are read."""

    link: Link
    person: Person
    company: Company
    zone: str
    at: datetime


def sheet(
    visit: Visit, incident: Incident, entries: Sequence[Entry], used: Mapping[str, datetime], _: Translator
) -> Sheet:
    """Show a task to whom it was sent."""
    link, person, _company, zone, at = visit
    put = asked(link.question, person.id)
    ladder = open_ladder(incident, link.question)
    offered = [item for item in answers(incident, link.question, person.id, at) if item.key not in used]
    system = incident.affected_system
    due = ladder.due if ladder else None
    return Sheet(
        asking=_asking(visit, incident) if ladder or offered else "",
        title=incident.title,
        number=incident.number,
        system=system.name.in_language(_.language) if system else incident.system,
        phase=_.word(incident.phase),
        severity=incident.severity,
        is_drill=incident.is_drill,
        is_open=ladder is not None or bool(offered),
        clause=_.clause(ladder.clause) if ladder else "",
        due=instant(due, _, zone) if due else "",
        is_late=due is not None and at > due,
        person=name(person, _),
        expires=instant(link.expires_at, _, zone),
        facts=facts(put, incident, entries, _),
        forms=[form(item, incident, _) for item in offered],
        done=done(used, _, zone),
        waiting=waiting(incident, _),
        latest=latest(incident, entries, _, zone),
    )


def name(person: Person, _: Translator) -> str:
    """Return a person's name in the language of the page."""
    return person.name if _.language == "zh-CN" else person.name_en


def done(used: Mapping[str, datetime], _: Translator, zone: str) -> list[str]:
    """Tell what was done with a link, and when."""
    return [f"{instant(when, _, zone)} · {_word(key, _)}" for key, when in used.items()]


def _word(key: str, _: Translator) -> str:
    act = key.partition("/")[0]
    return _.word(act) if act in ACTS or act in MEASURE_ACTS else key


def _asking(visit: Visit, incident: Incident) -> str:
    """Ask in the same words as the message did."""
    link, person, company, zone, at = visit
    ladder = open_ladder(incident, link.question)
    message = Message(
        dedup_key=link.id,
        incident=incident.number,
        title=incident.title,
        system=incident.system,
        severity=incident.severity,
        recipient=person.id,
        channel="",
        template=ladder.template_for(person.id) if ladder else link.question.rpartition("/")[2],
        question=link.question,
        clause=ladder.clause if ladder else "",
        created_at=at,
        params=ladder.params if ladder else {},
    )
    return render(message, person, company, Letterhead("", zone)).subject
