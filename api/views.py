"""One incident as people see it: its state, what it waits for, and what the caller may do now."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, create_model

from adapters.i18n import Translator
from api.names import called, name_of
from api.runbookviews import ProposalView
from domain.awaited import Awaited, awaited
from domain.clauses import wording
from domain.clock import next_due
from domain.closure import checklist, missing_for_closing, missing_for_verification
from domain.company import Role
from domain.incident import Incident, Phase
from domain.policy import Deadline
from domain.possible import possible
from domain.text import Wire

_HIDDEN = {"company", "policy", "calendar", "edition", "handled"}


class AwaitedView(Awaited):
    """What is awaited from whom, in words, with names and the clause's words."""

    question_text: str
    names: list[str]
    clause_text: str
    warnings: list[str] = []


class LimitView(Deadline):
    """The limit that falls due first."""

    name: str
    clause_text: str


class StepView(Wire):
    """A step of the pinned runbook and what came of it."""

    id: str
    who: Role
    text: str
    expected: str | None = None
    result: str | None = None


class CheckView(Wire):
    """A line of the recovery checklist; ``passed`` is None while nobody checked it."""

    id: str
    text: str
    passed: bool | None = None


class RecoveryView(Wire):
    """The round of recovery that is going on, and what its verification still waits for (6.1)."""

    round: int
    checklist: list[CheckView]
    probes: dict[str, bool]
    is_observed: bool
    missing: list[str]


class PolicyView(Wire):
    """Which policy the incident pinned, and whether its effective date has come (9)."""

    version: str
    is_in_force: bool


# The state without what it pins: a field that the domain gains is shown by itself.
_shown: Any = {name: (field.annotation, field) for name, field in Incident.model_fields.items() if name not in _HIDDEN}
State: type[Wire] = create_model("IncidentState", __base__=Wire, **_shown)


class IncidentView(State):
    """One incident, in words of the caller's language where there are words."""

    phase_text: str
    system_name: str
    policy: PolicyView
    awaited: list[AwaitedView]
    limit: LimitView | None = None
    allowed_acts: list[str]
    runbook_steps: list[StepView]
    recovery: RecoveryView | None = None
    missing_for_closing: list[str] = []
    recurrences: list[str] = []
    warnings: list[str] = []
    runbook_proposals: list[ProposalView] = []
    source: Literal["workflow", "record"]
    as_of: AwareDatetime


def view(
    incident: Incident,
    person: str,
    _: Translator,
    now: datetime,
    source: Literal["workflow", "record"],
    as_of: datetime,
) -> IncidentView:
    """Show an incident to a person."""
    system = incident.affected_system
    limit = next_due(incident)
    return IncidentView(
        **incident.view(),
        phase_text=_.word(incident.phase),
        system_name=system.name.in_language(_.language) if system else incident.system,
        policy=PolicyView(
            version=incident.policy.version,
            is_in_force=incident.policy.is_in_force(incident.calendar.local(now).date()),
        ),
        awaited=[_awaited(item, incident, _) for item in awaited(incident)],
        limit=LimitView(name=limit[0], clause_text=_wording(limit[1].clause, _), **limit[1].model_dump())
        if limit
        else None,
        allowed_acts=possible(incident, person, now),
        runbook_steps=_steps(incident, _),
        recovery=_recovery(incident, _),
        missing_for_closing=missing_for_closing(incident) if incident.phase == Phase.SUMMARY else [],
        recurrences=[],
        warnings=[],
        runbook_proposals=[],
        source=source,
        as_of=as_of,
    )


def _wording(clause: str, _: Translator) -> str:
    return wording(clause, _.language)


def _awaited(item: Awaited, incident: Incident, _: Translator) -> AwaitedView:
    return AwaitedView(
        **item.model_dump(),
        question_text=called(item.question, incident.company, incident.policy.regulators, _),
        names=[name_of(incident.company, person, _) for person in item.people],
        clause_text=_wording(item.clause, _),
    )


def _steps(incident: Incident, _: Translator) -> list[StepView]:
    runbook = incident.pinned_runbook
    return [
        StepView(
            id=step.id,
            who=step.who,
            text=step.text.in_language(_.language),
            expected=step.expected.in_language(_.language) if step.expected else None,
            result=incident.steps.get(step.id),
        )
        for step in (runbook.steps if runbook else [])
    ]


def _recovery(incident: Incident, _: Translator) -> RecoveryView | None:
    recovery = incident.recovery
    if recovery is None:
        return None
    return RecoveryView(
        round=recovery.round,
        checklist=[
            CheckView(id=item.id, text=item.text.in_language(_.language), passed=recovery.checks.get(item.id))
            for item in checklist(incident)
        ],
        probes=recovery.probes,
        is_observed=recovery.is_observed,
        missing=missing_for_verification(incident, recovery),
    )
