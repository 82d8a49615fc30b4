"""The commands in docker-compose.yml do what they are for, run here without their containers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment

from adapters.servers import temporal_cli
from tests.house import compose
from tests.house.launched import eventually
from tests.servers import dev_server
from tools.launcher.ports import choose
from tools.launcher.temporal import Temporal
from workflows.contract import SEARCH_ATTRIBUTES

NAMESPACE = "fengsui"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose.load()["services"]
    return found


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with await dev_server() as started:
        yield started


@pytest.fixture(scope="module")
def address(server: WorkflowEnvironment) -> str:
    return server.client.service_client.config.target_host


@pytest.fixture(scope="module")
def prepared(services: dict[str, Any], address: str) -> str:
    """The namespace job, run twice: a job that is run again at the next `up` must not fail."""
    job = services["temporal-namespace"]
    path = f"{temporal_cli(os.environ).parent}{os.pathsep}{os.environ['PATH']}"
    for _ in range(2):
        subprocess.run(
            [*job["entrypoint"], *job["command"]],
            env={**job["environment"], "TEMPORAL_ADDRESS": address, "PATH": path, "HOME": os.environ["HOME"]},
            check=True,
            capture_output=True,
            timeout=60,
        )
    return NAMESPACE


@pytest.fixture(scope="module")
def home(services: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database was made by the migration job."""
    folder = tmp_path_factory.mktemp("compose")
    for _ in range(2):
        subprocess.run(here(services["migration"]), env=environ(services["migration"], folder), check=True, timeout=60)
    return folder


def here(service: dict[str, Any]) -> list[str]:
    """The command with this interpreter instead of the container's."""
    return [sys.executable if word == "python" else word for word in service["command"]]


def environ(service: dict[str, Any], home: Path, **changed: str) -> dict[str, str]:
    """The container's environment, with its mounts where they come from and a database of our own."""
    mounts = dict(reversed(volume.split(":")[:2]) for volume in service.get("volumes", []))
    settings = {
        name: str(compose.ROOT / mounts[value]) if value in mounts else value
        for name, value in service["environment"].items()
    }
    database = f"sqlite+aiosqlite:///{home}/record.db"
    own = {"FENGSUI_HOME": str(home), "FENGSUI_DATABASE_URL": database, "PATH": os.environ["PATH"]}
    return {**settings, **own, **changed}


@contextmanager
def running(service: dict[str, Any], log: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(here(service), cwd=compose.ROOT, env=env, stdout=output, stderr=output)
    try:
        yield process
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        process.wait(30)


async def test_the_namespace_job_makes_namespace_and_search_attributes(
    server: WorkflowEnvironment, prepared: str
) -> None:
    described = await server.client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=prepared))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=90)
    request = ListSearchAttributesRequest(namespace=prepared)
    made = await server.client.operator_service.list_search_attributes(request)
    kinds = {name: IndexedValueType.Name(made.custom_attributes[name]) for name in SEARCH_ATTRIBUTES}
    assert kinds == {name: f"INDEXED_VALUE_TYPE_{kind.upper()}" for name, kind in SEARCH_ATTRIBUTES.items()}


def test_the_migration_job_makes_the_database(home: Path) -> None:
    assert (home / "record.db").stat().st_size > 0


def test_the_database_url_is_one_that_our_driver_takes(services: dict[str, Any]) -> None:
    engine = create_async_engine(services["api"]["environment"]["FENGSUI_DATABASE_URL"])
    assert (engine.url.drivername, engine.url.host, engine.url.database) == (
        "postgresql+psycopg",
        "postgres",
        "fengsui",
    )
    assert engine.url.password == compose.SECRETS["RECORD_DATABASE_PASSWORD"]


async def test_the_worker_polls(services: dict[str, Any], address: str, prepared: str, home: Path) -> None:
    asked = Temporal(address, prepared)
    assert await asked.is_ready()
    start = datetime.now(UTC)
    env = environ(services["worker"], home, TEMPORAL_ADDRESS=address)
    with running(services["worker"], home / "worker.log", env):
        await eventually(lambda: asked.is_polled_since(start), 30)


async def test_the_api_passes_its_own_healthcheck(
    services: dict[str, Any], address: str, prepared: str, home: Path
) -> None:
    port = str(choose("FENGSUI_API_PORT", 0))
    assert prepared == services["api"]["environment"]["TEMPORAL_NAMESPACE"]
    env = environ(services["api"], home, TEMPORAL_ADDRESS=address, FENGSUI_API_HOST="127.0.0.1", FENGSUI_API_PORT=port)
    [_, program, *arguments] = services["api"]["healthcheck"]["test"]
    assert program == "python"
    check = [sys.executable, *(word.replace(":8080/", f":{port}/") for word in arguments)]

    async def is_healthy() -> bool:
        asked = await asyncio.create_subprocess_exec(*check, stderr=asyncio.subprocess.DEVNULL)
        return await asked.wait() == 0

    assert not await is_healthy()
    with running(services["api"], home / "api.log", env):
        await eventually(is_healthy, 30)
