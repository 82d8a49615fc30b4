"""How each event changes the incident: the only code that writes its state. State is the fold of the timeline."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from domain import events as ev
from domain.acts import NoticeOccasion
from domain.entry import Entry
from domain.handling import asked_of_command
from domain.incident import (
    FOLLOWS,
    THOUGHT_OVER,
    Finding,
    Incident,
    Information,
    Order,
    Phase,
    Plan,
    Recovery,
    Responder,
    StatutoryReport,
    StepWork,
    Summary,
)
from domain.notices import limit_of
from domain.policy import Deadline
from domain.text import brief

E = TypeVar("E", bound=ev.Event)
_Change = Callable[[Incident, Entry, E], None]
_CHANGES: dict[type[ev.Event], Callable[..., None]] = {}


def _on(kind: type[E]) -> Callable[[_Change[E]], _Change[E]]:
    def register(change: _Change[E]) -> _Change[E]:
        _CHANGES[kind] = change
        return change

    return register


def apply(incident: Incident, entry: Entry) -> None:
    """Fold one entry into the incident."""
    incident.seq = entry.seq
    incident.version = entry.version
    incident.head_hash = entry.hash
    if change := _CHANGES.get(type(entry.event)):
        change(incident, entry, entry.event)


def fold(blank: Incident, entries: Iterable[Entry]) -> Incident:
    """Return the incident that a timeline makes out of a blank one."""
    incident = blank.model_copy(deep=True)
    for entry in entries:
        apply(incident, entry)
    return incident


def _go(incident: Incident, phase: Phase) -> None:
    if phase != incident.phase and phase not in FOLLOWS[incident.phase]:
        raise ValueError(f"{incident.phase} is not followed by {phase}")
    incident.phase = phase
    if phase not in THOUGHT_OVER:
        incident.again_at = None


def _actors(entry: Entry) -> list[str]:
    return [person for person in (entry.person, entry.on_behalf_of) if person]


def _did(incident: Incident, entry: Entry) -> None:
    incident.doers.extend(person for person in _actors(entry) if person not in incident.doers)


def _expect(incident: Incident, name: str, deadline: Deadline | None) -> None:
    if deadline is None:
        incident.deadlines.pop(name, None)
    else:
        incident.deadlines[name] = deadline


# ── 5.2 activation ────────────────────────────────────────────────────────────


@_on(ev.Reported)
def _reported(incident: Incident, entry: Entry, event: ev.Reported) -> None:
    for field in ("title", "system", "symptom", "location", "category", "channel", "discovered_at", "severity"):
        setattr(incident, field, getattr(event, field))
    incident.preliminary_assessment = event.preliminary_assessment
    incident.is_drill = event.is_drill
    incident.drill_includes = list(event.drill_includes)
    incident.dedup_key = event.dedup_key
    incident.recurrence_of = event.recurrence_of
    incident.reporter = entry.person or entry.role
    incident.reported_at = entry.recorded_at
    incident.judgement_asked_at = entry.recorded_at


@_on(ev.Paged)
def _paged(incident: Incident, _entry: Entry, event: ev.Paged) -> None:
    if incident.phase == Phase.REPORTED and event.people and event.question.startswith("judgement/"):
        _go(incident, Phase.JUDGING)


@_on(ev.Acknowledged)
def _acknowledged(incident: Incident, entry: Entry, event: ev.Acknowledged) -> None:
    incident.acknowledged[event.question] = event.until
    known = incident.acknowledged_by.setdefault(event.question, [])
    known.extend(person for person in _actors(entry) if person not in known)
    if event.question == f"again/{incident.again}":
        incident.again_at = None


@_on(ev.Withdrawn)
def _withdrawn(incident: Incident, entry: Entry, _event: ev.Withdrawn) -> None:
    _go(incident, Phase.WITHDRAWN)
    incident.is_over = True
    incident.closed_at = entry.recorded_at


@_on(ev.Activated)
def _activated(incident: Incident, entry: Entry, event: ev.Activated) -> None:
    _go(incident, Phase.OPERATOR_HANDLING)
    incident.handling_phase = Phase.OPERATOR_HANDLING
    incident.verdict, incident.verdict_by = "emergency", _actors(entry)
    incident.judged_by.extend(_actors(entry))
    incident.activated_at = entry.occurred_at
    incident.short_time_runs_since = entry.recorded_at
    incident.severity = event.severity
    incident.severity_set_by = entry.role
    incident.runbook = event.runbook
    incident.edition = event.edition or incident.edition
    # It may have been activated and dismissed before.
    incident.steps, incident.doers = {}, []
    _begin_steps(incident, entry, event)
    incident.is_unresolved = incident.is_short_time_over = incident.is_started = incident.is_major = False
    incident.manager_reported_at = incident.started_at = None
    _keep_statutory(incident)
    incident.operator = event.operator
    incident.specialists = list(event.specialists)
    _expect(incident, "dismissal_window", None)
    _expect(incident, "operator_limit", event.operator_limit)
    _expect(incident, "short_time_limit", event.short_time_limit)


def _keep_statutory(incident: Incident) -> None:
    """Whoever was told already is told the rest as well; what nobody was told of begins anew."""
    told = {item.regulator for item in incident.statutory if item.heads}
    incident.statutory = [item for item in incident.statutory if item.regulator in told]
    for item in incident.statutory:
        _expect(incident, item.key, None if item.is_complete else item.due)


@_on(ev.Dismissed)
def _dismissed(incident: Incident, entry: Entry, event: ev.Dismissed) -> None:
    _go(incident, Phase.DISMISSED)
    incident.verdict, incident.verdict_by = "not_emergency", _actors(entry)
    incident.judged_by.extend(_actors(entry))
    incident.deadlines.clear()
    incident.acknowledged_by.clear()
    for responder in incident.responders:
        responder.is_stood_down = responder.is_stood_down or responder.person in event.released
    # Should it be judged an emergency after all, a group is formed and called anew.
    incident.group_members, incident.commander, incident.commanding_since = [], None, None
    incident.command_offered_to = incident.command_offered_at = None
    _expect(incident, "dismissal_window", event.window)


@_on(ev.Contested)
def _contested(incident: Incident, entry: Entry, _event: ev.Contested) -> None:
    _go(incident, Phase.JUDGING)
    incident.is_contested = True
    incident.contested_at = entry.recorded_at
    incident.judgement_asked_at = entry.recorded_at
    incident.judgement_round += 1
    incident.contested_verdict_by = incident.verdict_by
    incident.verdict, incident.verdict_by = None, []
    _expect(incident, "dismissal_window", None)


@_on(ev.DismissalStood)
def _dismissal_stood(incident: Incident, entry: Entry, _event: ev.DismissalStood) -> None:
    incident.is_over = True
    incident.closed_at = entry.recorded_at
    _expect(incident, "dismissal_window", None)


@_on(ev.GapFound)
def _gap_found(incident: Incident, _entry: Entry, event: ev.GapFound) -> None:
    incident.gaps.append(event.post)


@_on(ev.StepRecorded)
def _step_recorded(incident: Incident, entry: Entry, event: ev.StepRecorded) -> None:
    incident.steps[event.step] = event.result
    if event.result != "skipped":
        _did(incident, entry)
    if work := incident.step_work.get(event.step):
        work.running_since, work.is_unclear = None, False
    if (event.turn and event.turn.step) != incident.step_in_turn:
        _take_turn(incident, entry, event.turn)


def _begin_steps(incident: Incident, entry: Entry, event: ev.Activated) -> None:
    """Begin with the first step; what still runs of an earlier activation goes on and is not run again."""
    incident.step_work = {
        step: StepWork(runs=work.runs, run_by=work.run_by, running_since=work.running_since, reads=work.reads)
        for step, work in incident.step_work.items()
        if work.runs
    }
    _take_turn(incident, entry, event.turn)


def _take_turn(incident: Incident, entry: Entry, turn: ev.Turn | None) -> None:
    """A time box runs from the moment in which its step became the next one, also where that is told later."""
    incident.step_in_turn = turn.step if turn else None
    incident.next_step_since = entry.recorded_at if turn else None
    _expect(incident, "time_box", turn.due if turn else None)


def _work(incident: Incident, step: str) -> StepWork:
    return incident.step_work.setdefault(step, StepWork())


@_on(ev.StepDecided)
def _step_decided(incident: Incident, entry: Entry, event: ev.StepDecided) -> None:
    work = _work(incident, event.step)
    work.approved, work.decided_by = event.approve, _actors(entry)


@_on(ev.StepRunConfirmed)
def _step_run_confirmed(incident: Incident, entry: Entry, event: ev.StepRunConfirmed) -> None:
    work = _work(incident, event.step)
    work.runs, work.run_by, work.running_since = event.run, entry.person, entry.recorded_at
    work.reads, work.is_unclear = event.reads, False
    _did(incident, entry)


@_on(ev.StepRunUnclear)
def _step_run_unclear(incident: Incident, _entry: Entry, event: ev.StepRunUnclear) -> None:
    work = _work(incident, event.step)
    work.running_since, work.is_unclear = None, True


@_on(ev.StepOverdue)
def _step_overdue(incident: Incident, _entry: Entry, event: ev.StepOverdue) -> None:
    _work(incident, event.step).is_overdue = True
    _expect(incident, "time_box", None)


@_on(ev.UnresolvedReported)
def _unresolved_reported(incident: Incident, _entry: Entry, _event: ev.UnresolvedReported) -> None:
    incident.is_unresolved = True
    _expect(incident, "operator_limit", None)
    if incident.phase == Phase.OPERATOR_HANDLING:
        _go(incident, Phase.ON_SITE_HANDLING)
        incident.handling_phase = Phase.ON_SITE_HANDLING


@_on(ev.Dispatched)
def _dispatched(incident: Incident, entry: Entry, event: ev.Dispatched) -> None:
    number = 1 + sum(1 for item in incident.responders if item.person == event.responder)
    incident.responders.append(
        Responder(
            person=event.responder,
            role=event.role_sent,
            dispatch=number,
            dispatched_at=entry.occurred_at,
            deadline=event.deadline,
            replaces=event.replaces,
        )
    )


@_on(ev.StoodDown)
def _stood_down(incident: Incident, _entry: Entry, event: ev.StoodDown) -> None:
    if responder := incident.responder(event.responder):
        responder.is_stood_down = True


@_on(ev.Arrived)
def _arrived(incident: Incident, entry: Entry, event: ev.Arrived) -> None:
    if responder := incident.responder(event.responder):
        responder.joined_remotely = responder.joined_remotely or event.remote
        if event.counts_as_arrival:
            responder.arrived_at = entry.occurred_at
            responder.late_minutes = event.late_minutes
            responder.is_verified = event.is_verified
            responder.recorded_by = event.recorded_by


@_on(ev.ArrivalAtRisk)
def _arrival_at_risk(incident: Incident, _entry: Entry, event: ev.ArrivalAtRisk) -> None:
    if responder := incident.responder(event.responder):
        responder.is_at_risk = True


@_on(ev.ArrivalOverdue)
def _arrival_overdue(incident: Incident, _entry: Entry, event: ev.ArrivalOverdue) -> None:
    if responder := incident.responder(event.responder):
        responder.is_overdue = True


@_on(ev.ResolvedReported)
def _resolved_reported(incident: Incident, entry: Entry, event: ev.ResolvedReported) -> None:
    _go(incident, Phase.RECOVERY)
    for older in incident.recoveries:
        older.doers, older.checks, older.probes = [], {}, {}
    incident.recoveries.append(Recovery(round=event.round, started_at=entry.recorded_at, doers=_actors(entry)))


@_on(ev.ShortTimeLimitPassed)
def _short_time_limit_passed(incident: Incident, entry: Entry, _event: ev.ShortTimeLimitPassed) -> None:
    incident.is_short_time_over = True
    _expect(incident, "short_time_limit", None)
    _expect(incident, "operator_limit", None)
    _go(incident, Phase.DIRECTOR_DECISION)
    incident.handling_phase = Phase.DIRECTOR_DECISION
    incident.procedure_round += 1
    incident.procedure_asked_at = entry.recorded_at
    incident.procedure_due_at = max(entry.occurred_at, incident.short_time_runs_since or entry.occurred_at)


@_on(ev.ReportedToDirector)
def _reported_to_director(incident: Incident, entry: Entry, _event: ev.ReportedToDirector) -> None:
    incident.manager_reported_at = entry.occurred_at


@_on(ev.ProcedureDecided)
def _procedure_decided(incident: Incident, entry: Entry, event: ev.ProcedureDecided) -> None:
    phase = Phase.GROUP_HANDLING if event.start else Phase.DEPARTMENT_HANDLING
    _go(incident, phase)
    incident.handling_phase = phase
    incident.is_started = event.start
    _major(incident, entry, is_major=event.is_major)
    incident.started_at = entry.recorded_at if event.start else None
    _expect(incident, "procedure_asked_again", event.asked_again)


@_on(ev.ProcedureAskedAgain)
def _procedure_asked_again(incident: Incident, entry: Entry, _event: ev.ProcedureAskedAgain) -> None:
    _go(incident, Phase.DIRECTOR_DECISION)
    incident.handling_phase = Phase.DIRECTOR_DECISION
    incident.procedure_round += 1
    incident.procedure_asked_at = entry.recorded_at
    incident.procedure_due_at = entry.occurred_at
    _expect(incident, "procedure_asked_again", None)


@_on(ev.PlanSubmitted)
def _plan_submitted(incident: Incident, entry: Entry, event: ev.PlanSubmitted) -> None:
    if incident.plan and incident.plan.status == "submitted":
        incident.plan.status = "superseded"
    for older in incident.plans:
        older.scope = older.risk = older.rollback = older.resources = ""
        older.steps, older.results, older.reason = [], {}, None
    incident.plans.append(
        Plan(
            version=event.plan_version,
            submitted_by=_actors(entry),
            submitted_at=entry.recorded_at,
            steps=[step.model_copy(update={"text": brief(step.text)}) for step in event.steps],
            scope=brief(event.scope),
            risk=brief(event.risk),
            rollback=brief(event.rollback),
            resources=brief(event.resources),
        )
    )


@_on(ev.PlanDecided)
def _plan_decided(incident: Incident, entry: Entry, event: ev.PlanDecided) -> None:
    plan = incident.plans[event.plan_version - 1]
    plan.status, plan.decided_by, plan.decided_at = event.decision, entry.person, entry.recorded_at
    plan.reason = brief(event.reason) if event.reason else None


@_on(ev.PlanSettled)
def _plan_settled(incident: Incident, _entry: Entry, event: ev.PlanSettled) -> None:
    incident.plans[event.plan_version - 1].course = event.course


@_on(ev.PlanStepRecorded)
def _plan_step_recorded(incident: Incident, entry: Entry, event: ev.PlanStepRecorded) -> None:
    incident.plans[event.plan_version - 1].results[event.step] = event.result
    _did(incident, entry)


@_on(ev.GroupFormed)
def _group_formed(incident: Incident, entry: Entry, event: ev.GroupFormed) -> None:
    incident.group_members = list(event.members)
    _pass_command(incident, entry, event)
    _expect(incident, "notice_due", event.notice_due)
    _ask_for_notice(incident, entry, NoticeOccasion.FORMATION)


@_on(ev.MemberAdded)
def _member_added(incident: Incident, _entry: Entry, event: ev.MemberAdded) -> None:
    incident.group_members.append(event.member)


@_on(ev.CommandOffered)
def _command_offered(incident: Incident, entry: Entry, event: ev.CommandOffered) -> None:
    incident.command_offered_to = event.to
    incident.command_offered_at = entry.recorded_at


@_on(ev.CommandAccepted)
def _command_accepted(incident: Incident, entry: Entry, event: ev.CommandAccepted) -> None:
    _pass_command(incident, entry, event)
    incident.command_offered_to = None
    incident.command_offered_at = None


def _pass_command(incident: Incident, entry: Entry, event: ev.GroupFormed | ev.CommandAccepted) -> None:
    """What was put to the old commander is put to the new one; nobody has said that he is on it (5.2.9).

    What only comes to him as well is asked anew too; whoever said that he is on that still is.
    """
    incident.commander, incident.commanding_since = event.commander, entry.recorded_at
    for question in asked_of_command(incident):
        incident.acknowledged.pop(question, None)
        incident.acknowledged_by.pop(question, None)
    for question in (*asked_of_command(incident), *event.questions):
        incident.asked_anew[question] = incident.asked_anew.get(question, 0) + 1


def _ask_for_notice(incident: Incident, entry: Entry, occasion: NoticeOccasion) -> None:
    _expect(incident, limit_of(occasion), Deadline(at=entry.recorded_at, clause="5.3.1"))


@_on(ev.SeverityChanged)
def _severity_changed(incident: Incident, entry: Entry, event: ev.SeverityChanged) -> None:
    incident.severity = event.new
    incident.severity_set_by = entry.role
    if event.short_time_limit:
        _expect(incident, "short_time_limit", event.short_time_limit)
        incident.short_time_runs_since = entry.recorded_at
    if incident.commander:
        _ask_for_notice(incident, entry, NoticeOccasion.LEVEL_CHANGE)


# ── 5.3 handling ──────────────────────────────────────────────────────────────


@_on(ev.NoticeGiven)
def _notice_given(incident: Incident, _entry: Entry, event: ev.NoticeGiven) -> None:
    incident.notices += 1
    if incident.phase != Phase.SUMMARY:
        _expect(incident, "notice_due", event.next_due)
    if event.notice == "notice":
        given = [event.occasion] if event.occasion else list(NoticeOccasion)
        incident.notices_due = [item for item in incident.notices_due if item not in given]
        for occasion in given:
            _expect(incident, limit_of(occasion), None)


@_on(ev.NoticeDue)
def _notice_due(incident: Incident, _entry: Entry, event: ev.NoticeDue) -> None:
    _expect(incident, limit_of(event.occasion), None)
    if event.occasion not in incident.notices_due:
        incident.notices_due.append(event.occasion)


@_on(ev.NoticeOverdue)
def _notice_overdue(incident: Incident, _entry: Entry, event: ev.NoticeOverdue) -> None:
    _expect(incident, "notice_due", event.next_due)


@_on(ev.OrderGiven)
def _order_given(incident: Incident, entry: Entry, event: ev.OrderGiven) -> None:
    incident.orders.append(Order(department=event.department, text=brief(event.text), given_at=entry.recorded_at))


@_on(ev.OrderAnswered)
def _order_answered(incident: Incident, entry: Entry, event: ev.OrderAnswered) -> None:
    order = incident.orders[event.order - 1]
    order.answer = event.answer
    if event.answer == "objected":
        order.objection, order.objected_at = brief(event.text or ""), entry.recorded_at


@_on(ev.OrderSettled)
def _order_settled(incident: Incident, entry: Entry, event: ev.OrderSettled) -> None:
    order = incident.orders[event.order - 1]
    order.objection = order.objected_at = None
    if event.course == "withdraw":
        order.answer = "withdrawn"
        return
    order.answer, order.given_at = None, entry.recorded_at
    order.is_upheld = event.course == "uphold"
    order.text = brief(event.text) if event.text else order.text


@_on(ev.EvidenceAdded)
def _evidence_added(incident: Incident, _entry: Entry, event: ev.EvidenceAdded) -> None:
    incident.evidence += 1
    _collected(incident, event.collection, event.collector)


@_on(ev.CollectionBegun)
def _collection_begun(incident: Incident, _entry: Entry, event: ev.CollectionBegun) -> None:
    incident.collection = event.collection
    incident.collecting = list(event.collectors)


@_on(ev.CollectionFailed)
def _collection_failed(incident: Incident, _entry: Entry, event: ev.CollectionFailed) -> None:
    _collected(incident, event.collection, event.collector)


def _collected(incident: Incident, collection: int | None, collector: str | None) -> None:
    if collection == incident.collection:
        incident.collecting = [item for item in incident.collecting if item != collector]


@_on(ev.InformationGiven)
def _information_given(incident: Incident, entry: Entry, event: ev.InformationGiven) -> None:
    incident.information.append(Information(text=brief(event.text), given_at=entry.recorded_at))


@_on(ev.InformationAcknowledged)
def _information_acknowledged(incident: Incident, _entry: Entry, event: ev.InformationAcknowledged) -> None:
    incident.information[event.information - 1].is_acknowledged = True


@_on(ev.FindingRaised)
def _finding_raised(incident: Incident, entry: Entry, event: ev.FindingRaised) -> None:
    now = entry.recorded_at
    finding = Finding(text=brief(event.text), raised_at=now, asked_at=now)
    finding.technicians, finding.due = list(event.technicians), event.due
    incident.findings.append(finding)


@_on(ev.AnalysisAssigned)
def _analysis_assigned(incident: Incident, entry: Entry, event: ev.AnalysisAssigned) -> None:
    finding = incident.findings[event.finding - 1]
    finding.technicians, finding.due, finding.is_overdue = list(event.technicians), event.due, False
    finding.asked_at = entry.recorded_at
    question = f"finding/{event.finding}"
    incident.asked_anew[question] = incident.asked_anew.get(question, 0) + 1


@_on(ev.AnalysisOverdue)
def _analysis_overdue(incident: Incident, _entry: Entry, event: ev.AnalysisOverdue) -> None:
    incident.findings[event.finding - 1].is_overdue = True


@_on(ev.MeasureProposed)
def _measure_proposed(incident: Incident, entry: Entry, event: ev.MeasureProposed) -> None:
    finding = incident.findings[event.finding - 1]
    finding.measure, finding.approved = brief(event.text), None
    finding.asked_at = entry.recorded_at


@_on(ev.MeasureDecided)
def _measure_decided(incident: Incident, entry: Entry, event: ev.MeasureDecided) -> None:
    finding = incident.findings[event.finding - 1]
    finding.approved, finding.asked_at = event.approve, entry.recorded_at
    if event.due:
        finding.due, finding.is_overdue = event.due, False


@_on(ev.MeasureCarriedOut)
def _measure_carried_out(incident: Incident, entry: Entry, event: ev.MeasureCarriedOut) -> None:
    incident.findings[event.finding - 1].is_carried_out = True
    _did(incident, entry)


# ── 6 recovery and summary ────────────────────────────────────────────────────


@_on(ev.Probed)
def _probed(incident: Incident, entry: Entry, event: ev.Probed) -> None:
    recovery = incident.recoveries[event.round - 1]
    recovery.probes.update(dict.fromkeys(event.passed, True) | dict.fromkeys(event.failed, False))
    recovery.tested_at = entry.recorded_at


@_on(ev.ObservationPassed)
def _observation_passed(incident: Incident, entry: Entry, event: ev.ObservationPassed) -> None:
    recovery = incident.recoveries[event.round - 1]
    recovery.is_observed, recovery.tested_at = True, entry.recorded_at


@_on(ev.RecoveryChecked)
def _recovery_checked(incident: Incident, entry: Entry, event: ev.RecoveryChecked) -> None:
    recovery = incident.recoveries[event.round - 1]
    recovery.checks[event.item] = event.passed
    recovery.tested_at = entry.recorded_at
    recovery.doers.extend(person for person in _actors(entry) if person not in recovery.doers)


@_on(ev.RecoveryVerified)
def _recovery_verified(incident: Incident, entry: Entry, event: ev.RecoveryVerified) -> None:
    incident.recoveries[event.round - 1].outcome = "verified"
    _go(incident, Phase.SUMMARY)
    incident.verified_by = entry.person
    incident.verified_at = entry.recorded_at
    for name in ("operator_limit", "short_time_limit", "procedure_asked_again", "notice_due", "time_box"):
        _expect(incident, name, None)
    incident.notices_due.clear()
    for occasion in NoticeOccasion:
        _expect(incident, limit_of(occasion), None)
    if incident.commander:
        _ask_for_notice(incident, entry, NoticeOccasion.END)
    _expect(incident, "summary_due", event.summary_due)
    if event.preliminary_due:
        incident.deadlines.setdefault("preliminary_due", event.preliminary_due)


@_on(ev.RecoveryFailed)
def _recovery_failed(incident: Incident, entry: Entry, event: ev.RecoveryFailed) -> None:
    incident.recoveries[event.round - 1].outcome = "failed"
    incident.short_time_runs_since = entry.recorded_at
    _go(incident, incident.handling_phase)


@_on(ev.SummarySubmitted)
def _summary_submitted(incident: Incident, entry: Entry, event: ev.SummarySubmitted) -> None:
    for older in incident.summaries:
        older.authors, older.reviewers, older.read_by = [], [], []
    summary = Summary(version=event.summary_version, authors=_actors(entry), submitted_at=entry.recorded_at)
    summary.due = incident.deadlines.pop("summary_due", None)
    summary.covered_by = event.covered_by
    summary.authors = list(dict.fromkeys([*summary.authors, *event.authors]))
    summary.reviewers = [person for item in event.reviews for person in (item.person, item.on_behalf_of) if person]
    _expect(incident, "preliminary_due", None)  # the whole report says it
    incident.summaries.append(summary)


@_on(ev.SummaryRead)
def _summary_read(incident: Incident, entry: Entry, event: ev.SummaryRead) -> None:
    if entry.person:
        incident.summaries[event.summary_version - 1].read_by.append(entry.person)


@_on(ev.SummaryReceived)
def _summary_received(incident: Incident, entry: Entry, event: ev.SummaryReceived) -> None:
    summary = incident.summaries[event.summary_version - 1]
    summary.receipts[event.by] = event.accept
    summary.received_at = entry.recorded_at
    if not event.accept:
        summary.returned_by = event.by
        _expect(incident, "summary_due", summary.due)


@_on(ev.SummaryOverdue)
def _summary_overdue(incident: Incident, _entry: Entry, event: ev.SummaryOverdue) -> None:
    incident.is_summary_overdue = True
    _expect(incident, "summary_due", event.next_reminder)


@_on(ev.MeasuresOpened)
def _measures_opened(incident: Incident, _entry: Entry, event: ev.MeasuresOpened) -> None:
    incident.summaries[event.summary_version - 1].are_measures_open = True
    incident.measures += event.measures


@_on(ev.RunbookDecided)
def _runbook_decided(incident: Incident, entry: Entry, _event: ev.RunbookDecided) -> None:
    incident.is_runbook_decided = True
    incident.runbook_decided_at = entry.recorded_at


@_on(ev.Closed)
def _closed(incident: Incident, entry: Entry, _event: ev.Closed) -> None:
    _go(incident, Phase.CLOSED)
    incident.is_over = True
    incident.closed_at = entry.recorded_at
    incident.deadlines.clear()


# ── major later, reopened, told early ─────────────────────────────────────────


def _major(incident: Incident, entry: Entry, *, is_major: bool) -> None:
    """Each time that a problem becomes major its plan is asked for anew (5.2.8)."""
    incident.is_major = is_major
    incident.major_since = entry.recorded_at if is_major else None
    incident.major_rounds += is_major
    incident.plans_before_major = len(incident.plans)


@_on(ev.MajorDecided)
def _major_decided(incident: Incident, entry: Entry, event: ev.MajorDecided) -> None:
    _major(incident, entry, is_major=event.is_major)


@_on(ev.Reopened)
def _reopened(incident: Incident, entry: Entry, event: ev.Reopened) -> None:
    _go(incident, incident.handling_phase)
    incident.reopenings, incident.reopened_at = event.number, entry.recorded_at
    incident.verified_by = incident.verified_at = None
    incident.is_runbook_decided = False
    if incident.summary:
        incident.summary.is_void = True
    if incident.handling_phase == Phase.DIRECTOR_DECISION:
        incident.procedure_round += 1
        incident.procedure_asked_at = incident.procedure_due_at = entry.recorded_at
    for responder in incident.responders:
        responder.is_stood_down = responder.is_stood_down or responder.person in event.released
    incident.short_time_runs_since = entry.recorded_at
    for name in ("operator_limit", "short_time_limit", "notice_due"):
        _expect(incident, name, getattr(event, name))
    _expect(incident, "summary_due", None)
    incident.notices_due.clear()
    for occasion in NoticeOccasion:
        _expect(incident, limit_of(occasion), None)
    for report in incident.statutory:
        if report.starts == "recovery" and not report.is_complete:
            report.due = report.rings_at = None
            report.is_reminded = report.is_overdue = False
            _expect(incident, report.key, None)


@_on(ev.PreliminarySubmitted)
def _preliminary_submitted(incident: Incident, entry: Entry, event: ev.PreliminarySubmitted) -> None:
    incident.preliminary_at, incident.preliminary_by = entry.recorded_at, _actors(entry)
    incident.preliminary_what = brief(event.what)
    _expect(incident, "preliminary_due", None)


@_on(ev.PreliminaryOverdue)
def _preliminary_overdue(incident: Incident, _entry: Entry, event: ev.PreliminaryOverdue) -> None:
    incident.is_preliminary_overdue = True
    _expect(incident, "preliminary_due", event.next_reminder)


@_on(ev.ReportRepeated)
def _report_repeated(incident: Incident, entry: Entry, event: ev.ReportRepeated) -> None:
    if entry.person != incident.reporter:
        incident.is_reported_by_others = True
    if incident.phase in THOUGHT_OVER and incident.again_at is None:
        incident.again, incident.again_at = incident.again + 1, entry.recorded_at
        incident.again_text = brief(event.text)


# ── beside other incidents ────────────────────────────────────────────────────


@_on(ev.Linked)
def _linked(incident: Incident, _entry: Entry, event: ev.Linked) -> None:
    incident.parent = event.parent


@_on(ev.LinkRefused)
def _link_refused(incident: Incident, _entry: Entry, event: ev.LinkRefused) -> None:
    _stand_alone(incident, event.parent)


@_on(ev.Unlinked)
def _unlinked(incident: Incident, _entry: Entry, event: ev.Unlinked) -> None:
    _stand_alone(incident, event.parent)


def _stand_alone(incident: Incident, parent: str) -> None:
    incident.parent = None
    if incident.summary and incident.summary.covered_by == parent:
        incident.summary.is_void = True  # it leans on a report that is none of this incident's any more
        _expect(incident, "summary_due", incident.summary.due)


@_on(ev.ChildLinked)
def _child_linked(incident: Incident, _entry: Entry, event: ev.ChildLinked) -> None:
    incident.children[event.child] = incident.told_by[event.child] = event.told_as


@_on(ev.ChildUnlinked)
def _child_unlinked(incident: Incident, _entry: Entry, event: ev.ChildUnlinked) -> None:
    incident.children.pop(event.child, None)
    incident.told_by[event.child] = event.told_as


# ── what the law asks for (8) ─────────────────────────────────────────────────


@_on(ev.StatutoryDue)
def _statutory_due(incident: Incident, _entry: Entry, event: ev.StatutoryDue) -> None:
    report = incident.statutory_report(event.regulator, event.report)
    if report is None:
        report = StatutoryReport(regulator=event.regulator, report=event.report, starts=event.starts)
        incident.statutory.append(report)
    report.due, report.rings_at = event.due, event.remind_at
    _expect(incident, report.key, event.due)


@_on(ev.StatutoryDropped)
def _statutory_dropped(incident: Incident, _entry: Entry, event: ev.StatutoryDropped) -> None:
    _no_longer_due(incident, event.regulator)


def _no_longer_due(incident: Incident, regulator: str) -> None:
    for report in incident.statutory:
        if report.regulator == regulator:
            _expect(incident, report.key, None)
    incident.statutory = [item for item in incident.statutory if item.regulator != regulator or item.heads]
    for report in incident.statutory:
        if report.regulator == regulator:
            report.rings_at, report.is_complete = None, True


@_on(ev.StatutoryReminded)
def _statutory_reminded(incident: Incident, _entry: Entry, event: ev.StatutoryReminded) -> None:
    if report := incident.statutory_report(event.regulator, event.report):
        report.is_reminded, report.rings_at = True, event.due.at


@_on(ev.StatutoryOverdue)
def _statutory_overdue(incident: Incident, _entry: Entry, event: ev.StatutoryOverdue) -> None:
    if report := incident.statutory_report(event.regulator, event.report):
        report.is_reminded = report.is_overdue = True
        report.rings_at = event.next_reminder.at


@_on(ev.StatutoryFiled)
def _statutory_filed(incident: Incident, entry: Entry, event: ev.StatutoryFiled) -> None:
    if report := incident.statutory_report(event.regulator, event.report):
        report.filed_at = report.filed_at or entry.occurred_at
        report.heads = sorted({*report.heads, *(section.head for section in event.sections)})
        report.is_complete = event.is_complete
        report.reference = event.reference or report.reference
        report.rings_at = None
        _expect(incident, report.key, None)


@_on(ev.StatutoryWaived)
def _statutory_waived(incident: Incident, _entry: Entry, event: ev.StatutoryWaived) -> None:
    incident.statutory_waived.append(event.regulator)
    _no_longer_due(incident, event.regulator)


# ── whoever is gone ───────────────────────────────────────────────────────────


@_on(ev.PersonLeft)
def _person_left(incident: Incident, entry: Entry, event: ev.PersonLeft) -> None:
    left = event.left
    if "company" in incident.model_fields_set:  # whoever checks the record alone has none
        incident.company = incident.company.without(left, next(iter(event.deputies), None))
    incident.specialists = [person for person in incident.specialists if person != left]
    if incident.operator == left:
        incident.operator = event.operator
    if incident.command_offered_to == left:
        incident.command_offered_to = incident.command_offered_at = None
    if event.commander:
        incident.commander, incident.commanding_since = event.commander, entry.recorded_at
    if left in incident.group_members and incident.commander != left:
        others = [person for person in incident.group_members if person != left]
        incident.group_members = list(dict.fromkeys([*others, *([incident.commander] if incident.commander else [])]))
    if responder := incident.responder(left):
        responder.is_stood_down = True
    for question in event.questions:
        incident.asked_anew[question] = incident.asked_anew.get(question, 0) + 1
    _forget_acknowledgements(incident, left)


def _forget_acknowledgements(incident: Incident, left: str) -> None:
    """Whoever is gone is on nothing any more."""
    for question, people in list(incident.acknowledged_by.items()):
        if left in people:
            people.remove(left)
            if not people:
                del incident.acknowledged_by[question]
                incident.acknowledged.pop(question, None)
