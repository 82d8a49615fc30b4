"""The runbook of one incident as people work by it: every step, what it waits for, and what it would set going."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime

from adapters.actions.entries import AnyEntry
from adapters.i18n import Translator
from api.auth import CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from api.reading import find
from api.services import Services
from domain.company import Role, RunbookStep
from domain.incident import HANDLING, Incident, StepWork
from domain.text import N_, Text, Wire

router = APIRouter(prefix="/incidents/{number}/runbook", tags=["incidents"])


class ActionView(Wire):
    """An automatic action in words; ``reads`` is its fingerprint, to be sent with the confirmation."""

    id: str
    is_listed: bool
    text: str
    kind: Literal["http", "sql", "ssh"] | None = None
    target: str | None = None
    does: str | None = None
    timeout_seconds: float | None = None
    in_drills: bool = False
    reads: str | None = None
    run: Literal["under_way", "unclear"] | None = None
    runs: int = 0


class WorkStep(Wire):
    """A step of the pinned runbook: where it stands, its approval, its time box, its automatic action."""

    id: str
    who: Role
    who_text: str
    text: str
    expected: str | None = None
    rollback: str | None = None
    state: Literal["waiting", "next", "done", "failed", "skipped"]
    state_text: str
    approval: Literal["needed", "asked", "approved", "rejected"] | None = None
    approval_text: str | None = None
    decided_by: list[str] = []
    time_box_minutes: int | None = None
    time_box_until: AwareDatetime | None = None
    is_overdue: bool = False
    action: ActionView | None = None


class WorkedRunbook(Wire):
    """The runbook version that an incident pinned (4.3), step by step; without one there is nothing to go by."""

    incident: str
    runbook: str | None = None
    title: str | None = None
    preconditions: list[str] = []
    next_since: AwareDatetime | None = None
    steps: list[WorkStep] = []
    probes: list[str] = []
    as_of: AwareDatetime


@router.get(
    "", operation_id="incident_runbook", summary="The pinned runbook, step by step", responses=problems(404, 422)
)
async def incident_runbook(number: Number, _person: CurrentPerson, ports: Ports, _: Locale) -> WorkedRunbook:
    """Show each step with its state; of an automatic action also what it does to which host, before it is confirmed."""
    found = await find(ports, number)
    return worked(found.incident, ports, _, found.as_of)


def worked(incident: Incident, ports: Services, _: Translator, as_of: datetime) -> WorkedRunbook:
    """Show the runbook of an incident."""
    runbook = incident.pinned_runbook
    if runbook is None:
        return WorkedRunbook(incident=incident.number, runbook=incident.runbook, as_of=as_of)
    return WorkedRunbook(
        incident=incident.number,
        runbook=runbook.ref,
        title=runbook.title.in_language(_.language),
        preconditions=[item.in_language(_.language) for item in runbook.preconditions],
        next_since=incident.next_step_since,
        steps=[_step(incident, step, ports, _) for step in runbook.steps],
        probes=[probe.title.in_language(_.language) for probe in runbook.probes],
        as_of=as_of,
    )


def _step(incident: Incident, step: RunbookStep, ports: Services, _: Translator) -> WorkStep:
    work = incident.work_on(step.id)
    state, is_next = _state(incident, step), _is_next(incident, step)
    approval = _approval(step, work, is_next=is_next)
    box = incident.deadlines.get("time_box") if is_next else None
    return WorkStep(
        id=step.id,
        who=step.who,
        who_text=_.word(step.who),
        text=step.text.in_language(_.language),
        expected=_text(step.expected, _),
        rollback=_text(step.rollback, _),
        state=state,
        state_text=_.word(state),
        approval=approval,
        approval_text=_.word(f"approval_{approval}") if approval else None,
        decided_by=[name_of(incident.company, person, _) for person in work.decided_by],
        time_box_minutes=step.time_box_minutes,
        time_box_until=box.at if box else None,
        is_overdue=work.is_overdue,
        action=_action(step.action, ports.actions.entries.get(step.action), work, _) if step.action else None,
    )


def _text(text: Text | None, _: Translator) -> str | None:
    return text.in_language(_.language) if text else None


def _is_next(incident: Incident, step: RunbookStep) -> bool:
    return incident.next_step is not None and incident.next_step.id == step.id and incident.phase in HANDLING


def _state(incident: Incident, step: RunbookStep) -> Literal["waiting", "next", "done", "failed", "skipped"]:
    match incident.steps.get(step.id):
        case "done":
            return "done"
        case "failed":
            return "failed"
        case "skipped":
            return "skipped"
    return "next" if _is_next(incident, step) else "waiting"


def _approval(
    step: RunbookStep, work: StepWork, *, is_next: bool
) -> Literal["needed", "asked", "approved", "rejected"] | None:
    if not step.needs_approval:
        return None
    if work.approved is None:
        return "asked" if is_next else "needed"
    return "approved" if work.approved else "rejected"


def _action(name: str, entry: AnyEntry | None, work: StepWork, _: Translator) -> ActionView:
    run: Literal["under_way", "unclear"] | None = "unclear" if work.is_unclear else None
    run = "under_way" if work.running_since else run
    if entry is None:
        missing = _(N_("“{action}” is not on the allow-list; a run would be refused."), action=name)
        return ActionView(id=name, is_listed=False, text=missing, run=run, runs=work.runs)
    return ActionView(
        id=name,
        is_listed=True,
        text=entry.title.in_language(_.language),
        kind=entry.kind,
        target=entry.target,
        does=entry.does,
        timeout_seconds=entry.timeout_seconds,
        in_drills=entry.in_drills,
        reads=entry.fingerprint,
        run=run,
        runs=work.runs,
    )
