"""5.2.8: the approver is never the submitter, not even through a delegation in either direction."""

from datetime import timedelta

import pytest

from domain.acts import DecidePlan
from domain.company import Delegation, Role
from domain.errors import DelegationEnded, OwnWork
from tests import cast
from tests.harness import World
from tests.stories import given

APPROVAL = DecidePlan(version=1, decision="approved")


@pytest.mark.parametrize(
    ("submitter", "approver"),
    [
        (cast.GENERAL_MANAGER, cast.GENERAL_MANAGER),
        (cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER),
        (cast.DEPUTY_GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER),
    ],
)
async def test_who_commands_submits_and_then_cannot_approve(world: World, submitter: str, approver: str) -> None:
    await given.grouped(world, commander=submitter, is_major=True)
    await world.act(submitter, given.plan())
    await world.refused(approver, APPROVAL, OwnWork, "5.2.8")
    world.pages.forget()


async def test_a_director_who_stands_in_for_the_general_manager_cannot_approve_his_own_plan(world: World) -> None:
    world.delegate(Delegation(post=Role.GENERAL_MANAGER, principal=cast.GENERAL_MANAGER, deputy=cast.DIRECTOR))
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.refused(cast.DIRECTOR, APPROVAL, OwnWork, "5.2.8")
    await world.act(cast.GENERAL_MANAGER, APPROVAL)
    world.pages.forget()


async def test_a_delegation_that_has_ended_approves_nothing(world: World) -> None:
    ends = await world.now() + timedelta(minutes=20)
    world.delegate(
        Delegation(post=Role.GENERAL_MANAGER, principal=cast.GENERAL_MANAGER, deputy=cast.OUTSIDER, ends=ends)
    )
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.refused(cast.OUTSIDER, APPROVAL, DelegationEnded, "5.2.8")
    world.pages.forget()
