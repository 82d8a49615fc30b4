"""5.2.7: a silent director is called again at 5, his deputy at 10, the general manager told at 20; nothing starts."""

from domain.acts import AcknowledgeInformation, DecideProcedure, GiveInformation
from domain.errors import NotAuthorised
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given


async def test_who_is_called_when(world: World) -> None:
    await given.on_site(world)
    await world.pass_time(minutes=72)
    asked_at = (await world.snapshot()).procedure_asked_at
    assert asked_at
    both = {cast.DIRECTOR, cast.DEPUTY_DIRECTOR}
    world.pages.expect("report_due", cast.MANAGER)
    assert world.pages.calls("procedure", since=asked_at) == [
        (0, {cast.DIRECTOR}),
        (5, {cast.DIRECTOR}),
        (10, both),
        (15, both),
        (20, both),
        (30, both),
        (40, both),
    ]
    [informed] = world.pages.expect("informed", cast.GENERAL_MANAGER)
    assert (informed.created_at - asked_at).total_seconds() // 60 == 20


async def test_the_manager_goes_on_commanding(world: World) -> None:
    await given.director_asked(world)
    await world.pass_time(hours=5)
    world.pages.forget()
    assert (await world.snapshot()).phase == Phase.DIRECTOR_DECISION
    await world.act(cast.TECHNICIAN, GiveInformation(text="磁盘告警"))
    world.pages.expect("information", cast.MANAGER)
    await world.act(cast.MANAGER, AcknowledgeInformation(information=1))


async def test_the_deputy_decides_for_him_the_general_manager_does_not(world: World) -> None:
    await given.director_asked(world)
    start = DecideProcedure(start=True, reason="影响扩大")
    for person in (cast.GENERAL_MANAGER, cast.MANAGER):
        await world.refused(person, start, NotAuthorised, "5.2.7")
    await world.act(cast.DEPUTY_DIRECTOR, start)
    decided = next(entry for entry in await world.timeline() if entry.event.kind == "procedure_decided")
    assert decided.on_behalf_of == cast.DIRECTOR
    world.pages.expect("form_group", cast.DIRECTOR)
