"""Article 5.2.3: working by the pinned runbook: steps in order, their time boxes, approvals and automatic actions."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from domain import acts
from domain import events as ev
from domain.authority import Actor
from domain.company import Runbook, RunbookStep
from domain.decide import Case, decides, need_reason
from domain.errors import AlreadyDecided, Conflict, Incomplete, OwnWork, Unknown
from domain.handling import must_command
from domain.incident import HANDLING, Incident
from domain.policy import Deadline
from domain.text import N_

CLAUSE = "5.2.3"
Outcome = Literal["done", "failed", "unclear"]


class Ran(NamedTuple):
    """What came of a confirmed run: its outcome, a word that says why, and an excerpt of what was answered."""

    outcome: Outcome
    why: str | None = None
    output: str | None = None


# ── results ───────────────────────────────────────────────────────────────────


@decides(acts.RecordStep)
def record_step(case: Case[acts.RecordStep]) -> Sequence[ev.Event]:
    """Record a step of the pinned runbook, in order; a skip needs a reason (R11)."""
    act = case.act
    runbook, step = _in_turn(case.incident, act.step)
    _must_not_run(case.incident, step)
    if act.result == "skipped":
        need_reason(act.text, CLAUSE, "text")
    else:
        _must_be_approved(case.incident, step, case.actor)
    turn = turn_after(case.incident, runbook, act.step, case.at)
    return [ev.StepRecorded(step=act.step, runbook=runbook.ref, result=act.result, text=act.text, turn=turn)]


def first_turn(runbook: Runbook, at: datetime) -> ev.Turn:
    """Return the turn with which the work by a runbook begins."""
    return _turn(runbook.steps[0], at)


def turn_after(incident: Incident, runbook: Runbook, step_id: str, at: datetime) -> ev.Turn | None:
    """Return whose turn it is after a result: where that is another step, its time box runs from then on."""
    recorded = {*incident.steps, step_id}
    step = next((step for step in runbook.steps if step.id not in recorded), None)
    return _turn(step, at) if step else None


def _turn(step: RunbookStep, at: datetime) -> ev.Turn:
    box = timedelta(minutes=step.time_box_minutes) if step.time_box_minutes else None
    return ev.Turn(step=step.id, due=Deadline(at=at + box, clause=CLAUSE) if box else None)


def _pinned(incident: Incident, step_id: str) -> tuple[Runbook, RunbookStep]:
    runbook = incident.pinned_runbook
    step = next((step for step in runbook.steps if step.id == step_id), None) if runbook else None
    if runbook is None or step is None:
        raise Unknown(
            N_("The pinned runbook {runbook} has no step “{step}”."),
            clause=CLAUSE,
            field="step",
            runbook=incident.runbook or "-",
            step=step_id,
        )
    return runbook, step


def _in_turn(incident: Incident, step_id: str) -> tuple[Runbook, RunbookStep]:
    """Return a step that is the next one, or failed before; refuse any other."""
    runbook, step = _pinned(incident, step_id)
    if incident.steps.get(step_id, "failed") != "failed":
        raise AlreadyDecided(N_("The step “{step}” is recorded already."), clause=CLAUSE, step=step_id)
    waiting = incident.next_step
    if step_id not in incident.steps and waiting and waiting.id != step_id:
        raise Conflict(
            N_("Steps go in order: “{waiting}” comes first."), clause=CLAUSE, field="step", waiting=waiting.id
        )
    return runbook, step


# ── approval ──────────────────────────────────────────────────────────────────


def step_to_decide(incident: Incident) -> RunbookStep | None:
    """Return the next step if it waits for the approval of whoever commands."""
    step = incident.next_step
    if step is None or not step.needs_approval or incident.phase not in HANDLING:
        return None
    return step if incident.work_on(step.id).approved is None else None


@decides(acts.DecideStep)
def decide_step(case: Case[acts.DecideStep]) -> Sequence[ev.Event]:
    """Approve or reject the next step, once; a step that failed and is done again needs no second approval."""
    incident, act = case.incident, case.act
    runbook, step = _pinned(incident, act.step)
    must_command(case, CLAUSE)
    if not step.needs_approval:
        raise Conflict(N_("The step “{step}” needs no approval."), clause=CLAUSE, field="step", step=act.step)
    work = incident.work_on(step.id)
    if work.approved is not None:
        raise AlreadyDecided(
            N_("{winner} decided on the step “{step}” already."),
            clause=CLAUSE,
            step=act.step,
            winner=next(iter(work.decided_by), ""),
        )
    _in_turn(incident, act.step)
    reason = act.reason if act.approve else need_reason(act.reason, CLAUSE)
    return [ev.StepDecided(step=act.step, runbook=runbook.ref, approve=act.approve, reason=reason)]


def _must_be_approved(incident: Incident, step: RunbookStep, actor: Actor) -> None:
    """Refuse to carry out what waits for an approval, was rejected, or was approved by the same person."""
    if not step.needs_approval:
        return
    work = incident.work_on(step.id)
    if work.approved is None:
        raise Incomplete(
            N_("The step “{step}” waits for the approval of whoever commands."),
            clause=CLAUSE,
            field="step",
            step=step.id,
        )
    if not work.approved:
        raise Conflict(
            N_("The step “{step}” was rejected; it can only be skipped, with a reason."),
            clause=CLAUSE,
            field="step",
            step=step.id,
        )
    if actor.people.intersection(work.decided_by):
        raise OwnWork(N_("Nobody carries out the step that he approved himself."), clause=CLAUSE)


# ── automatic actions ─────────────────────────────────────────────────────────


def can_run(incident: Incident, step: RunbookStep, person: str) -> bool:
    """Tell whether a person could confirm a run of a step's automatic action now."""
    work, waiting = incident.work_on(step.id), incident.next_step
    is_in_turn = incident.steps.get(step.id) == "failed" or (waiting is not None and waiting.id == step.id)
    is_approved = not step.needs_approval or (work.approved is True and person not in work.decided_by)
    return step.action is not None and is_in_turn and is_approved and work.running_since is None


@decides(acts.RunStep)
def run_step(case: Case[acts.RunStep]) -> Sequence[ev.Event]:
    """Confirm one run of the step's automatic action; it is carried out once, whatever comes of it."""
    act = case.act
    runbook, step = _in_turn(case.incident, act.step)
    if step.action is None:
        raise Conflict(N_("The step “{step}” has no automatic action."), clause=CLAUSE, field="step", step=act.step)
    _must_not_run(case.incident, step)
    _must_be_approved(case.incident, step, case.actor)
    number = case.incident.work_on(step.id).runs + 1
    return [ev.StepRunConfirmed(step=step.id, runbook=runbook.ref, action=step.action, run=number, reads=act.reads)]


def _must_not_run(incident: Incident, step: RunbookStep) -> None:
    if incident.work_on(step.id).running_since:
        raise Conflict(
            N_("The automatic action of the step “{step}” is under way; its result comes by itself."),
            clause=CLAUSE,
            field="step",
            step=step.id,
        )


def step_ran(incident: Incident, step_id: str, run: int, ran: Ran, at: datetime) -> list[ev.Event]:
    """Return what the end of a confirmed run makes happen; an unclear one is nobody's result (R11)."""
    work, runbook = incident.work_on(step_id), incident.pinned_runbook
    if work.running_since is None or work.runs != run:
        return []
    ref = incident.runbook or "-"
    if ran.outcome == "unclear" or runbook is None or step_id not in [step.id for step in runbook.steps]:
        why = ran.why or "no_answer"
        return [ev.StepRunUnclear(step=step_id, runbook=ref, run=run, why=why, text=ran.output)]
    turn = turn_after(incident, runbook, step_id, at)
    recorded = ev.StepRecorded(
        step=step_id, runbook=ref, result=ran.outcome, text=ran.output, run=run, why=ran.why, turn=turn
    )
    return [recorded]


# ── time boxes ────────────────────────────────────────────────────────────────


def time_box_passed(incident: Incident) -> Iterator[ev.Event]:
    """The next step has no result when its time box ends; it is said once and changes nothing else."""
    step = incident.next_step
    due = incident.deadlines.get("time_box")
    if step and due:
        yield ev.StepOverdue(step=step.id, runbook=incident.runbook or "-", due=due)
