"""6.2: a severity I or II is told early, within three days, and both readers are asked until they have taken note."""

from domain.acts import Acknowledge, SubmitPreliminary
from domain.errors import AlreadyDecided, NotAuthorised
from domain.policy import Severity
from tests import cast
from tests.harness import World
from tests.stories import given

REPORT = SubmitPreliminary(what="交易中断四十分钟", cause_so_far="疑似存储控制器", next_steps="更换并复测")


async def test_two_deadlines_beside_each_other(world: World) -> None:
    world.calendar = cast.calendar(holidays=[], make_up_days=[])
    await given.in_summary(world, severity=Severity.II)
    incident = await world.snapshot()
    verified_at = incident.verified_at
    assert verified_at
    early, whole = incident.deadlines["preliminary_due"].at, incident.deadlines["summary_due"].at
    assert ((early - verified_at).days, (whole - verified_at).days) == (3, 7)
    await world.refused(cast.TECHNICIAN, REPORT, NotAuthorised, "6.2")
    await world.act(cast.SPECIALIST, REPORT)
    world.pages.expect("preliminary_made", cast.DIRECTOR, cast.GENERAL_MANAGER)
    await world.refused(cast.MANAGER, REPORT, AlreadyDecided, "6.2")
    await world.act(cast.DIRECTOR, Acknowledge(question="preliminary/it_director"))
    await world.pass_time(days=1, minutes=1)
    world.pages.expect("preliminary_made", cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER)
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)
    assert await world.events("preliminary_overdue") == []


async def test_overdue_is_told_to_manager_and_director(world: World) -> None:
    await given.in_summary(world, severity=Severity.I)
    await world.pass_time(days=3, minutes=-1)
    assert await world.events("preliminary_overdue") == []
    world.pages.forget()
    await world.pass_time(minutes=2)
    assert len(await world.events("preliminary_overdue")) == 1
    world.pages.expect("preliminary_overdue", cast.MANAGER, cast.DIRECTOR)
    world.pages.expect("preliminary", cast.MANAGER, cast.SPECIALIST)
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)
    await world.act(cast.MANAGER, REPORT)
    world.pages.expect("preliminary_made", cast.DIRECTOR, cast.GENERAL_MANAGER)
    assert set((await world.snapshot()).deadlines) == {"summary_due"}


async def test_a_milder_one_is_not_asked_for_it(world: World) -> None:
    await given.in_summary(world, severity=Severity.III)
    assert set((await world.snapshot()).deadlines) == {"summary_due"}
