"""5.3.7: beyond the runbook technicians analyse and propose; once the group exists the commander decides first."""

from domain.acts import CarryOutMeasure, DecideMeasure, ProposeMeasure, RaiseFinding
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, ReasonNeeded, Unknown
from tests import cast
from tests.harness import World
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


async def test_who_proposes_and_who_decides(world: World) -> None:
    await given.grouped(world)
    await world.refused(cast.TECHNICIAN, PROPOSAL, Unknown, "5.3.7")
    await world.act(cast.SPECIALIST, FINDING)
    world.pages.forget()
    await world.refused(cast.MANAGER, PROPOSAL, NotAuthorised, "5.3.7")
    await world.act(cast.TECHNICIAN, PROPOSAL)
    world.pages.forget()
    await world.refused(cast.MANAGER, DecideMeasure(finding=1, approve=True), NotAuthorised, "5.3.7")
