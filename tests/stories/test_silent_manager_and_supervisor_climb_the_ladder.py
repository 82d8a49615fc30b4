"""5.2.1: both paged at 0, again at 5, deputies at 10, the director at 15, then the whole list without end."""

from domain.acts import Judge
from domain.errors import NotAuthorised
from domain.incident import Phase
from tests import cast
from tests.harness import World

JUDGES = {cast.MANAGER, cast.SUPERVISOR}
DEPUTIES = {cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR}
EVERYONE = {
    *JUDGES,
    *DEPUTIES,
    cast.DIRECTOR,
    cast.DEPUTY_DIRECTOR,
    cast.SPECIALIST,
    cast.SECOND_SPECIALIST,
}


async def test_who_is_called_when(world: World) -> None:
    await world.open()
    asked_at = (await world.timeline())[0].recorded_at
    await world.pass_time(minutes=66)
    assert world.pages.calls("judgement", "unanswered", since=asked_at) == [
        (0, JUDGES),
        (5, JUDGES),
        (10, JUDGES | DEPUTIES),
        (15, JUDGES | DEPUTIES | {cast.DIRECTOR}),
        (20, JUDGES | DEPUTIES | {cast.DIRECTOR}),
        (25, EVERYONE),
        (35, EVERYONE),
        (45, EVERYONE),
        (55, EVERYONE),
        (65, EVERYONE),
    ]


async def test_it_never_ends_and_nothing_is_judged_by_itself(world: World) -> None:
    await world.open()
    await world.pass_time(hours=12)
    assert (await world.snapshot()).phase == Phase.JUDGING
    world.pages.forget()
    await world.pass_time(minutes=10)
    asked = JUDGES | DEPUTIES | {cast.DIRECTOR}
    world.pages.expect("judgement", *asked)
    world.pages.expect("unanswered", *(EVERYONE - asked))


async def test_a_deputy_judges_for_whom_he_stands_in(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.act(cast.DEPUTY_SUPERVISOR, Judge(verdict="not_emergency", reason="测试告警"))
    judged = (await world.timeline())[-1]
    assert (judged.person, judged.role, judged.on_behalf_of) == (
        cast.DEPUTY_SUPERVISOR,
        "it_supervisor",
        cast.SUPERVISOR,
    )
    world.pages.expect("dismissed", cast.OPERATOR)


async def test_a_specialist_who_is_called_with_everyone_still_cannot_judge(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.refused(cast.SPECIALIST, Judge(verdict="emergency"), NotAuthorised, "5.2.2")
