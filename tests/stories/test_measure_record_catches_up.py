"""5.3.5, 6.2: with our database away a measure goes on and calls people; the record catches up and verifies."""

from adapters.verify import verify
from domain.measure import ReportDone, VerifyMeasure
from tests import cast
from tests.harness import World
from tests.stories.rectifying import Rectifying


async def test_5_3_5_the_measure_goes_on_and_the_record_catches_up(world: World) -> None:
    story = await Rectifying.opened(world)
    world.pages.expect("rectification_opened", cast.TECHNICIAN)
    await story.timeline()
    async with world.stage.database_away():
        await story.act(cast.TECHNICIAN, ReportDone(text="已更换"))
        world.pages.expect("rectification_verification", cast.SUPERVISOR)
        await story.act(cast.SUPERVISOR, VerifyMeasure(completion=1, passed=False, text="未复位"))
        assert len(await world.stage.measure_record.timeline(story.number)) == 1
        assert await story.is_running()
    entries = await story.timeline()
    assert [entry.event.kind for entry in entries if entry.person] == [
        "measure_opened",
        "done_reported",
        "measure_sent_back",
    ]
    world.pages.forget()
    findings = await verify(world.stage.database, world.stage.client, story.number)
    assert (findings.faults, findings.measures, findings.measure_entries) == ([], 1, len(entries))
