"""Schemathesis in its own process: ``python -m tests.api.examination URL MODE NUMBER`` (tokens: standard input)."""

import gc
import json
import sys
import time
from contextlib import suppress
from typing import Any

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

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
AWAY = 503
PATIENCE = 10
MAY_SAY_503 = "/readiness/status"  # what a monitor polls: a server error is its answer
BOUNDED = settings(
    max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def main(base: str, mode: GenerationMode, number: str, tokens: dict[str, str]) -> None:
    """Send some examples of every operation; a failure names the first answer that is not as described."""
    schema = schemathesis.openapi.from_url(f"{base}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation in operations:
        if not operation.path.endswith("/stream"):  # lasts for minutes; test_stream reads it
            _examine(operation, base, mode, number, tokens["alerts" if "/alerts/" in operation.path else "person"])
    print(len(operations))  # noqa: T201 - the answer to the test


def _examine(operation: Any, base: str, mode: GenerationMode, number: str, token: str) -> None:
    checks = [check for check in CHECKS if check is not not_a_server_error or not operation.path.endswith(MAY_SAY_503)]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Case[Any]) -> None:
        if mode == GenerationMode.POSITIVE and "number" in case.path_parameters:
            case.path_parameters["number"] = number
        sent = {"Authorization": f"Bearer {token}"}
        answer = case.call(base_url=base, headers=sent)
        for _ in range(PATIENCE if not_a_server_error in checks else 0):
            if answer.status_code != AWAY:
                break
            time.sleep(1)  # a busy machine: ask again, as the answer says
            answer = case.call(base_url=base, headers=sent)
        case.validate_response(answer, checks=checks, headers=sent)

    with suppress(Unsatisfiable):  # an operation without parameters has nothing that could be unfitting
        check()


if __name__ == "__main__":
    gc.disable()  # a short life with much memory: what it leaves behind ends with it
    main(sys.argv[1], GenerationMode(sys.argv[2]), sys.argv[3], json.load(sys.stdin))
