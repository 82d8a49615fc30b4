"""5.2.6: severity I calls the director at once; raising recomputes the limit and may be due at once."""

import pytest

from domain.acts import ChangeSeverity, Judge
from domain.errors import Conflict, NotAuthorised
from domain.incident import Phase
from domain.policy import Severity
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given


async def test_severity_one_goes_to_the_director_and_the_scene_at_once(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.act(cast.MANAGER, Judge(verdict="emergency", severity=Severity.I))
    assert (await world.snapshot()).phase == Phase.DIRECTOR_DECISION
    world.pages.expect("procedure", cast.DIRECTOR)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    world.pages.expect("report_due", cast.MANAGER)
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)


@pytest.mark.parametrize(("severity", "minutes"), [(Severity.II, 15), (Severity.III, 30), (Severity.IV, 60)])
async def test_each_severity_has_its_limit(world: World, severity: Severity, minutes: int) -> None:
    await given.on_site(world, severity=severity)
    activated_at = (await world.snapshot()).activated_at
    assert activated_at
    await world.pass_time(minutes=61)
    [passed] = [entry for entry in await world.timeline() if entry.event.kind == "short_time_limit_passed"]
    assert in_minutes(passed.recorded_at - activated_at) == minutes
    world.pages.forget()


async def test_raising_it_after_the_new_limit_calls_the_director_at_once(world: World) -> None:
    await given.on_site(world)
    await world.pass_time(minutes=20)
    world.pages.no_more()
    await world.act(cast.SUPERVISOR, ChangeSeverity(severity=Severity.II, reason="用户增多"))
    world.pages.expect("procedure", cast.DIRECTOR)
    world.pages.expect("report_due", cast.MANAGER)
    assert len(await world.events("short_time_limit_passed")) == 1


async def test_lowering_it_gives_more_time_but_needs_the_role_that_set_it(world: World) -> None:
    await given.on_site(world)
    change = ChangeSeverity(severity=Severity.IV, reason="影响很小")
    await world.refused(cast.SUPERVISOR, change, NotAuthorised, "5.2.2")
    await world.act(cast.MANAGER, change)
    await world.refused(cast.MANAGER, change, Conflict, "5.2.2")
    await world.pass_time(minutes=58)
    world.pages.no_more()
    assert (await world.snapshot()).phase == Phase.ON_SITE_HANDLING
