"""The allow-list: what is wrong with it is told with line and field, and whoever shows it needs no secrets."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.actions import load_actions
from adapters.actions.entries import HttpAction
from adapters.notices import load_notices
from adapters.problems import FileProblem
from adapters.settings import Settings
from domain.acts import NoticeOccasion

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"ops-platform": "Bearer abcdefgh", "trading-db": "postgresql://fengsui:pass-word@db1.example.com/trading"}
FILE = """actions:
  - id: restart
    kind: http
    title: { zh: 重启, en: Restart }
    url: https://ops.example.com/restart
    secret_headers: { Authorization: ops-platform }
  - id: pause
    kind: sql
    title: { zh: 暂停, en: Pause }
    database: trading-db
    host: db1.example.com
    statement: UPDATE control SET paused = 1
    expected_rows: 1
"""


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def made(text: str = FILE, **secrets: str) -> Settings:
        path = tmp_path / "actions.yaml"
        path.write_text(text, encoding="utf-8")
        return Settings(home=tmp_path, actions=path, action_secrets=secrets or SECRETS)  # type: ignore[arg-type]

    return made


def test_without_a_file_nothing_runs_by_itself(tmp_path: Path) -> None:
    assert load_actions(Settings(home=tmp_path), with_secrets=True).entries == {}


def test_the_sample_can_be_shown_without_its_secrets(tmp_path: Path) -> None:
    sample = tmp_path / "actions.yaml"
    shutil.copy(ROOT / "sample" / "actions.yaml", sample)
    listed = load_actions(Settings(home=tmp_path, actions=sample), with_secrets=False)
    assert {entry.kind for entry in listed.entries.values()} == {"http", "sql", "ssh"}
    assert listed.secrets == {}
    restart = listed.entries["restart-matching"]
    assert isinstance(restart, HttpAction)
    assert (restart.target, restart.does) == ("ops.example.com", f"POST {restart.url}")


def test_a_fingerprint_changes_with_the_entry(settings: Callable[..., Settings]) -> None:
    before = load_actions(settings(), with_secrets=True).entries["restart"].fingerprint
    again = load_actions(settings(), with_secrets=False).entries["restart"].fingerprint
    changed = settings(FILE.replace("/restart", "/stop"))
    assert before == again != load_actions(changed, with_secrets=True).entries["restart"].fingerprint


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("kind: http", "kind: shell", 2, "必须是以下之一"),
        ("https://ops", "https://user:secret-word@ops", 5, "不含用户名和密码"),
        ("https://ops.example.com/restart", "file:///etc/passwd", 5, "http 或 https"),
        ("SET paused = 1", "SET paused = 1; DROP TABLE orders", 12, "必须是一条语句"),
        ("    expected_rows: 1\n", "", 7, "须填且只填一项"),
        ("id: pause", "id: restart", 7, "重复出现"),
        ("trading-db", "other-db", 7, "中没有“other-db”"),
        ("host: db1.example.com", "host: db2.example.com", 11, "指向其他主机"),
        ("    statement", "    parameters: [x]\n    statement", 12, ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    settings: Callable[..., Settings], old: str, new: str, line: int, told: str
) -> None:
    assert old in FILE
    with pytest.raises(FileProblem) as problem:
        load_actions(settings(FILE.replace(old, new, 1)), with_secrets=True)
    [fault, *_] = problem.value.faults
    assert told in fault.text("zh-CN")
    assert fault.line == line
    assert "pass-word" not in str(problem.value)


def test_the_sample_s_notices_have_a_text_for_every_occasion() -> None:
    texts = load_notices(ROOT / "sample" / "notices.yaml")
    assert {*NoticeOccasion, "advance"} == set(type(texts).model_fields)


def test_a_placeholder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notices.yaml"
    path.write_text((ROOT / "sample" / "notices.yaml").read_text().replace("{commander}", "{chief}", 1))
    with pytest.raises(FileProblem) as problem:
        load_notices(path)
    assert "没有占位符“chief”" in problem.value.text("zh-CN")
