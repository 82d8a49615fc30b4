"""Every route of the API's description, as everybody, in every phase: nothing opens but what the tables say.

A route that has no entry here fails by itself: say who may pass, then prove it.
"""

import asyncio
from typing import Any, NamedTuple

import httpx2
import pytest
from sqlalchemy import update

from adapters.credentials import digest
from adapters.snapshot import now_in_utc
from adapters.store.database import Database
from adapters.store.tables import keys, sessions
from api.app import create_app
from domain import acts
from domain.acts import ACTS
from domain.administration import POWERS, Task
from domain.authority import AUTHORITY, REPORT, Right
from domain.company import Role
from domain.incident import Phase
from domain.measure import MEASURE_ACTS
from tests.api.bodies import BODIES
from tests.api.browser import Browser, one_time_password, settled_in
from tests.api.cast import MANAGER, NOBODY_SPECIAL, OPERATOR, PEOPLE, TECHNICIAN, report
from tests.api.story import PHASES, Story
from tests.api.system import Api, System

OPEN = {"healthz", "readyz", "sign_in", "signing_key"}
ALERTS = {"alertmanager", "event"}
EVERYBODY = {
    *("session", "sign_out", "sessions", "sign_out_everywhere", "change_password", "tokens", "make_token"),
    *("incidents", "incident", "refusals", "timeline", "stream", "policy", "departments", "systems", "people"),
    *("runbooks", "suggest_runbooks", "runbook_coverage", "runbook", "runbook_version", "render_runbook_version"),
    *("compare_runbook_versions", "me", "inbox", "read_message", "business_time", "calendar_year", "members", "member"),
    *("delegations", "leaves", "kept_departments", "kept_systems", "duty", "shifts", "reach", "rosters", "roster"),
    *("overrides", "swaps", "offer_swap", "my_feed", "roster_feed", "revoke_feeds", "shifts_calendar"),
    *("answer_communication_test", "measures", "measure", "measure_timeline", "measure_refusals"),
    *("statutory_reports", "statutory_draft"),
    # Of an incident's report everybody may read; who writes and reviews it, test_summary_report tells.
    *("summary_report", "summary_report_versions", "summary_report_document", "edit_summary_section"),
    *("redraft_summary_section", "review_summary_report", "submit_summary_draft"),
    *("answer_communication_test", "incident_runbook", "incident_notices", "notice_draft"),
}
OTHER = "yuan-hong"
AT = {"starts": "2031-01-01T00:00:00Z", "ends": "2031-01-01T08:00:00Z"}
OVERRIDE = {"roster": "no-such", "seat": "primary", "person": OTHER, **AT}


class Door(NamedTuple):
    """A route that asks for a task: with whom in its path, about whom in its query, with what in its body.

    ``is_late``: it must find the thing first, so that a thing that does not exist is only not found.
    """

    task: Task
    person: str = "no-such"
    query: str = ""
    body: dict[str, Any] | None = None
    is_late: bool = False


KEPT: dict[str, Door] = {
    "accounts": Door(Task.EDIT_ACCOUNTS),
    "give_account": Door(Task.EDIT_ACCOUNTS),
    "take_account": Door(Task.EDIT_ACCOUNTS),
    "revoke_token": Door(Task.EDIT_TOKENS),
    "machine_keys": Door(Task.EDIT_MACHINE_KEYS),
    "make_machine_key": Door(Task.EDIT_MACHINE_KEYS, body={}),
    "revoke_machine_key": Door(Task.EDIT_MACHINE_KEYS),
    "enter_calendar_year": Door(Task.EDIT_CALENDAR, body={}),
    "withdraw_calendar_year": Door(Task.EDIT_CALENDAR),
    "readiness": Door(Task.READ_READINESS),
    "readiness_status": Door(Task.READ_READINESS),
    "communication_tests": Door(Task.READ_READINESS),
    "put_member": Door(Task.EDIT_DIRECTORY, body={}),
    "remove_member": Door(Task.EDIT_DIRECTORY),
    "put_contacts": Door(Task.EDIT_CONTACTS, OTHER, body={}),
    "test_contact": Door(Task.TEST_CONTACTS, OTHER),
    "put_delegation": Door(Task.EDIT_DELEGATIONS, OTHER, body={}),
    "remove_delegation": Door(Task.EDIT_DELEGATIONS, OTHER),
    "put_leave": Door(Task.EDIT_LEAVES, OTHER, body={}),
    "remove_leave": Door(Task.EDIT_LEAVES, OTHER),
    "put_department": Door(Task.EDIT_DIRECTORY, body={}),
    "remove_department": Door(Task.EDIT_DIRECTORY),
    "put_system": Door(Task.EDIT_DIRECTORY, body={}),
    "remove_system": Door(Task.EDIT_DIRECTORY),
    "export_directory": Door(Task.READ_CONTACTS),
    "import_directory": Door(Task.EDIT_DIRECTORY, body={}),
    "changes": Door(Task.READ_CHANGES),
    "keep_roster": Door(Task.EDIT_ROSTERS, body={}),
    "remove_roster": Door(Task.EDIT_ROSTERS),
    "enter_override": Door(Task.EDIT_OVERRIDES, body=OVERRIDE),
    "remove_override": Door(Task.EDIT_OVERRIDES, is_late=True),
    "import_overrides": Door(Task.EDIT_OVERRIDES, body={}),
    "answer_swap": Door(Task.SWAP_SHIFTS, body={"accept": True}, is_late=True),
    "withdraw_swap": Door(Task.SWAP_SHIFTS, is_late=True),
    "arrival_statistics": Door(Task.READ_STATISTICS, query=f"?person={OTHER}"),
    "place_code": Door(Task.READ_PLACE_CODES),
    "open_measure": Door(Task.OPEN_MEASURES, body={}),
    "evidence": Door(Task.READ_EVIDENCE),
    "evidence_table": Door(Task.READ_EVIDENCE),
    "evidence_file": Door(Task.READ_EVIDENCE),
    "custody": Door(Task.READ_EVIDENCE),
    "verify_evidence": Door(Task.READ_EVIDENCE),
    "bundle": Door(Task.EXPORT_RECORD),
    "assign_drafting": Door(Task.ASSIGN_DRAFTING, body={}),
    "propose_revision": Door(Task.DRAFT_RUNBOOKS, body={}),
    "put_runbook_draft": Door(Task.DRAFT_RUNBOOKS, body={}),
    "submit_runbook": Door(Task.DRAFT_RUNBOOKS),
    "publish_runbook": Door(Task.PUBLISH_RUNBOOKS),
    "return_runbook": Door(Task.PUBLISH_RUNBOOKS, body={}),
    "retire_runbook": Door(Task.PUBLISH_RUNBOOKS, body={}),
    "export_runbooks": Door(Task.DRAFT_RUNBOOKS),
    "import_runbooks": Door(Task.DRAFT_RUNBOOKS, body={}),
}
# The same routes, asked about somebody else.
ABOUT_OTHERS = {
    "tokens": Door(Task.EDIT_TOKENS, query=f"?owner={OTHER}"),
    "sessions": Door(Task.EDIT_ACCOUNTS, query=f"?owner={OTHER}"),
    "sign_out_everywhere": Door(Task.EDIT_ACCOUNTS, query=f"?owner={OTHER}"),
}
WIDELY_OPEN = {"stream"}  # a stream lasts; who may read it is the same dependency as everywhere


class Route(NamedTuple):
    """An operation of the description; ``path`` has its parameters filled with what does not exist."""

    name: str
    method: str
    path: str

    def for_person(self, person: str) -> "Route":
        return self._replace(path=self.path.replace("/people/no-such", f"/people/{person}"))


@pytest.fixture(scope="module")
def routes(system: System) -> list[Route]:
    """What the description lists, but for what is open to everybody."""
    filled = {"number": "00000-00000", "message": "1", "key": "abcdef", "year": "2031"}
    return [
        Route(
            operation["operationId"],
            method.upper(),
            path.removeprefix("/api/v1").format_map(_Filled(filled)),
        )
        for path, item in create_app(system.settings).openapi()["paths"].items()
        for method, operation in item.items()
        if operation["operationId"] not in OPEN
    ]


class _Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "no-such"


async def roles_of(api: Api, person: str) -> set[Role]:
    me = (await api.get(person, "/me")).json()
    return {Role(post) for post in (*me["posts"], *me["deputy_for"])}


async def ask(api: Api, who: str, route: Route, query: str = "", body: Any = None, **headers: str) -> httpx2.Response:
    options: dict[str, Any] = {"headers": headers}
    if body is not None:
        options["json"] = body
    return await api.call(route.method, who, route.path + query, **options)


def test_every_route_has_an_entry_and_every_entry_a_route(routes: list[Route]) -> None:
    found = {route.name for route in routes}
    known = EVERYBODY | ALERTS | set(KEPT) | set(ACTS) | {"report"} | set(MEASURE_ACTS)
    assert sorted(found - known) == [], "say who may pass"
    assert sorted(known - found) == []
    assert set(BODIES) == set(ACTS)


@pytest.mark.parametrize("person", PEOPLE)
async def test_tasks_are_for_whom_the_table_says(person: str, system: System, routes: list[Route]) -> None:
    api, roles = system.api, await roles_of(system.api, person)
    named = {route.name: route for route in routes}
    for name, door in [*KEPT.items(), *ABOUT_OTHERS.items()]:
        power = POWERS[door.task]
        may = not power.posts or bool(roles.intersection(power.posts))
        answer = await ask(api, person, named[name].for_person(door.person), door.query, door.body)
        where = f"{name} as {person}: {answer.status_code} {answer.text}"
        assert answer.status_code < 500 or name == "readiness_status", where
        if may:
            assert answer.status_code not in (401, 403), where
        elif door.is_late:
            assert answer.status_code in (403, 404), where
        else:
            assert answer.status_code == 403, where
            assert answer.json()["clause"] == power.clause, where


@pytest.mark.parametrize("person", PEOPLE)
async def test_what_is_everybodys_is_his_and_no_more(person: str, system: System, routes: list[Route]) -> None:
    for route in routes:
        if route.name in EVERYBODY - WIDELY_OPEN:
            answer = await ask(system.api, person, route, body={} if route.method in ("POST", "PUT") else None)
            assert answer.status_code not in (401, 403), f"{route.name} as {person}: {answer.text}"
        if route.name in ALERTS:
            assert (await ask(system.api, person, route, body={})).status_code == 403


@pytest.mark.parametrize("person", PEOPLE)
async def test_whoever_may_report_reports(person: str, system: System) -> None:
    may = bool((await roles_of(system.api, person)).intersection(REPORT.roles))
    answer = await system.api.post(person, "/incidents", report())
    assert answer.status_code == (201 if may else 403), answer.text


async def test_machines_only_come_through_their_own_doors(system: System, routes: list[Route]) -> None:
    made = await system.api.post(NOBODY_SPECIAL, "/auth/machine-keys", {"source": "zabbix", "name": "Zabbix"})
    for route in routes:
        if route.name not in ALERTS | {"readiness_status"}:
            for key in ("monitoring", made.json()["secret"]):
                assert (await ask(system.api, key, route)).status_code == 403, route.name


@pytest.mark.parametrize("phase", PHASES)
async def test_acts_are_for_whom_and_when_the_table_says(
    phase: str, system: System, phases: dict[str, Story], routes: list[Route]
) -> None:
    """Whoever may act looks at a version that never was: he is let through to that, and changes nothing either.

    Of those who have the same roles in the incident, one speaks for all: the table knows roles only. An act that does
    not belong to the phase is tried by whoever has the right to it, and by one who has none.
    """
    story = phases[phase]
    seen = await story.look()
    turns = asyncio.Semaphore(5)
    everybody = {person: await in_incident(system.api, person, seen) for person in PEOPLE}
    held = {person: set(roles) for roles, person in {frozenset(roles): who for who, roles in everybody.items()}.items()}

    async def attempt(person: str, act: type[acts.Act], path: str) -> None:
        right = AUTHORITY[act]
        headers = {"If-Match": '"999999999"'}
        async with turns:
            route = Route(act.name, "POST", path.replace("00000-00000", story.number))
            answer = await ask(system.api, person, route, "", BODIES[act.name], **headers)
            while answer.status_code in (202, 429, 503):  # a busy machine: ask again
                answer = await ask(system.api, person, route, "", BODIES[act.name], **headers)
        where = f"{act.name} as {person} in {phase}: {answer.status_code} {answer.text}"
        if not held[person].intersection(right.roles):
            assert answer.status_code == 403 or (seen["is_over"] and answer.status_code == 409), where
        else:
            assert answer.status_code == 409, where
            if Phase(seen["phase"]) in right.phases and not seen["is_over"]:
                assert answer.json()["code"] == "stale-version", where

    def tries(person: str, right: Right) -> bool:
        stranger = next((who for who, roles in held.items() if not roles.intersection(right.roles)), None)
        return seen["phase"] in right.phases or bool(held[person].intersection(right.roles)) or person == stranger

    paths = {route.name: route.path for route in routes}
    tried = [(person, act) for person in held for act in ACTS.values() if tries(person, AUTHORITY[act])]
    await asyncio.gather(*(attempt(person, act, paths[act.name]) for person, act in tried))
    assert (await story.look())["phase"] == seen["phase"]


async def in_incident(api: Api, person: str, seen: dict[str, Any]) -> set[Role]:
    held = await roles_of(api, person)
    held |= {Role.COMMANDER} if seen["commander"] == person else set()
    held |= {Role.REPORTER} if seen["reporter"] == person else set()
    headed = [item["head"] for item in (await api.get(person, "/company/departments")).json()]
    held |= {Role.DEPARTMENT_HEAD} if person in headed else set()
    held |= {Role.GROUP_MEMBER} if person in seen["group_members"] else set()
    held |= {Role.RESPONDER} if any(item["person"] == person for item in seen["responders"]) else set()
    return held


@pytest.fixture
async def credentials(system: System) -> dict[str, dict[str, str]]:
    """Headers that opened something once, or look as if they did."""
    api, database = system.api, Database(system.settings.database_url, limit=30)
    tokens = [
        (await api.post(OPERATOR, "/auth/tokens", {"name": name, "scopes": ["read", "act", "administer"]})).json()
        for name in ("good", "expired", "revoked")
    ]
    good, expired, revoked = (token["secret"] for token in tokens)
    async with database.transaction() as connection:
        past = update(keys).where(keys.c.id == tokens[1]["key"]["id"]).values(ends_at=now_in_utc())
        await connection.execute(past)
    await api.call("DELETE", OPERATOR, f"/auth/tokens/{tokens[2]['key']['id']}")
    async with Browser.open(system.settings) as ended, Browser.open(system.settings) as lapsed:
        await settled_in(ended, api, OPERATOR)
        await settled_in(lapsed, api, TECHNICIAN)
        replayed, old = ended.client.cookies["fengsui"], lapsed.client.cookies["fengsui"]
        csrf = ended.csrf
        await ended.call("DELETE", "/auth/session")
        async with database.transaction() as connection:
            his = update(sessions).where(sessions.c.digest == digest(old)).values(ends_at=now_in_utc())
            await connection.execute(his)
    await database.close()
    return {
        "forged token": {"Authorization": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}"},
        "digest of a token": {"Authorization": f"Bearer {digest(good)}"},
        "expired token": {"Authorization": f"Bearer {expired}"},
        "revoked token": {"Authorization": f"Bearer {revoked}"},
        "token as a cookie": {"Cookie": f"fengsui={good}"},
        "session as a token": {"Authorization": f"Bearer {old}"},
        "replayed session": {"Cookie": f"fengsui={replayed}", "X-CSRF-Token": csrf},
        "expired session": {"Cookie": f"fengsui={old}", "X-CSRF-Token": lapsed.csrf},
        "forged session": {"Cookie": "fengsui=" + "x" * 43},
        "good token in another scheme": {"Authorization": f"Basic {good}"},
        "nothing": {},
    }


async def test_what_is_forged_expired_swapped_or_replayed_opens_nothing(
    system: System, routes: list[Route], credentials: dict[str, dict[str, str]]
) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{system.settings.api_port}/api/v1") as client:

        async def knock(route: Route, headers: dict[str, str]) -> httpx2.Response:
            answer = await client.request(route.method, route.path, headers=headers, json={})
            while answer.status_code == 503:  # a busy database: ask again
                await asyncio.sleep(0.2)
                answer = await client.request(route.method, route.path, headers=headers, json={})
            return answer

        for name, headers in credentials.items():
            asking = [knock(route, headers) for route in routes]
            for route, answer in zip(routes, await asyncio.gather(*asking), strict=True):
                assert answer.status_code == 401, f"{route.name} with {name}: {answer.text}"


async def test_a_token_that_reads_changes_nothing_anywhere(system: System, routes: list[Route]) -> None:
    made = await system.api.post(MANAGER, "/auth/tokens", {"name": "Reads", "scopes": ["read"]})
    for route in routes:
        if route.method != "GET":
            answer = await ask(system.api, made.json()["secret"], route, body={})
            assert (answer.status_code, answer.json()["code"]) == (403, "out-of-scope"), route.name


async def test_a_page_of_another_site_changes_nothing_anywhere(system: System, routes: list[Route]) -> None:
    async with Browser.open(system.settings) as browser:
        await settled_in(browser, system.api, MANAGER)
        browser.csrf = ""
        for route in routes:
            if route.method != "GET":
                answer = await browser.call(route.method, route.path, json={})
                assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), route.name


async def test_a_one_time_password_opens_nothing_but_its_change(system: System, routes: list[Route]) -> None:
    async with Browser.open(system.settings) as browser:
        await browser.sign_in(TECHNICIAN, await one_time_password(system.api, TECHNICIAN))
        for route in routes:
            if route.name not in ("session", "sign_out", "change_password"):
                answer = await browser.call(route.method, route.path, json={})
                assert (answer.status_code, answer.json()["code"]) == (403, "password-change-needed"), route.name
