"""6.2: what was reported as done is verified by somebody who did none of it, or goes back to its owner."""

from domain.company import Delegation, Role
from domain.errors import AlreadyDecided, DelegationEnded, NotAuthorised, OwnWork, Unknown, WrongPhase
from domain.measure import MeasureState, ReassignMeasure, ReportDone, VerifyMeasure
from tests import cast
from tests.harness import World
from tests.stories.rectifying import Rectifying

DONE = ReportDone(text="已更换并测试")


def verdict(completion: int, *, passed: bool) -> VerifyMeasure:
    return VerifyMeasure(completion=completion, passed=passed, text="看过现场")


async def test_6_2_sent_back_it_is_the_owners_again(world: World) -> None:
    story = await Rectifying.opened(world)
    await story.refused(cast.SUPERVISOR, verdict(1, passed=True), WrongPhase)
    await story.refused(cast.OUTSIDER, DONE, NotAuthorised)
    await story.act(cast.TECHNICIAN, DONE)
    await story.refused(cast.TECHNICIAN, DONE, WrongPhase)
    await story.act(cast.SUPERVISOR, verdict(1, passed=False))
    back = world.pages.expect("rectification_news", cast.TECHNICIAN)[0]
    assert "看过现场" in world.pages.words(back).body
    measure = await story.snapshot()
    assert (measure.state, measure.completions[0].outcome) == (MeasureState.OPEN, "sent_back")
    await story.act(cast.TECHNICIAN, DONE)
    await story.refused(cast.SUPERVISOR, verdict(1, passed=True), AlreadyDecided)
    await story.refused(cast.SUPERVISOR, verdict(3, passed=True), Unknown)
    await story.act(cast.DEPUTY_SUPERVISOR, verdict(2, passed=True))
    entry = (await story.timeline())[-1]
    assert (entry.person, entry.role, entry.on_behalf_of) == (
        cast.DEPUTY_SUPERVISOR,
        Role.MEASURE_VERIFIER,
        cast.SUPERVISOR,
    )
    world.pages.forget()


async def test_6_2_nobody_verifies_his_own_also_not_through_a_delegation(world: World) -> None:
    for deputy in (cast.TECHNICIAN, cast.SECOND_TECHNICIAN):
        world.delegate(Delegation(post=Role.IT_SUPERVISOR, principal=cast.SUPERVISOR, deputy=deputy))
    world.delegate(
        Delegation(post=Role.IT_SUPERVISOR, principal=cast.SUPERVISOR, deputy=cast.OUTSIDER, ends=await world.now())
    )
    world.stage.company = world.company
    story = await Rectifying.opened(world)
    await story.act(cast.TECHNICIAN, DONE)
    await story.refused(cast.TECHNICIAN, verdict(1, passed=True), OwnWork)
    await story.refused(cast.OUTSIDER, verdict(1, passed=True), DelegationEnded)
    await story.act(cast.SECOND_TECHNICIAN, verdict(1, passed=True))
    world.pages.forget()


async def test_6_2_owner_and_verifier_stay_two_people_when_it_is_reassigned(world: World) -> None:
    story = await Rectifying.opened(world)
    given = ReassignMeasure(owner=cast.SECOND_TECHNICIAN, reason="换人")
    await story.refused(cast.TECHNICIAN, given, NotAuthorised)
    await story.refused(cast.MANAGER, ReassignMeasure(verifier=cast.TECHNICIAN, reason="换人"), OwnWork)
    await story.refused(cast.MANAGER, ReassignMeasure(owner="nobody", reason="换人"), Unknown)
    await story.act(cast.MANAGER, ReassignMeasure(owner=cast.SUPERVISOR, reason="由主管负责"))
    measure = await story.snapshot()
    assert (measure.owner, measure.verifier) == (cast.SUPERVISOR, cast.MANAGER)
    world.pages.expect("rectification_opened", cast.TECHNICIAN, cast.SUPERVISOR)
