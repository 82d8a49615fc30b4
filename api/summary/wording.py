"""A draft in a language: phrases of the domain become sentences that people edit."""

from datetime import datetime, timedelta

from adapters.i18n import Translator
from adapters.i18n.formats import duration, stamp, zone_name
from api.names import deadline_name, name_of
from domain.acts import SummaryContent
from domain.company import Company
from domain.deadlines import Kept
from domain.drafting import Named, Phrase, Story, Value, draft
from domain.incident import Incident
from domain.report import SECTIONS, SectionName
from domain.text import N_

_LONGEST = 4000
_MOST_LINES = 60


def drafted(story: Story, _: Translator) -> SummaryContent:
    """Draft the whole report."""
    return SummaryContent.model_validate({name: section(name, story, _) for name in SECTIONS if name != "measures"})


def section(name: SectionName, story: Story, _: Translator) -> str:
    """Draft one section; of one that would be too long the last lines are left out, never what people must write."""
    phrases = draft(name, story)
    told = [phrase for phrase in phrases if not phrase.is_to_write]
    lines = [said(phrase, story.incident, _) for phrase in told[:_MOST_LINES]]
    to_write = [said(phrase, story.incident, _) for phrase in phrases if phrase.is_to_write]
    texts = (
        "\n".join([*lines[:kept], *_left_out(len(told) - kept, _), *to_write]) for kept in range(len(lines), -1, -1)
    )
    return next(text for text in texts if len(text) <= _LONGEST)


def _left_out(count: int, _: Translator) -> list[str]:
    # Without the mark of what people must write: the timeline goes with the report, and nothing is missing from it.
    return [_(N_("{count} more lines are only in the timeline."), count=count)] if count else []


def said(phrase: Phrase, incident: Incident, _: Translator) -> str:
    """Say a phrase."""
    params = {name: _value(value, incident, _) for name, value in phrase.params.items()}
    return _(phrase.message, **params) if params else _(phrase.message)


def _value(value: Value, incident: Incident, _: Translator) -> str:
    match value:
        case datetime():
            return stamp(value, incident.policy.time_zone)
        case timedelta():
            return duration(value, _)
        case Kept():
            return deadline_name(value, incident.policy.regulators, _)
        case Named():
            comma = "、" if _.language == "zh-CN" else ", "
            return comma.join(_name(value, each, incident.company, _) for each in value.ids)
    return _(value) if isinstance(value, str) and value else str(value)


def _name(named: Named, each: str, company: Company, _: Translator) -> str:
    if named.kind == "person":
        return name_of(company, each, _)
    if named.kind == "word":
        return _.word(each)
    if named.kind == "zone":
        return zone_name(each, _)
    if named.kind == "department":
        department = company.department(each)
        return department.name.in_language(_.language) if department else each
    system = company.system(each)
    if system is None:
        return each
    return (system.location if named.kind == "place" else system.name).in_language(_.language)
