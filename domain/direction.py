"""Articles 5.2.6 to 5.2.9: the director's judgement, the response plan, the emergency leading group."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from domain import acts
from domain import events as ev
from domain.activation import dispatched, is_away, need_active
from domain.company import Role
from domain.decide import Case, decides, need_reason, next_number
from domain.drill import spares_general_manager
from domain.errors import (
    AlreadyDecided,
    Conflict,
    Incomplete,
    NotAuthorised,
    OwnWork,
    StaleVersion,
    Unacceptable,
    Unknown,
)
from domain.escalation import passed_on
from domain.incident import Incident, Phase, Plan
from domain.policy import Deadline
from domain.text import N_


@decides(acts.ReportToDirector)
def report_to_director(case: Case[acts.ReportToDirector]) -> Sequence[ev.Event]:
    """Record the manager's own report; the system has paged the director already (R14)."""
    if case.incident.manager_reported_at:
        raise AlreadyDecided(N_("The report to the director is recorded already."), clause="5.2.6")
    return [ev.ReportedToDirector(text=case.act.text)]


@decides(acts.DecideProcedure)
def decide_procedure(case: Case[acts.DecideProcedure]) -> Sequence[ev.Event]:
    """Start the emergency flow or leave the incident with the department; then it is asked again (R15)."""
    incident, act = case.incident, case.act
    if incident.phase == Phase.GROUP_HANDLING:
        raise AlreadyDecided(N_("The emergency flow was started already."), clause="5.2.7")
    if incident.phase == Phase.DEPARTMENT_HANDLING and not act.start:
        raise AlreadyDecided(N_("It was decided already that the department handles it."), clause="5.2.7")
    again = incident.policy.procedure_asked_again
    asked_again = None if act.start else Deadline(at=case.now + again.duration, clause=again.clause)
    return [
        ev.ProcedureDecided(
            start=act.start, is_major=act.start and act.is_major, reason=act.reason, asked_again=asked_again
        )
    ]


@decides(acts.SubmitPlan)
def submit_plan(case: Case[acts.SubmitPlan]) -> Sequence[ev.Event]:
    """Submit a version of the response plan; an old approval never carries over (R16)."""
    incident, act = case.incident, case.act
    if not incident.is_major:
        raise Conflict(N_("Only a major problem needs a response plan."), clause="5.2.8")
    steps = [step.id for step in act.steps]
    if len(set(steps)) < len(steps):
        raise Unacceptable(N_("Two steps of the plan have the same id."), clause="5.2.8", field="steps")
    return [ev.PlanSubmitted(plan_version=len(incident.plans) + 1, **act.model_dump())]


@decides(acts.DecidePlan)
def decide_plan(case: Case[acts.DecidePlan]) -> Sequence[ev.Event]:
    """Decide one version of the plan; nobody approves what he submitted, no version is decided twice (R16)."""
    act = case.act
    plan = _newest(case.incident, act.version)
    if plan.status != "submitted":
        raise AlreadyDecided(
            N_("Version {version} of the plan was {status} by {winner}."),
            clause="5.2.8",
            field="version",
            version=plan.version,
            status=plan.status,
            winner=plan.decided_by,
        )
    if case.actor.people.intersection(plan.submitted_by):
        raise OwnWork(N_("Nobody approves the plan that he submitted."), clause="5.2.8")
    if act.decision != "approved":
        need_reason(act.reason, "5.2.8")
    return [ev.PlanDecided(plan_version=plan.version, decision=act.decision, reason=act.reason)]


@decides(acts.SettlePlan)
def settle_plan(case: Case[acts.SettlePlan]) -> Sequence[ev.Event]:
    """After a refusal: go on without the gated steps, or stand the plan down."""
    plan = _newest(case.incident, case.act.version)
    if plan.status not in ("rejected", "change_requested") or plan.course:
        raise Conflict(
            N_("Version {version} of the plan is “{status}”; only a refused one is settled, once."),
            clause="5.2.8",
            version=plan.version,
            status=plan.course or plan.status,
        )
    return [ev.PlanSettled(plan_version=plan.version, course=case.act.course, reason=case.act.reason)]


@decides(acts.RecordPlanStep)
def record_plan_step(case: Case[acts.RecordPlanStep]) -> Sequence[ev.Event]:
    """Record a step of the plan; what waits for the general manager is refused until he approved this version."""
    act = case.act
    plan = _newest(case.incident, act.version)
    step = next((item for item in plan.steps if item.id == act.step), None)
    if step is None:
        raise Unknown(N_("The plan has no step “{step}”."), clause="5.2.8", field="step", step=act.step)
    if plan.course == "stand_down":
        raise Conflict(N_("The plan was stood down."), clause="5.2.8")
    blocks = case.incident.policy.approval_blocks.value
    waits = blocks == "all" or (blocks == "plan_steps" and step.needs_approval)
    if waits and plan.status != "approved" and not _is_spared(case.incident, plan):
        raise Incomplete(
            N_("This step waits for the general manager's approval of version {version}."),
            clause="5.2.8",
            field="step",
            version=plan.version,
        )
    if plan.results.get(act.step) == "done":
        raise AlreadyDecided(N_("The step “{step}” is recorded already."), clause="5.2.8", step=act.step)
    return [ev.PlanStepRecorded(plan_version=plan.version, step=act.step, result=act.result, text=act.text)]


def _is_spared(incident: Incident, plan: Plan) -> bool:
    """Tell whether a drill goes on without the general manager, whom it does not reach; what he refused waits."""
    return plan.status == "submitted" and spares_general_manager(incident)


def _newest(incident: Incident, version: int) -> Plan:
    plan = incident.plan
    if plan is None:
        raise Incomplete(N_("No response plan was submitted yet."), clause="5.2.8")
    if version != plan.version:
        raise StaleVersion(
            N_("The newest version of the plan is {current}, not {expected}."),
            clause="5.2.8",
            field="version",
            current=plan.version,
            expected=version,
        )
    return plan


@decides(acts.FormGroup)
def form_group(case: Case[acts.FormGroup]) -> Sequence[ev.Event]:
    """Form the leading group: enough members, exactly one commander among them; all are dispatched (R17)."""
    incident, act = case.incident, case.act
    if incident.commander:
        raise AlreadyDecided(N_("The leading group was formed already."), clause="5.2.9")
    members = list(dict.fromkeys([*act.members, act.commander]))
    for member in members:
        need_active(incident, member, "5.2.9", "members")
    needed = incident.policy.group_members.value
    if len(members) < needed:
        raise Unacceptable(
            N_("The leading group has at least {needed} members."), clause="5.2.9", field="members", needed=needed
        )
    interval = incident.policy.notice_interval
    formed = ev.GroupFormed(
        members=members,
        commander=act.commander,
        notice_due=Deadline(at=case.now + interval.duration, clause=interval.clause),
        questions=passed_on(incident, act.commander),
    )
    roles = {member: Role.COMMANDER if member == act.commander else Role.GROUP_MEMBER for member in members}
    return [formed, *_to_the_scene(case, roles)]


def _to_the_scene(case: Case[Any], roles: dict[str, Role]) -> Iterator[ev.Event]:
    """Send those who are neither there nor on their way (R17)."""
    for member, role in roles.items():
        if is_away(case.incident, member):
            yield dispatched(case.incident, member, role, case.at)


def lacking(incident: Incident, group: Collection[str]) -> int:
    """Return how many people a leading group has fewer than its minimum (5.2.9)."""
    return max(0, incident.policy.group_members.value - len(group))


@decides(acts.AddMember)
def add_member(case: Case[acts.AddMember]) -> Sequence[ev.Event]:
    """Call one more person into the group, as after somebody left it; he is dispatched unless he is there (R17)."""
    incident, member = case.incident, case.act.member
    if incident.commander is None:
        raise Incomplete(N_("The leading group has not been formed yet."), clause="5.2.9")
    need_active(incident, member, "5.2.9", "member")
    if member in incident.group_members:
        raise AlreadyDecided(
            N_("{person} is in the leading group already."), clause="5.2.9", field="member", person=member
        )
    next_number(incident.group_members, "5.2.9")
    added = ev.MemberAdded(member=member, text=case.act.text)
    return [added, *_to_the_scene(case, {member: Role.GROUP_MEMBER})]


@decides(acts.OfferCommand)
def offer_command(case: Case[acts.OfferCommand]) -> Sequence[ev.Event]:
    """Offer the command to another member; nothing changes before he accepts."""
    if case.act.to not in case.incident.group_members or case.act.to == case.incident.commander:
        raise Unknown(N_("The command goes to another member of the leading group."), clause="5.2.9", field="to")
    return [ev.CommandOffered(to=case.act.to, reason=case.act.reason)]


@decides(acts.AcceptCommand)
def accept_command(case: Case[acts.AcceptCommand]) -> Sequence[ev.Event]:
    """Accept the offered command."""
    if case.incident.command_offered_to is None:
        raise Incomplete(N_("No command is offered."), clause="5.2.9")
    if case.actor.person != case.incident.command_offered_to:
        raise NotAuthorised(
            N_("The command was offered to {person}."), clause="5.2.9", person=case.incident.command_offered_to
        )
    return [ev.CommandAccepted(commander=case.actor.person, questions=passed_on(case.incident, case.actor.person))]
