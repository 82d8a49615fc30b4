"""Article 5.3: orders, the record, new information, what lies beyond the runbook."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from domain import acts
from domain import events as ev
from domain.company import Role
from domain.decide import Case, decides, need_reason, next_number
from domain.errors import (
    AlreadyDecided,
    Conflict,
    Incomplete,
    NotAuthorised,
    ReasonNeeded,
    Unacceptable,
    Unknown,
)
from domain.incident import Finding, Incident
from domain.policy import Deadline
from domain.text import N_

T = TypeVar("T")
MOST_ANALYSTS = 5


def _numbered(items: Sequence[T], number: int, clause: str, field: str) -> T:
    if not 1 <= number <= len(items):
        raise Unknown(N_("There is no number {number}."), clause=clause, field=field, number=number)
    return items[number - 1]


def must_command(case: Case[acts.Act], clause: str) -> None:
    """Refuse others than the commander; before there is one, than a manager or his deputy (5.3.6)."""
    commander = case.incident.commander
    if commander and commander not in case.actor.people:
        raise NotAuthorised(N_("That is for whoever commands: {people}."), clause=clause, people=commander)


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
    own = {*answerable(case.incident, order.department), *heads_of(case.incident, order.department, case.now)}
    asked = case.incident.company.stand_ins(order.department, order.given_at)
    own.update(item.deputy for item in asked if item.holds_at(case.now))
    if not case.actor.people.intersection(own):
        raise NotAuthorised(N_("Only the department that got the order answers it."), clause="5.3.2")
    if act.answer == "objected":
        need_reason(act.text, "5.3.2", "text")
        if order.is_upheld:
            raise AlreadyDecided(
                N_("The commander upheld order {order}; it is obeyed now."), clause="5.3.2", order=act.order
            )
    return [ev.OrderAnswered(order=act.order, answer=act.answer, text=act.text)]


@decides(acts.SettleOrder)
def settle_order(case: Case[acts.SettleOrder]) -> Sequence[ev.Event]:
    """Answer an objection; an upheld or changed order goes to the department again (R19)."""
    act = case.act
    order = _numbered(case.incident.orders, act.order, "5.3.2", "order")
    if order.answer != "objected":
        raise Conflict(N_("Nobody objects to order {order}."), clause="5.3.2", field="order", order=act.order)
    if act.course == "change" and not act.text:
        raise ReasonNeeded(N_("Say what the order is now."), clause="5.3.2", field="text")
    text = act.text if act.course == "change" else None
    return [ev.OrderSettled(order=act.order, course=act.course, text=text, reason=act.reason)]


def answerable(incident: Incident, department_id: str) -> list[str]:
    """Return whose a department is, here or not: its head; without one, the IT managers (3.1)."""
    return incident.company.answerable(department_id)


def heads_of(incident: Incident, department_id: str, now: datetime) -> list[str]:
    """Return who answers for a department now: its head, and while he is away whoever stands in for him (3.1, 4.2).

    Where nobody who does is there, he is asked all the same.
    """
    company, heads = incident.company, answerable(incident, department_id)
    here = [person for person in heads if company.is_here(person, now)]
    return here or list(dict.fromkeys(item.deputy for item in company.stand_ins(department_id, now))) or heads


@decides(acts.Record)
def record(case: Case[acts.Record]) -> Sequence[ev.Event]:
    """Add to the record; a correction points to the entry it corrects, which stays as it was (R21)."""
    act = case.act
    is_there = act.corrects is not None and act.corrects <= case.incident.seq
    if not is_there and (act.kind == "correction" or act.corrects is not None):
        raise Unacceptable(N_("A correction names the entry that it corrects."), clause="5.3.5", field="corrects")
    if act.kind in ("first_hand_material", "fault_log") and act.sha256 is None:
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
    must_command(case, "5.3.6")
    if item.is_acknowledged:
        raise AlreadyDecided(N_("This information was acknowledged already."), clause="5.3.6")
    return [ev.InformationAcknowledged(information=case.act.information)]


@decides(acts.RaiseFinding)
def raise_finding(case: Case[acts.RaiseFinding]) -> Sequence[ev.Event]:
    """Name something that the runbook does not cover; technicians have it to analyse at once (R23)."""
    incident = case.incident
    return [
        ev.FindingRaised(
            finding=next_number(incident.findings, "5.3.7"),
            text=case.act.text,
            technicians=_analysts(incident, case.now),
            due=_analysed_by(incident, case.now),
        )
    ]


def _analysts(incident: Incident, now: datetime) -> list[str]:
    """Return the technicians who are on the incident; without any, whoever is on duty."""
    sent = [item.person for item in incident.responders if item.role == Role.TECHNICIAN and not item.is_stood_down]
    return list(dict.fromkeys(sent or incident.company.on_call(Role.TECHNICIAN, now)))[:MOST_ANALYSTS]


def _analysed_by(incident: Incident, now: datetime) -> Deadline:
    limit = incident.policy.analysis_limit
    return Deadline(at=now + limit.duration, clause=limit.clause)


@decides(acts.AssignAnalysis)
def assign_analysis(case: Case[acts.AssignAnalysis]) -> Sequence[ev.Event]:
    """Name who analyses a finding; their time begins now (R23)."""
    incident, act = case.incident, case.act
    finding = _finding(case, act.finding)
    must_command(case, "5.3.7")
    if finding.is_analysed:
        raise AlreadyDecided(N_("A measure for this finding is proposed already."), clause="5.3.7")
    for person in act.technicians:
        if person not in incident.company.holders(Role.TECHNICIAN):
            raise Unknown(
                N_("{person} is no technician of the company."), clause="5.3.7", field="technicians", person=person
            )
    technicians, due = list(dict.fromkeys(act.technicians)), _analysed_by(incident, case.now)
    return [ev.AnalysisAssigned(finding=act.finding, technicians=technicians, due=due, reason=act.reason)]


def running_analyses(incident: Incident) -> Iterator[tuple[int, Deadline]]:
    """Return the findings without a measure, and when that falls due."""
    for number, finding in enumerate(incident.findings, start=1):
        if finding.due and not finding.is_analysed and not finding.is_overdue:
            yield number, finding.due


def asked_of_command(incident: Incident) -> list[str]:
    """Return the open questions that are put to whoever commands: they pass on with the command (5.2.9)."""
    return [
        *(f"information/{n}" for n, item in enumerate(incident.information, 1) if not item.is_acknowledged),
        *(f"measure/{n}" for n, item in enumerate(incident.findings, 1) if item.is_analysed and item.approved is None),
        *(f"objection/{n}" for n, item in enumerate(incident.orders, 1) if item.answer == "objected"),
        *([f"step/{incident.step_in_turn}"] if incident.step_in_turn else []),
    ]


def _finding(case: Case[acts.Act], number: int) -> Finding:
    return _numbered(case.incident.findings, number, "5.3.7", "finding")


@decides(acts.ProposeMeasure)
def propose_measure(case: Case[acts.ProposeMeasure]) -> Sequence[ev.Event]:
    """Propose a solution; a refused one may be followed by another (R23)."""
    finding = _finding(case, case.act.finding)
    if finding.is_analysed:
        raise AlreadyDecided(N_("A measure for this finding is proposed already."), clause="5.3.7")
    return [ev.MeasureProposed(finding=case.act.finding, text=case.act.text)]


@decides(acts.DecideMeasure)
def decide_measure(case: Case[acts.DecideMeasure]) -> Sequence[ev.Event]:
    """Decide a proposed measure before it is carried out (R23)."""
    finding = _finding(case, case.act.finding)
    must_command(case, "5.3.7")
    if finding.measure is None:
        raise Incomplete(N_("No measure was proposed yet."), clause="5.3.7")
    if finding.approved is not None:
        raise AlreadyDecided(N_("This measure was decided already."), clause="5.3.7")
    if not case.act.approve:
        need_reason(case.act.reason, "5.3.7")
    due = None if case.act.approve else _analysed_by(case.incident, case.now)
    return [ev.MeasureDecided(finding=case.act.finding, approve=case.act.approve, reason=case.act.reason, due=due)]


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
