"""5.2.1: an alarm that reaches an incident which is over, but not put away yet, opens the next one."""

from domain.acts import Withdraw
from tests import cast
from tests.harness import World
from tests.stories.test_alerts_join_the_open_incident import alert
from workflows.contract import ALERT, AlertState, incident_id


async def test_it_is_given_back_and_opens_another(world: World) -> None:
    reporter = {"reporter": cast.OPERATOR}
    workflow_id = await world.stage.incidents.alert(await alert(world, **reporter))
    await world.stage.still()
    first = (await state_of(world, workflow_id)).number
    assert first
    world.number = first
    async with world.stage.database_away():
        await world.act(cast.OPERATOR, Withdraw(reason="测试"))
        handle = world.stage.client.get_workflow_handle(incident_id(first))
        await handle.signal(ALERT, await alert(world, "2", **reporter))
    await world.stage.still()
    state = await state_of(world, workflow_id)
    assert (state.openings, state.last_number) == (2, first)
    assert state.number not in (None, first)
    assert [event.kind for event in await world.events("report_repeated")] == []
    world.pages.forget()


async def state_of(world: World, workflow_id: str) -> AlertState:
    state = await world.stage.incidents.incident_of_alert(workflow_id)
    assert state
    return state
