"""4.2: every morning of a working day somebody looks whether the people are ready, and tells it once and weekly."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from temporalio.client import WorkflowHandle

from activities.messages import Trial
from adapters.temporal import keep_vigil
from domain.company import Leave
from tests import cast
from tests.letterbox import Letterbox
from tests.stage import Stage
from tests.vigil import full_company
from workflows import contract
from workflows.contract import Vigil

DAY = timedelta(days=1)


@pytest.fixture
async def morning(stage: Stage, no_errors: None) -> AsyncIterator[Stage]:
    """Half past eight on a Monday, with a full company that nobody looks after yet."""
    stage.company = full_company()
    stage.letterbox = Letterbox(stage.company)
    local = (await stage.now()).astimezone(cast.SHANGHAI)
    monday = local + timedelta(days=7 - local.weekday())
    await stage.move_to(monday.replace(hour=8, minute=30, second=0, microsecond=0))
    stage.vigilance.years = [monday.year + step for step in range(-1, 3)]
    yield stage
    await stage.clear()


async def vigil(stage: Stage) -> Vigil:
    handle: WorkflowHandle[object, Vigil] = stage.client.get_workflow_handle(contract.READINESS)
    state: Vigil = await handle.query(contract.SNAPSHOT, result_type=Vigil)
    return state


def leave(person: str, now: datetime, first: int, last: int) -> Leave:
    return Leave(id=person, person=person, starts=now + first * DAY, ends=now + last * DAY)


async def test_4_2_a_new_gap_is_told_the_next_morning_and_again_after_a_week(morning: Stage) -> None:
    now = await morning.now()
    morning.vigilance.leaves = [leave(cast.SPECIALIST, now, 20, 25)]
    morning.vigilance.trials = [Trial(id="last", started_at=now, closes_at=now)]
    await keep_vigil(morning.client)
    await morning.still()
    await keep_vigil(morning.client)  # by another worker
    await morning.still()
    morning.letterbox.no_more()  # nothing before the morning
    await morning.move_to(now + timedelta(minutes=31))
    [message, _] = morning.letterbox.expect("readiness", cast.DIRECTOR, cast.DEPUTY_DIRECTOR)
    words = morning.letterbox.words(message)
    assert "应急专员：应有 2 人可联系，现有 1 人" in words.body
    assert "请假" in words.body
    await morning.move_to(now + 6 * DAY)
    morning.letterbox.no_more()
    await morning.move_to(now + 7 * DAY + timedelta(minutes=31))
    morning.letterbox.expect("readiness", cast.DIRECTOR, cast.DEPUTY_DIRECTOR)
    morning.vigilance.leaves = []
    await morning.move_to(now + 8 * DAY + timedelta(minutes=31))
    assert (await vigil(morning)).told == {}
    morning.letterbox.no_more()


async def test_4_2_a_message_that_nobody_got_is_told_the_next_morning(morning: Stage) -> None:
    now = await morning.now()
    morning.vigilance.leaves = [leave(cast.SPECIALIST, now, 20, 25)]
    morning.vigilance.trials = [Trial(id="last", started_at=now, closes_at=now)]
    morning.letterbox.broken = {cast.DIRECTOR, cast.DEPUTY_DIRECTOR}
    await keep_vigil(morning.client)
    await morning.move_to(now + timedelta(minutes=40))
    morning.letterbox.no_more()
    morning.letterbox.broken = set()
    await morning.move_to(now + DAY + timedelta(minutes=31))
    morning.letterbox.expect("readiness", cast.DIRECTOR, cast.DEPUTY_DIRECTOR)


async def test_4_2_a_communication_test_is_made_every_month_and_silence_is_a_gap(morning: Stage) -> None:
    now = await morning.now()
    await keep_vigil(morning.client)
    await morning.move_to(now + timedelta(minutes=40))
    [trial] = morning.vigilance.trials
    tests = [message for message in morning.mails if message.template == "communication_test"]
    tried = {message.recipient for message in tests}
    assert len(tests) == len(tried)
    assert {message.due for message in tests} == {trial.closes_at}
    assert {cast.OPERATOR, cast.TECHNICIAN, cast.DEPUTY_MANAGER, cast.GENERAL_MANAGER} < tried
    assert cast.OUTSIDER not in tried
    morning.vigilance.unanswered = {cast.OPERATOR}
    await morning.move_to(now + DAY + timedelta(minutes=31))
    told = morning.letterbox.expect("readiness", cast.SECOND_OPERATOR, cast.DIRECTOR, cast.DEPUTY_DIRECTOR)
    bodies = {message.recipient: morning.letterbox.words(message).body for message in told}
    assert "未应答 mail 上的通信测试" in bodies[cast.SECOND_OPERATOR]
    assert "操作人员：应有 2 人可联系，现有 1 人" in bodies[cast.DIRECTOR]
    morning.vigilance.unanswered = set()
    await morning.move_to(now + 27 * DAY)
    assert len(morning.vigilance.trials) == 1
    await morning.move_to(now + 34 * DAY)
    assert len(morning.vigilance.trials) == 2
