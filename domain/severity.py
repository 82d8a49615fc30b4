"""Article 5.2.2: the severity is raised by whoever leads, lowered only by the role that set it or one above."""

from collections.abc import Sequence

from domain import acts, statutory
from domain import events as ev
from domain.company import Role
from domain.decide import Case, decides
from domain.errors import Conflict, NotAuthorised
from domain.incident import Incident, Phase
from domain.policy import Deadline, Severity
from domain.text import N_


@decides(acts.ChangeSeverity)
def change_severity(case: Case[acts.ChangeSeverity]) -> Sequence[ev.Event]:
    """Change the severity; lowering it needs the role that set it or one above, raising may be due at once."""
    incident, new = case.incident, case.act.severity
    if new == incident.severity:
        raise Conflict(N_("The severity is {severity} already."), clause="5.2.2", field="severity", severity=new)
    if incident.severity.is_worse_than(new) and _standing(case.actor.role) < _standing(incident.severity_set_by):
        raise NotAuthorised(
            N_("Lowering the severity needs {role} or above, who set it."),
            clause="5.2.2",
            field="severity",
            role=incident.severity_set_by,
        )
    events: list[ev.Event] = [
        ev.SeverityChanged(
            old=incident.severity, new=new, reason=case.act.reason, short_time_limit=_recomputed(incident, new)
        )
    ]
    if incident.phase == Phase.DEPARTMENT_HANDLING and new.is_worse_than(incident.severity):
        events.append(ev.ProcedureAskedAgain())
    return [*events, *statutory.recomputed(incident, new, case.now)]


def _recomputed(incident: Incident, severity: Severity) -> Deadline | None:
    if incident.is_short_time_over or incident.activated_at is None:
        return None
    return Deadline(at=incident.activated_at + incident.policy.short_time(severity), clause="5.2.6")


_STANDING = (
    Role.REPORTER,
    Role.OPERATOR,
    Role.TECHNICIAN,
    Role.EMERGENCY_SPECIALIST,
    Role.IT_SUPERVISOR,
    Role.IT_MANAGER,
    Role.COMMANDER,
    Role.IT_DIRECTOR,
    Role.GENERAL_MANAGER,
)


def _standing(role: Role) -> int:
    return _STANDING.index(role) if role in _STANDING else 0
