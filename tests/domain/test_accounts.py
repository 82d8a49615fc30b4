"""Which passwords are taken, and how long a pause wrong ones cost."""

from datetime import timedelta

import pytest

from domain.accounts import FREE_TRIES, LONGEST, LONGEST_PAUSE, check_password, pause_after
from domain.company import Person
from domain.errors import Unacceptable

ZHANG_WEI = Person(id="zhang-wei", name="张伟", name_en="Zhang Wei", department="it")


@pytest.mark.parametrize(
    "password", ["Blue-kettle-7", "蓝色的水壶与七条大河流", "x" * 200 + "abcde", "zhang keeps 7 blue kettles"]
)
def test_a_long_uncommon_password_is_taken(password: str) -> None:
    check_password(password, ZHANG_WEI, former=False)


@pytest.mark.parametrize(
    "password",
    [
        *("short-7", "", "aaaaaaaaaaaa", "abababababab", "Password2026!", "qwerty-qwerty", "x-FengSui-2026"),
        *("ZhangWei2026", "张伟-2026-abc", "y" * LONGEST + "abcdef"),
    ],
)
def test_what_is_short_common_or_told_by_a_name_is_refused(password: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        check_password(password, ZHANG_WEI, former=False)
    assert refused.value.field == "new_password"


def test_the_one_before_is_refused() -> None:
    with pytest.raises(Unacceptable, match="differ"):
        check_password("Blue-kettle-7", ZHANG_WEI, former=True)


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [pause_after(failures) for failures in range(40)]
    assert pauses[: FREE_TRIES + 1] == [timedelta()] * (FREE_TRIES + 1)
    assert pauses[FREE_TRIES + 1 : FREE_TRIES + 4] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
