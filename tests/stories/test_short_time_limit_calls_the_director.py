"""5.2.6: not solved in 30 minutes: director paged and manager told at the same instant, once."""

from domain.acts import ReportToDirector
from domain.errors import AlreadyDecided, NotAuthorised
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given


async def test_both_hear_of_it_once_at_thirty_minutes(world: World) -> None:
    await given.on_site(world)
    activated_at = (await world.snapshot()).activated_at
    assert activated_at
    await world.pass_time(minutes=29, seconds=45)
    world.pages.no_more()
    await world.pass_time(seconds=20)
    [director] = world.pages.expect("procedure", cast.DIRECTOR)
    [manager] = world.pages.expect("report_due", cast.MANAGER)
    assert in_minutes(director.created_at - activated_at) == 30
    assert abs((director.created_at - manager.created_at).total_seconds()) < 1
    assert (director.clause, manager.clause) == ("5.2.6", "5.2.6")
    assert (await world.snapshot()).phase == Phase.DIRECTOR_DECISION
    await world.pass_time(hours=2)
    world.pages.expect("report_due")
    assert len(await world.events("short_time_limit_passed")) == 1
    world.pages.forget()


async def test_the_managers_own_report_is_recorded_when_he_makes_it(world: World) -> None:
    await given.director_asked(world)
    await world.refused(cast.SUPERVISOR, ReportToDirector(text="汇报"), NotAuthorised, "5.2.6")
    await world.act(cast.MANAGER, ReportToDirector(text="主库损坏"))
    await world.refused(cast.MANAGER, ReportToDirector(text="再次汇报"), AlreadyDecided, "5.2.6")
