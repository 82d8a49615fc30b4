"""A repeated command gets the same receipt; the same id with another content is refused; a stale view as well."""

import asyncio

from domain.acts import GiveInformation, Record, RecordStep
from domain.errors import CommandReused, InTheFuture, StaleVersion, Unacceptable
from tests import cast
from tests.harness import World
from tests.stories import given

STEP = RecordStep(step="look", result="done")


async def test_repeated_it_gets_the_same_receipt(world: World) -> None:
    await given.activated(world)
    first = await world.act(cast.OPERATOR, STEP, command_id="once")
    again = await world.act(cast.OPERATOR, STEP, command_id="once")
    assert again.is_repeat
    assert again.model_copy(update={"is_repeat": False}) == first
    assert len(await world.events("step_recorded")) == 1
    world.pages.expect("step_result", cast.SUPERVISOR)


async def test_nine_at_once_count_once(world: World) -> None:
    await given.activated(world)
    command = world.command(cast.OPERATOR, STEP, command_id="once")
    receipts = [asyncio.create_task(world.stage.incidents.act(world.number, command)) for _ in range(9)]
    assert len({receipt.seq for receipt in await asyncio.gather(*receipts)}) == 1
    await world.stage.still()
    world.pages.expect("step_result", cast.SUPERVISOR)


async def test_with_another_content_it_is_refused(world: World) -> None:
    await given.activated(world)
    await world.act(cast.OPERATOR, STEP, command_id="once")
    world.pages.forget()
    other = RecordStep(step="look", result="failed")
    refusal = await world.refused(cast.OPERATOR, other, CommandReused, "5.2.3", command_id="once")
    assert refusal.field == "command_id"
    await world.refused(cast.SPECIALIST, STEP, CommandReused, "5.2.3", command_id="once")


async def test_who_looked_at_an_older_version_is_told(world: World) -> None:
    await given.activated(world)
    seen = (await world.snapshot()).version
    await world.act(cast.OPERATOR, STEP, expected_version=seen)
    world.pages.forget()
    second = RecordStep(step="restart", result="done")
    refusal = await world.refused(cast.OPERATOR, second, StaleVersion, "5.2.3", expected_version=seen)
    assert refusal.params == {"expected": str(seen), "current": str(seen + 1)}


async def test_what_only_adds_to_the_record_makes_no_view_stale(world: World) -> None:
    await given.activated(world)
    seen = (await world.snapshot()).version
    await world.act(cast.SPECIALIST, Record(kind="observation", text="风扇停转"))
    await world.act(cast.OPERATOR, STEP, expected_version=seen)
    world.pages.expect("step_result", cast.SUPERVISOR)


async def test_evidence_needs_its_digest_and_a_correction_its_entry(world: World) -> None:
    await given.activated(world)
    await world.refused(cast.SPECIALIST, Record(kind="fault_log", text="日志"), Unacceptable, "5.3.5")
    await world.refused(cast.SPECIALIST, Record(kind="correction", text="更正", corrects=999), Unacceptable, "5.3.5")
    await world.act(cast.SPECIALIST, Record(kind="fault_log", text="日志", sha256="a" * 64))
    await world.act(cast.SPECIALIST, Record(kind="correction", text="时间有误", corrects=1))
    assert [event.record for event in await world.events("recorded")] == ["fault_log", "correction"]


async def test_nothing_happens_in_the_future(world: World) -> None:
    await given.activated(world)
    soon = (await world.now()).replace(year=2100)
    await world.refused(cast.OPERATOR, GiveInformation(text="预感"), InTheFuture, "5.3.6", occurred_at=soon)
