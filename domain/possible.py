"""What a person may do to an incident right now: his roles allow it, and there is something to do it to."""

from collections.abc import Callable
from datetime import datetime

from domain import acts
from domain.activation import looks_at_his_own_dismissal
from domain.authority import allowed, capacities
from domain.awaited import ladders
from domain.closure import doers, missing_for_closing, unchecked
from domain.company import Role
from domain.escalation import approval
from domain.evidence import collectors
from domain.handling import answerable
from domain.incident import HANDLING, Incident, Phase
from domain.procedure import can_run, step_to_decide

_Sense = Callable[[Incident, str], bool]
# What nobody does by deputy: whoever stands in for somebody is not where that one is (R20).
_IN_PERSON = {acts.CheckIn.name}


def possible(incident: Incident, person: str, at: datetime) -> list[str]:
    """Return the names of the acts that would not be refused for want of a role, a phase or an object."""
    people = {person} | {actor.on_behalf_of for actor in capacities(incident, person, at) if actor.on_behalf_of}
    names = allowed(incident, person, at)
    return [
        name
        for name in names
        if any(_makes_sense(name, incident, each) for each in ([person] if name in _IN_PERSON else sorted(people)))
    ]


def _makes_sense(name: str, incident: Incident, person: str) -> bool:
    sense = _SENSES.get(acts.ACTS[name])
    return sense is None or sense(incident, person)


def _judge(incident: Incident, person: str) -> bool:
    if incident.phase in HANDLING:
        return person in incident.verdict_by or person in incident.company.holders(Role.IT_DIRECTOR)
    return not looks_at_his_own_dismissal(incident, person)


def _is_asked(incident: Incident, person: str) -> bool:
    return any(person in ladder.asked for ladder in ladders(incident))


def _has_steps_left(incident: Incident, _person: str) -> bool:
    runbook = incident.pinned_runbook
    return runbook is not None and any(incident.steps.get(step.id, "failed") == "failed" for step in runbook.steps)


def _step_to_run(incident: Incident, person: str) -> bool:
    runbook = incident.pinned_runbook
    return runbook is not None and any(can_run(incident, step, person) for step in runbook.steps)


def _somebody_to_check_in(incident: Incident, person: str) -> bool:
    waiting = [item.person for item in incident.responders if item.is_awaited]
    own = incident.responder(person)
    return person in waiting or bool(waiting and own and own.arrived_at)


def _plan_waits(incident: Incident, person: str) -> bool:
    plan = incident.plan
    return plan is not None and plan.status == "submitted" and person not in plan.submitted_by


def _plan_is_refused(incident: Incident, _person: str) -> bool:
    plan = incident.plan
    return plan is not None and plan.status in ("rejected", "change_requested") and not plan.course


def _plan_has_steps_left(incident: Incident, _person: str) -> bool:
    plan = incident.plan
    if plan is None or plan.course == "stand_down":
        return False
    return any(plan.results.get(step.id) != "done" for step in plan.steps)


def _may_command(incident: Incident, person: str) -> bool:
    return incident.commander in (None, person)


def _order_waits(incident: Incident, person: str) -> bool:
    return any(order.answer is None and person in answerable(incident, order.department) for order in incident.orders)


def _may_verify(incident: Incident, person: str) -> bool:
    return incident.recovery is not None and person not in doers(incident)


def _has_checks_left(incident: Incident, _person: str) -> bool:
    return incident.recovery is not None and bool(unchecked(incident, incident.recovery))


def _report_is_due(incident: Incident, _person: str) -> bool:
    return incident.summary is None or incident.summary.is_wanted_anew


def _report_waits(incident: Incident, person: str) -> bool:
    summary = incident.summary
    if summary is None or summary.is_wanted_anew or person in (*summary.authors, *summary.reviewers):
        return False
    known = incident.company.person(person)
    return any(post not in summary.receipts for post in (known.posts if known else []))


def _report_is_unread(incident: Incident, person: str) -> bool:
    return incident.summary is not None and person not in incident.summary.read_by


_SENSES: dict[type[acts.Act], _Sense] = {
    acts.Judge: _judge,
    acts.Acknowledge: _is_asked,
    acts.Withdraw: lambda i, _: not i.judged_by and not i.is_reported_by_others,
    acts.Contest: lambda i, _: not i.is_contested,
    acts.RecordStep: _has_steps_left,
    acts.RunStep: _step_to_run,
    acts.DecideStep: lambda i, p: _may_command(i, p) and step_to_decide(i) is not None,
    acts.SettleOrder: lambda i, _: any(order.answer == "objected" for order in i.orders),
    acts.AssignAnalysis: lambda i, p: _may_command(i, p) and any(not x.is_analysed for x in i.findings),
    acts.StandDown: lambda i, _: not all(item.is_stood_down for item in i.responders),
    acts.CheckIn: _somebody_to_check_in,
    acts.ReportToDirector: lambda i, _: i.manager_reported_at is None,
    acts.DecideProcedure: lambda i, _: i.phase != Phase.GROUP_HANDLING,
    acts.DecideMajor: lambda i, _: approval(i) is None,
    acts.SubmitPlan: lambda i, _: i.is_major,
    acts.DecidePlan: _plan_waits,
    acts.SettlePlan: _plan_is_refused,
    acts.RecordPlanStep: _plan_has_steps_left,
    acts.FormGroup: lambda i, _: i.commander is None,
    acts.AddMember: lambda i, _: i.commander is not None,
    acts.AcceptCommand: lambda i, p: p == i.command_offered_to,
    acts.AnswerOrder: _order_waits,
    acts.CollectEvidence: lambda i, _: bool(collectors(i)) and not i.collecting,
    acts.AcknowledgeInformation: lambda i, p: _may_command(i, p) and not all(x.is_acknowledged for x in i.information),
    acts.ProposeMeasure: lambda i, _: any(not x.is_analysed for x in i.findings),
    acts.DecideMeasure: lambda i, p: _may_command(i, p) and any(x.measure and x.approved is None for x in i.findings),
    acts.CarryOutMeasure: lambda i, _: any(
        x.measure and not x.is_carried_out and (x.approved or (x.approved is None and not i.commander))
        for x in i.findings
    ),
    acts.CheckRecovery: _has_checks_left,
    acts.VerifyRecovery: _may_verify,
    acts.SubmitSummary: _report_is_due,
    acts.ReceiveSummary: _report_waits,
    acts.ReadSummary: _report_is_unread,
    acts.DecideRunbook: lambda i, _: not i.is_runbook_decided,
    acts.Close: lambda i, _: not missing_for_closing(i),
    acts.SubmitPreliminary: lambda i, _: i.preliminary_at is None and (not i.summary or i.summary.is_wanted_anew),
    acts.Link: lambda i, _: i.parent is None and not i.children,
    acts.Unlink: lambda i, _: i.parent is not None,
    acts.FileStatutoryReport: lambda i, _: any(item.due and not item.is_complete for item in i.statutory),
    acts.WaiveStatutoryReport: lambda i, _: any(not item.is_complete for item in i.statutory),
}
