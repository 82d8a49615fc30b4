"""docker-compose.yml is right, as far as that can be seen without Docker."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from adapters.settings import Settings
from tests.house import compose
from tests.house.compose import SECRETS
from workflows.contract import SEARCH_ATTRIBUTES

SCHEMA = json.loads((Path(__file__).parent / "data" / "compose-spec.json").read_text())
SECRET = re.compile(r"PASSWORD|PWD|TOKEN|SECRET|API_KEY")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose.load()["services"]
    return found


def test_it_follows_the_compose_specification() -> None:
    errors = [error.message for error in jsonschema_rs.validator_for(SCHEMA).iter_errors(compose.load())]
    assert errors == []


@pytest.mark.parametrize("name", SECRETS)
def test_compose_refuses_to_start_without(name: str) -> None:
    with pytest.raises(compose.MissingVariableError, match=name):
        compose.load({key: value for key, value in SECRETS.items() if key != name})


def test_no_secret_stands_in_the_file() -> None:
    raw = compose.FILE.read_text()
    given = re.findall(rf"^ *(\w*(?:{SECRET.pattern})\w*): *(.*)$", raw, re.MULTILINE)
    assert given
    assert [(name, value) for name, value in given if not value.startswith("${")] == []


def test_only_loopback_is_published_and_temporal_never(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"api", "temporal-ui", "mailbox"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert set(services["temporal"]["networks"]) == set(services["postgres"]["networks"]) == {"inner"}


def test_who_waits_for_whom_exists_and_has_a_healthcheck(services: dict[str, Any]) -> None:
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other]


def test_configs_and_volumes_and_files_are_there(services: dict[str, Any]) -> None:
    content = compose.load()
    for service in services.values():
        assert {config["source"] for config in service.get("configs", [])} <= content["configs"].keys()
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in content["volumes"] or (compose.ROOT / source).exists(), source


def test_search_attributes_are_those_of_the_contract(services: dict[str, Any]) -> None:
    found = dict(re.findall(r"\b(\w+)=(\w+)", services["temporal-namespace"]["command"][0]))
    assert found == SEARCH_ATTRIBUTES


def test_the_example_names_every_variable_that_must_or_may_be_set() -> None:
    used = {match["name"] for match in compose.VARIABLE.finditer(compose.FILE.read_text()) if match["name"]}
    named = set(re.findall(r"^#?(\w+)=", (compose.ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used - named == {"TEMPORAL_VERSION", "TEMPORAL_UI_VERSION"}
    assert named - used == set()


def test_every_setting_of_the_program_is_set_and_known(services: dict[str, Any]) -> None:
    fields = Settings.model_fields
    known = {str(field.validation_alias or f"FENGSUI_{name.upper()}") for name, field in fields.items()}
    for name in ("api", "worker", "migration"):
        assert set(services[name]["environment"]) == known
