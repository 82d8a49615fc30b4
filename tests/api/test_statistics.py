"""How people came, counted from the record, drills apart; and the code that proves where they were."""

import asyncio
import re
from base64 import b64decode
from typing import Any

from temporalio.client import WorkflowHandle

from tests.api.cast import HEAD, MANAGER, OPERATOR, SPECIALIST, TECHNICIAN
from tests.api.story import Story
from tests.api.system import Api, System
from tests.api.test_links import answer as answer_link
from tests.api.test_links import link_of
from workflows.contract import incident_id


async def sent(api: Api, **changes: Any) -> Story:
    story = await Story.reported(api, **changes)
    await story.act(MANAGER, "judgement", verdict="emergency")
    await story.act(OPERATOR, "unresolved-report", text="The restart did not help")
    return story


async def numbers(api: Api, part: str, who: str = TECHNICIAN) -> dict[str, Any]:
    answer = await api.get(MANAGER, "/statistics/arrivals", params={"person": who})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[part]
    return found[0] if found else {"dispatched": 0, "in_time": 0, "verified": 0, "recorded_by_others": 0}


async def until_counted(api: Api, part: str, name: str, value: int) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (seen := await numbers(api, part))[name] != value:  # noqa: ASYNC110  the record follows the workflow
            await asyncio.sleep(0.1)
    return seen


async def test_arrivals_are_counted_and_drills_apart(api: Api) -> None:
    real, drills = await numbers(api, "real"), await numbers(api, "drills")
    code = (await api.get(MANAGER, "/company/systems/market-db/place-code")).json()["code"]
    story = await sent(api, is_drill=True)
    await story.act(TECHNICIAN, "arrivals", expect=422, place_code="WRONG")
    await story.act(TECHNICIAN, "arrivals", place_code=code.lower())
    counted = await until_counted(api, "drills", "in_time", drills["in_time"] + 1)
    assert counted["dispatched"] == drills["dispatched"] + 1
    assert counted["verified"] == drills["verified"] + 1
    assert (await numbers(api, "real"))["dispatched"] == real["dispatched"]
    told = await api.get(MANAGER, f"/incidents/{story.number}/timeline?limit=500")
    assert "the code of the place is right" in told.text


async def test_no_history_tells_the_code_of_the_place(system: System) -> None:
    """Who exports a bundle has the history: he could be at the place from his desk."""
    api = system.api
    before = await numbers(api, "real")
    code = (await api.get(MANAGER, "/company/systems/market-db/place-code")).json()["code"]
    story = await sent(api)
    handle = system.client.get_workflow_handle(incident_id(story.number))
    [opening] = [item for item in await told_in(handle) if '"place_code"' in item]
    proof = re.search(r'"place_code":\s*"(\w+)"', opening)[1]  # type: ignore[index] # a miss is a failure
    await story.act(TECHNICIAN, "arrivals", expect=422, place_code=proof)
    answer = await api.post(
        TECHNICIAN,
        f"/incidents/{story.number}/arrivals",
        {"place_code": code.lower()},
        headers={"Prefer": "respond-async"},
    )
    assert answer.status_code == 202, answer.text
    await story.act(MANAGER, "dispatches", responder=SPECIALIST)
    link = await link_of(story, SPECIALIST, "arrival/")
    page = await answer_link(story, link, "check_in", place_code=f" {code} ")
    assert page.status_code == 200, page.text
    assert [item["is_verified"] for item in (await story.look())["responders"]] == [True, True]
    told = "".join(await told_in(handle)).upper()
    assert code not in told
    assert code.replace("-", "") not in told
    assert told.count(proof.upper()) > 1
    await until_counted(api, "real", "in_time", before["in_time"] + 1)  # so that the next test counts its own alone


async def told_in(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """Return everything that a workflow's history holds."""
    history = await handle.fetch_history()
    return [b64decode(data).decode(errors="replace") for data in re.findall(r'"data":\s*"([^"]+)"', history.to_json())]


async def test_another_s_arrival_is_recorded_as_such(api: Api) -> None:
    before = await numbers(api, "real")
    story = await sent(api)
    await story.act(MANAGER, "dispatches", responder=SPECIALIST)
    await story.act(SPECIALIST, "arrivals")
    await story.act(SPECIALIST, "arrivals", responder=TECHNICIAN)
    counted = await until_counted(api, "real", "recorded_by_others", before["recorded_by_others"] + 1)
    assert counted["in_time"] == before["in_time"] + 1
    told = await api.get(MANAGER, f"/incidents/{story.number}/timeline?limit=500")
    assert "Xu Bin is on the scene in time, as Liu Fang recorded." in told.text


async def test_everybody_sees_his_own_numbers_and_only_leaders_all(api: Api) -> None:
    assert (await api.get(HEAD, f"/statistics/arrivals?person={TECHNICIAN}")).status_code == 403
    own = await api.get(HEAD, "/statistics/arrivals")
    assert own.status_code == 200
    assert {item["person"] for item in own.json()["real"]} <= {HEAD}


async def test_only_keepers_see_the_code_of_a_place(api: Api) -> None:
    assert (await api.get(TECHNICIAN, "/company/systems/market-db/place-code")).status_code == 403
    assert (await api.get(MANAGER, "/company/systems/nowhere/place-code")).status_code == 422
    code = (await api.get(MANAGER, "/company/systems/market-db/place-code")).json()["code"]
    for path in ("/company/systems", "/directory/systems"):
        text = (await api.get(TECHNICIAN, path)).text
        assert code not in text
        assert code.replace("-", "") not in text
