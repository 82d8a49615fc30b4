"""6.2, R26: whom a measure calls on which working morning; written down by hand, apart from the product's reckoning."""

from datetime import datetime, timedelta

import pytest

from domain.company import Leave
from domain.measure import AskExtension, DecideExtension, ReportDone, VerifyMeasure
from domain.reminding import notes
from tests import cast
from tests.domain.measured import Measured

MONDAY = "2026-11-23"
DUE, OVERDUE, VERIFY = "rectification_due", "rectification_overdue", "rectification_verification"
OWNER, LED = [cast.TECHNICIAN], [cast.TECHNICIAN, cast.MANAGER]


def at(day: int, hour: int = 9) -> datetime:
    """An hour of a day of November, or December when the number goes on."""
    return cast.clock_time(hour, day="2026-11-01") + timedelta(days=day - 1)


def test_the_owner_three_working_days_before_and_every_working_morning() -> None:
    scene = Measured(at=at(23, 10), days=9)  # due on Wednesday, 2 December
    calls = scene.until(at(32, 17))
    assert calls == [(at(day), DUE, OWNER) for day in (27, 30, 31, 32)], "Friday, then after the weekend"


def test_a_short_measure_is_not_reminded_on_the_day_it_begins() -> None:
    scene = Measured(at=at(23, 10), days=1)
    assert scene.until(at(24, 17)) == [(at(24), DUE, OWNER)]


def test_overdue_from_the_next_working_morning_then_the_director() -> None:
    scene = Measured(at=at(24, 10), days=3)  # due on Friday the 27th at 18:00
    scene.until(at(27, 17))
    calls = scene.until(at(35, 8))
    assert scene.measure.is_overdue
    led = [(at(day), OVERDUE, LED) for day in (30, 31)]
    directed = [(at(day), OVERDUE, [*LED, cast.DIRECTOR]) for day in (32, 33, 34)]
    assert calls == led + directed, "neither on the weekend nor in the evening"


def test_missed_mornings_become_one_call() -> None:
    scene = Measured(at=at(24, 10), days=3)
    scene.now = at(33, 11)  # nobody was there for days
    calls = scene.look()
    assert [(call.template, call.call, call.people) for call in calls] == [(OVERDUE, 1, [*LED, cast.DIRECTOR])]
    assert scene.look() == []


def test_in_the_night_nobody_is_called() -> None:
    scene = Measured(at=at(24, 10), days=3)
    scene.now = at(31, 3)
    assert scene.look() == []
    assert scene.next_look == at(31)


def test_the_verifier_at_once_in_working_time_then_the_manager() -> None:
    scene = Measured(at=at(23, 10), days=30)
    scene.do(cast.TECHNICIAN, ReportDone(text="完成"))
    calls = scene.until(at(26, 17))
    asked = [(at(23, 10), VERIFY, [cast.SUPERVISOR])]
    asked += [(at(day), VERIFY, [cast.SUPERVISOR]) for day in (24, 25)]
    assert calls == [*asked, (at(26), VERIFY, [cast.SUPERVISOR, cast.MANAGER])]


def test_an_extension_is_put_to_the_manager_beside_the_reminders() -> None:
    scene = Measured(at=at(23, 10), days=2)
    scene.do(cast.TECHNICIAN, AskExtension(due=at(40), reason="备件"))
    calls = scene.until(at(24, 10))
    extension = "rectification_extension"
    assert (at(23, 10), extension, [cast.MANAGER]) in calls
    assert (at(24), extension, [cast.MANAGER]) in calls
    assert (at(24), DUE, OWNER) in calls
    scene.do(cast.MANAGER, DecideExtension(extension=1, grant=True))
    assert scene.until(at(30, 17)) == []


@pytest.mark.parametrize(("owner", "asked"), [(cast.MANAGER, cast.DIRECTOR), (cast.DIRECTOR, cast.MANAGER)])
def test_nobody_is_asked_about_his_own(owner: str, asked: str) -> None:
    scene = Measured(at=at(23, 10), days=2, owner=owner)
    scene.do(owner, AskExtension(due=at(40), reason="备件"))
    assert [call.people for call in scene.look()] == [[asked]]


def test_a_manager_on_leave_is_stood_in_for() -> None:
    away = Leave(id="l", person=cast.MANAGER, starts=at(20), ends=at(60))
    scene = Measured(at=at(24, 10), days=3, company=cast.company(leaves=[away]))
    scene.until(at(29))
    scene.now = at(30)
    assert scene.look()[0].people == [cast.TECHNICIAN, cast.DEPUTY_MANAGER]


def test_what_is_sent_back_is_told_at_once_and_reminded_as_before() -> None:
    scene = Measured(at=at(23, 10), days=9)
    scene.do(cast.TECHNICIAN, ReportDone(text="完成"))
    scene.look()
    scene.do(cast.SUPERVISOR, VerifyMeasure(completion=1, passed=False, text="未完成"))
    [told] = notes(scene.measure, scene.company, scene.timeline[-1])
    assert (told.people, told.params["news"], told.params["reason"]) == (OWNER, "sent_back", "未完成")
    assert scene.until(at(27, 10)) == [(at(27), DUE, OWNER)]


def test_nobody_is_told_of_his_own_act() -> None:
    scene = Measured(owner=cast.SUPERVISOR)
    own = scene.timeline[0].model_copy(update={"person": cast.SUPERVISOR})
    assert notes(scene.measure, scene.company, own) == []
