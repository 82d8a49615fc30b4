"""Who may keep people, duty, calendar and keys."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.administration import POWERS, Task, may, require, stands_in_for
from domain.company import POSTS, Company, Delegation, Department, Person, Role
from domain.errors import NotAuthorised
from domain.text import Text

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
NAME = Text(zh="部门", en="Department")


def company(*posts: Role, delegation: Delegation | None = None, is_active: bool = True) -> Company:
    people = [
        Person(id="me", name="我", name_en="Me", department="it", posts=list(posts), is_active=is_active),
        Person(id="boss", name="主", name_en="Boss", department="it", posts=[Role.IT_MANAGER]),
    ]
    return Company(
        version="1",
        name=NAME,
        departments=[Department(id="it", name=NAME)],
        people=people,
        delegations=[delegation] if delegation else [],
        systems=[],
        runbooks=[],
    )


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("task", Task)
def test_a_post_may_what_the_table_says(task: Task, post: Role) -> None:
    power = POWERS[task]
    assert may(company(post), "me", task, NOW) is (not power.posts or post in power.posts)


@pytest.mark.parametrize("task", Task)
def test_without_a_post_only_what_is_everybodys_or_ones_own(task: Task) -> None:
    power = POWERS[task]
    assert may(company(), "me", task, NOW) is (not power.posts)
    assert may(company(), "me", task, NOW, owner="boss") is (not power.posts)
    assert may(company(), "me", task, NOW, owner="me") is (not power.posts or power.own)


@pytest.mark.parametrize("task", Task)
def test_whoever_left_or_is_unknown_may_nothing(task: Task) -> None:
    assert not may(company(Role.ADMINISTRATOR, is_active=False), "me", task, NOW, owner="me")
    assert not may(company(), "nobody", task, NOW)


def test_a_deputy_may_while_his_delegation_lasts() -> None:
    delegation = Delegation(post=Role.IT_MANAGER, principal="boss", deputy="me", ends=NOW + timedelta(hours=1))
    deputised = company(delegation=delegation)
    assert may(deputised, "me", Task.EDIT_DIRECTORY, NOW)
    assert not may(deputised, "me", Task.EDIT_DIRECTORY, NOW + timedelta(hours=1))


def test_a_delegation_is_worth_no_more_than_the_post_of_whoever_gave_it() -> None:
    delegation = Delegation(post=Role.ADMINISTRATOR, principal="boss", deputy="me")
    deputised = company(delegation=delegation)
    assert not may(deputised, "me", Task.EDIT_ACCOUNTS, NOW)
    assert stands_in_for(deputised, "me", Task.EDIT_ACCOUNTS, NOW) is None
    boss = deputised.people[1].model_copy(update={"posts": [Role.ADMINISTRATOR]})
    promoted = deputised.model_copy(update={"people": [deputised.people[0], boss]})
    assert may(promoted, "me", Task.EDIT_ACCOUNTS, NOW)
    assert stands_in_for(promoted, "me", Task.EDIT_ACCOUNTS, NOW) == "boss"


def test_a_refusal_names_the_clause_and_the_posts() -> None:
    with pytest.raises(NotAuthorised) as refused:
        require(company(Role.OPERATOR), "me", Task.EDIT_ROSTERS, NOW)
    assert refused.value.clause == "4.2"
    assert "it_supervisor" in refused.value.params["roles"]
    require(company(Role.IT_SUPERVISOR), "me", Task.EDIT_ROSTERS, NOW)
