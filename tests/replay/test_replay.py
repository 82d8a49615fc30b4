"""Every history that was ever recorded replays with today's code, and replay would notice if it did not (I12)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner

from domain import events as ev
from domain import ladder, notes
from tests import cast
from tests.replay.courses import COURSES
from tests.replay.witness import Witness, differences, recorded
from tools import replay
from tools.replay import Stored, replayer
from worker import WORKFLOWS
from workflows import contract, options, paging
from workflows.children import Children, Wanted
from workflows.incident import IncidentWorkflow
from workflows.paging import PageWorkflow

STORED = {item.name: item for item in replay.stored()}
PAGE = "short/incident-7K3Q9-DXMB2.page.judgement.1"
OPEN = "open_in_handling/incident-7K3Q9-DXMB2"

CANNOT_BE = {
    ("AlertWorkflow", "closed"): "ends only after a month without a word",
    ("ReadinessWorkflow", "closed"): "looks every morning, without end",
    ("RecoveryWorkflow", "continued"): "probes for one period of observation",
    ("DepartureWorkflow", "continued"): "waits for one change, then looks twice",
    ("CommunicationTestWorkflow", "continued"): "sends once to every contact point",
    ("CollectionWorkflow", "continued"): "asks every collector once",
    ("ActionWorkflow", "continued"): "carries out one run",
}


class Replayed(NamedTuple):
    """What came of replaying every stored history."""

    faults: dict[str, Exception | None]
    witness: Witness


def test_every_course_is_stored() -> None:
    assert {name.split("/")[0] for name in STORED} == set(COURSES)


def test_open_closed_and_continued_ones_of_every_workflow_are_stored() -> None:
    expected = {(kind.__name__, end) for kind in WORKFLOWS for end in ("open", "closed", "continued")}
    assert {(_started(item), _end(item)) for item in STORED.values()} == expected - set(CANNOT_BE)


def _started(item: Stored) -> str:
    kind: str = item.events[0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]
    return kind


def _end(item: Stored) -> str:
    last = item.events[-1]["eventType"].removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_")
    return {"COMPLETED": "closed", "CONTINUED_AS_NEW": "continued"}.get(last, "open")


@pytest.fixture(scope="module")
async def replayed() -> Replayed:
    """Replay everything once, as the worker would."""
    witness = Witness()
    faults = {}
    items = {item.history.run_id: item for item in STORED.values()}

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for item in STORED.values():
            yield item.history

    async with replayer(runner=witness).workflow_replay_iterator(histories()) as results:
        async for result in results:
            faults[items[result.history.run_id].name] = result.replay_failure
    return Replayed(faults, witness)


@pytest.mark.parametrize("name", STORED)
async def test_stored_history_replays(replayed: Replayed, name: str) -> None:
    assert replayed.faults[name] is None


@pytest.mark.parametrize("name", STORED)
async def test_what_replay_overlooks_is_the_same(replayed: Replayed, name: str) -> None:
    """Durations, inputs, recipients, timeouts, retries and summaries of every command."""
    item = STORED[name]
    assert list(differences(recorded(item), replayed.witness.demanded(item))) == []


# ── replay notices ────────────────────────────────────────────────────────────


@workflow.defn(name="PageWorkflow")
class ImpatientPage(PageWorkflow):
    """Starts with a timer that the recorded ones do not have."""

    @workflow.init
    def __init__(self, beacon: contract.Beacon) -> None:
        super().__init__(beacon)

    @workflow.run
    async def run(self, beacon: contract.Beacon) -> int:
        await workflow.sleep(1)
        return await super().run(beacon)


class NoChildren(Children):
    async def tend(self, wanted: Wanted) -> None:
        """Leave everybody alone."""


@workflow.defn(name="IncidentWorkflow")
class ForgetfulIncident(IncidentWorkflow):
    """Starts no children."""

    @workflow.init
    def __init__(self, opening: contract.Opening) -> None:
        super().__init__(opening)
        self._children = NoChildren(opening.number, [])

    @workflow.run
    async def run(self, opening: contract.Opening) -> contract.Outcome:
        return await super().run(opening)


@pytest.mark.parametrize(("name", "changed"), [(PAGE, ImpatientPage), (OPEN, ForgetfulIncident)])
async def test_a_changed_sequence_of_commands_is_noticed(name: str, changed: type) -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replayer([changed], UnsandboxedWorkflowRunner()).replay_workflow(STORED[name].history)


async def test_a_changed_pace_passes_replay_but_not_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    item = STORED[PAGE]
    planned = ladder.next_call_at
    monkeypatch.setattr(paging, "next_call_at", lambda *given: planned(*given) + timedelta(minutes=1))
    await _passes_replay_only(item)


async def test_a_changed_recipient_passes_replay_but_not_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    rules: dict[Any, Any] = notes._RULES
    monkeypatch.setitem(rules, ev.Dismissed, lambda *_: notes.Note([cast.OUTSIDER], "dismissed", {}))
    await _passes_replay_only(STORED["dismissed/incident-7K3Q9-DXMB2"])


async def test_a_changed_timeout_passes_replay_but_not_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "PAGE_TIMEOUT", timedelta(minutes=10))
    await _passes_replay_only(STORED[PAGE])


async def _passes_replay_only(item: Stored) -> None:
    # Without the sandbox, which reads the workflows' files again and so would undo the change.
    witness = Witness(UnsandboxedWorkflowRunner())
    await replayer(runner=witness).replay_workflow(item.history)
    assert list(differences(recorded(item), witness.demanded(item)))
