"""Articles 2 to 6: every act by every role in every phase is allowed exactly as the table says, else refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain import acts
from domain.authority import AUTHORITY, allowed, capacities
from domain.company import Delegation, Role
from domain.decide import RULES
from domain.errors import Conflict, DelegationEnded, NotAuthorised, Refusal, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.domain import stage
from tests.domain.stage import PHASES, Stage
from tests.domain.table import HOLDERS, ROWS, Row

OVER = {Phase.WITHDRAWN, Phase.CLOSED}
NO_ROLE = "{person} has none of the roles that may do this: {roles}."
by_act = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.act.name} ({row.clause})")


@pytest.fixture(scope="module")
def stages() -> dict[Phase, Stage]:
    return {phase: build() for phase, build in PHASES.items()}


def test_every_act_stands_in_the_table_and_has_a_rule() -> None:
    assert {type(row.act) for row in ROWS} == set(AUTHORITY) == set(RULES) == set(acts.ACTS.values())


def _holders(phase: Stage) -> Iterator[tuple[Role, str]]:
    """Who has which role by now: there are no commander, members or responders at the beginning."""
    for role, person in HOLDERS.items():
        if any(actor.role == role for actor in capacities(phase.incident, person, phase.now)):
            yield role, person


def _expected(row: Row, role: Role, phase: Phase) -> type[Refusal] | None:
    if role not in row.roles:
        return NotAuthorised
    if phase in OVER:
        return Conflict
    return None if phase in row.phases else WrongPhase


def _outcome(phase: Stage, command: acts.Command[acts.Act]) -> tuple[type[Refusal], str] | None:
    """How authority answered; what a rule of the act itself refuses was allowed by authority."""
    try:
        phase.file.check(command, phase.now)
    except NotAuthorised as refusal:
        return (type(refusal), refusal.clause) if refusal.message == NO_ROLE else None
    except WrongPhase as refusal:
        return type(refusal), refusal.clause
    except Conflict as refusal:
        return (type(refusal), refusal.clause) if phase.incident.is_over else None
    except Refusal:
        return None
    return None


@by_act
def test_each_role_in_each_phase(row: Row, stages: dict[Phase, Stage]) -> None:
    tried = set()
    for phase, scene in stages.items():
        before = scene.incident.model_dump()
        for role, person in _holders(scene):
            error = _expected(row, role, phase)
            found = _outcome(scene, scene.command(person, row.act, post=role))
            assert found == (error and (error, row.clause)), (phase, role)
            tried.add(role)
        assert scene.incident.model_dump() == before
    assert tried == set(HOLDERS)


@by_act
def test_nobody_and_machines_may_do_nothing(row: Row, stages: dict[Phase, Stage]) -> None:
    for scene in stages.values():
        for person, post in (("nobody", None), (cast.OPERATOR, Role.SYSTEM), (cast.OPERATOR, Role.ALERT_SOURCE)):
            scene.refuses(NotAuthorised, row.clause, person, row.act, post=post)


@by_act
def test_a_disabled_person_may_do_nothing(row: Row) -> None:
    people = [person.model_copy(update={"is_active": False}) for person in cast.company().people]
    scene = Stage(company_=cast.company(people=people, delegations=[]))
    for person in cast.EVERYBODY:
        scene.refuses(NotAuthorised, row.clause, person, row.act)


DELEGATED = {Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.IT_DIRECTOR, Role.GENERAL_MANAGER}


@by_act
def test_a_deputy_may_do_what_his_principal_may_and_no_more(row: Row, stages: dict[Phase, Stage]) -> None:
    for phase, scene in stages.items():
        for delegation in scene.incident.company.delegations:
            error = _expected(row, delegation.post, phase)
            found = _outcome(scene, scene.command(delegation.deputy, row.act))
            assert found == (error and (error, row.clause)), (phase, delegation.post)


@by_act
def test_an_ended_delegation_refuses(row: Row) -> None:
    scene = Stage(company_=cast.company(delegations=_until(cast.NOW)))
    for delegation in scene.incident.company.delegations:
        error = DelegationEnded if delegation.post in row.roles else NotAuthorised
        scene.refuses(error, row.clause, delegation.deputy, row.act)


@by_act
def test_a_delegation_ends_with_the_post_that_it_comes_from(row: Row) -> None:
    people = [person.model_copy(update={"posts": []}) for person in cast.company().people]
    scene = Stage(company_=cast.company(people=people))
    for delegation in scene.incident.company.delegations:
        error = DelegationEnded if delegation.post in row.roles else NotAuthorised
        scene.refuses(error, row.clause, delegation.deputy, row.act)


def test_what_somebody_who_left_has_lent_still_holds() -> None:
    away = cast.company().without(cast.MANAGER, None)
    scene = stage.judging(company_=away)
    scene.do(cast.DEPUTY_MANAGER, stage.EMERGENCY)
    [judged] = [entry for entry in scene.timeline if entry.person == cast.DEPUTY_MANAGER]
    assert judged.on_behalf_of == cast.MANAGER


def _until(instant: object) -> list[Delegation]:
    return [item.model_copy(update={"ends": instant}) for item in cast.company().delegations]


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(None, None, True), (0, None, True), (1, None, False), (None, 0, False), (None, 1, True), (-5, 5, True)],
)
def test_a_delegation_lasts_from_its_start_to_just_before_its_end(
    starts: int | None, ends: int | None, holds: bool
) -> None:
    def instant(seconds: int | None) -> object:
        return None if seconds is None else cast.NOW + timedelta(seconds=seconds)

    lasting = Delegation.model_validate(
        {
            "post": Role.IT_MANAGER,
            "principal": cast.MANAGER,
            "deputy": cast.DEPUTY_MANAGER,
            "starts": instant(starts),
            "ends": instant(ends),
        }
    )
    assert lasting.holds_at(cast.NOW) is holds


def test_acts_of_a_deputy_are_recorded_as_for_his_principal() -> None:
    scene = stage.judging()
    scene.do(cast.DEPUTY_MANAGER, stage.EMERGENCY)
    entry = scene.timeline[-1]
    assert (entry.person, entry.role, entry.on_behalf_of) == (cast.DEPUTY_MANAGER, Role.IT_MANAGER, cast.MANAGER)


def test_each_act_states_the_role_that_was_used() -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, stage.PLAN)
    scene.do(cast.MANAGER, stage.PLAN, post=Role.IT_MANAGER)
    assert [entry.role for entry in scene.timeline[-2:]] == [Role.COMMANDER, Role.IT_MANAGER]


def test_a_role_that_one_does_not_have_is_refused_by_name_of_the_field() -> None:
    refusal = stage.judging().refuses(NotAuthorised, "5.2.2", cast.SUPERVISOR, stage.EMERGENCY, post=Role.IT_MANAGER)
    assert refusal.field == "post"


def test_what_a_person_may_do_now_is_what_the_table_gives_his_roles(stages: dict[Phase, Stage]) -> None:
    for phase, scene in stages.items():
        for person in cast.EVERYBODY:
            roles = {actor.role for actor in capacities(scene.incident, person, scene.now)}
            expected = {row.act.name for row in ROWS if phase in row.phases and roles & row.roles}
            assert set(allowed(scene.incident, person, scene.now)) == expected


def test_nothing_is_allowed_once_a_dismissal_stood() -> None:
    scene = stage.dismissed()
    scene.wait(24 * 60)
    assert scene.incident.is_over
    assert all(not allowed(scene.incident, person, scene.now) for person in cast.EVERYBODY)
    scene.refuses(Conflict, "5.2.2", cast.SUPERVISOR, stage.EMERGENCY)
