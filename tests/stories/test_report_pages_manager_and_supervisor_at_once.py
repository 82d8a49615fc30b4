"""5.2.1: a report pages manager and supervisor at once; either answer suffices."""

from domain.acts import Judge
from domain.incident import Phase
from tests import cast
from tests.harness import World


async def test_both_are_paged_at_once(world: World) -> None:
    await world.open()
    pages = world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    reported = (await world.timeline())[0]
    assert all((page.created_at - reported.recorded_at).total_seconds() < 1 for page in pages)
    assert {page.clause for page in pages} == {"5.2.1"}
    assert (await world.snapshot()).phase == Phase.JUDGING


async def test_one_answer_ends_the_page_for_both(world: World) -> None:
    await world.open()
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    await world.act(cast.SUPERVISOR, Judge(verdict="not_emergency", reason="误报"))
    world.pages.expect("dismissed", cast.OPERATOR)
    await world.pass_time(hours=2)
    world.pages.no_more()
