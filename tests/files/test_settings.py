"""The settings: what the environment says, and nothing secret in what anybody can read."""

import base64
import json
import logging
from pathlib import Path

import pytest
import structlog

from adapters import ics, links
from adapters.channels.registry import channels_set_up
from adapters.problems import FileProblem
from adapters.settings import Settings, read_settings
from api.signin.pages import HOME
from tests.logs import logged

SECRET = "Zx8-qLw2_Rt5vNm7Kj3HpYd9"
SECRETS = {
    "FENGSUI_SECRET": f"{SECRET}-0",
    "FENGSUI_SIGNING_KEY": base64.b64encode(SECRET.ljust(32, "=").encode()).decode(),
    "FENGSUI_TOKENS": json.dumps({"chen-lei": f"{SECRET}-1", "sun-jing": f"{SECRET}-2"}),
    "FENGSUI_ALERT_TOKEN": f"{SECRET}-3",
    "FENGSUI_SMTP_URL": f"smtps://user:{SECRET}@mail.example:465",
    "FENGSUI_WEBHOOK_URL": f"https://chat.example/hook?key={SECRET}",
    "FENGSUI_WEBHOOK_SECRET": f"{SECRET}-4",
    "FENGSUI_DINGTALK_TOKEN": f"{SECRET}-5",
    "FENGSUI_DINGTALK_SECRET": f"{SECRET}-6",
    "FENGSUI_APPRISE": json.dumps({"bark": f"bark://{SECRET}@host/{{address}}"}),
    "FENGSUI_DATABASE_URL": f"postgresql+psycopg://fengsui:{SECRET}@db.example/fengsui",
}

COMMANDS = json.dumps({"db1-log": {"host": "db1", "user": "fengsui", "command": "journalctl"}})


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FENGSUI_{name.upper()}", raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_the_defaults_are_for_one_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = given(monkeypatch, FENGSUI_HOME=str(tmp_path))
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/fengsui.db"
    assert (settings.temporal_address, settings.api_host) == ("127.0.0.1:7233", "127.0.0.1")
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.company.exists()
    assert settings.policy.exists()
    assert settings.runbooks.is_dir()
    assert channels_set_up(settings) == {"inbox"}


def test_everything_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(
        monkeypatch,
        **SECRETS,
        FENGSUI_STAGE="production",
        TEMPORAL_ADDRESS="temporal:7233",
        FENGSUI_EMERGENCY_PHONES="010-5555 0100, 010-5555 0101,",
        FENGSUI_PUBLIC_URL="https://fengsui.example/",
    )
    assert settings.temporal_address == "temporal:7233"
    assert settings.emergency_phones == ["010-5555 0100", "010-5555 0101"]
    assert settings.public_url == "https://fengsui.example"
    assert settings.tokens["sun-jing"].get_secret_value() == f"{SECRET}-2"
    assert channels_set_up(settings) == {"inbox", "mail", "webhook", "dingtalk", "bark"}


def test_proxies_are_addresses_or_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch).trusted_proxies == ["127.0.0.1", "::1"]
    settings = given(monkeypatch, FENGSUI_TRUSTED_PROXIES="10.0.0.7, 172.16.0.0/12,fd00::/8,")
    assert settings.trusted_proxies == ["10.0.0.7", "172.16.0.0/12", "fd00::/8"]
    for wrong in ("*", "proxy.example", "10.0.0.7/8"):
        with pytest.raises(FileProblem, match="FENGSUI_TRUSTED_PROXIES"):
            given(monkeypatch, FENGSUI_TRUSTED_PROXIES=wrong)


def test_no_secret_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, **SECRETS)
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert SECRET not in f"{settings.tokens} {settings.smtp_url}"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"FENGSUI_API_PORT": "many"}, "FENGSUI_API_PORT: must be a whole number"),
        ({"FENGSUI_API_PORT": "70000"}, "FENGSUI_API_PORT: must be at most 65535"),
        ({"FENGSUI_LANGUAGE": "fr"}, "FENGSUI_LANGUAGE: must be one of"),
        ({"FENGSUI_SMTP_URL": f"mail:{SECRET}"}, "FENGSUI_SMTP_URL: must look like smtp://user:password@host:port"),
        ({"FENGSUI_WEBHOOK_URL": f"ftp://{SECRET}"}, "FENGSUI_WEBHOOK_URL: must look like https://host/path"),
        ({"FENGSUI_WEBHOOK_SECRET": ""}, "FENGSUI_WEBHOOK_URL needs FENGSUI_WEBHOOK_SECRET"),
        ({"FENGSUI_DINGTALK_SECRET": ""}, "FENGSUI_DINGTALK_TOKEN needs FENGSUI_DINGTALK_SECRET"),
        ({"FENGSUI_WECOM_CORP_ID": "ww1"}, "FENGSUI_WECOM_CORP_ID needs FENGSUI_WECOM_AGENT_ID"),
        ({"FENGSUI_DINGTALK_BASE_URL": f"https://u:{SECRET}@host"}, "must look like https://oapi.dingtalk.com"),
        ({"FENGSUI_APPRISE": SECRET}, "FENGSUI_APPRISE: must look like"),
        ({"FENGSUI_APPRISE": '{"mail": "x://y"}'}, "FENGSUI_APPRISE: must look like"),
        ({"FENGSUI_SMS_PARAMETERS": "subject,weather"}, "FENGSUI_SMS_PARAMETERS: must look like subject,number"),
        ({"FENGSUI_TOKENS": f'{{"a": "{SECRET}", "b": "{SECRET}"}}'}, "two people have the same token"),
        ({"FENGSUI_STAGE": "production", "FENGSUI_SECRET": ""}, "production needs FENGSUI_SECRET"),
        ({"FENGSUI_STAGE": "production", "FENGSUI_SIGNING_KEY": ""}, "production needs FENGSUI_SIGNING_KEY"),
        ({"FENGSUI_SIGNING_KEY": SECRET}, "FENGSUI_SIGNING_KEY: must look like -----BEGIN PRIVATE KEY-----"),
        ({"FENGSUI_RETIRED_KEYS": "abc"}, "FENGSUI_RETIRED_KEYS: must look like"),
        ({"FENGSUI_EVIDENCE_BUCKET": "bucket"}, "FENGSUI_EVIDENCE_BUCKET: must look like s3://bucket/prefix"),
        (
            {"FENGSUI_COLLECTOR_HOSTS": f"db1,http://{SECRET}@db2"},
            "FENGSUI_COLLECTOR_HOSTS: must look like db1.example",
        ),
        ({"FENGSUI_COLLECTOR_COMMANDS": SECRET}, "FENGSUI_COLLECTOR_COMMANDS: must look like"),
        ({"FENGSUI_COLLECTOR_COMMANDS": COMMANDS}, "FENGSUI_COLLECTOR_COMMANDS needs FENGSUI_SSH_KEY"),
        ({"FENGSUI_STAGE": "production", "FENGSUI_SECRET": "short"}, "production needs random secrets"),
        ({"FENGSUI_STAGE": "production", "FENGSUI_ALERT_TOKEN": "short"}, "production needs random secrets"),
        ({"FENGSUI_STAGE": "production", "FENGSUI_ALERT_TOKEN": "change-me-" * 4}, "production needs random secrets"),
        ({"FENGSUI_STAGE": "production", "FENGSUI_ALERT_TOKEN": "a" * 40}, "production needs random secrets"),
    ],
)
def test_a_fault_names_the_variable_and_no_value(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], fault: str
) -> None:
    with pytest.raises(FileProblem) as problem:
        given(monkeypatch, **{**SECRETS, **changes})
    assert fault in problem.value.text("en")
    assert len(problem.value.faults) == 1
    assert problem.value.text("zh-CN") != problem.value.text("en")
    assert SECRET not in str(problem.value)


@pytest.mark.parametrize("tokens", [SECRET, f'["{SECRET}"]', f'{{"a": ["{SECRET}"]}}'])
def test_tokens_that_are_no_tokens_stay_secret(monkeypatch: pytest.MonkeyPatch, tokens: str) -> None:
    with pytest.raises(FileProblem, match="FENGSUI_TOKENS") as problem:
        given(monkeypatch, FENGSUI_TOKENS=tokens)
    assert SECRET not in str(problem.value)


def test_every_field_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_log_line_is_json_without_secrets() -> None:
    with logged(Settings()) as out:
        structlog.get_logger("fengsui").info("started", alert_token=SECRET, title="数据库")
        logging.getLogger("library").warning("%s left", 3)
    ours, theirs = (json.loads(line) for line in out.getvalue().splitlines())
    assert (ours["event"], ours["title"], ours["alert_token"]) == ("started", "数据库", "***")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("3 left", "warning", "library")
    assert "数据库" in out.getvalue()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"{links.PATH}/{SECRET}", "/t/***"),
        (f"{links.PATH}/{SECRET}/report", "/t/***/report"),
        (f"{ics.PATH}/{SECRET}.a-b_c.ics", "/feeds/***"),
        (f"{HOME}/oidc/callback?code={SECRET}&state=x%2F{SECRET}", "/sign-in/oidc/callback?***"),
        (f"{HOME}?after=/inbox", "/sign-in?after=/inbox"),
    ],
)
def test_what_an_address_lets_anybody_do_is_not_in_the_log(address: str, told: str) -> None:
    with logged(Settings()) as out:
        logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", address, "1.1", 200)
        structlog.get_logger("fengsui").error("unexpected", path=f"https://fengsui.example{address}")
    access, ours = (json.loads(line) for line in out.getvalue().splitlines())
    assert access["event"] == f'127.0.0.1:1 - "GET {told} HTTP/1.1" 200'
    assert ours["path"] == f"https://fengsui.example{told}"
    assert SECRET not in out.getvalue()
