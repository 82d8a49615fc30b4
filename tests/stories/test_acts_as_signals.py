"""An act that comes as a signal counts the same; one that breaks a rule, or cannot be read, is recorded as refused."""

from domain.acts import Judge, RecordStep
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given
from workflows.contract import incident_id

EMERGENCY = Judge(verdict="emergency")


async def test_it_is_carried_out(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.tell(cast.MANAGER, EMERGENCY)
    assert (await world.snapshot()).phase == Phase.OPERATOR_HANDLING
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)


async def test_it_is_refused_for_the_record(world: World) -> None:
    await given.activated(world)
    version = (await world.snapshot()).version
    await world.tell(cast.OPERATOR, RecordStep(step="switch", result="done"))
    refused = (await world.timeline())[-1]
    assert (refused.person, refused.clause, refused.event.kind) == (cast.OPERATOR, "5.2.3", "refused")
    [event] = await world.events("refused")
    assert (event.act, event.code, event.params) == ("record_step", "conflict", {"waiting": "look"})
    assert (await world.snapshot()).version == version


async def test_what_cannot_be_read_is_recorded_and_harms_nothing(world: World) -> None:
    await given.activated(world)
    handle = world.stage.client.get_workflow_handle(incident_id(world.number))
    await handle.signal("judge", "emergency!")
    await handle.signal("judge", {"person": cast.MANAGER, "act": {"verdict": "perhaps"}})
    await world.stage.still()
    assert [event.code for event in await world.events("refused")] == ["malformed", "malformed"]
    await world.act(cast.OPERATOR, RecordStep(step="look", result="done"))
    world.pages.expect("step_result", cast.SUPERVISOR)


async def test_the_same_signal_twice_counts_once(world: World) -> None:
    await given.activated(world)
    step = RecordStep(step="look", result="done")
    for _ in range(3):
        await world.tell(cast.OPERATOR, step, command_id="step-look")
    assert len(await world.events("step_recorded")) == 1
    assert await world.events("refused") == []
    world.pages.expect("step_result", cast.SUPERVISOR)
