"""3.1: two incidents with one cause are linked; each keeps its clocks and its command, and both timelines hold it."""

from domain.acts import Close, Link, Unlink
from domain.errors import AlreadyDecided, Conflict, NotAuthorised
from domain.incident import Incident
from tests import cast
from tests.harness import World
from tests.stories import given
from workflows import contract
from workflows.contract import ChildWord


async def two(world: World) -> tuple[str, str]:
    """A parent that is handled, and a child that is the story's incident."""
    await given.activated(world)
    parent = world.number
    await given.activated(world)
    return parent, world.number


async def clocks(world: World, number: str) -> Incident:
    return (await world.snapshot(number)).model_copy(deep=True)


async def test_both_timelines_hold_it_and_no_clock_moves(world: World) -> None:
    parent, child = await two(world)
    before = [await clocks(world, number) for number in (parent, child)]
    await world.refused(cast.SPECIALIST, Link(parent=parent, reason="同因"), NotAuthorised, "3.1")
    await world.act(cast.MANAGER, Link(parent=parent, reason="同一存储故障"))
    after = [await clocks(world, number) for number in (parent, child)]
    assert [item.deadlines for item in after] == [item.deadlines for item in before]
    assert (list(after[0].children), after[1].parent) == ([child], parent)
    world.pages.expect("linked", cast.DIRECTOR, cast.MANAGER, cast.DIRECTOR)
    await world.refused(cast.SUPERVISOR, Link(parent=parent, reason="再连"), AlreadyDecided, "3.1")
    await world.act(cast.SUPERVISOR, Unlink(reason="原因不同"))
    kinds = [entry.event.kind for entry in await world.timeline(parent)]
    assert kinds[-2:] == ["child_linked", "child_unlinked"]
    assert (await world.snapshot(parent)).children == {}
    world.pages.expect("unlinked", *[cast.MANAGER, cast.DIRECTOR] * 2)


async def test_a_child_is_told_to_its_parent_once_however_often_it_says_so(world: World) -> None:
    parent, child = await two(world)
    await world.act(cast.MANAGER, Link(parent=parent, reason="同因"))
    world.pages.forget()
    [linked] = [entry for entry in await world.timeline() if entry.event.kind == "linked"]
    word = ChildWord(parent=parent, child=child, told_as=linked.seq, is_linked=True, reason="同因")
    handle = world.stage.client.get_workflow_handle(contract.incident_id(parent))
    for _ in range(3):
        await handle.signal(contract.CHILD_SAYS, word)
    await world.stage.still()
    kinds = [entry.event.kind for entry in await world.timeline(parent)]
    assert kinds.count("child_linked") == 1


async def test_two_that_choose_each_other_stand_alone(world: World) -> None:
    parent, child = await two(world)
    await world.act(cast.MANAGER, Link(parent=parent, reason="同因"))
    world.pages.forget()
    await world.refused(cast.MANAGER, Link(parent=child, reason="自己"), AlreadyDecided, "3.1")
    world.number = parent
    await world.refused(cast.MANAGER, Link(parent=child, reason="反过来"), Conflict, "3.1")


async def test_a_parent_that_is_linked_itself_refuses(world: World) -> None:
    parent, child = await two(world)
    await world.act(cast.MANAGER, Link(parent=parent, reason="同因"))
    await given.activated(world)
    await world.act(cast.MANAGER, Link(parent=child, reason="同因"))  # who asks no door learns it a moment later
    assert (await world.snapshot()).parent is None
    [refused] = await world.events("link_refused")
    assert refused.parent == child
    assert (await world.snapshot(child)).children == {}
    world.pages.expect("link_refused", cast.MANAGER, cast.DIRECTOR)
    world.pages.expect("linked", cast.DIRECTOR)


async def test_a_parent_that_is_closed_or_never_was_refuses(world: World) -> None:
    await given.ready_to_close(world)
    await world.act(cast.MANAGER, Close())
    over = world.number
    await world.ended()
    await given.activated(world)
    for wrong in (over, "STORY-00000"):
        await world.act(cast.MANAGER, Link(parent=wrong, reason="同因"))
        assert (await world.snapshot()).parent is None
    assert [event.parent for event in await world.events("link_refused")] == [over, "STORY-00000"]
    world.pages.forget()
