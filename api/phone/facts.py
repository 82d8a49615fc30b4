"""What somebody must know before he answers: the words behind a question, and how the incident stands."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from adapters.i18n import Translator
from adapters.i18n.formats import instant
from adapters.store.database import DatabaseAway
from api.names import name_of
from api.sentences import sentence
from api.services import Services
from api.timeline import unrecorded
from domain import events as ev
from domain.answers import Asked
from domain.awaited import awaited
from domain.entry import Entry
from domain.incident import Incident
from domain.report import SECTIONS, SectionName
from domain.text import N_

E = TypeVar("E", bound=ev.Event)
_PART = 500
_LATEST = 4


class Fact(NamedTuple):
    """A text and what it is."""

    label: str
    text: str


async def history(ports: Services, number: str) -> list[Entry]:
    """Return the timeline; with the database away what it does not have yet."""
    held = await unrecorded(ports, number)
    entries: list[Entry] = []
    try:
        while part := await ports.record.timeline(number, after_seq=_last(entries), limit=_PART):
            entries += part
    except DatabaseAway:
        return held
    return entries + [entry for entry in held if entry.seq > _last(entries)]


def _last(entries: Sequence[Entry]) -> int:
    return entries[-1].seq if entries else 0


def latest(incident: Incident, entries: Sequence[Entry], _: Translator, zone: str) -> list[Fact]:
    """Tell the newest entries, the newest first; calls are left out."""
    told = [entry for entry in entries if not isinstance(entry.event, ev.Paged)][-_LATEST:]
    regulators = incident.policy.regulators
    return [
        Fact(instant(entry.occurred_at, _, zone), sentence(entry, incident.company, _, regulators))
        for entry in reversed(told)
    ]


def waiting(incident: Incident, _: Translator) -> list[Fact]:
    """Tell what the incident waits for, and from whom."""
    comma = "、" if _.language == "zh-CN" else ", "
    return [
        Fact(_.clause(item.clause), comma.join(name_of(incident.company, person, _) for person in item.people))
        for item in awaited(incident)
    ]


class _Story:
    """An incident and its timeline: texts in full where the timeline has them."""

    def __init__(self, incident: Incident, entries: Sequence[Entry], _: Translator) -> None:
        self.incident = incident
        self.entries = entries
        self.translator = _

    def last(self, kind: type[E], **same: object) -> E | None:
        events = (entry.event for entry in reversed(self.entries))
        found = (event for event in events if isinstance(event, kind))
        return next((event for event in found if all(getattr(event, k) == v for k, v in same.items())), None)

    def name(self, person: str) -> str:
        return name_of(self.incident.company, person, self.translator)


def facts(put: Asked, incident: Incident, entries: Sequence[Entry], _: Translator) -> list[Fact]:
    """Return the words behind a question, with translated labels; without any, what was reported."""
    tell = _TELLING.get(put.kind, _reported)
    found = tell(_Story(incident, entries, _), put)
    return [Fact(_(label), text) for label, text in found if text]


_Telling = Callable[[_Story, Asked], Iterator[Fact]]


def _number(put: Asked) -> int:
    return int(put.about[0])


def _reported(story: _Story, _put: Asked) -> Iterator[Fact]:
    incident, _ = story.incident, story.translator
    told = story.last(ev.Reported)
    yield Fact(N_("Symptom"), told.symptom if told else incident.symptom)
    assessment = told.preliminary_assessment if told else incident.preliminary_assessment
    if assessment:
        yield Fact(N_("Preliminary assessment"), assessment.text)
        book = incident.company.runbook(assessment.runbook) if assessment.runbook else None
        yield Fact(N_("Runbook"), book.title.in_language(_.language) if book else _(N_("not covered by a runbook")))
    yield Fact(N_("Place"), incident.location or "")
    yield Fact(N_("Reported by"), story.name(incident.reporter))


def _scene(story: _Story, put: Asked) -> Iterator[Fact]:
    incident, _ = story.incident, story.translator
    system = incident.affected_system
    if put.person != put.about[0]:
        yield Fact(N_("Expected on the scene"), story.name(put.about[0]))
    yield Fact(N_("Place"), incident.location or (system.location.in_language(_.language) if system else ""))
    yield Fact(N_("Symptom"), incident.symptom)


def _plan(story: _Story, put: Asked) -> Iterator[Fact]:
    version, _ = _number(put), story.translator
    plan = story.last(ev.PlanSubmitted, plan_version=version)
    if plan is None:
        return
    gated = _(N_("{step} (waits for the approval)"))
    steps = [gated.format(step=step.text) if step.needs_approval else step.text for step in plan.steps]
    yield Fact(N_("Plan version"), str(version))
    yield Fact(N_("Scope"), plan.scope)
    yield Fact(N_("Steps"), "\n".join(f"{place}. {text}" for place, text in enumerate(steps, start=1)))
    yield Fact(N_("Risk"), plan.risk)
    yield Fact(N_("Way back"), plan.rollback)
    yield Fact(N_("Resources"), plan.resources)
    decided = story.last(ev.PlanDecided, plan_version=version)
    if decided:
        yield Fact(N_("Decided"), _.word(decided.decision))
        yield Fact(N_("Reason"), decided.reason or "")


def _order(story: _Story, put: Asked) -> Iterator[Fact]:
    order = story.last(ev.OrderGiven, order=_number(put))
    if order:
        department = story.incident.company.department(order.department)
        yield Fact(N_("Order"), order.text)
        yield Fact(N_("To"), department.name.in_language(story.translator.language) if department else order.department)


def _objection(story: _Story, put: Asked) -> Iterator[Fact]:
    yield from _order(story, put)
    objected = story.last(ev.OrderAnswered, order=_number(put), answer="objected")
    yield Fact(N_("Objection"), objected.text or "" if objected else "")


def _step(story: _Story, put: Asked) -> Iterator[Fact]:
    _, runbook = story.translator, story.incident.pinned_runbook
    wanted = "/".join(put.about)
    step = next((item for item in (runbook.steps if runbook else []) if item.id == wanted), None)
    if step and runbook:
        yield Fact(N_("Runbook"), runbook.title.in_language(_.language))
        yield Fact(N_("Step"), step.text.in_language(_.language))
        yield Fact(N_("Expected"), step.expected.in_language(_.language) if step.expected else "")
        yield Fact(N_("Way back"), step.rollback.in_language(_.language) if step.rollback else "")


def _information(story: _Story, put: Asked) -> Iterator[Fact]:
    given = story.last(ev.InformationGiven, information=_number(put))
    yield Fact(N_("New information"), given.text if given else "")


def _finding(story: _Story, put: Asked) -> Iterator[Fact]:
    raised = story.last(ev.FindingRaised, finding=_number(put))
    proposed = story.last(ev.MeasureProposed, finding=_number(put))
    yield Fact(N_("Not covered by the runbook"), raised.text if raised else "")
    yield Fact(N_("Proposed measure"), proposed.text if proposed else "")


def _command(story: _Story, _put: Asked) -> Iterator[Fact]:
    offered = story.last(ev.CommandOffered)
    if offered:
        yield Fact(N_("Commander now"), story.name(story.incident.commander or ""))
        yield Fact(N_("Reason"), offered.reason)


def _recovered(story: _Story, _put: Asked) -> Iterator[Fact]:
    solved = story.last(ev.ResolvedReported)
    yield Fact(N_("How it was solved"), solved.text if solved else "")


def _recovered_not(story: _Story, _put: Asked) -> Iterator[Fact]:
    reopened = story.last(ev.Reopened)
    yield Fact(N_("Reason"), reopened.reason if reopened else "")


def _summary(story: _Story, put: Asked) -> Iterator[Fact]:
    report = story.last(ev.SummarySubmitted, summary_version=_number(put))
    if report is None:
        return
    yield Fact(N_("Report version"), str(report.summary_version))
    yield Fact(N_("Rests on the report of incident"), report.covered_by or "")
    for name in _GIST:
        yield Fact(SECTIONS[name], getattr(report, name))
    measures = [f"{place}. {item.text} · {story.name(item.owner)}" for place, item in enumerate(report.measures, 1)]
    yield Fact(SECTIONS["measures"], "\n".join(measures))


def _dismissed(story: _Story, _put: Asked) -> Iterator[Fact]:
    dismissed = story.last(ev.Dismissed)
    yield Fact(N_("Reason"), dismissed.reason if dismissed else "")


def _preliminary(story: _Story, _put: Asked) -> Iterator[Fact]:
    told = story.last(ev.PreliminarySubmitted)
    if told:
        yield Fact(N_("What happened"), told.what)
        yield Fact(N_("Cause, as far as it is known"), told.cause_so_far)
        yield Fact(N_("What comes next"), told.next_steps)


# What a receiver must know at a glance; the whole report is behind the link to the document.
_GIST: tuple[SectionName, ...] = ("overview", "scope_and_loss", "cause", "responsibility", "problems_exposed")
_TELLING: dict[str, _Telling] = {
    "arrival": _scene,
    "at_risk": _scene,
    "overdue": _scene,
    "plan": _plan,
    "plan_refused": _plan,
    "order": _order,
    "objection": _objection,
    "step": _step,
    "information": _information,
    "finding": _finding,
    "measure": _finding,
    "command": _command,
    "checklist": _recovered,
    "verification": _recovered,
    "receipt": _summary,
    "note:dismissed": _dismissed,
    "preliminary": _preliminary,
    "note:reopened": _recovered_not,
}
