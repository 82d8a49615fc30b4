"""What does not go straight on: a problem that becomes major later, that comes back, that has the cause of another."""

from collections.abc import Sequence
from datetime import datetime

from domain import acts
from domain import events as ev
from domain.activation import technicians_dispatched
from domain.decide import MOST, Case, decides
from domain.errors import AlreadyDecided, Conflict, ReasonNeeded, Unacceptable, Unknown
from domain.escalation import approval
from domain.incident import Incident, Phase
from domain.policy import Deadline, Limit
from domain.text import N_

NOT_THERE = N_("The parent {parent} is not there, or is over.")

# ── 5.2.8: major later ────────────────────────────────────────────────────────


@decides(acts.DecideMajor)
def decide_major(case: Case[acts.DecideMajor]) -> Sequence[ev.Event]:
    """Find the problem major, and its plan is due; the reverse waits until the general manager has decided (R16)."""
    incident, act = case.incident, case.act
    if act.is_major == incident.is_major:
        raise AlreadyDecided(
            N_("The problem is major already.") if act.is_major else N_("The problem is not major."),
            clause="5.2.8",
            field="is_major",
        )
    plan = approval(incident)
    if not act.is_major and plan:
        raise Conflict(
            N_("Version {version} of the plan lies before the general manager, who decides it first."),
            clause="5.2.8",
            version=plan.version,
        )
    return [ev.MajorDecided(is_major=act.is_major, reason=act.reason)]


# ── 6.1: it came back ─────────────────────────────────────────────────────────


@decides(acts.Reopen)
def reopen(case: Case[acts.Reopen]) -> Sequence[ev.Event]:
    """Go back to handling where it was: elapsed time is not reset, so that limits may be due at once (R24).

    Whoever was sent to the scene before is not expected there any more; technicians are sent anew, first thing, and a
    director who had left it with the department is asked again.
    """
    incident = case.incident
    released = [item.person for item in incident.responders if not item.is_stood_down]
    reopened = ev.Reopened(
        reason=case.act.reason,
        number=incident.reopenings + 1,
        operator_limit=_operator_limit(incident),
        short_time_limit=_short_time_limit(incident),
        notice_due=_from(case.now, incident.policy.notice_interval) if incident.commander else None,
        released=released,
    )
    asked_again = [ev.ProcedureAskedAgain()] if incident.handling_phase == Phase.DEPARTMENT_HANDLING else []
    return [reopened, *asked_again, *_to_the_scene(incident, released, case.at)]


def _operator_limit(incident: Incident) -> Deadline | None:
    if incident.handling_phase != Phase.OPERATOR_HANDLING or incident.is_unresolved or incident.activated_at is None:
        return None
    return _from(incident.activated_at, incident.policy.operator_limit)


def _short_time_limit(incident: Incident) -> Deadline | None:
    if incident.is_short_time_over or incident.activated_at is None:
        return None
    return Deadline(at=incident.activated_at + incident.policy.short_time(incident.severity), clause="5.2.6")


def _from(instant: datetime, limit: Limit) -> Deadline:
    return Deadline(at=instant + limit.duration, clause=limit.clause)


def _to_the_scene(incident: Incident, released: list[str], at: datetime) -> Sequence[ev.Event]:
    """Send technicians, once the operator alone was not enough (5.2.4)."""
    if incident.handling_phase == Phase.OPERATOR_HANDLING:
        return []
    nobody_there = [
        item.model_copy(update={"is_stood_down": item.is_stood_down or item.person in released})
        for item in incident.responders
    ]
    return list(technicians_dispatched(incident.model_copy(update={"responders": nobody_there}), at))


# ── 6.2: told early ───────────────────────────────────────────────────────────


@decides(acts.SubmitPreliminary)
def submit_preliminary(case: Case[acts.SubmitPreliminary]) -> Sequence[ev.Event]:
    """Submit the preliminary report, once; the whole report makes it needless."""
    incident = case.incident
    if incident.preliminary_at:
        raise AlreadyDecided(N_("The preliminary report was made already."), clause="6.2")
    if incident.summary and not incident.summary.is_wanted_anew:
        raise AlreadyDecided(
            N_("Version {version} of the summary report is submitted already."),
            clause="6.2",
            version=incident.summary.version,
        )
    return [ev.PreliminarySubmitted(**case.act.model_dump())]


# ── 3.1: one cause, two incidents ─────────────────────────────────────────────


@decides(acts.Link)
def link(case: Case[acts.Link]) -> Sequence[ev.Event]:
    """Link this incident to its parent; who has children is nobody's child, so that there is no circle."""
    incident, parent = case.incident, case.act.parent
    if incident.parent:
        raise AlreadyDecided(
            N_("This incident is linked to {parent} already."), clause="3.1", field="parent", parent=incident.parent
        )
    if parent == incident.number:
        raise Unacceptable(N_("An incident is not its own parent."), clause="3.1", field="parent")
    if incident.children:
        raise Conflict(
            N_("Other incidents are linked to this one: {children}. It cannot have a parent."),
            clause="3.1",
            field="parent",
            children=", ".join(list(incident.children)[:10]),
        )
    return [ev.Linked(parent=parent, reason=case.act.reason)]


@decides(acts.Unlink)
def unlink(case: Case[acts.Unlink]) -> Sequence[ev.Event]:
    """Let this incident stand by itself again."""
    if case.incident.parent is None:
        raise Conflict(N_("This incident is linked to no other."), clause="3.1")
    return [ev.Unlinked(parent=case.incident.parent, reason=case.act.reason)]


def why_no_parent(parent: Incident, *, is_drill: bool) -> str | None:
    """Return why an incident cannot be the parent of another, as a message to translate, or None."""
    if parent.is_over:
        return N_("The parent {parent} is over.")
    if parent.parent:
        return N_("The parent {parent} is linked to another incident itself.")
    if parent.is_drill is not is_drill:
        return N_("A drill and a real incident are not linked.")
    if len(parent.told_by) >= MOST:
        return N_("The parent {parent} holds as many incidents as it can carry.")
    return None


def may_be_parent(parent: Incident, *, is_drill: bool) -> None:
    """Refuse what the parent itself would refuse a moment later."""
    if why := why_no_parent(parent, is_drill=is_drill):
        raise Conflict(why, clause="3.1", field="parent", parent=parent.number)


def told_of_child(
    incident: Incident, child: str, told_as: int, *, title: str, reason: str, is_linked: bool
) -> list[ev.Event]:
    """Return what the word of a child changes; nothing when it was heard before, or comes after a newer one."""
    if incident.is_over or told_as <= incident.told_by.get(child, 0):
        return []
    if is_linked:
        return [ev.ChildLinked(child=child, told_as=told_as, title=title, reason=reason)]
    if child not in incident.children:
        return []
    return [ev.ChildUnlinked(child=child, told_as=told_as, reason=reason)]


def refused_by_parent(incident: Incident, parent: str, why: str) -> list[ev.Event]:
    """Return what a refusal of the parent changes; nothing once this incident stands by itself."""
    return [ev.LinkRefused(parent=parent, why=why)] if incident.parent == parent and not incident.is_over else []


# ── 5.2.1: again ──────────────────────────────────────────────────────────────


def may_recur(report: acts.Report, before: str, *, is_over: bool, system: str) -> None:
    """Refuse a report that names as its predecessor what is still open, or another system without a reason."""
    if not is_over:
        raise Conflict(
            N_("{number} is not over: reopen it, or link this report to it."),
            clause="5.2.1",
            field="recurrence_of",
            number=before,
        )
    if system != report.system and not report.recurrence_reason:
        raise ReasonNeeded(
            N_("{number} was about another system: say why this is a recurrence."),
            clause="5.2.1",
            field="recurrence_reason",
            number=before,
        )


def unknown_predecessor(number: str) -> Unknown:
    """Return the refusal of a report that names an incident which never was."""
    return Unknown(N_("There is no incident {number}."), clause="5.2.1", field="recurrence_of", number=number)
