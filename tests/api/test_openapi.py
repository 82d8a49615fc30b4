"""The description is complete and true: what schemathesis makes of it is answered as it says."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, STDOUT
from typing import Any

import pytest

from api.app import create_app
from tests.api.cast import MANAGER, TOKENS
from tests.api.story import Story
from tests.api.system import ALERT_TOKEN, ROOT, System

OPEN = {"/healthz", "/readyz"}


def document(system: System) -> dict[str, Any]:
    return create_app(system.settings).openapi()


async def test_every_operation_is_described(system: System) -> None:
    described = document(system)
    assert described["openapi"].startswith("3.")
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    tags = {tag["name"] for tag in described["tags"]}
    ids = []
    for path, item in described["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            ids.append(operation["operationId"])
            assert operation["summary"], where
            assert set(operation["tags"]) <= tags, where
            if path in OPEN or operation.get("security") == []:
                continue
            assert operation["security"], where
            assert {"400", "401", "403", "500", "503"} <= set(operation["responses"]), where
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], f"{where} {status}"
    assert len(ids) == len(set(ids))


async def test_the_description_is_open_to_everybody(system: System) -> None:
    answer = await system.api.get(None, "/openapi.json")
    assert (answer.status_code, answer.json()) == (200, document(system))
    assert (await system.api.get(None, "/docs")).status_code == 200


@pytest.mark.parametrize("mode", ["positive", "negative"])
async def test_answers_are_as_described(mode: str, system: System, phases: dict[str, Story]) -> None:
    """Some examples of every operation over real HTTP, as a manager and as monitoring.

    In a process of its own: Python 3.11 can lose count of its recursion when greenlets switch while it parses code.
    """
    base = f"http://127.0.0.1:{system.settings.api_port}"
    examination = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.api.examination", base, mode, phases["group_handling"].number),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
    )
    tokens = {"person": TOKENS[MANAGER], "alerts": ALERT_TOKEN}
    output, _ = await examination.communicate(json.dumps(tokens).encode())
    assert examination.returncode == 0, output.decode()
    assert int(output.split()[-1]) > 50
