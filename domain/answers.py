"""Which acts answer a question that somebody was asked: what a link in its message offers, and nothing else."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from domain import acts
from domain.acts import Act
from domain.awaited import ladders
from domain.closure import unchecked
from domain.direction import lacking
from domain.incident import Incident, Phase
from domain.ladder import Ladder
from domain.possible import possible


class Answer(NamedTuple):
    """An act, with what the question itself settles of its content."""

    act: type[Act]
    settled: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """Name this answer among those to one question."""
        return "/".join([self.act.name, *(str(value) for value in self.settled.values())])


class Asked(NamedTuple):
    """What was asked of whom: ``plan/2`` is about plan version 2, ``note/7/activation`` only told something."""

    kind: str
    about: list[str]
    person: str


def asked(question: str, person: str) -> Asked:
    """Take a question apart; of a note, its template says what it is about."""
    kind, *about = question.split("/")
    return Asked(f"note:{about[-1]}" if kind == "note" and about else kind, about, person)


def open_ladder(incident: Incident, question: str) -> Ladder | None:
    """Return the ladder of a question that is still open."""
    return next((ladder for ladder in ladders(incident) if ladder.question == question), None)


def conceivable(incident: Incident, question: str, person: str) -> list[Answer]:
    """Return what answers a question, whoever may; nothing once it is closed."""
    put = asked(question, person)
    is_open = open_ladder(incident, question) is not None
    if not is_open and put.kind not in _TOLD:
        return []
    found = list(_ANSWERS[put.kind](incident, put)) if put.kind in _ANSWERS else []
    return [*found, Answer(acts.Acknowledge, {"question": question})] if is_open else found


def answers(incident: Incident, question: str, person: str, at: datetime) -> list[Answer]:
    """Return what this person may answer to a question now."""
    names = possible(incident, person, at)
    return [answer for answer in conceivable(incident, question, person) if answer.act.name in names]


_Rule = Callable[[Incident, Asked], Iterator[Answer]]


def _always(*kinds: type[Act]) -> _Rule:
    def rule(_incident: Incident, _asked: Asked) -> Iterator[Answer]:
        yield from (Answer(kind) for kind in kinds)

    return rule


def _numbered(kind: type[Act], field: str) -> _Rule:
    def rule(_incident: Incident, put: Asked) -> Iterator[Answer]:
        yield Answer(kind, {field: int(put.about[0])})

    return rule


def _arrival(_incident: Incident, put: Asked) -> Iterator[Answer]:
    """Whoever is expected checks in for himself; the specialist or commander on the scene for another (R20)."""
    expected = put.about[0]
    yield Answer(acts.CheckIn, {} if expected == put.person else {"responder": expected})


def _checklist(incident: Incident, _asked: Asked) -> Iterator[Answer]:
    if recovery := incident.recovery:
        yield from (Answer(acts.CheckRecovery, {"item": item}) for item in unchecked(incident, recovery))


def _step(_incident: Incident, put: Asked) -> Iterator[Answer]:
    yield Answer(acts.DecideStep, {"step": "/".join(put.about)})


def _tasked(incident: Incident, _asked: Asked) -> Iterator[Answer]:
    """The operator's task: the next step of the runbook, or his word that it did not help, or did (5.2.3 to 5.2.5)."""
    runbook = incident.pinned_runbook
    steps = [step.id for step in runbook.steps] if runbook else []
    waiting = [step for step in steps if incident.steps.get(step, "failed") == "failed"]
    yield from (Answer(acts.RecordStep, {"step": step}) for step in waiting[:1])
    yield from (Answer(acts.ReportResolved), Answer(acts.ReportUnresolved))


def _again(incident: Incident, _asked: Asked) -> Iterator[Answer]:
    """What takes back that it is over, as far as it has come (5.2.2, 6.1)."""
    if act := _TAKES_BACK.get(incident.phase):
        yield Answer(act)


def _preliminary(_incident: Incident, put: Asked) -> Iterator[Answer]:
    """Whoever owes it writes it; its readers only take note (6.2)."""
    if not put.about:
        yield Answer(acts.SubmitPreliminary)


def _statutory(incident: Incident, _asked: Asked) -> Iterator[Answer]:
    """What is due to regulators and not filed: filed, or found needless (8)."""
    for item in incident.statutory:
        if item.due and not item.is_complete:
            yield Answer(acts.FileStatutoryReport, {"regulator": item.regulator, "report": item.report})
    for regulator in dict.fromkeys(item.regulator for item in incident.statutory if not item.is_complete):
        yield Answer(acts.WaiveStatutoryReport, {"regulator": regulator})


def _refill(incident: Incident, _asked: Asked) -> Iterator[Answer]:
    """Somebody else is called into the leading group, where it has become too small (5.2.9)."""
    if incident.commander and lacking(incident, {*incident.group_members, incident.commander}):
        yield Answer(acts.AddMember)


def _approved(incident: Incident, _asked: Asked) -> Iterator[Answer]:
    """What was approved is carried out, and recorded (5.3.7)."""
    for number, finding in enumerate(incident.findings, 1):
        if finding.approved and not finding.is_carried_out:
            yield Answer(acts.CarryOutMeasure, {"finding": number})


_TAKES_BACK: dict[Phase, type[Act]] = {
    Phase.DISMISSED: acts.Judge,
    Phase.RECOVERY: acts.VerifyRecovery,
    Phase.SUMMARY: acts.Reopen,
}
_ANSWERS: dict[str, _Rule] = {
    "judgement": _always(acts.Judge),
    "activation": _always(),
    "at_risk": _arrival,
    "overdue": _arrival,
    "step": _step,
    "procedure": _always(acts.DecideProcedure),
    "group": _always(acts.FormGroup),
    "plan": _numbered(acts.DecidePlan, "version"),
    "arrival": _arrival,
    "plan_refused": _numbered(acts.SettlePlan, "version"),
    "command": _always(acts.AcceptCommand),
    "order": _numbered(acts.AnswerOrder, "order"),
    "objection": _numbered(acts.SettleOrder, "order"),
    "information": _numbered(acts.AcknowledgeInformation, "information"),
    "finding": _numbered(acts.ProposeMeasure, "finding"),
    "measure": _numbered(acts.DecideMeasure, "finding"),
    "checklist": _checklist,
    "verification": _always(acts.VerifyRecovery),
    "summary": _always(),
    "major": _always(),
    "preliminary": _preliminary,
    "receipt": _numbered(acts.ReceiveSummary, "version"),
    "runbook": _always(acts.DecideRunbook),
    "closing": _always(acts.Close),
    "again": _again,
    "note:activation": _tasked,
    "note:step_overdue": _tasked,
    "note:step_unclear": _tasked,
    "note:dismissed": _always(acts.Contest),
    "note:measure_approved": _approved,
    "note:person_left": _refill,
    "note:report_due": _always(acts.ReportToDirector),
    "note:preliminary_overdue": _always(acts.SubmitPreliminary),
    "note:statutory_due": _statutory,
    "note:statutory_reminder": _statutory,
    "note:statutory_overdue": _statutory,
}
_TOLD = frozenset(kind for kind in _ANSWERS if kind.startswith("note:"))
