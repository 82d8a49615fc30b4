"""5.2.2, 3.3, 4.3: activation pins the runbook, tasks the operator, pages a specialist; his backup follows at 10."""

from domain.acts import Acknowledge, Judge, RecordStep
from domain.errors import Unknown
from tests import cast
from tests.harness import World

EMERGENCY = Judge(verdict="emergency")


async def test_everything_starts_in_the_same_act(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.act(cast.SUPERVISOR, EMERGENCY)
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)
    incident = await world.snapshot()
    assert incident.runbook == "trading-outage@3"
    assert incident.operator == cast.OPERATOR
    assert [entry.event.kind for entry in await world.timeline()].count("activated") == 1


async def test_a_version_that_was_published_since_the_report_is_worked_by(world: World) -> None:
    await world.open()
    world.pages.forget()
    known = world.company.runbook(cast.TRADING_RUNBOOK)
    assert known
    newer = known.model_copy(update={"version": known.version + 1, "steps": known.steps[1:]})
    await world.act(cast.SUPERVISOR, EMERGENCY, edition=newer)
    world.pages.expect("activation", cast.OPERATOR, cast.SPECIALIST)
    assert (await world.snapshot()).pinned_runbook == newer
    await world.refused(cast.OPERATOR, RecordStep(step=known.steps[0].id, result="done"), Unknown, "5.2.3")
    await world.act(cast.OPERATOR, RecordStep(step=known.steps[1].id, result="done"))
    [activated] = await world.events("activated")
    assert activated.edition == newer
    world.pages.expect("step_result", cast.SUPERVISOR)


async def test_a_runbook_that_the_company_does_not_have_is_refused(world: World) -> None:
    await world.open()
    world.pages.forget()
    refusal = await world.refused(
        cast.MANAGER, EMERGENCY.model_copy(update={"runbook": "no-such-runbook"}), Unknown, "4.3"
    )
    assert refusal.field == "runbook"


async def test_a_silent_specialist_is_backed_up_and_the_manager_hears_of_it(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.act(cast.MANAGER, EMERGENCY.model_copy(update={"severity": "IV"}))
    activated_at = (await world.snapshot()).activated_at
    assert activated_at
    await world.pass_time(minutes=16)
    tasked = {cast.SPECIALIST}
    backed = {cast.SPECIALIST, cast.SECOND_SPECIALIST}
    assert world.pages.calls("activation", since=activated_at) == [
        (0, tasked | {cast.OPERATOR}),
        (5, tasked),
        (10, backed),
        (15, backed | {cast.MANAGER}),
    ]
    world.pages.forget()
    await world.act(cast.SECOND_SPECIALIST, Acknowledge(question="activation"))
    await world.pass_time(minutes=30)
    world.pages.expect("activation")
    world.pages.forget()


async def test_without_any_specialist_the_gap_is_recorded_and_the_director_told(world: World) -> None:
    world.leave(cast.SPECIALIST, cast.SECOND_SPECIALIST)
    await world.open()
    world.pages.forget()
    await world.act(cast.MANAGER, EMERGENCY)
    [gap] = await world.events("gap_found")
    assert (gap.post, gap.cited) == ("emergency_specialist", "3.3")
    world.pages.expect("gap", cast.DIRECTOR)
    world.pages.expect("activation", cast.OPERATOR, cast.MANAGER)
