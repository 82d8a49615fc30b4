"""5.2.1: alerts of one dedup key open one incident, repeats join it, a resolved one is recorded and not trusted."""

import asyncio
from typing import Any

from domain.acts import Judge, Withdraw
from domain.company import Role
from domain.incident import Phase
from tests import cast
from tests.harness import World
from workflows.contract import Alert, AlertState

KEY = "trading/login-failed"


async def alert(world: World, occurrence: str = "1", **changes: Any) -> Alert:
    now = await world.now()
    parts: dict[str, Any] = {
        "source": "monitor",
        "dedup_key": KEY,
        "status": "firing",
        "occurrence": occurrence,
        "command_id": f"alert-{occurrence}",
        "title": "登录失败",
        "system": cast.TRADING,
        "symptom": "登录成功率 0",
        "started_at": now,
        "runbook": cast.TRADING_RUNBOOK,
    }
    return Alert(**(parts | changes))


async def fired(world: World, *alerts: Alert) -> AlertState:
    ids = await asyncio.gather(*(world.stage.incidents.alert(item) for item in alerts))
    assert len(set(ids)) == 1
    await world.stage.still()
    state = await world.stage.incidents.incident_of_alert(ids[0])
    assert state
    world.number = state.number or world.number
    return state


async def test_the_first_opens_an_incident_and_pages(world: World) -> None:
    state = await fired(world, await alert(world))
    reported = (await world.timeline())[0]
    assert (reported.role, reported.person) == (Role.ALERT_SOURCE, None)
    assert (await world.snapshot()).dedup_key == KEY
    assert state.firing_count == 1
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)


async def test_fifty_at_once_are_one_incident(world: World) -> None:
    alerts = [await alert(world, str(number)) for number in range(50)]
    state = await fired(world, *alerts)
    assert (state.openings, state.firing_count) == (1, 50)
    assert len(await world.events("report_repeated")) == 49
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)


async def test_the_same_occurrence_again_is_no_news(world: World) -> None:
    first = await alert(world)
    for _ in range(3):
        await fired(world, first)
    assert await world.events("report_repeated") == []
    await fired(world, await alert(world, "2"))
    assert len(await world.events("report_repeated")) == 1
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)


async def test_resolved_is_recorded_told_and_changes_nothing(world: World) -> None:
    await fired(world, await alert(world))
    await world.act(cast.MANAGER, Judge(verdict="emergency"))
    world.pages.forget()
    await fired(world, await alert(world, status="resolved"))
    assert (await world.snapshot()).phase == Phase.OPERATOR_HANDLING
    assert len(await world.events("alert_resolved")) == 1
    world.pages.expect("alert_resolved", cast.MANAGER)


async def test_of_many_that_end_one_message_tells(world: World) -> None:
    await fired(world, *[await alert(world, str(number)) for number in range(5)])
    await world.act(cast.MANAGER, Judge(verdict="emergency"))
    world.pages.forget()
    for number in range(4):
        await fired(world, await alert(world, str(number), status="resolved"))
    world.pages.expect("alert_resolved")
    await fired(world, await alert(world, "4", status="resolved"))
    world.pages.expect("alert_resolved", cast.MANAGER)
    assert len(await world.events("alert_resolved")) == 1
    await fired(world, await alert(world, "4", status="resolved"))
    assert len(await world.events("alert_resolved")) == 1


async def test_more_than_can_be_remembered_are_no_news_when_they_come_again(world: World) -> None:
    group = [await alert(world, str(number)) for number in range(210)]
    await fired(world, *group)
    before = len(await world.events("report_repeated"))
    await fired(world, *group)
    assert len(await world.events("report_repeated")) == before == 209
    world.pages.forget()


async def test_after_the_end_the_next_one_opens_another_linked_to_it(world: World) -> None:
    reporter = {"reporter": cast.OPERATOR}
    await fired(world, await alert(world, **reporter))
    first = world.number
    await world.act(cast.OPERATOR, Withdraw(reason="测试"))
    await world.ended()
    state = await fired(world, await alert(world, **reporter))
    assert (state.number, state.reports["alert-1"].number) == (None, first), "the same report again opens none"
    state = await fired(world, await alert(world, "2", **reporter))
    assert state.last_number == first
    assert world.number != first
    assert (await world.snapshot()).recurrence_of == first
    world.pages.forget()
