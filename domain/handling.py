"""Article 5.3: notices, orders, the record, new information, what lies beyond the runbook."""

from collections.abc import Sequence
from typing import TypeVar

from domain import acts
from domain import events as ev
from domain.company import Role
from domain.decide import Case, decides, need_reason, next_number
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, Unacceptable, Unknown
from domain.incident import Finding, Incident
from domain.policy import Deadline
from domain.text import N_

T = TypeVar("T")


def _numbered(items: Sequence[T], number: int, clause: str, field: str) -> T:
    if not 1 <= number <= len(items):
        raise Unknown(N_("There is no number {number}."), clause=clause, field=field, number=number)
    return items[number - 1]


def _must_command(case: Case[acts.Act], clause: str) -> None:
    """Before the group exists every manager commands, and whoever stands in for him (5.3.6)."""
    commander = case.incident.commander
    if commander and commander not in case.actor.people:
        raise NotAuthorised(N_("That is for whoever commands: {people}."), clause=clause, people=commander)


@decides(acts.GiveNotice)
def give_notice(case: Case[acts.GiveNotice]) -> Sequence[ev.Event]:
    """Give notice or advance notice; the next one falls due after the notice interval (R18)."""
    for audience in case.act.audience:
        if case.incident.company.department(audience) is None:
            raise Unknown(
                N_("The company has no department “{department}”."),
                clause="5.3.1",
                field="audience",
                department=audience,
            )
    interval = case.incident.policy.notice_interval
    due = Deadline(at=case.now + interval.duration, clause=interval.clause)
    return [ev.NoticeGiven(notice=case.act.kind, audience=case.act.audience, text=case.act.text, next_due=due)]


@decides(acts.GiveOrder)
def give_order(case: Case[acts.GiveOrder]) -> Sequence[ev.Event]:
    """Give an order to a department (R19)."""
    department = case.incident.company.department(case.act.department)
    if department is None:
        raise Unknown(
            N_("The company has no department “{department}”."),
            clause="5.3.2",
            field="department",
            department=case.act.department,
        )
    number = next_number(case.incident.orders, "5.3.2")
    return [ev.OrderGiven(order=number, department=department.id, text=case.act.text)]


@decides(acts.AnswerOrder)
def answer_order(case: Case[acts.AnswerOrder]) -> Sequence[ev.Event]:
    """Acknowledge an order or object to it with a reason (R19)."""
    act = case.act
    order = _numbered(case.incident.orders, act.order, "5.3.2", "order")
    if order.answer:
        raise AlreadyDecided(N_("Order {order} was answered already."), clause="5.3.2", order=act.order)
    if not case.actor.people.intersection(heads_of(case.incident, order.department)):
        raise NotAuthorised(N_("Only the department that got the order answers it."), clause="5.3.2")
    if act.answer == "objected":
        need_reason(act.text, "5.3.2", "text")
    return [ev.OrderAnswered(order=act.order, answer=act.answer, text=act.text)]


def heads_of(incident: Incident, department_id: str) -> list[str]:
    """Return who answers for a department; for one without a head, the IT managers (3.1)."""
    department = incident.company.department(department_id)
    return [department.head] if department and department.head else incident.company.holders(Role.IT_MANAGER)


@decides(acts.Record)
def record(case: Case[acts.Record]) -> Sequence[ev.Event]:
    """Add to the record; a correction points to the entry it corrects, which stays as it was (R21)."""
    act = case.act
    if act.kind == "correction":
        if act.corrects is None or act.corrects > case.incident.seq:
            raise Unacceptable(N_("A correction names the entry that it corrects."), clause="5.3.5", field="corrects")
    elif act.kind != "observation" and act.sha256 is None:
        raise Unacceptable(N_("Evidence needs its SHA-256 digest."), clause="5.3.5", field="sha256")
    return [ev.Recorded(record=act.kind, text=act.text, sha256=act.sha256, corrects=act.corrects)]


@decides(acts.GiveInformation)
def give_information(case: Case[acts.GiveInformation]) -> Sequence[ev.Event]:
    """Tell the commander something new (R22)."""
    return [ev.InformationGiven(information=next_number(case.incident.information, "5.3.6"), text=case.act.text)]


@decides(acts.AcknowledgeInformation)
def acknowledge_information(case: Case[acts.AcknowledgeInformation]) -> Sequence[ev.Event]:
    """The commander, before there is one the manager, takes note (R22)."""
    item = _numbered(case.incident.information, case.act.information, "5.3.6", "information")
    _must_command(case, "5.3.6")
    if item.is_acknowledged:
        raise AlreadyDecided(N_("This information was acknowledged already."), clause="5.3.6")
    return [ev.InformationAcknowledged(information=case.act.information)]


@decides(acts.RaiseFinding)
def raise_finding(case: Case[acts.RaiseFinding]) -> Sequence[ev.Event]:
    """Name something that the runbook does not cover (R23)."""
    return [ev.FindingRaised(finding=next_number(case.incident.findings, "5.3.7"), text=case.act.text)]


def _finding(case: Case[acts.Act], number: int) -> Finding:
    return _numbered(case.incident.findings, number, "5.3.7", "finding")


@decides(acts.ProposeMeasure)
def propose_measure(case: Case[acts.ProposeMeasure]) -> Sequence[ev.Event]:
    """Propose a solution; a refused one may be followed by another (R23)."""
    finding = _finding(case, case.act.finding)
    if finding.measure and finding.approved is not False:
        raise AlreadyDecided(N_("A measure for this finding is proposed already."), clause="5.3.7")
    return [ev.MeasureProposed(finding=case.act.finding, text=case.act.text)]


@decides(acts.DecideMeasure)
def decide_measure(case: Case[acts.DecideMeasure]) -> Sequence[ev.Event]:
    """Decide a proposed measure before it is carried out (R23)."""
    finding = _finding(case, case.act.finding)
    _must_command(case, "5.3.7")
    if finding.measure is None:
        raise Incomplete(N_("No measure was proposed yet."), clause="5.3.7")
    if finding.approved is not None:
        raise AlreadyDecided(N_("This measure was decided already."), clause="5.3.7")
    if not case.act.approve:
        need_reason(case.act.reason, "5.3.7")
    return [ev.MeasureDecided(finding=case.act.finding, approve=case.act.approve, reason=case.act.reason)]


@decides(acts.CarryOutMeasure)
def carry_out_measure(case: Case[acts.CarryOutMeasure]) -> Sequence[ev.Event]:
    """Carry out a measure outside the runbook; once the group exists, only an approved one (R23)."""
    finding = _finding(case, case.act.finding)
    if finding.measure is None:
        raise Incomplete(N_("No measure was proposed yet."), clause="5.3.7")
    if finding.approved is False or (case.incident.commander and not finding.approved):
        raise Incomplete(N_("The commander has not approved this measure."), clause="5.3.7")
    if finding.is_carried_out:
        raise AlreadyDecided(N_("This measure was carried out already."), clause="5.3.7")
    return [ev.MeasureCarriedOut(finding=case.act.finding, text=case.act.text)]
