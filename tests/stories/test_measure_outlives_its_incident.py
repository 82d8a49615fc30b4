"""6.2: measures begin when both have accepted the report; reminded, extended and verified when the incident is over."""

from datetime import timedelta

from temporalio.client import WorkflowExecutionStatus

from domain.acts import Close, DecideRunbook, ReceiveSummary, RectificationMeasure
from domain.errors import AlreadyDecided, Conflict, NotAuthorised, OwnWork, ReasonNeeded, Unacceptable
from domain.measure import AskExtension, DecideExtension, MeasureState, ReportDone, VerifyMeasure
from tests import cast
from tests.harness import World
from tests.stories import given
from tests.stories.rectifying import Rectifying


async def accepted(world: World) -> list[Rectifying]:
    """Both accept a report with two measures; each begins once, with an owner and another person who verifies it."""
    await given.in_summary(world)
    report = await given.summary(world)
    due = await world.now() + timedelta(days=9)
    own = RectificationMeasure(text="加容量告警", owner=cast.TECHNICIAN, due=due)
    others = RectificationMeasure(text="补写手册", owner=cast.SUPERVISOR, due=due + given.MONTH)
    await world.act(cast.SUPERVISOR, report.model_copy(update={"measures": [own, others]}))
    await world.act(cast.DIRECTOR, ReceiveSummary(version=1, accept=True))
    assert (await world.snapshot()).measures == []
    world.pages.forget()
    await world.act(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=True))
    numbers = [f"M-{world.number}-1", f"M-{world.number}-2"]
    assert (await world.snapshot()).measures == numbers
    world.pages.expect("rectification_opened", cast.TECHNICIAN, cast.SUPERVISOR)
    return [Rectifying(world, number) for number in numbers]


async def closed(world: World) -> None:
    """The incident closes; nothing of it waits for its measures."""
    await world.act(cast.MANAGER, DecideRunbook(change=False, reason="手册适用"))
    await world.act(cast.MANAGER, Close())
    assert await world.ended() == WorkflowExecutionStatus.COMPLETED
    assert len(await world.events("measures_opened")) == 1
    world.pages.forget()


async def reminded(world: World, story: Rectifying) -> None:
    """Three working days before it is due, in the morning, once that day."""
    await world.stage.move_to(await story.morning_before_due(3) - timedelta(minutes=1))
    world.pages.no_more()
    await world.pass_time(minutes=2)
    [message] = world.pages.expect("rectification_due", cast.TECHNICIAN)
    assert "即将到期" in world.pages.words(message).subject
    assert f"/api/v1/measures/{story.number}" in world.pages.words(message).body
    await world.pass_time(hours=2)
    world.pages.no_more()


async def extended(world: World, story: Rectifying) -> None:
    """The owner asks, the manager grants; nobody decides twice, or backwards in time."""
    later = AskExtension(due=await story.due() + timedelta(days=7), reason="备件未到")
    await story.refused(cast.MANAGER, later, NotAuthorised)
    await story.refused(cast.TECHNICIAN, AskExtension(due=await world.now(), reason="早一点"), Unacceptable)
    await story.act(cast.TECHNICIAN, later)
    [asked] = world.pages.expect("rectification_extension", cast.MANAGER)
    assert "备件未到" in world.pages.words(asked).body
    await story.refused(cast.TECHNICIAN, later, AlreadyDecided)
    await story.refused(cast.TECHNICIAN, DecideExtension(extension=1, grant=True), NotAuthorised)
    await story.refused(cast.DIRECTOR, DecideExtension(extension=1, grant=False), ReasonNeeded)
    before = await story.due()
    await story.act(cast.MANAGER, DecideExtension(extension=1, grant=True))
    assert await story.due() > before + timedelta(days=6)
    await story.refused(cast.DIRECTOR, DecideExtension(extension=1, grant=True), AlreadyDecided)
    world.pages.expect("rectification_news", cast.TECHNICIAN)
    await world.stage.move_to(before + timedelta(minutes=5))
    world.pages.no_more()


async def verified(world: World, story: Rectifying) -> None:
    """The evidence goes to the verifier; his word closes it."""
    await world.until(10)
    await story.act(cast.TECHNICIAN, ReportDone(text="告警已上线，截图见附件"))
    [done] = world.pages.expect("rectification_verification", cast.SUPERVISOR)
    assert "告警已上线" in world.pages.words(done).body
    passed = VerifyMeasure(completion=1, passed=True, text="已亲自核实")
    await story.refused(cast.TECHNICIAN, passed, NotAuthorised)
    await story.act(cast.SUPERVISOR, passed)
    world.pages.expect("rectification_news", cast.TECHNICIAN)
    assert (await story.snapshot()).state == MeasureState.CLOSED
    await story.refused(cast.SUPERVISOR, passed, Conflict)


async def test_6_2_reminded_extended_and_verified_after_the_incident_closed(world: World) -> None:
    story, second = await accepted(world)
    assert (await story.snapshot()).verifier == cast.SUPERVISOR
    assert (await second.snapshot()).verifier == cast.MANAGER, "the supervisor owns it himself"
    await closed(world)
    await reminded(world, story)
    await extended(world, story)
    await verified(world, story)
    happened = ["measure_opened", "extension_asked", "extension_granted", "done_reported", "measure_verified"]
    assert await story.kinds() == happened
    row = await world.stage.measure_record.get(story.number)
    assert row
    assert (row.is_over, row.incident, row.state) == (True, world.number, "closed")
    assert not await story.is_running()
    assert await second.is_running(), "an open measure of a closed incident is normal"


async def test_6_2_nobody_decides_about_his_own(world: World) -> None:
    story = await Rectifying.opened(world, owner=cast.MANAGER)
    assert (await story.snapshot()).verifier == cast.SUPERVISOR
    await story.act(cast.MANAGER, AskExtension(due=await story.due() + timedelta(days=7), reason="等设备"))
    await story.refused(cast.MANAGER, DecideExtension(extension=1, grant=True), OwnWork)
    world.pages.expect("rectification_opened", cast.MANAGER)
    world.pages.expect("rectification_extension", cast.DIRECTOR)
    await story.refused(cast.DEPUTY_MANAGER, DecideExtension(extension=1, grant=True), OwnWork)
    await story.act(cast.DEPUTY_DIRECTOR, DecideExtension(extension=1, grant=False, reason="设备已到"))
    world.pages.expect("rectification_news", cast.MANAGER)
    decided = (await story.timeline())[-1]
    assert (decided.person, decided.on_behalf_of) == (cast.DEPUTY_DIRECTOR, cast.DIRECTOR)
