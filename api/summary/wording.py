"""A draft in a language: phrases of the domain become sentences that people edit."""

from datetime import datetime, timedelta

from adapters.i18n import Translator
from adapters.i18n.formats import duration, stamp, zone_name
from api.names import name_of
from domain.acts import SummaryContent
from domain.company import Company
from domain.drafting import Named, Phrase, Story, Value, draft
from domain.report import SECTIONS, SectionName

_LONGEST = 4000


def drafted(story: Story, _: Translator) -> SummaryContent:
    """Draft the whole report."""
    return SummaryContent.model_validate({name: section(name, story, _) for name in SECTIONS if name != "measures"})


def section(name: SectionName, story: Story, _: Translator) -> str:
    """Draft one section; what would be too long is cut at a line."""
    text = ""
    for phrase in draft(name, story):
        line = said(phrase, story.incident.company, _, story.incident.policy.time_zone)
        if len(text) + len(line) + 1 > _LONGEST:
            break
        text = f"{text}\n{line}" if text else line
    return text


def said(phrase: Phrase, company: Company, _: Translator, zone: str) -> str:
    """Say a phrase."""
    params = {name: _value(value, company, _, zone) for name, value in phrase.params.items()}
    return _(phrase.message, **params) if params else _(phrase.message)


def _value(value: Value, company: Company, _: Translator, zone: str) -> str:
    match value:
        case datetime():
            return stamp(value, zone)
        case timedelta():
            return duration(value, _)
        case Named():
            comma = "、" if _.language == "zh-CN" else ", "
            return comma.join(_name(value, each, company, _) for each in value.ids)
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
