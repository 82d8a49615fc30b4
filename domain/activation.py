"""Articles 5.2.1 to 5.2.5: report, judgement, the operator's runbook, technicians to the scene."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil

from domain import acts, statutory
from domain import events as ev
from domain.authority import AUTHORITY, capacities
from domain.calendar import arrival_deadline
from domain.company import Role, Runbook
from domain.decide import SKEW, Case, decides, need_reason, next_number
from domain.errors import AlreadyDecided, Conflict, InTheFuture, NotAuthorised, OwnWork, Unacceptable, Unknown
from domain.evidence import on_activation
from domain.incident import HANDLING, Incident, Phase
from domain.policy import Deadline
from domain.procedure import first_turn
from domain.text import N_


def report(
    incident: Incident, report_: acts.Report, channel: str, now: datetime, recurrence_of: str | None
) -> ev.Reported:
    """Return the event of a report; Refusal when the system is unknown or the time impossible (5.2.1)."""
    system = incident.company.system(report_.system)
    if system is None:
        raise Unknown(
            N_("The company has no system “{system}”."), clause="5.2.1", field="system", system=report_.system
        )
    assessment = report_.preliminary_assessment
    if assessment.covered and (assessment.runbook is None or incident.company.runbook(assessment.runbook) is None):
        raise Unknown(
            N_("Name the runbook that covers it, or say that none does."),
            clause="5.2.1",
            field="preliminary_assessment.runbook",
        )
    discovered_at = min(report_.discovered_at or now, now)
    if report_.discovered_at and report_.discovered_at > now + SKEW:
        raise InTheFuture(N_("It cannot have happened in the future."), clause="5.2.1", field="discovered_at")
    return ev.Reported(
        title=report_.title,
        system=report_.system,
        symptom=report_.symptom,
        preliminary_assessment=assessment,
        discovered_at=discovered_at,
        channel=channel,
        location=report_.location,
        category=report_.category,
        severity=report_.severity or incident.policy.default_severity,
        is_drill=report_.is_drill,
        drill_includes=report_.drill_includes,
        dedup_key=report_.dedup_key,
        recurrence_of=recurrence_of or report_.recurrence_of,
        recurrence_reason=report_.recurrence_reason,
        policy_version=incident.policy.version,
        company_version=incident.company.version,
    )


@decides(acts.Withdraw)
def withdraw(case: Case[acts.Withdraw]) -> Sequence[ev.Event]:
    """Take the report back (before judgement only)."""
    if judges := case.incident.judged_by:
        raise AlreadyDecided(N_("{winner} dismissed it already."), clause="5.2.1", winner=judges[0])
    if case.incident.is_reported_by_others:
        raise Conflict(N_("Others have reported it as well: manager or supervisor judges it."), clause="5.2.1")
    return [ev.Withdrawn(reason=case.act.reason)]


@decides(acts.Contest)
def contest(case: Case[acts.Contest]) -> Sequence[ev.Event]:
    """Contest a dismissal, once."""
    if case.incident.is_contested:
        raise AlreadyDecided(N_("The dismissal was contested once; that is final."), clause="5.2.2")
    return [ev.Contested(reason=case.act.reason)]


@decides(acts.Judge)
def judge(case: Case[acts.Judge]) -> Sequence[ev.Event]:
    """Judge the report: the first verdict stands, a later emergency overrides a dismissal (R10)."""
    incident, act = case.incident, case.act
    _may_judge(case)
    if act.verdict == "not_emergency":
        reason = need_reason(act.reason, "5.2.2")
        window = incident.policy.dismissal_window
        until = Deadline(at=case.now + window.duration, clause=window.clause)
        return [ev.Dismissed(reason=reason, window=until, released=called_in(incident))]
    runbook = _pinned(incident, act.runbook, case.edition)
    activated = _activation(incident, act, runbook, case.at)
    due = statutory.due_at_activation(incident, activated.severity, runbook, case.now)
    return [activated, *_gaps(incident, case.at), *on_activation(incident), *due]


def called_in(incident: Incident) -> list[str]:
    """Return everybody who works on it: operator, specialist, those sent to the scene, the group and its commander."""
    sent = [item.person for item in incident.responders if not item.is_stood_down]
    leading = [person for person in (incident.operator, incident.commander) if person]
    return list(dict.fromkeys([*sent, *leading, *incident.specialists[:1], *incident.group_members]))


def _may_judge(case: Case[acts.Judge]) -> None:
    incident, act, actor = case.incident, case.act, case.actor
    winner = next(iter(incident.verdict_by), None)
    if incident.phase in HANDLING:
        may_reverse = actor.role == Role.IT_DIRECTOR or actor.people.intersection(incident.verdict_by)
        if act.verdict == "emergency" or not may_reverse:
            raise AlreadyDecided(N_("{winner} judged it an emergency already."), clause="5.2.2", winner=winner)
    if incident.phase == Phase.DISMISSED and act.verdict == "not_emergency":
        raise AlreadyDecided(N_("{winner} dismissed it already."), clause="5.2.2", winner=winner)
    if any(looks_at_his_own_dismissal(incident, person) for person in actor.people):
        raise OwnWork(N_("The dismissal was contested: the other judge or the director must look."), clause="5.2.2")


def looks_at_his_own_dismissal(incident: Incident, person: str) -> bool:
    """Tell whether a dismissal of his own, contested, waits for somebody else to look at it (5.2.2).

    Whoever judged before and dismissed nothing, or whose dismissal was overridden since, looks at another's.
    """
    return incident.is_contested and incident.phase == Phase.JUDGING and person in incident.contested_verdict_by


def may_look(incident: Incident, person: str, at: datetime) -> bool:
    """Tell whether a person can judge the report without looking at his own dismissal (5.2.2)."""
    return any(
        actor.role in AUTHORITY[acts.Judge].roles
        and not any(looks_at_his_own_dismissal(incident, each) for each in actor.people)
        for actor in capacities(incident, person, at)
    )


def _activation(incident: Incident, act: acts.Judge, runbook: Runbook | None, at: datetime) -> ev.Activated:
    policy, company = incident.policy, incident.company
    severity = act.severity or incident.severity
    return ev.Activated(
        severity=severity,
        reason=act.reason,
        runbook=runbook.ref if runbook else None,
        turn=first_turn(runbook, at) if runbook else None,
        operator=_operator(incident, at),
        specialists=company.at_hand(Role.EMERGENCY_SPECIALIST, at),
        operator_limit=Deadline(at=at + policy.operator_limit.duration, clause=policy.operator_limit.clause),
        short_time_limit=Deadline(at=at + policy.short_time(severity), clause="5.2.6"),
        edition=runbook if runbook and company.runbook(runbook.ref) is None else None,
    )


def _gaps(incident: Incident, at: datetime) -> Iterator[ev.Event]:
    specialists = incident.company.holders(Role.EMERGENCY_SPECIALIST)
    if not any(incident.company.is_here(person, at) for person in specialists):
        yield ev.GapFound(post=Role.EMERGENCY_SPECIALIST, cited="3.3")


def _pinned(incident: Incident, wanted: str | None, edition: Runbook | None) -> Runbook | None:
    """Return the version to work by: what the library holds in force now, or else what it held at the report (4.3)."""
    assessment = incident.preliminary_assessment
    name = wanted or (assessment.runbook if assessment and assessment.covered else None)
    if name is None:
        return None
    newer = edition or incident.edition
    company = incident.company.with_edition(newer) if newer else incident.company
    runbook = company.runbook(name)
    if runbook is None:
        raise Unknown(N_("There is no runbook “{runbook}”."), clause="4.3", field="runbook", runbook=name)
    return runbook


def _operator(incident: Incident, at: datetime) -> str | None:
    operators = incident.company.at_hand(Role.OPERATOR, at)
    return incident.reporter if incident.reporter in operators else next(iter(operators), None)


@decides(acts.ReportUnresolved)
def report_unresolved(case: Case[acts.ReportUnresolved]) -> Sequence[ev.Event]:
    """Send technicians to the scene, first thing (R12)."""
    return [ev.UnresolvedReported(text=case.act.text), *technicians_dispatched(case.incident, case.at)]


def technicians_dispatched(incident: Incident, at: datetime) -> Iterator[ev.Event]:
    """Dispatch a technician of the affected system, or any; a gap is recorded where there is none (4.2).

    Of several whoever is on duty goes, and nobody who is on leave while another is there. One who was sent before keeps
    his dispatch and its deadline.
    """
    first = _technician(incident, at)
    if first is None:
        yield ev.GapFound(post=Role.TECHNICIAN, cited="4.2")
    elif is_away(incident, first):
        yield dispatched(incident, first, Role.TECHNICIAN, at)


def _technician(incident: Incident, at: datetime) -> str | None:
    company, system = incident.company, incident.affected_system
    everyone, duty = company.at_hand(Role.TECHNICIAN, at), company.on_call(Role.TECHNICIAN, at)
    named = [person for person in (system.technicians if system else []) if person in everyone]
    in_turn = [*sorted(named, key=lambda person: person not in duty), *everyone]
    return min(in_turn, key=lambda person: not company.is_here(person, at), default=None)


def is_away(incident: Incident, person_id: str) -> bool:
    """Tell whether a person is neither on the scene nor on his way there."""
    responder = incident.responder(person_id)
    return responder is None or responder.is_stood_down


def dispatched(
    incident: Incident, person_id: str, role: Role, at: datetime, *, replaces: str | None = None
) -> ev.Dispatched:
    """Return the dispatch of a person with the deadline that this instant fixes (R20)."""
    person = incident.company.person(person_id)
    deadline = arrival_deadline(
        incident.calendar, incident.policy, at, is_on_site=bool(person and person.is_duty_on_site)
    )
    return ev.Dispatched(responder=person_id, role_sent=role, deadline=deadline, replaces=replaces)


@decides(acts.Dispatch)
def dispatch(case: Case[acts.Dispatch]) -> Sequence[ev.Event]:
    """Send one more person to the scene."""
    responder = case.act.responder
    need_active(case.incident, responder, "5.2.4", "responder")
    next_number(case.incident.responders, "5.2.4")
    if not is_away(case.incident, responder):
        raise AlreadyDecided(N_("{person} was dispatched already."), clause="5.2.4", person=responder)
    event = dispatched(case.incident, responder, _sent_as(case.incident, responder), case.at)
    return [event.model_copy(update={"text": case.act.text})]


def need_active(incident: Incident, person_id: str, clause: str, field: str) -> None:
    """Raise Unknown where somebody is not with the company."""
    person = incident.company.person(person_id)
    if person is None or not person.is_active:
        raise Unknown(
            N_("The company has nobody with the id “{person}”."), clause=clause, field=field, person=person_id
        )


def _sent_as(incident: Incident, person_id: str) -> Role:
    person = incident.company.person(person_id)
    return person.posts[0] if person and person.posts else Role.RESPONDER


@decides(acts.StandDown)
def stand_down(case: Case[acts.StandDown]) -> Sequence[ev.Event]:
    """Take back a dispatch."""
    responder = case.incident.responder(case.act.responder)
    if responder is None or responder.is_stood_down:
        raise Unknown(N_("{person} is not dispatched."), clause="5.2.4", field="responder", person=case.act.responder)
    return [ev.StoodDown(responder=case.act.responder, reason=case.act.reason)]


@decides(acts.CheckIn)
def check_in(case: Case[acts.CheckIn]) -> Sequence[ev.Event]:
    """Record an arrival: on time up to and at the deadline, late with minutes after it (R20).

    Nobody arrives by deputy: whoever speaks of his principal records another's arrival.
    """
    incident, act = case.incident, case.act
    person = act.responder or case.actor.person
    responder = incident.responder(person)
    if responder is None or responder.is_stood_down:
        raise Unknown(N_("{person} is not dispatched."), clause="5.3.3", field="responder", person=person)
    clause = responder.deadline.clause
    if person != case.actor.person:
        _may_record_for_another(case, clause)
    if responder.arrived_at is not None:
        raise AlreadyDecided(N_("{person} has checked in already."), clause=clause, person=person)
    if case.at < responder.dispatched_at:
        raise Unacceptable(N_("He cannot have arrived before he was dispatched."), clause=clause, field="occurred_at")
    is_verified = _is_at_the_place(case, clause)
    late = max((case.at - responder.deadline.at).total_seconds() / 60, 0)
    system = incident.affected_system
    counts = not act.remote or bool(system and system.remote_ok)
    return [
        ev.Arrived(
            responder=person,
            late_minutes=ceil(late * 100) / 100,
            place=act.place,
            remote=act.remote,
            counts_as_arrival=counts,
            is_verified=is_verified,
            recorded_by=None if person == case.actor.person else case.actor.person,
            cited=clause,
        )
    ]


def _is_at_the_place(case: Case[acts.CheckIn], clause: str) -> bool:
    """Tell whether somebody gave the code that hangs at the place; refuse one that is wrong (R20).

    What is compared are proofs of the code, never the code itself: it would stand in the history.
    """
    given, right = case.act.place_code, case.incident.company.place_code
    if given is None:
        return False
    if case.act.remote or right is None or given != right:
        raise Unacceptable(N_("This is not the code of the place."), clause=clause, field="place_code")
    return True


def _may_record_for_another(case: Case[acts.CheckIn], clause: str) -> None:
    own = case.incident.responder(case.actor.person)
    on_scene = own is not None and own.arrived_at is not None
    leads = case.actor.role in (Role.EMERGENCY_SPECIALIST, Role.COMMANDER)
    if not (on_scene and leads):
        raise NotAuthorised(
            N_("Only the specialist or the commander on the scene records another's arrival."),
            clause=clause,
            field="responder",
        )


@decides(acts.ReportResolved)
def report_resolved(case: Case[acts.ReportResolved]) -> Sequence[ev.Event]:
    """Go to recovery; inside the short-time limit that is the short way (R13)."""
    incident = case.incident
    limit = incident.deadlines.get("short_time_limit")
    is_over = incident.is_short_time_over or (limit is not None and case.at > limit.at)
    return [ev.ResolvedReported(text=case.act.text, round=len(incident.recoveries) + 1, in_short_time=not is_over)]
