"""5.2.1: a report pages manager and supervisor at once; either answer suffices; a bad report opens nothing."""

from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.acts import Assessment, Judge
from domain.incident import Phase
from tests import cast
from tests.harness import World
from workflows.contract import incident_id


async def test_both_are_paged_at_once(world: World) -> None:
    await world.open()
    pages = world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    reported = (await world.timeline())[0]
    assert all((page.created_at - reported.recorded_at).total_seconds() < 1 for page in pages)
    assert {page.clause for page in pages} == {"5.2.1"}
    assert (await world.snapshot()).phase == Phase.JUDGING


async def test_one_answer_ends_the_page_for_both(world: World) -> None:
    await world.open()
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    await world.act(cast.SUPERVISOR, Judge(verdict="not_emergency", reason="误报"))
    world.pages.expect("dismissed", cast.OPERATOR)
    await world.pass_time(hours=2)
    world.pages.no_more()


async def test_without_the_inbox_line_of_one_the_other_is_still_paged(world: World) -> None:
    world.pages.broken.add(cast.MANAGER)
    await world.open()
    await world.pass_time(seconds=10)
    world.pages.expect("judgement", cast.SUPERVISOR)
    first, second = await world.events("paged")
    assert (first.call, first.people, first.failed) == (1, [cast.SUPERVISOR], [])
    assert (second.call, second.people, second.failed) == (1, [], [cast.MANAGER])


@pytest.mark.parametrize(
    "details",
    [
        {"system": "unheard-of"},
        {"preliminary_assessment": Assessment(covered=True, runbook="no-such-runbook", text="手册第九项")},
        {"preliminary_assessment": Assessment(covered=True, text="没有说明哪一项")},
    ],
    ids=["unknown system", "unknown runbook", "no runbook named"],
)
async def test_a_report_that_names_what_does_not_exist_opens_nothing(world: World, details: dict[str, Any]) -> None:
    number = await world.open(**details)
    assert await world.ended() == WorkflowExecutionStatus.FAILED
    handle = world.stage.client.get_workflow_handle(incident_id(number))
    history = [event async for event in handle.fetch_history_events()]
    failure = history[-1].workflow_execution_failed_event_attributes.failure
    assert failure.application_failure_info.type == "unknown"
    assert await world.timeline() == []
    del world.openings[number]
