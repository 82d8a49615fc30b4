"""Our database away: the incident goes on, pages go out, the record catches up without gaps."""

from domain.acts import GiveInformation, Judge, RecordStep
from domain.entry import first_break
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given


async def test_the_incident_goes_on_and_the_record_catches_up(world: World) -> None:
    await world.open()
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    async with world.stage.database_away():
        await world.act(cast.MANAGER, Judge(verdict="emergency"))
        world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)
        for step in cast.STEPS:
            await world.act(cast.OPERATOR, RecordStep(step=step, result="done"))
        world.pages.expect("step_result", *[cast.SUPERVISOR] * 3)
        known = len(await world.recorded())
        incident = await world.snapshot()
        assert (incident.phase, incident.seq > known) == (Phase.OPERATOR_HANDLING, True)
        held = await world.stage.incidents.unrecorded(world.number)
        assert [entry.seq for entry in held] == list(range(known + 1, incident.seq + 1))
    entries = await world.recorded()
    assert [entry.seq for entry in entries] == list(range(1, incident.seq + 1))
    assert first_break(entries) is None


async def test_limits_fall_due_and_people_are_called_meanwhile(world: World) -> None:
    await given.on_site(world)
    await world.pass_time(minutes=29)
    async with world.stage.database_away():
        await world.act(cast.TECHNICIAN, GiveInformation(text="备库也损坏"))
        world.pages.expect("information", cast.MANAGER)
        await world.pass_time(seconds=65)
        world.pages.expect("report_due", cast.MANAGER)
        world.pages.expect("procedure", cast.DIRECTOR)
    assert len(await world.events("short_time_limit_passed")) == 1
