"""Who was called when, by what the recorded policy demands: replay sees neither durations nor recipients."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.policy import Policy
from tests import cast
from tests.replay import escalation
from tests.replay.escalation import TABLE, Reading, Row, ladder_faults, pace
from tests.replay.witness import inputs
from tools import replay
from tools.replay import Stored

STORED = {item.name: item for item in replay.stored()}
PAGING = {"PageWorkflow", "ArrivalWorkflow", "ApprovalWorkflow"}


def _start(item: Stored) -> dict[str, Any]:
    started: dict[str, Any] = item.events[0]["workflowExecutionStartedEventAttributes"]
    return started


def _is_paging(item: Stored) -> bool:
    return _start(item)["workflowType"]["name"] in PAGING


def _policy(item: Stored) -> Policy:
    """Return the policy that the incident of a child pinned."""
    number = inputs(_start(item))[0]["subject"]["incident"]
    course = item.name.split("/")[0]
    parent = next(other for name, other in STORED.items() if name == f"{course}/incident-{number}")
    return Policy.model_validate(inputs(_start(parent))[0]["policy"])


CHILDREN = [name for name, item in STORED.items() if _is_paging(item)]


def faults(item: Stored, policy: Policy) -> Iterator[str]:
    """Return how the calls of a child differ from what a policy demands."""
    beacon = inputs(_start(item))[0]
    question = beacon["ladder"]["question"]
    row: Row = TABLE.get(question) or TABLE[question.split("/")[0]]
    expected = pace(row, item, question, policy, is_drill=beacon["subject"]["is_drill"])
    yield from ladder_faults(beacon["ladder"], expected)
    yield from Reading(item, beacon, expected).faults()


def test_every_question_of_the_table_was_recorded() -> None:
    asked = {inputs(_start(STORED[name]))[0]["ladder"]["question"].split("/")[0] for name in CHILDREN}
    assert asked == {key.split("/")[0] for key in TABLE}


@pytest.mark.parametrize("name", CHILDREN)
def test_calls_are_those_that_the_policy_demands(name: str) -> None:
    assert list(faults(STORED[name], _policy(STORED[name]))) == []


# ── the table is not blind ────────────────────────────────────────────────────

SILENT = "silent_manager/incident-7K3Q9-DXMB2.page.judgement.1"
PLAN = "silent_general_manager/incident-7K3Q9-DXMB2.plan.1"


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        (SILENT, "page_repeat"),
        (SILENT, "page_deputies"),
        (SILENT, "page_director"),
        (SILENT, "page_everyone"),
        (PLAN, "approval_repeat"),
        (PLAN, "approval_deputies"),
    ],
)
def test_another_limit_would_be_noticed(name: str, limit: str) -> None:
    policy = _policy(STORED[name])
    longer = getattr(policy, limit).duration + timedelta(seconds=0.1)
    changed = policy.model_copy(
        update={limit: getattr(policy, limit).model_copy(update={"value": longer.total_seconds(), "unit": "seconds"})}
    )
    assert list(faults(STORED[name], changed))


@pytest.mark.parametrize("rung", range(4))
def test_another_recipient_would_be_noticed(rung: int, monkeypatch: pytest.MonkeyPatch) -> None:
    row = TABLE["judgement"]
    rungs = [(after, who | {cast.OUTSIDER} if at == rung else who) for at, (after, who) in enumerate(row.rungs)]
    monkeypatch.setitem(TABLE, "judgement", row._replace(rungs=rungs))
    found = list(faults(STORED[SILENT], _policy(STORED[SILENT])))
    assert [fault for fault in found if "went to" in fault]
    assert [fault for fault in found if "rungs" in fault]


def test_a_timer_of_another_length_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalation, "SLACK", timedelta(microseconds=-1))
    assert [fault for fault in faults(STORED[SILENT], _policy(STORED[SILENT])) if "waits" in fault]
