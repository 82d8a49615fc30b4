"""4.2, 5.2.1: the one on duty is paged first, his backup with the deputies; leave is leave."""

from datetime import timedelta

from domain.acts import Judge
from domain.company import Company, Delegation, Leave, Role, Watch
from tests import cast
from tests.harness import World

BACKUP = cast.OUTSIDER


async def company(world: World, *, away: str | None = None) -> Company:
    now = await world.now()
    starts, ends = now - timedelta(hours=1), now + timedelta(days=1)
    people = cast.company().people
    for person in people:
        person.posts += [Role.IT_MANAGER] if person.id == BACKUP else []
    return cast.company(
        people=people,
        delegations=[Delegation(post=Role.IT_SUPERVISOR, principal=cast.SUPERVISOR, deputy=cast.DEPUTY_SUPERVISOR)],
        duty=[Watch(post=Role.IT_MANAGER, starts=starts, ends=ends, people=[cast.MANAGER, BACKUP])],
        leaves=[Leave(id="away", person=away, starts=starts, ends=ends)] if away else [],
    )


async def test_the_primary_is_paged_the_backup_joins_with_the_deputies(world: World) -> None:
    world.company = await company(world)
    await world.open()
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    await world.pass_time(minutes=5)
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    await world.pass_time(minutes=5)
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR, BACKUP, cast.DEPUTY_SUPERVISOR)


async def test_with_the_primary_on_leave_the_backup_is_paged_at_once(world: World) -> None:
    world.company = await company(world, away=cast.MANAGER)
    await world.open()
    await world.pass_time(seconds=10)
    world.pages.expect("judgement", BACKUP, cast.SUPERVISOR)
    await world.act(BACKUP, Judge(verdict="not_emergency", reason="误报"))
    world.pages.expect("dismissed", cast.OPERATOR)


async def test_with_the_supervisor_on_leave_his_deputy_is_paged_at_once(world: World) -> None:
    world.company = await company(world, away=cast.SUPERVISOR)
    await world.open()
    await world.pass_time(seconds=10)
    world.pages.expect("judgement", cast.MANAGER, cast.DEPUTY_SUPERVISOR)
