"""What the page about a rectification measure says, before it is HTML (6.2)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from activities.messages import Message
from adapters.i18n import Translator
from adapters.i18n.formats import instant
from adapters.messages import Letterhead, render
from api.names import name_of
from api.phone.facts import Fact
from api.phone.forms import measure_form
from api.phone.sheet import Sheet, Visit, done, name
from api.sentences import sentence
from domain.measure import Measure, MeasureCalled, MeasureEntry
from domain.policy import Severity
from domain.rectification import CLAUSE
from domain.replies import answers, conceivable
from domain.text import N_, brief

_LATEST = 4
_TEMPLATES = {
    "due": "rectification_due",
    "overdue": "rectification_overdue",
    "verification": "rectification_verification",
    "extension": "rectification_extension",
}


def sheet(
    visit: Visit, measure: Measure, entries: Sequence[MeasureEntry], used: Mapping[str, datetime], _: Translator
) -> Sheet:
    """Show a measure to whom a message about it was sent."""
    link, person, company, zone, at = visit
    is_open = bool(conceivable(measure, link.question, link.person))
    offered = [item for item in answers(measure, company, link.question, person.id, at) if item.key not in used]
    source, due = measure.source, measure.due
    system = company.system(source.system) if source and source.system else None
    return Sheet(
        asking=_asking(visit, measure) if is_open else "",
        title=brief(measure.text),
        number=measure.number,
        system=system.name.in_language(_.language) if system else "",
        phase=_.word(measure.state),
        severity="",
        is_drill=bool(source and source.is_drill),
        is_open=is_open,
        clause=_.clause(CLAUSE),
        due=instant(due.at, _, zone) if due else "",
        is_late=measure.is_overdue,
        person=name(person, _),
        expires=instant(link.expires_at, _, zone),
        facts=[Fact(_(label), text) for label, text in _facts(visit, measure, _) if text],
        forms=[measure_form(item, _) for item in offered],
        done=done(used, _, zone),
        waiting=_waiting(visit, measure, _),
        latest=[
            Fact(instant(entry.occurred_at, _, zone), sentence(entry, company, _))
            for entry in reversed([item for item in entries if not isinstance(item.event, MeasureCalled)][-_LATEST:])
        ],
        is_measure=True,
    )


def _facts(visit: Visit, measure: Measure, _: Translator) -> Iterator[Fact]:
    source, company = measure.source, visit.company
    yield Fact(N_("Rectification measure"), measure.text)
    if source:
        yield Fact(N_("It comes from"), " · ".join(part for part in (source.ref, source.title) if part))
        yield Fact(N_("Finding"), source.finding or "")
    yield Fact(N_("Owner"), name_of(company, measure.owner, _))
    yield Fact(N_("Verifier"), name_of(company, measure.verifier, _) if measure.verifier else "")
    if completion := measure.pending_completion:
        yield Fact(N_("Evidence of completion"), completion.text)
    if extension := measure.pending_extension:
        yield Fact(N_("Wanted due day"), instant(extension.due.at, _, visit.zone))
        yield Fact(N_("Reason"), extension.reason)


def _waiting(visit: Visit, measure: Measure, _: Translator) -> list[Fact]:
    if measure.is_over:
        return []
    label, person = N_("To be done"), measure.owner
    if measure.pending_completion:
        label, person = N_("To be verified"), measure.verifier or ""
    waiting = [Fact(_(label), name_of(visit.company, person, _) if person else "—")]
    if measure.pending_extension:
        waiting.append(Fact(_(N_("Decision on the extension")), _.word("it_manager")))
    return waiting


def _asking(visit: Visit, measure: Measure) -> str:
    """Ask in the same words as the message did."""
    link, person, company, zone, at = visit
    kind, *about = link.question.split("/")
    message = Message(
        dedup_key=link.id,
        incident=measure.number,
        title=brief(measure.text),
        system="",
        severity=Severity.III,
        recipient=person.id,
        channel="",
        template=_TEMPLATES.get(kind, about[-1] if about else ""),
        question=link.question,
        clause=CLAUSE,
        created_at=at,
    )
    return render(message, person, company, Letterhead("", zone)).subject
