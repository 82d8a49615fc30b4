"""How often somebody may ask, and how often it is news that he asks too often."""

from adapters.limits import Limits

ADDRESS = "192.0.2.7"


async def test_a_person_is_told_each_time_but_it_is_news_once() -> None:
    limits = Limits(2, 1)
    assert [await limits.request("a") for _ in range(2)] == [None, None]
    waits = [await limits.request("a") for _ in range(3)]
    assert [wait.is_first for wait in waits if wait] == [True, False, False]
    assert all(1 <= wait.seconds <= 60 for wait in waits if wait)
    assert await limits.request("b") is None


async def test_an_address_that_names_many_people_is_news_once() -> None:
    limits = Limits(100, 1)
    waits = [await limits.sign_in(f"person-{number}", ADDRESS) for number in range(20)]
    assert waits[:6] == [None] * 6
    assert [wait.is_first for wait in waits if wait] == [True] + [False] * 13


async def test_many_addresses_that_name_one_person_are_news_once() -> None:
    limits = Limits(100, 1)
    waits = [await limits.sign_in("a", f"192.0.2.{number}") for number in range(20)]
    assert waits[0] is None
    assert [wait.is_first for wait in waits if wait] == [True] + [False] * 18
