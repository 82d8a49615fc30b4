"""The children of an incident: for each thing that waits on its own, one workflow; ended when its cause ends."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import NamedTuple

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.messages import ActionRun
    from domain import escalation
    from domain.closure import recovery_probes
    from domain.incident import Incident
    from domain.ladder import Ladder
    from workflows import contract, options
    from workflows.action import ActionWorkflow
    from workflows.approval import ApprovalWorkflow
    from workflows.arrival import ArrivalWorkflow
    from workflows.collection import CollectionWorkflow
    from workflows.contract import (
        ActionInput,
        ApprovalInput,
        ArrivalInput,
        Beacon,
        CollectionInput,
        Hold,
        RecoveryInput,
        Subject,
    )
    from workflows.paging import PageWorkflow
    from workflows.recovery import RecoveryWorkflow


class Child(NamedTuple):
    """A child that should live now: its workflow, its input, what the UI says of it, the question it pages for."""

    workflow: type
    input: Beacon | RecoveryInput | CollectionInput | ActionInput
    summary: str
    question: str | None = None


Wanted = dict[str, Child]


def subject_of(incident: Incident) -> Subject:
    """Return what every message about an incident says of it."""
    return Subject(
        incident=incident.number,
        title=incident.title,
        system=incident.system,
        severity=incident.severity,
        is_drill=incident.is_drill,
    )


def pages(incident: Incident) -> Wanted:
    """One page for every open question (5.2.1, 5.2.6, 5.2.9, 3.3, 5.3, 6)."""
    subject = subject_of(incident)
    return {
        _anew(incident, f"page/{ladder.question}", ladder.question): Child(
            PageWorkflow,
            Beacon(subject=subject, ladder=ladder),
            f"{ladder.question} → {', '.join(ladder.rungs[0].people)} ({ladder.clause})",
            ladder.question,
        )
        for ladder in map(_planned(incident), escalation.beacons(incident))
    }


def _planned(incident: Incident) -> Callable[[Ladder], Ladder]:
    """What is asked by the report itself was due when the report came, not when a worker took it up."""

    def planned(ladder: Ladder) -> Ladder:
        if ladder.asked_at != incident.reported_at:
            return ladder
        return ladder.model_copy(update={"planned_at": workflow.info().workflow_start_time})

    return planned


def arrivals(incident: Incident) -> Wanted:
    """One arrival for every responder on his way (5.2.4, 5.3.3, 5.3.4)."""
    found: Wanted = {}
    for responder in escalation.arrivals(incident):
        ladder = escalation.arrival_ladder(incident, responder)
        coming = ArrivalInput(
            subject=subject_of(incident),
            ladder=ladder,
            responder=responder.person,
            deadline=responder.deadline,
            at_risk_at=escalation.at_risk_at(incident, responder),
        )
        summary = f"{responder.person} on the scene ({responder.deadline.clause})"
        found[ladder.question] = Child(ArrivalWorkflow, coming, summary, ladder.question)
    return found


def approvals(incident: Incident) -> Wanted:
    """The version of the response plan before the general manager (5.2.8)."""
    plan = escalation.approval(incident)
    if plan is None:
        return {}
    ladder = escalation.approval_ladder(incident, plan)
    pending = ApprovalInput(subject=subject_of(incident), ladder=ladder, plan_version=plan.version)
    key = _anew(incident, ladder.question, ladder.question)
    return {key: Child(ApprovalWorkflow, pending, f"plan version {plan.version} (5.2.8)", ladder.question)}


def _anew(incident: Incident, key: str, question: str) -> str:
    """A question that somebody who left was asked is asked by another child, without him."""
    times = incident.asked_anew.get(question, 0)
    return f"{key}/anew/{times}" if times else key


def recoveries(incident: Incident) -> Wanted:
    """The round of recovery that is going on (6.1)."""
    recovery, policy = incident.recovery, incident.policy
    if recovery is None:
        return {}
    checked = RecoveryInput(
        incident=incident.number,
        round=recovery.round,
        probes=recovery_probes(incident),
        observed_until=recovery.started_at + policy.observation.duration,
        probe_interval_seconds=policy.probe_interval.duration / timedelta(seconds=1),
    )
    return {f"recovery/{recovery.round}": Child(RecoveryWorkflow, checked, f"recovery round {recovery.round} (6.1)")}


def collections(incident: Incident) -> Wanted:
    """The collection of fault logs that is going on (5.3.5)."""
    system = incident.affected_system
    if not incident.collecting or system is None:
        return {}
    wanted = [collector for collector in system.collectors if collector.id in incident.collecting]
    collection = CollectionInput(incident=incident.number, collection=incident.collection, collectors=wanted)
    summary = f"{', '.join(collector.id for collector in wanted)} (5.3.5)"
    return {f"collection/{incident.collection}": Child(CollectionWorkflow, collection, summary)}


def actions(incident: Incident) -> Wanted:
    """The confirmed runs of automatic actions that are under way (5.2.3)."""
    found: Wanted = {}
    runbook = incident.pinned_runbook
    named = {step.id: step.action for step in (runbook.steps if runbook else []) if step.action}
    limit = incident.policy.action_limit.duration
    for step, work in incident.step_work.items():
        if work.running_since:
            wanted = ActionRun(
                incident=incident.number,
                step=step,
                run=work.runs,
                action=named.get(step, ""),
                reads=work.reads,
                is_drill=incident.is_drill,
            )
            confirmed = ActionInput(wanted=wanted, begin_by=work.running_since + limit, limit=limit)
            found[f"run/{step}/{work.runs}"] = Child(ActionWorkflow, confirmed, f"{wanted.action} ({step}, 5.2.3)")
    return found


class Children:
    """Keeps exactly the wanted children alive; ``lit`` survives continue-as-new, the children do by themselves."""

    def __init__(self, number: str, lit: list[str]) -> None:
        """Remember which children live already."""
        self._number = number
        self._lit: dict[str, None] = dict.fromkeys(lit)
        self._held: dict[str, datetime] = {}
        self._waiting: dict[str, Child] = {}
        self._starts: list[asyncio.Task[None]] = []

    @property
    def lit(self) -> list[str]:
        """Return the keys of the children that live; one that still waits for its name does not."""
        return [key for key in self._lit if key not in self._waiting]

    async def tend(self, wanted: Wanted) -> None:
        """Start what is missing and end what is no longer wanted."""
        missing = [key for key in wanted if key not in self._lit]
        unwanted = [key for key in self._lit if key not in wanted]
        self._lit = dict.fromkeys([*(key for key in self._lit if key in wanted), *missing])
        starts = [self._start(key, wanted[key]) for key in missing]
        await asyncio.gather(*starts, *(self._end(key) for key in unwanted))

    async def let_rest(self, wanted: Wanted, incident: Incident) -> None:
        """Tell the pages that somebody acknowledged."""
        for key, child in wanted.items():
            until = incident.acknowledged.get(child.question or "")
            if until and self._held.get(key) != until and until > workflow.now():
                self._held[key] = until
                await self._hold(key)

    async def _start(self, key: str, child: Child) -> None:
        """Start a child; one of the same name that was just told to end is given time to do so, and holds up nobody."""
        if not await self._has_begun(key, child):
            self._waiting[key] = child
            going_on = [task for task in self._starts if not task.done()]
            self._starts = [*going_on, asyncio.create_task(self._start_later(key, child))]

    async def _start_later(self, key: str, child: Child) -> None:
        """Try until the name is free; never give up on what is still wanted."""
        for pause in chain(options.SAME_NAME_PAUSES, repeat(options.SAME_NAME_PAUSES[-1])):
            await workflow.sleep(pause, summary=f"{key} still ends")
            if self._waiting.get(key) is not child:
                return
            if await self._has_begun(key, child):
                break
        if self._waiting.get(key) is child:
            del self._waiting[key]
            await self._hold(key)
        else:
            await self._signal(key, contract.END)

    async def _has_begun(self, key: str, child: Child) -> bool:
        try:
            await workflow.start_child_workflow(
                child.workflow.run,  # type: ignore[attr-defined] # every child has a run method
                child.input,
                id=contract.child_id(self._number, key),
                task_timeout=options.TASK_TIMEOUT,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=child.summary,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _end(self, key: str) -> None:
        if self._waiting.pop(key, None) is None:
            await self._signal(key, contract.END)

    async def _hold(self, key: str) -> None:
        until = self._held.get(key)
        if until and key not in self._waiting and until > workflow.now():
            await self._signal(key, contract.ACKNOWLEDGED, Hold(until=until))

    async def _signal(self, key: str, signal: str, argument: Hold | None = None) -> None:
        child = workflow.get_external_workflow_handle(contract.child_id(self._number, key))
        try:
            await (child.signal(signal, argument) if argument else child.signal(signal))
        except FailureError:
            return
