"""6.1: probes, checks by people, a period of observation, and a second person who verifies."""

from domain.acts import (
    CheckIn,
    CheckRecovery,
    DecidePlan,
    FormGroup,
    RecordPlanStep,
    ReportResolved,
    VerifyRecovery,
)
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, OwnWork, ReasonNeeded, Unknown, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

VERIFIED = VerifyRecovery(passed=True, text="已复核")
FIRST, SECOND = cast.CHECKS


async def test_from_solved_to_summary(world: World) -> None:
    await given.in_recovery(world)
    [probed] = await world.events("probed")
    assert sorted(probed.passed) == sorted(cast.PROBES)
    await given.checked(world)
    world.pages.expect("verification", cast.SUPERVISOR, cast.MANAGER)
    await world.act(cast.SUPERVISOR, VERIFIED)
    incident = await world.snapshot()
    assert (incident.phase, incident.verified_by) == (Phase.SUMMARY, cast.SUPERVISOR)
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)


async def test_the_verification_waits_for_every_check_and_the_observation(world: World) -> None:
    await given.in_recovery(world)
    await world.act(cast.SPECIALIST, CheckRecovery(item=FIRST, passed=True))
    refusal = await world.refused(cast.SUPERVISOR, VERIFIED, Incomplete, "6.1")
    assert refusal.params["missing"] == f"{SECOND}, observation"
    await world.act(cast.SPECIALIST, CheckRecovery(item=SECOND, passed=True))
    await world.pass_time(minutes=9, seconds=45)
    await world.refused(cast.SUPERVISOR, VERIFIED, Incomplete, "6.1")
    await world.pass_time(seconds=20)
    world.pages.expect("verification", cast.SUPERVISOR, cast.MANAGER)
    await world.act(cast.SUPERVISOR, VERIFIED)
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)


async def test_nobody_verifies_what_he_worked_on(world: World) -> None:
    await given.activated(world)
    await world.act(cast.MANAGER, ReportResolved(text="我已重启"))
    world.pages.expect("checklist", cast.SPECIALIST)
    await given.checked(world)
    world.pages.expect("verification", cast.SUPERVISOR)
    for person in (cast.MANAGER, cast.DEPUTY_MANAGER, cast.SPECIALIST):
        await world.refused(person, VERIFIED, OwnWork, "6.1")
    await world.refused(cast.OPERATOR, VERIFIED, NotAuthorised, "6.1")


async def test_who_carried_out_a_step_does_not_verify_and_for_both_judges_the_director_does(world: World) -> None:
    await given.started(world, is_major=True)
    members = [cast.MANAGER, cast.SUPERVISOR]
    await world.act(cast.DIRECTOR, FormGroup(members=members, commander=cast.MANAGER))
    await world.act(cast.DIRECTOR, given.plan())
    await world.act(cast.GENERAL_MANAGER, DecidePlan(version=1, decision="approved"))
    for member, step in zip(members, ("freeze", "switch"), strict=True):
        await world.act(member, CheckIn())
        await world.act(member, RecordPlanStep(version=1, step=step, result="done"))
    await world.act(cast.TECHNICIAN, ReportResolved(text="已切换"))
    world.pages.forget()
    await given.checked(world)
    world.pages.expect("verification", cast.DIRECTOR)
    for person in (*members, cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR):
        await world.refused(person, VERIFIED, OwnWork, "6.1")
    await world.act(cast.DIRECTOR, VERIFIED)
    assert (await world.snapshot()).verified_by == cast.DIRECTOR
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)
    [last] = world.pages.expect("notice_due", cast.MANAGER)
    assert last.params["occasion"] == "end"


async def test_checks_are_of_the_pinned_checklist_and_made_once(world: World) -> None:
    await given.activated(world)
    await world.refused(cast.SPECIALIST, CheckRecovery(item=FIRST, passed=True), WrongPhase, "6.1")
    await given.in_recovery(world)
    await world.refused(cast.SPECIALIST, CheckRecovery(item="invented", passed=True), Unknown, "6.1")
    await world.refused(cast.SPECIALIST, CheckRecovery(item=FIRST, passed=False), ReasonNeeded, "6.1")
    await world.act(cast.SPECIALIST, CheckRecovery(item=FIRST, passed=True))
    await world.refused(cast.SPECIALIST, CheckRecovery(item=FIRST, passed=True), AlreadyDecided, "6.1")
