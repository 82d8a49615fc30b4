"""Article 6: recovery that a second person verifies, the summary report, the better runbook, closing."""

from collections.abc import Sequence
from datetime import datetime

from domain import acts, report, statutory
from domain import events as ev
from domain.authority import AUTHORITY, capacities
from domain.calendar import working_days_deadline
from domain.company import Probe, RecoveryItem, Role
from domain.decide import Case, decides, need_reason, next_number
from domain.drill import spares_general_manager
from domain.errors import AlreadyDecided, Conflict, Incomplete, OwnWork, ReasonNeeded, StaleVersion, Unknown
from domain.incident import Incident, Recovery, Summary
from domain.policy import Deadline, Severity
from domain.runbook import must_amend
from domain.text import N_, Text

SERVICE_WORKS = RecoveryItem(
    id="service", text=Text(zh="受影响的服务对用户恢复正常", en="The affected service works again for its users")
)
MOST_NAMED = 50
RECEIVERS = (Role.IT_DIRECTOR, Role.GENERAL_MANAGER)


def checklist(incident: Incident) -> list[RecoveryItem]:
    """Return the recovery checklist of the pinned runbook; without one, that the service works (6.1)."""
    runbook = incident.pinned_runbook
    return runbook.recovery_checklist if runbook else [SERVICE_WORKS]


def recovery_probes(incident: Incident) -> list[Probe]:
    """Return the probes of the system and those of the pinned runbook; of two with one id, both keep a name (6.1)."""
    system, runbook = incident.affected_system, incident.pinned_runbook
    found = {probe.id: probe for probe in (system.probes if system else [])}
    for probe in runbook.probes if runbook else []:
        known = found.get(probe.id)
        if known is None or (known.kind, known.target) == (probe.kind, probe.target):
            found.setdefault(probe.id, probe)
        else:
            name = f"{runbook.id if runbook else ''}:{probe.id}"
            found[name] = probe.model_copy(update={"id": name})
    return list(found.values())


def _ongoing(incident: Incident) -> Recovery:
    if incident.recovery is None:
        raise AlreadyDecided(
            N_("The recovery was verified by {winner} already."), clause="6.1", winner=incident.verified_by
        )
    return incident.recovery


@decides(acts.CheckRecovery)
def check_recovery(case: Case[acts.CheckRecovery]) -> Sequence[ev.Event]:
    """Record a check; one that fails sends the incident back to handling at once (R24)."""
    act, recovery = case.act, _ongoing(case.incident)
    if act.item not in [item.id for item in checklist(case.incident)]:
        raise Unknown(N_("The recovery checklist has no item “{item}”."), clause="6.1", field="item", item=act.item)
    if act.item in recovery.checks:
        raise AlreadyDecided(N_("This item was checked already."), clause="6.1", field="item")
    checked = ev.RecoveryChecked(round=recovery.round, item=act.item, passed=act.passed, text=act.text)
    if act.passed:
        return [checked]
    return [checked, ev.RecoveryFailed(round=recovery.round, reason=need_reason(act.text, "6.1", "text"))]


def unchecked(incident: Incident, recovery: Recovery) -> list[str]:
    """Return the ids of the checklist's items that nobody has checked in this round (6.1)."""
    return [item.id for item in checklist(incident) if item.id not in recovery.checks]


def missing_for_verification(incident: Incident, recovery: Recovery) -> list[str]:
    """Return the ids of what a verification still waits for: items, probes, observation (6.1)."""
    missing = [item.id for item in checklist(incident) if not recovery.checks.get(item.id)]
    missing += [probe.id for probe in recovery_probes(incident) if not recovery.probes.get(probe.id)]
    return missing if recovery.is_observed else [*missing, "observation"]


def doers(incident: Incident) -> set[str]:
    """Return who carried out steps or measures since activation, or worked on this round of recovery (R24)."""
    recovery = incident.recovery
    return {*incident.doers, *(recovery.doers if recovery else [])}


def may_verify(incident: Incident, person: str, at: datetime) -> bool:
    """Tell whether a person can verify the recovery without verifying his own work (R24)."""
    roles, own = AUTHORITY[acts.VerifyRecovery].roles, doers(incident)
    return any(actor.role in roles and not actor.people & own for actor in capacities(incident, person, at))


@decides(acts.VerifyRecovery)
def verify_recovery(case: Case[acts.VerifyRecovery]) -> Sequence[ev.Event]:
    """Verify the recovery: everything checked, by somebody who did none of it (R24)."""
    incident, recovery = case.incident, _ongoing(case.incident)
    if case.actor.people.intersection(doers(incident)):
        raise OwnWork(N_("Nobody verifies the recovery that he worked on."), clause="6.1")
    if not case.act.passed:
        return [ev.RecoveryFailed(round=recovery.round, reason=case.act.text)]
    if missing := missing_for_verification(incident, recovery):
        raise Incomplete(N_("The verification still waits for: {missing}."), clause="6.1", missing=", ".join(missing))
    verified = ev.RecoveryVerified(
        round=recovery.round,
        text=case.act.text,
        summary_due=summary_deadline(incident, case.at),
        preliminary_due=preliminary_deadline(incident, case.at),
    )
    return [verified, *statutory.started_by_recovery(incident, case.at)]


def summary_deadline(incident: Incident, verified_at: datetime) -> Deadline:
    """Return when the summary report is due, in working days from the recovery, whenever that was told (6.2)."""
    limit = incident.policy.summary_deadline
    return working_days_deadline(incident.calendar, verified_at, limit.value, limit.clause)


def preliminary_deadline(incident: Incident, verified_at: datetime) -> Deadline | None:
    """Return when the preliminary report of a severity I or II is due, unless it was made before (6.2)."""
    if incident.severity not in (Severity.I, Severity.II) or incident.preliminary_at:
        return None
    limit = incident.policy.preliminary_summary_deadline
    return Deadline(at=verified_at + limit.duration, clause=limit.clause)


@decides(acts.SubmitSummary)
def submit_summary(case: Case[acts.SubmitSummary]) -> Sequence[ev.Event]:
    """Submit the summary report, every section written; a new version only after the last one was returned (R25)."""
    act, last = case.act, case.incident.summary
    if last and not last.is_wanted_anew:
        raise AlreadyDecided(
            N_("Version {version} of the summary report is submitted already."), clause="6.2", version=last.version
        )
    report.require_written(act)
    report.require_bounded(act)
    for measure in act.measures:
        if case.incident.company.person(measure.owner) is None:
            raise Unknown(
                N_("The company has nobody with the id “{person}”."),
                clause="6.2",
                field="measures.owner",
                person=measure.owner,
            )
        if measure.verifier == measure.owner:
            raise OwnWork(N_("Nobody verifies the measure that he worked on."), clause="6.2", field="measures.verifier")
    if act.covered_by and act.covered_by != case.incident.parent:
        raise Unknown(
            N_("This incident is not linked to {parent}."), clause="6.2", field="covered_by", parent=act.covered_by
        )
    report.require_reviewed(case.incident, act.reviews, act.authors, case.actor)
    version = next_number(case.incident.summaries, "6.2")
    return [ev.SummarySubmitted(summary_version=version, **act.model_dump())]


@decides(acts.ReadSummary)
def read_summary(case: Case[acts.ReadSummary]) -> Sequence[ev.Event]:
    """Note that a receiver opened the newest version, once for each of them (R25)."""
    summary = _newest(case.incident, case.act.version)
    if case.actor.person in summary.read_by:
        raise AlreadyDecided(
            N_("You have opened version {version} of the summary report before."), clause="6.2", version=summary.version
        )
    return [ev.SummaryRead(summary_version=summary.version)]


@decides(acts.ReceiveSummary)
def receive_summary(case: Case[acts.ReceiveSummary]) -> Sequence[ev.Event]:
    """Accept the summary report or return it; an author never accepts his own (R25)."""
    act, summary = case.act, _newest(case.incident, case.act.version)
    role = case.actor.role
    if summary.is_void:
        raise Conflict(
            N_("Version {version} of the summary report is void; a new one is due."),
            clause="6.2",
            field="version",
            version=summary.version,
        )
    if summary.returned_by or role in summary.receipts:
        raise AlreadyDecided(
            N_("{role} has answered version {version} already."),
            clause="6.2",
            role=summary.returned_by or role,
            version=summary.version,
        )
    if case.actor.people.intersection(summary.authors):
        raise OwnWork(N_("Nobody accepts the report that he wrote."), clause="6.2")
    if case.actor.people.intersection(summary.reviewers):
        raise OwnWork(N_("Nobody accepts the report that he reviewed."), clause="6.2")
    if not act.accept:
        need_reason(act.reason, "6.2")
    return [ev.SummaryReceived(summary_version=summary.version, by=role, accept=act.accept, reason=act.reason)]


def _newest(incident: Incident, version: int) -> Summary:
    summary = incident.summary
    if summary is None:
        raise Incomplete(N_("No summary report was submitted yet."), clause="6.2")
    if version != summary.version:
        raise StaleVersion(
            N_("The newest version of the summary report is {current}, not {expected}."),
            clause="6.2",
            field="version",
            current=summary.version,
            expected=version,
        )
    return summary


@decides(acts.DecideRunbook)
def decide_runbook(case: Case[acts.DecideRunbook]) -> Sequence[ev.Event]:
    """Amend the runbook, or sign that no change is needed (R27)."""
    act = case.act
    if case.incident.is_runbook_decided:
        raise AlreadyDecided(N_("The runbook was decided already."), clause="6.3")
    if act.change and not act.new_version:
        raise ReasonNeeded(N_("Name the new version of the runbook."), clause="6.3", field="new_version")
    if act.change and act.new_version:
        must_amend(case.incident.runbook, act.new_version)
    return [ev.RunbookDecided(change=act.change, new_version=act.new_version, reason=act.reason)]


def receivers(incident: Incident) -> list[Role]:
    """Return who accepts the summary report: a drill that spares the general manager asks nothing of him (6.2)."""
    return [role for role in RECEIVERS if role != Role.GENERAL_MANAGER or not spares_general_manager(incident)]


def missing_for_closing(incident: Incident) -> list[str]:
    """Return what closing still waits for (6.1 to 6.3); an alarm that came again says that it may not be over."""
    summary = incident.summary
    accepted = summary.receipts if summary and not summary.is_wanted_anew else {}
    missing = [] if summary and not summary.is_void else ["summary_report"]
    missing += [f"receipt:{role}" for role in receivers(incident) if not accepted.get(role)]
    missing += [] if incident.is_runbook_decided else ["runbook_decision"]
    missing += ["alarm_again"] if incident.again_at else []
    return [*missing, *statutory.missing_for_closing(incident)]


def left_open(incident: Incident) -> list[str]:
    """Return what nobody answered or decided; closing does not wait for it, but says so (5.2.8, 5.3)."""
    plan = incident.plan
    waits = plan and plan.course is None and plan.status in ("submitted", "rejected", "change_requested")
    found = [f"plan/{plan.version}"] if plan and waits else []
    found += [f"order/{number}" for number, item in enumerate(incident.orders, 1) if item.answer is None]
    found += [
        f"information/{number}" for number, item in enumerate(incident.information, 1) if not item.is_acknowledged
    ]
    found += [f"finding/{number}" for number, item in enumerate(incident.findings, 1) if not item.is_carried_out]
    return [*found, *statutory.left_open(incident)]


def report_without_measures(incident: Incident) -> int | None:
    """Return the version of the report that everybody accepted and whose measures are not opened yet (6.2)."""
    summary = incident.summary
    if summary is None or summary.is_wanted_anew or summary.are_measures_open:
        return None
    return summary.version if all(summary.receipts.get(role) for role in receivers(incident)) else None


@decides(acts.Close)
def close(case: Case[acts.Close]) -> Sequence[ev.Event]:
    """Close: report, both receipts, verification and runbook decision exist (R25, R27)."""
    if missing := missing_for_closing(case.incident):
        told = dict.fromkeys("statutory_reports" if item.startswith("statutory/") else item for item in missing)
        raise Incomplete(N_("Closing still waits for: {missing}."), clause="6.2", missing=", ".join(told))
    return [ev.Closed(left_open=left_open(case.incident)[:MOST_NAMED])]
