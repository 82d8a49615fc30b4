"""Who is told of what happened, once and without a question: the rule of each event that somebody must hear of."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain import events as ev
from domain.company import Role
from domain.drill import addressable
from domain.entry import Entry
from domain.handling import heads_of
from domain.incident import Incident
from domain.statutory_forms import report_name


class Headship(str):
    """A department among the people of a note: whoever answers for it when it happens."""

    __slots__ = ()


class Note(NamedTuple):
    """Tell these people by this template; a post among them stands for whoever is on duty in it when it happens.

    ``spared`` is told nothing of what concerns himself.
    """

    people: list[str]
    template: str
    params: dict[str, str]
    due: datetime | None = None
    spared: str | None = None


def notes(incident: Incident, entry: Entry) -> list[Note]:
    """Return who is told of an entry; nobody is told of his own act."""
    rule = _RULES.get(type(entry.event))
    if rule is None:
        return []
    told = rule(incident, entry.event)
    own = None if isinstance(entry.event, ev.StatutoryDue) else entry.person  # it follows from an act, and is not one
    people = addressable(incident, _on_duty(incident, told.people, entry.recorded_at))
    people = [person for person in people if person not in (own, told.spared)]
    return [told._replace(people=people)] if people else []


def _on_duty(incident: Incident, told: list[str], now: datetime) -> list[str]:
    """Put people in the place of posts: those on duty, never somebody on leave while another is there (4.2).

    The director hears what is meant for a post in which nobody is.
    """
    company = incident.company
    people = [person for item in told for person in _meant(incident, item, now)]
    return people if people or not told else company.on_call(Role.IT_DIRECTOR, now)


def _meant(incident: Incident, told: str, now: datetime) -> list[str]:
    if isinstance(told, Headship):
        return heads_of(incident, told, now)
    return incident.company.on_call(told, now) if isinstance(told, Role) else [told]


def planned_at(incident: Incident, entry: Entry) -> datetime | None:
    """Return when the system's own word of a limit should have gone out, where nobody was there to say it in time.

    A limit that was moved into the past is not late: it fell due when it was moved.
    """
    if entry.role != Role.SYSTEM or not entry.is_late:
        return None
    return max(entry.occurred_at, incident.short_time_runs_since or entry.occurred_at)


def _reporter(incident: Incident) -> list[str]:
    return [incident.reporter]


def _managers(_incident: Incident) -> list[str]:
    return [Role.IT_MANAGER]


def _director(_incident: Incident) -> list[str]:
    return [Role.IT_DIRECTOR]


def _commanding(incident: Incident) -> list[str]:
    """Whoever commands; before the group exists the manager (5.3.6)."""
    return [incident.commander or Role.IT_MANAGER]


def _is_called(incident: Incident, member: str) -> bool:
    """Tell whether the page that calls a member to the scene says already that he is in the group (5.2.9)."""
    responder = incident.responder(member)
    return responder is not None and responder.role in (Role.COMMANDER, Role.GROUP_MEMBER)


def _step(incident: Incident, event: ev.StepRecorded) -> Note:
    params = {"step": event.step, "result": event.result, "text": event.text or "", "runbook": event.runbook}
    params |= {"why": event.why} if event.why else {}
    confirmed = [incident.work_on(event.step).run_by] if event.run else []
    people = [Role.IT_SUPERVISOR, *(person for person in confirmed if person)]
    return Note(people, "step_result", params)


def _step_decided(incident: Incident, event: ev.StepDecided) -> Note:
    decision = "approved" if event.approve else "rejected"
    params = {"step": event.step, "result": decision, "reason": event.reason or "", "runbook": event.runbook}
    return Note([*_operator(incident), *incident.specialists[:1]], "step_decided", params)


def _step_unclear(incident: Incident, event: ev.StepRunUnclear) -> Note:
    params = {"step": event.step, "why": event.why, "text": event.text or "", "runbook": event.runbook}
    run_by = incident.work_on(event.step).run_by
    people = [*([run_by] if run_by else []), *_operator(incident), Role.IT_SUPERVISOR]
    return Note(list(dict.fromkeys(people)), "step_unclear", params)


def _step_overdue(incident: Incident, event: ev.StepOverdue) -> Note:
    people = [*_operator(incident), Role.IT_SUPERVISOR]
    return Note(list(dict.fromkeys(people)), "step_overdue", {"step": event.step, "runbook": event.runbook})


def _operator(incident: Incident) -> list[str]:
    return [incident.operator] if incident.operator else []


def _activated(_incident: Incident, event: ev.Activated) -> Note:
    return Note([event.operator] if event.operator else [], "activation", {"runbook": event.runbook or ""})


def _notice(incident: Incident, event: ev.NoticeGiven) -> Note:
    before: list[str] = [Headship(name) for name in event.audience if incident.company.department(name)]
    return Note(event.people or before, "notice", {"text": event.text, "kind": event.notice})


def _settled(incident: Incident, event: ev.OrderSettled) -> Note:
    order = incident.orders[event.order - 1]
    people: list[str] = [Headship(order.department)] if event.course == "withdraw" else []
    return Note(people, "order_withdrawn", {"order": str(event.order), "reason": event.reason})


def _analysis_overdue(incident: Incident, event: ev.AnalysisOverdue) -> Note:
    finding = incident.findings[event.finding - 1]
    people = list(dict.fromkeys([*_commanding(incident), *finding.technicians]))
    return Note(people, "analysis_overdue", {"text": finding.text})


def _measure_decided(incident: Incident, event: ev.MeasureDecided) -> Note:
    """Those who analysed it carry it out, unless they have; where it is refused they are asked anew (5.3.7)."""
    finding, technicians = incident.findings[event.finding - 1], incident.company.holders(Role.TECHNICIAN)
    named: list[str] = [person for person in finding.technicians if person in technicians]
    people = (named or [Role.TECHNICIAN]) if event.approve and not finding.is_carried_out else []
    return Note(people, "measure_approved", {"text": finding.measure or ""})


def _command_passed(incident: Incident, event: ev.CommandAccepted) -> Note:
    people = [*incident.group_members, *_managers(incident)]
    return Note(people, "command_passed", {"person": event.commander}, spared=event.commander)


def _returned(incident: Incident, event: ev.SummaryReceived) -> Note:
    summary = incident.summaries[event.summary_version - 1]
    return Note([] if event.accept else summary.authors, "summary_returned", {"reason": event.reason or ""})


def _decided(incident: Incident, event: ev.PlanDecided) -> Note:
    plan = incident.plans[event.plan_version - 1]
    people = plan.submitted_by if event.decision == "approved" else []
    return Note(people, "plan_approved", {"plan_version": str(event.plan_version)})


def _alert_resolved(incident: Incident, event: ev.AlertResolved) -> Note:
    return Note(_commanding(incident), "alert_resolved", {"text": event.text})


def _left(incident: Incident, event: ev.PersonLeft) -> Note:
    taken_over = [person for person in (event.commander, event.operator) if person]
    refilling = [*_commanding(incident), *_director(incident)] if event.lacking else []
    params = {"person": event.left, "lacking": str(event.lacking or "")}
    return Note([*event.deputies, *taken_over, *_managers(incident), *refilling], "person_left", params)


def _judges(incident: Incident) -> list[str]:
    return [*_managers(incident), Role.IT_SUPERVISOR]


def _leaders(incident: Incident) -> list[str]:
    return [*_commanding(incident), *_managers(incident), *_director(incident)]


def _major(incident: Incident, event: ev.MajorDecided) -> Note:
    people = [*_commanding(incident), *_managers(incident), Role.GENERAL_MANAGER]
    return Note(people, "major" if event.is_major else "not_major", {"reason": event.reason})


def _reopened(incident: Incident, event: ev.Reopened) -> Note:
    """Everybody who thought it was over: those who lead, who worked on it, who reported it, who got its report."""
    hands = [*incident.specialists[:1], *([incident.operator] if incident.operator else []), incident.reporter]
    readers = [Role.GENERAL_MANAGER] if incident.summaries else []
    people = [*_leaders(incident), *_judges(incident), *hands, *readers]
    return Note(people, "reopened", {"reason": event.reason})


def _linked(incident: Incident, event: ev.Linked | ev.ChildLinked) -> Note:
    other = event.parent if isinstance(event, ev.Linked) else event.child
    return Note(_leaders(incident), "linked", {"other": other, "reason": event.reason})


def _unlinked(incident: Incident, event: ev.Unlinked | ev.ChildUnlinked) -> Note:
    other = event.parent if isinstance(event, ev.Unlinked) else event.child
    return Note(_leaders(incident), "unlinked", {"other": other, "reason": event.reason})


_Statutory = ev.StatutoryDue | ev.StatutoryReminded | ev.StatutoryOverdue


def _statutory(template: str) -> Callable[[Incident, _Statutory], Note]:
    """Tell manager and director of a report that a law asks for; one whose clock stands still is not told of (8)."""

    def told(incident: Incident, event: _Statutory) -> Note:
        regulator = incident.policy.regulator(event.regulator)
        if regulator is None or event.due is None:
            return Note([], template, {})
        params = {
            "regulator": regulator.name.model_dump_json(),
            "statutory_report": report_name(regulator, event.report).model_dump_json(),
            "is_example": "" if regulator.confirmed_by else "yes",
        }
        return Note([*_managers(incident), *_director(incident)], template, params, due=event.due.at)

    return told


_RULES: dict[type[ev.Event], Callable[..., Note]] = {
    ev.StepRecorded: _step,
    ev.Activated: _activated,
    ev.NoticeGiven: _notice,
    ev.StepDecided: _step_decided,
    ev.StepRunUnclear: _step_unclear,
    ev.StepOverdue: _step_overdue,
    ev.OrderSettled: _settled,
    ev.AnalysisOverdue: _analysis_overdue,
    ev.MeasureDecided: _measure_decided,
    ev.CommandAccepted: _command_passed,
    ev.SummaryReceived: _returned,
    ev.PlanDecided: _decided,
    ev.AlertResolved: _alert_resolved,
    ev.GroupFormed: lambda i, e: Note(
        [person for person in e.members if not _is_called(i, person)], "group_member", {}
    ),
    ev.MemberAdded: lambda i, e: Note([] if _is_called(i, e.member) else [e.member], "group_member", {}),
    ev.Dismissed: lambda i, e: Note([*_reporter(i), *e.released], "dismissed", {"reason": e.reason}),
    ev.StoodDown: lambda _, e: Note([e.responder], "stood_down", {"reason": e.reason}),
    ev.UnresolvedReported: lambda i, e: Note(_managers(i), "unresolved", {"text": e.text or ""}),
    ev.ShortTimeLimitPassed: lambda i, _: Note(_managers(i), "report_due", {}),
    ev.GapFound: lambda i, e: Note(_director(i), "gap", {"post": e.post}),
    ev.NoticeDue: lambda i, e: Note(_commanding(i), "notice_due", {"occasion": e.occasion}),
    ev.NoticeOverdue: lambda i, _: Note(_commanding(i), "notice_overdue", {}),
    ev.RecoveryFailed: lambda i, e: Note(_commanding(i), "recovery_failed", {"reason": e.reason}),
    ev.SummaryOverdue: lambda i, _: Note([*_managers(i), *_director(i)], "summary_overdue", {}),
    ev.PersonLeft: _left,
    ev.Closed: lambda i, _: Note(_reporter(i), "closed", {}),
    ev.Withdrawn: lambda i, e: Note(_judges(i), "withdrawn", {"reason": e.reason}),
    ev.MajorDecided: _major,
    ev.Reopened: _reopened,
    ev.PreliminaryOverdue: lambda i, _: Note([*_managers(i), *_director(i)], "preliminary_overdue", {}),
    ev.Linked: _linked,
    ev.ChildLinked: _linked,
    ev.Unlinked: _unlinked,
    ev.ChildUnlinked: _unlinked,
    ev.LinkRefused: lambda i, e: Note(_leaders(i), "link_refused", {"other": e.parent}),
    ev.StatutoryDue: _statutory("statutory_due"),
    ev.StatutoryReminded: _statutory("statutory_reminder"),
    ev.StatutoryOverdue: _statutory("statutory_overdue"),
}
