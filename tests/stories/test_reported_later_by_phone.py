"""What is entered later keeps its own time; its clocks may be overdue at birth and then ring at once."""

from datetime import timedelta

from domain.acts import Judge
from domain.errors import Unacceptable
from domain.incident import Phase
from tests import cast
from tests.harness import World

EMERGENCY = Judge(verdict="emergency")


async def test_a_judgement_of_half_an_hour_ago_is_overdue_at_birth(world: World) -> None:
    discovered_at = await world.now() - timedelta(minutes=50)
    await world.open(discovered_at=discovered_at)
    reported = (await world.timeline())[0]
    assert (reported.occurred_at, reported.is_late) == (discovered_at, True)
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    await world.act(cast.MANAGER, EMERGENCY, occurred_at=discovered_at + timedelta(minutes=15))
    incident = await world.snapshot()
    assert (incident.phase, incident.activated_at) == (
        Phase.DIRECTOR_DECISION,
        discovered_at + timedelta(minutes=15),
    )
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST, cast.SECOND_SPECIALIST, cast.MANAGER)
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    world.pages.expect("report_due", cast.MANAGER)
    world.pages.expect("procedure", cast.DIRECTOR)


async def test_nothing_happened_before_the_anomaly_was_discovered(world: World) -> None:
    discovered_at = await world.now() - timedelta(minutes=10)
    await world.open(discovered_at=discovered_at)
    world.pages.forget()
    before = discovered_at - timedelta(seconds=1)
    await world.refused(cast.MANAGER, EMERGENCY, Unacceptable, "5.2.2", occurred_at=before)
