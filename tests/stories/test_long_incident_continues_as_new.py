"""A long incident continues as new: no message, page or receipt is lost (real server, made to suggest it early)."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from domain.acts import Acknowledge, GiveInformation, Judge, RecordStep
from domain.errors import CommandReused
from tests import cast
from tests.harness import World
from tests.theatre import real
from workflows import recording
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


async def test_it_waits_while_too_much_is_not_recorded_to_be_carried_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "PORTABLE_BYTES", 1500)  # less than a long entry
    async with real(tmp_path, **EARLY) as stage:
        world = World(stage)
        await world.open()
        await world.act(cast.MANAGER, Judge(verdict="emergency"))
        handle = stage.client.get_workflow_handle(incident_id(world.number))
        stage.stillness.may_wait.add("record")
        with closing(sqlite3.connect(stage._file, isolation_level=None)) as somebody:
            somebody.execute("BEGIN EXCLUSIVE")
            for number in range(14):
                await world.act(cast.TECHNICIAN, GiveInformation(text=f"第{number}条" + "长" * 500))
            assert (await handle.describe()).history_length > SUGGESTED_AT
            assert not await _has_continued(handle)
        async with asyncio.timeout(60):
            while (await world.snapshot()).seq > len(await stage.record.timeline(world.number, limit=500)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await world.act(cast.TECHNICIAN, GiveInformation(text="库已恢复"))
        assert await _has_continued(handle)
        assert len((await world.snapshot()).information) == 15
        world.pages.forget()


async def _has_continued(handle: WorkflowHandle[Any, Any]) -> bool:
    described = await handle.describe()
    return bool(described.run_id != described.raw_description.workflow_execution_info.first_run_id)
