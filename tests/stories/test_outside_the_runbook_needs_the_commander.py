"""5.3.7: beyond the runbook technicians analyse and propose; once the group exists the commander decides first."""

from domain.acts import Acknowledge, AssignAnalysis, CarryOutMeasure, DecideMeasure, ProposeMeasure, RaiseFinding
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, ReasonNeeded, Unknown
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given

FINDING = RaiseFinding(text="主备同时损坏")
PROPOSAL = ProposeMeasure(finding=1, text="从日志重建")
DONE = CarryOutMeasure(finding=1, text="已重建")


async def test_found_proposed_approved_carried_out(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.SPECIALIST, FINDING)
    world.pages.expect("finding", cast.TECHNICIAN)
    await world.refused(cast.TECHNICIAN, DONE, Incomplete, "5.3.7")
    await world.act(cast.TECHNICIAN, PROPOSAL)
    world.pages.expect("measure", cast.DIRECTOR)
    await world.refused(cast.TECHNICIAN, DONE, Incomplete, "5.3.7")
    await world.act(cast.DIRECTOR, DecideMeasure(finding=1, approve=True))
    world.pages.expect("measure_approved", cast.TECHNICIAN)
    await world.act(cast.TECHNICIAN, DONE)
    await world.refused(cast.TECHNICIAN, DONE, AlreadyDecided, "5.3.7")
    await world.pass_time(minutes=30)
    world.pages.no_more()


async def test_a_refused_measure_needs_a_reason_and_another_proposal(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.SPECIALIST, FINDING)
    await world.refused(cast.DIRECTOR, DecideMeasure(finding=1, approve=True), Incomplete, "5.3.7")
    await world.act(cast.TECHNICIAN, PROPOSAL)
    await world.refused(cast.TECHNICIAN, PROPOSAL, AlreadyDecided, "5.3.7")
    world.pages.forget()
    await world.refused(cast.DIRECTOR, DecideMeasure(finding=1, approve=False), ReasonNeeded, "5.3.7")
    await world.act(cast.DIRECTOR, DecideMeasure(finding=1, approve=False, reason="太慢"))
    world.pages.expect("finding", cast.TECHNICIAN)
    await world.refused(cast.TECHNICIAN, DONE, Incomplete, "5.3.7")
    await world.act(cast.TECHNICIAN, PROPOSAL)
    world.pages.expect("measure", cast.DIRECTOR)


async def test_before_the_group_exists_a_proposed_measure_may_be_carried_out(world: World) -> None:
    await given.on_site(world)
    await world.act(cast.OPERATOR, FINDING)
    await world.act(cast.TECHNICIAN, PROPOSAL)
    world.pages.expect("finding", cast.TECHNICIAN)
    world.pages.expect("measure", cast.MANAGER)
    await world.act(cast.TECHNICIAN, DONE)
    await world.pass_time(minutes=6)
    world.pages.no_more()


async def test_named_technicians_have_their_time_and_then_the_commander_hears_of_it(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.SPECIALIST, FINDING)
    world.pages.expect("finding", cast.TECHNICIAN)
    named = AssignAnalysis(finding=1, technicians=[cast.SECOND_TECHNICIAN])
    await world.refused(cast.TECHNICIAN, named, NotAuthorised, "5.3.7")
    await world.act(cast.DIRECTOR, named)
    [asked] = world.pages.expect("finding", cast.SECOND_TECHNICIAN)
    assert asked.due
    assert in_minutes(asked.due - await world.now()) == 30
    await world.act(cast.SECOND_TECHNICIAN, Acknowledge(question="finding/1"))
    await world.pass_time(minutes=4)
    world.pages.no_more()  # nor is the first one called any more
    await world.pass_time(minutes=27)
    world.pages.expect("analysis_overdue", cast.DIRECTOR, cast.SECOND_TECHNICIAN)
    world.pages.forget()
    await world.act(cast.SECOND_TECHNICIAN, PROPOSAL)
    world.pages.expect("measure", cast.DIRECTOR)


async def test_who_proposes_and_who_decides(world: World) -> None:
    await given.grouped(world)
    await world.refused(cast.TECHNICIAN, PROPOSAL, Unknown, "5.3.7")
    await world.act(cast.SPECIALIST, FINDING)
    world.pages.forget()
    await world.refused(cast.MANAGER, PROPOSAL, NotAuthorised, "5.3.7")
    await world.act(cast.TECHNICIAN, PROPOSAL)
    world.pages.forget()
    await world.refused(cast.MANAGER, DecideMeasure(finding=1, approve=True), NotAuthorised, "5.3.7")
