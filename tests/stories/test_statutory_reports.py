"""8, and what the law asks for: manager and director are told, reminded, and told again; what was sent is recorded."""

from datetime import timedelta

from domain.acts import FileStatutoryReport, Judge, StatutorySection, WaiveStatutoryReport
from domain.errors import AlreadyDecided, NotAuthorised, Unacceptable, Unknown
from domain.policy import Severity
from tests import cast
from tests.harness import World
from tests.stories import given

LEADERS = (cast.MANAGER, cast.DIRECTOR)


def filed(*heads: int, regulator: str = "cac") -> FileStatutoryReport:
    return FileStatutoryReport(regulator=regulator, heads=list(heads), sent_to="省网信办平台", reference="2026-0007")


async def test_the_clock_runs_from_the_discovery(world: World) -> None:
    world.policy = cast.policy(regulators=cast.regulators())
    await world.open(discovered_at=await world.now() - timedelta(minutes=30))
    world.pages.forget()
    await world.act(cast.MANAGER, Judge(verdict="emergency"))
    incident = await world.snapshot()
    assert incident.discovered_at
    due = incident.deadlines["statutory/cac/first"].at
    assert due == incident.discovered_at + timedelta(hours=4)
    told = world.pages.expect("statutory_due", *LEADERS)
    assert [message.due for message in told] == [due, due]
    world.pages.forget()


async def test_reminded_before_overdue_after_and_quiet_once_it_is_sent(world: World) -> None:
    world.policy = cast.policy(regulators=cast.regulators())
    await given.in_summary(world)
    await world.pass_time(hours=2)
    assert len(await world.events("statutory_reminded")) == 1
    [first, _] = world.pages.expect("statutory_reminder", *LEADERS)
    assert "网信办" in world.pages.words(first).body
    await world.pass_time(hours=3)
    world.pages.expect("statutory_overdue", *LEADERS * 2)
    await world.refused(cast.OPERATOR, filed(), NotAuthorised, "8")
    await world.refused(cast.SPECIALIST, filed(3), Unacceptable, "8")
    await world.act(cast.SPECIALIST, filed(1, 2))
    await world.pass_time(hours=3)
    assert len(await world.events("statutory_overdue")) == 2
    sections = [StatutorySection(head=4, text="控制器固件缺陷")]
    await world.act(cast.DIRECTOR, filed(3, 5, 6, 7, 8).model_copy(update={"sections": sections}))
    reports = await world.events("statutory_filed")
    assert [[section.head for section in report.sections] for report in reports] == [[1, 2], [3, 4, 5, 6, 7, 8]]
    assert (reports[0].late_minutes > 60, reports[1].is_complete) == (True, True)
    await world.refused(cast.SPECIALIST, filed(1), AlreadyDecided, "8")


async def test_a_higher_severity_tells_more_of_them(world: World) -> None:
    world.policy = cast.policy(regulators=cast.regulators(severity_at_least="II"))
    await given.on_site(world, severity=Severity.III)
    await world.refused(cast.MANAGER, filed(), Unknown, "8")
    await world.act(cast.MANAGER, given.raised(Severity.I))
    assert {event.regulator for event in await world.events("statutory_due")} == {"cac", "csrc"}
    world.pages.expect("statutory_due", *LEADERS * 2)
    waive = WaiveStatutoryReport(regulator="csrc", reason="法务确认不适用")
    await world.refused(cast.MANAGER, waive, NotAuthorised, "8")
    await world.act(cast.DIRECTOR, waive)
    assert {item.regulator for item in (await world.snapshot()).statutory} == {"cac"}
    world.pages.forget()


async def test_nobody_is_ever_told_of_a_drill(world: World) -> None:
    world.policy = cast.policy(regulators=cast.regulators())
    await given.in_summary(world, is_drill=True, severity=Severity.II)
    assert (await world.snapshot()).statutory == []
    await world.pass_time(hours=5)
