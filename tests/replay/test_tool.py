"""`make replay` says in both languages whether a deployment may go on."""

import copy
from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowHistory

from tools.replay import Stored, check, stored

KEPT = {item.name: item for item in stored()}
GOOD = KEPT["dismissed/incident-7K3Q9-DXMB2"]
PAGE = KEPT["dismissed/incident-7K3Q9-DXMB2.page.judgement.1"]


async def _given(*items: Stored) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    for item in items:
        yield item.name, item.history


def _foreign(item: Stored) -> Stored:
    """Return a history that other code must have made."""
    content = copy.deepcopy(item.content)
    sent = "activityTaskScheduledEventAttributes"
    for event in content["events"]:
        if sent in event:
            event[sent]["activityType"]["name"] = "something_else"
    return item._replace(name="foreign", content=content)


async def test_histories_that_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert await check(_given(GOOD, PAGE)) == 0
    assert "2 histories replay with this code / 2 份历史记录与当前代码一致" in capsys.readouterr().out


async def test_one_that_does_not_fit_is_named_and_stops_the_deployment(capsys: pytest.CaptureFixture[str]) -> None:
    assert await check(_given(GOOD, _foreign(PAGE))) == 1
    told = capsys.readouterr().out
    assert "foreign\n    NondeterminismError" in told
    assert "do not deploy" in told
    assert "请勿部署" in told
