"""Nobody gets in without a token, whatever he sends; each token opens only its own doors."""

import asyncio

import pytest

from api.app import create_app
from tests.api.cast import OPERATOR
from tests.api.system import Api, System

OPEN = {"/healthz", "/readyz"}


def walk(system: System) -> list[tuple[str, str]]:
    document = create_app(system.settings).openapi()
    return [
        (method.upper(), path.replace("{number}", "00000-00000").replace("{message}", "1"))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path not in OPEN and operation.get("security") != []
    ]


async def test_every_route_refuses_nobody(system: System) -> None:
    routes = walk(system)
    assert len(routes) > 50
    for method, path in routes:
        for token in (None, "wrong", "wrong token", "x" * 5000):
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            answer = await system.api.client.request(method, path, headers=headers, json={})
            assert answer.status_code == 401, f"{method} {path} with {token!r}"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize(
    "content", [b"{", b"[" * 100_000, b"\xff\xfe", b"x" * 300_000], ids=["broken", "deep", "binary", "huge"]
)
async def test_nobody_is_refused_before_his_body_is_read(content: bytes, api: Api) -> None:
    answer = await api.call("POST", None, "/incidents", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "bearer", "Token", "Bearer Bearer"])
async def test_only_a_bearer_token_counts(scheme: str, api: Api) -> None:
    expected = 200 if scheme == "bearer" else 401
    headers = {"Authorization": f"{scheme} token-of-{OPERATOR}-for-tests"}
    assert (await api.call("GET", None, "/me", headers=headers)).status_code == expected


async def test_an_alert_source_only_reports_alerts(system: System) -> None:
    for method, path in walk(system):
        if "/alerts/" not in path and not path.endswith("/readiness/status"):
            answer = await system.api.call(method, "monitoring", path.removeprefix("/api/v1"))
            assert answer.status_code in (403, 422), f"{method} {path}"
    answer = await system.api.get("monitoring", "/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-authorised")


@pytest.mark.parametrize("path", ["/alerts/alertmanager", "/alerts/events"])
async def test_a_person_does_not_report_as_monitoring(path: str, api: Api) -> None:
    answer = await api.post(OPERATOR, path, {})
    assert answer.status_code == 403


async def test_health_tells_anybody_yes_or_no_and_nothing_else(api: Api) -> None:
    for path in sorted(OPEN):
        answer = await api.get(None, path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_an_unknown_address_does_not_tell_nobody_that_it_is_unknown(api: Api) -> None:
    assert (await api.get(None, "/nowhere")).status_code == 401
    assert (await api.get(OPERATOR, "/nowhere")).json()["code"] == "not-found"


async def test_a_token_of_strange_bytes_is_only_wrong(system: System) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", system.settings.api_port)
    writer.write(
        b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \xff\xfe\xe9\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_token_is_nowhere_in_an_answer(api: Api) -> None:
    answer = await api.get("secret-of-nobody", "/me")
    assert "secret-of-nobody" not in answer.text + str(answer.headers)
