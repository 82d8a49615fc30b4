"""6.2, R26: measures that a report had opened when it became void keep their numbers; the next report has its own."""

from domain.acts import ReceiveSummary, RectificationMeasure, Reopen, ReportResolved, VerifyRecovery
from tests import cast
from tests.harness import World
from tests.stories import given


async def test_no_measure_is_lost_between_two_reports(world: World) -> None:
    await given.in_summary(world)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    await world.act(cast.DIRECTOR, ReceiveSummary(version=1, accept=True))
    async with world.stage.database_away():
        world.stage.stillness.may_wait.add("open_measures")
        await world.act(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=True))
        await world.act(cast.MANAGER, Reopen(reason="又超时"))
    first = f"M-{world.number}-1"
    assert (await world.snapshot()).measures == [first]
    await world.act(cast.MANAGER, ReportResolved(text="换了控制器"))
    await given.checked(world)
    await world.act(cast.SUPERVISOR, VerifyRecovery(passed=True, text="再次复核"))
    report = await given.summary(world)
    other = RectificationMeasure(text="更换控制器", owner=cast.TECHNICIAN, due=report.measures[0].due)
    await world.act(cast.SUPERVISOR, report.model_copy(update={"measures": [other]}))
    for person in (cast.DIRECTOR, cast.GENERAL_MANAGER):
        await world.act(person, ReceiveSummary(version=2, accept=True))
    second = f"M-{world.number}-2"
    assert (await world.snapshot()).measures == [first, second]
    assert (await world.stage.measures.snapshot(second)).text == "更换控制器"
    world.pages.forget()
