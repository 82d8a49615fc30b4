"""Somebody is disabled on a running system: the incident that goes on hears of it (4.2)."""

import asyncio
from typing import Any

from tests.api.cast import DIRECTOR, MANAGER, NOBODY_SPECIAL, OPERATOR, TECHNICIAN, report
from tests.api.story import director_decision
from tests.api.system import Api, System
from tests.api.test_links import answer, link_of, look
from workflows.contract import departure_id

NEWCOMER = {"name": "夏雨", "name_en": "Xia Yu", "department": "it", "posts": ["it_supervisor"]}
SECONDS = 20


async def told(api: Api, number: str, kind: str) -> list[dict[str, Any]]:
    """Wait for an entry of a kind."""
    async with asyncio.timeout(SECONDS):
        while True:
            entries = (await api.get(MANAGER, f"/incidents/{number}/timeline")).json()["items"]
            if found := [entry for entry in entries if entry["kind"] == kind]:
                return found
            await asyncio.sleep(0.1)


async def test_whoever_is_disabled_leaves_what_is_open_to_others(system: System) -> None:
    api = system.api
    path = "/directory/people/chun-xue"
    added = await api.call("PUT", NOBODY_SPECIAL, path, json=NEWCOMER)
    assert added.status_code == 200, added.text
    number = (await api.post(OPERATOR, "/incidents", report())).json()["number"]
    await told(api, number, "paged")
    headers = {"If-Match": added.headers["ETag"]}
    gone = await api.call("PUT", NOBODY_SPECIAL, path, json={**NEWCOMER, "is_active": False}, headers=headers)
    assert gone.status_code == 200, gone.text
    [left] = await told(api, number, "person_left")
    assert left["sentence"] == "Xia Yu has left; open tasks pass on."
    assert left["clause"] == "4.2"
    shown = (await api.get(MANAGER, f"/incidents/{number}")).json()
    assert "chun-xue" not in [person for waiting in shown["awaited"] for person in waiting["people"]]
    removed = await api.call("DELETE", NOBODY_SPECIAL, path, headers={"If-Match": gone.headers["ETag"]})
    assert removed.status_code == 204
    assert (await system.client.get_workflow_handle(departure_id("chun-xue", 2)).describe()).status is not None


async def test_a_group_that_he_leaves_too_small_is_joined_from_the_directors_message(system: System) -> None:
    api = system.api
    path = "/directory/people/qiu-yue"
    added = await api.call("PUT", NOBODY_SPECIAL, path, json=NEWCOMER)
    assert added.status_code == 200, added.text
    story = await director_decision(api)
    await story.act(DIRECTOR, "procedure-decision", start=True, is_major=False, reason="Trading stands still")
    await story.act(DIRECTOR, "leading-group", members=[MANAGER, "qiu-yue"], commander=MANAGER)
    gone = await api.call(
        "PUT", NOBODY_SPECIAL, path, json={**NEWCOMER, "is_active": False}, headers={"If-Match": added.headers["ETag"]}
    )
    assert gone.status_code == 200, gone.text
    [left] = await told(api, story.number, "person_left")
    assert left["sentence"].endswith("The group is below its minimum now.")
    link = await link_of(story, DIRECTOR, "note/", "person_left")
    page = await look(story, link)
    assert f'<option value="{OPERATOR}">' in page.text
    assert f'<option value="{MANAGER}">' not in page.text
    assert (await answer(story, link, "add_member", member=MANAGER)).status_code == 409
    page = await answer(story, link, "add_member", member=TECHNICIAN)
    assert page.status_code == 200, page.text
    assert TECHNICIAN in (await story.look())["group_members"]
    assert 'value="add_member"' not in (await look(story, link)).text
    removed = await api.call("DELETE", NOBODY_SPECIAL, path, headers={"If-Match": gone.headers["ETag"]})
    assert removed.status_code == 204
