"""Every act as the wrong person, in the wrong phase, after the end, and with a body that does not fit."""

import pytest

from adapters.snapshot import now_in_utc
from adapters.temporal import Incidents
from api.acts import RESOURCES
from domain.acts import ACTS
from domain.authority import AUTHORITY, capacities
from domain.clauses import CLAUSES
from domain.company import Role
from tests.api.bodies import BODIES, request_of
from tests.api.cast import HEAD, PEOPLE
from tests.api.story import Story
from tests.api.system import Api, System

BY_NAME = ACTS
acts = pytest.mark.parametrize("name", sorted(ACTS))


def test_every_act_has_its_resource_and_a_body_here() -> None:
    assert set(RESOURCES) == set(ACTS.values())
    assert len(set(RESOURCES.values())) == len(RESOURCES)
    assert set(BODIES) == set(ACTS)


def right_phase(name: str, phases: dict[str, Story]) -> Story:
    return next(phases[phase] for phase in AUTHORITY[BY_NAME[name]].phases if phase in phases)


@acts
async def test_the_wrong_person_is_refused_with_the_clause_and_audited(
    name: str, api: Api, phases: dict[str, Story]
) -> None:
    story, right = right_phase(name, phases), AUTHORITY[BY_NAME[name]]
    body = BODIES[name] | ({"post": "alert_source"} if Role.DEPARTMENT_HEAD in right.roles else {})
    before = await story.look()
    resource, content = request_of(name, body)
    answer = await api.post(HEAD, f"/incidents/{story.number}/{resource}", content)
    assert answer.status_code == 403, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["code"], problem["clause"]) == ("not-authorised", right.clause)
    assert problem["clause_text"] == CLAUSES[right.clause].en
    listed = await story.refusal_of(name)
    assert (listed["person"], listed["code"]) == (HEAD, "not-authorised")
    assert listed["text"] == problem["detail"]
    assert (await story.look())["version"] == before["version"]


# An acknowledgement belongs to every phase in which anything is asked.
# A notice is given by those who lead; where no group leads, nobody has that role.
@pytest.mark.parametrize("name", sorted(set(ACTS) - {"acknowledge", "give_notice"}))
async def test_the_wrong_phase_is_refused(name: str, api: Api, system: System, phases: dict[str, Story]) -> None:
    act = BY_NAME[name]
    right = AUTHORITY[act]
    story, person = await somebody_elsewhere(system, phases, right.roles, right.phases)
    answer = await api.post(person, f"/incidents/{story.number}/{RESOURCES[act]}", BODIES[name])
    assert answer.status_code == 409, answer.text
    assert (answer.json()["code"], answer.json()["clause"]) == ("wrong-phase", right.clause)


async def somebody_elsewhere(
    system: System, phases: dict[str, Story], roles: tuple[Role, ...], right: frozenset[str]
) -> tuple[Story, str]:
    """An incident in another phase, and somebody who has the role in it."""
    incidents = Incidents(system.client, 30)
    for story in phases.values():
        incident = await incidents.snapshot(story.number)
        if incident.phase in right or incident.is_over:
            continue
        for person in PEOPLE:
            if {actor.role for actor in capacities(incident, person, now_in_utc())}.intersection(roles):
                return story, person
    raise AssertionError("no incident in another phase has anybody with this role")


@acts
@pytest.mark.parametrize("phase", ["withdrawn", "closed"])
async def test_what_is_over_takes_no_more_acts(name: str, phase: str, api: Api, phases: dict[str, Story]) -> None:
    answer = await api.post(HEAD, f"/incidents/{phases[phase].number}/{RESOURCES[BY_NAME[name]]}", BODIES[name])
    assert answer.status_code in (403, 409), answer.text
    assert answer.json()["clause"] in CLAUSES


@acts
async def test_an_unknown_incident_is_not_found(name: str, api: Api) -> None:
    answer = await api.post(HEAD, f"/incidents/00000-00000/{RESOURCES[BY_NAME[name]]}", BODIES[name])
    assert answer.status_code == 404
    assert answer.json()["code"] == "no-such-incident"


@acts
async def test_an_unknown_field_is_refused_and_named(name: str, api: Api, phases: dict[str, Story]) -> None:
    story = right_phase(name, phases)
    resource, content = request_of(name, {**BODIES[name], "verdictt": "x"})
    answer = await api.post(HEAD, f"/incidents/{story.number}/{resource}", content)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"] == [{"field": "verdictt", "message": "is not known here"}]
    assert problem["clause"] == AUTHORITY[BY_NAME[name]].clause
