"""5.2.3: an automatic step is carried out when the person in charge confirms it: once, and never again by itself."""

from datetime import timedelta

from activities.messages import ActionResult, ActionRun
from domain.acts import RecordStep, RunStep
from domain.errors import AlreadyDecided, NotAuthorised
from tests import cast
from tests.harness import World
from tests.stories import given
from workflows.action import ActionWorkflow
from workflows.contract import INCIDENTS, ActionInput, child_id

LOOK, RESTART, SWITCH = cast.STEPS
RUN = RunStep(step=SWITCH, reads="abc")


async def at_the_automatic_step(world: World) -> None:
    world.move_to(cast.worked_company())
    await given.activated(world)
    for step in (LOOK, RESTART):
        await world.act(cast.OPERATOR, RecordStep(step=step, result="skipped", text="已确认"))
    world.pages.forget()


async def test_confirmed_carried_out_recorded(world: World) -> None:
    await at_the_automatic_step(world)
    await world.refused(cast.SUPERVISOR, RUN, NotAuthorised, "5.2.3")
    await world.refused(cast.OPERATOR, RunStep(step=LOOK), AlreadyDecided, "5.2.3")
    assert world.stage.actions.begun == []
    await world.act(cast.OPERATOR, RUN)
    [run] = world.stage.actions.begun
    assert (run.action, run.run, run.reads) == ("restart-matching", 1, "abc")
    [result] = [event for event in await world.events("step_recorded") if event.step == SWITCH]
    assert (result.result, result.text, result.run) == ("done", "HTTP 200 restarted", 1)
    told = world.pages.expect("step_result", cast.SUPERVISOR, cast.OPERATOR)
    assert {message.params["text"] for message in told} == {"HTTP 200 restarted"}
    await world.refused(cast.OPERATOR, RUN, AlreadyDecided, "5.2.3")


async def test_what_nobody_can_tell_is_unclear_and_a_person_decides(world: World) -> None:
    await at_the_automatic_step(world)
    world.stage.actions.answer = None
    await world.act(cast.OPERATOR, RUN)
    world.pages.expect("step_unclear", cast.OPERATOR, cast.SUPERVISOR)
    await world.pass_time(minutes=3)
    assert len(world.stage.actions.begun) == 1
    incident = await world.snapshot()
    assert (incident.work_on(SWITCH).is_unclear, SWITCH in incident.steps) == (True, False)
    world.stage.actions.answer = ActionResult(outcome="failed", why="unexpected", output="HTTP 503")
    await world.act(cast.OPERATOR, RUN)  # he looked, and confirms another run
    [message, _] = world.pages.expect("step_result", cast.SUPERVISOR, cast.OPERATOR)
    assert "HTTP 503" in world.pages.words(message).body
    await world.act(cast.OPERATOR, RecordStep(step=SWITCH, result="done", text="手工切换"))
    world.pages.expect("step_result", cast.SUPERVISOR)
    assert [run.run for run in world.stage.actions.begun] == [1, 2]


async def test_a_confirmation_does_not_hold_for_later(world: World) -> None:
    """Nobody began it in time: it is not carried out any more, and the incident that does not wait for it goes on."""
    await at_the_automatic_step(world)
    now = await world.now()
    late = ActionInput(
        wanted=ActionRun(incident=world.number, step=SWITCH, run=7, action="restart-matching"),
        begin_by=now - timedelta(seconds=1),
        limit=timedelta(seconds=60),
    )
    run = await world.stage.client.start_workflow(
        ActionWorkflow.run, late, id=child_id(world.number, "run/switch/7"), task_queue=INCIDENTS
    )
    await world.stage.still()
    assert await run.result() == "failed"
    assert world.stage.actions.begun == []
    assert await world.events("step_run_unclear") == []
