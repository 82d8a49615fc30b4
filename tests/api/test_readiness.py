"""2, 3.3, 4.2: the readiness of people over the API: a report for people, a yes or no for a monitor."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.messages import Trial, Tried
from adapters.store.communication import SqlCommunicationTests
from adapters.store.database import Database
from tests.api.cast import DIRECTOR, MANAGER, NOBODY_SPECIAL, OPERATOR, SUPERVISOR, TECHNICIAN
from tests.api.system import Api, System


async def test_the_report_names_every_gap(api: Api) -> None:
    report = (await api.get(MANAGER, "/readiness")).json()
    assert not report["is_ready"]  # nobody of the sample company has verified a contact point
    assert report["alarms"] == len([gap for gap in report["gaps"] if gap["urgency"] == "alarm"])
    thin = next(gap for gap in report["gaps"] if gap["kind"] == "post_thin" and gap["post"] == "operator")
    assert (thin["count"], thin["needed"], thin["clause"]) == (0, 2, "4.2")
    assert thin["text"].startswith("operator: 0 of 2 people can be reached.")
    assert "Zhang Wei" in thin["text"]
    chinese = (await api.get(MANAGER, "/readiness", language="zh-CN")).json()
    assert any(gap["text"].startswith("操作人员：应有 2 人可联系，现有 0 人") for gap in chinese["gaps"])


@pytest.mark.parametrize(
    ("who", "status"), [(MANAGER, 200), (SUPERVISOR, 200), (DIRECTOR, 200), (NOBODY_SPECIAL, 200), (OPERATOR, 403)]
)
async def test_leaders_and_administrators_read_it(api: Api, who: str, status: int) -> None:
    assert (await api.get(who, "/readiness")).status_code == status
    assert (await api.get(who, "/communication-tests")).status_code == status


async def test_a_monitor_is_told_yes_or_no(api: Api) -> None:
    for who in ("monitoring", MANAGER):
        answer = await api.get(who, "/readiness/status")
        assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
        assert int(answer.json()["params"]["alarms"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(answer.content) < 1000
    assert (await api.get(OPERATOR, "/readiness/status")).status_code == 403
    assert (await api.get(None, "/readiness/status")).status_code == 401
    assert (await api.get("monitoring", "/readiness")).status_code == 403


async def test_a_person_answers_a_communication_test_for_himself(system: System, api: Api) -> None:
    database = Database(system.settings.database_url, limit=30)
    tests = SqlCommunicationTests(database)
    now = datetime.now(UTC)
    trial = Trial(id="2026-11-24", started_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    tried = [Tried(person=TECHNICIAN, channel="mail"), Tried(person=MANAGER, channel="mail")]
    assert await tests.begin(trial, tried) == sorted(tried, key=lambda point: point.person)
    assert await tests.begin(trial, []) == sorted(tried, key=lambda point: point.person)
    assert set(await tests.silent(now)) == {(TECHNICIAN, "mail"), (MANAGER, "mail")}

    path = f"/communication-tests/{trial.id}/answers"
    answered = await api.post(TECHNICIAN, path, {"channel": "mail"})
    assert (answered.status_code, answered.json()["person"]) == (200, TECHNICIAN)
    again = await api.post(TECHNICIAN, path, {"channel": "mail"})
    assert again.json() == answered.json()
    assert set(await tests.silent(now)) == {(MANAGER, "mail")}
    assert (await api.post(OPERATOR, path, {"channel": "mail"})).status_code == 404
    assert (await api.post(TECHNICIAN, path, {"channel": "sms"})).status_code == 404
    [shown] = (await api.get(MANAGER, "/communication-tests")).json()
    assert (shown["id"], shown["is_closed"], shown["unanswered"]) == (trial.id, True, 1)
    await database.close()
