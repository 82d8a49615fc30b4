"""A long incident continues as new: no message, page or receipt is lost (real server, made to suggest it early)."""

from pathlib import Path

import pytest

from domain.acts import Acknowledge, GiveInformation, Judge, RecordStep
from domain.errors import CommandReused
from tests import cast
from tests.harness import World
from tests.theatre import real
from workflows.contract import incident_id

SUGGESTED_AT = 60
EARLY = {"limit.historyCount.suggestContinueAsNew": SUGGESTED_AT}


async def test_nothing_is_lost(tmp_path: Path, no_errors: None) -> None:
    async with real(tmp_path, **EARLY) as stage:
        world = World(stage)
        await world.open()
        world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
        await world.act(cast.MANAGER, Judge(verdict="emergency"))
        world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)
        await world.act(cast.SPECIALIST, Acknowledge(question="activation"))
        step = RecordStep(step="look", result="done")
        first = await world.act(cast.OPERATOR, step, command_id="step-look")
        for number in range(14):
            await world.act(cast.TECHNICIAN, GiveInformation(text=f"第{number}条"), command_id=f"news-{number}")
        for number in range(6):
            await world.tell(cast.TECHNICIAN, GiveInformation(text=f"信号{number}"), command_id=f"signal-{number}")
        again = await world.act(cast.OPERATOR, step, command_id="step-look")
        assert (again.is_repeat, again.seq) == (True, first.seq)
        with pytest.raises(CommandReused):
            await world.act(cast.OPERATOR, RecordStep(step="look", result="failed"), command_id="step-look")
        description = await stage.client.get_workflow_handle(incident_id(world.number)).describe()
        assert description.history_length < SUGGESTED_AT * 2
        assert description.run_id != description.raw_description.workflow_execution_info.first_run_id
        texts = [item.text for item in (await world.snapshot()).information]
        assert texts == [f"第{number}条" for number in range(14)] + [f"信号{number}" for number in range(6)]
        world.pages.expect("information", *[cast.MANAGER] * 20)
        world.pages.expect("step_result", cast.SUPERVISOR)
        await world.check()
