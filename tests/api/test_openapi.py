"""The description is complete and true: what schemathesis makes of it is answered as it says."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.api.cast import MANAGER, TOKENS
from tests.api.story import Story
from tests.api.system import ALERT_TOKEN, System

BOUNDED = settings(
    max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
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
            if path in OPEN:
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


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
async def test_answers_are_as_described(mode: GenerationMode, system: System, phases: dict[str, Story]) -> None:
    """Some examples of every operation, over real HTTP, as a manager and as monitoring."""
    schema = schemathesis.openapi.from_dict(document(system))
    base = f"http://127.0.0.1:{system.settings.api_port}"
    number = phases["group_handling"].number
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 50
    for operation in operations:
        await asyncio.to_thread(examine, operation, mode, base, number)


def examine(operation: Any, mode: GenerationMode, base: str, number: str) -> None:
    if operation.path.endswith("/stream"):
        return  # lasts for minutes; test_stream reads it
    who = ALERT_TOKEN if "/alerts/" in operation.path else TOKENS[MANAGER]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Case[Any]) -> None:
        if mode == GenerationMode.POSITIVE and "number" in case.path_parameters:
            case.path_parameters["number"] = number
        sent = {"Authorization": f"Bearer {who}"}
        case.validate_response(case.call(base_url=base, headers=sent), checks=CHECKS, headers=sent)

    with suppress(Unsatisfiable):  # an operation without parameters has nothing that could be unfitting
        check()
