"""`fengsui` against the real system: what it prints and how it ends."""

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from tests.house.compose import ROOT
from tests.house.launched import Launched

TITLE = "交易市场数据库无响应"
REPORT = ("report", TITLE, "--system", "market-db", "--symptom", "主库拒绝连接", "--runbook", "market-db-outage")


class Terminal:
    """Somebody at a terminal."""

    def __init__(self, home: Path, language: str = "en") -> None:
        self._home = home
        self._language = language

    def types(self, *words: str, stdin: Any = None, stdout: Any = PIPE) -> "subprocess.CompletedProcess[str]":
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("FENGSUI_", "TEMPORAL_"))}
        env = {**plain, "FENGSUI_HOME": str(self._home)}
        command = [sys.executable, "cli.py", "--language", self._language, *words]
        return subprocess.run(
            command, cwd=ROOT, env=env, stdin=stdin, stdout=stdout, stderr=PIPE, text=True, check=False, timeout=60
        )

    def reports(self) -> str:
        answer = self.types("--as", "zhang-wei", "--json", *REPORT)
        assert answer.returncode == 0, answer.stderr
        number: str = json.loads(answer.stdout)["number"]
        return number


@pytest.fixture(scope="module")
def terminal(system: Launched) -> Terminal:
    return Terminal(system.home)


@pytest.fixture(scope="module")
def number(terminal: Terminal) -> str:
    return terminal.reports()


def test_a_refusal_names_the_clause_in_the_language_and_ends_with_1(system: Launched, number: str) -> None:
    refused = Terminal(system.home, "zh-CN").types("--as", "zhang-wei", "judge", number, "emergency")
    assert refused.returncode == 1
    assert "5.2.2: 经理或主管判断" in refused.stderr
    assert refused.stdout == ""


def test_judged_and_handled(terminal: Terminal, number: str) -> None:
    judged = terminal.types("--as", "chen-lei", "judge", number, "emergency", "--severity", "II")
    assert (judged.returncode, judged.stderr) == (0, "")
    assert "handled by the operator" in judged.stdout
    assert terminal.types("--as", "zhang-wei", "step", number, "look", "done").returncode == 0
    shown = terminal.types("--as", "zhang-wei", "show", number).stdout
    assert TITLE in shown
    assert "you may now: step, unresolved, resolved" in shown
    evidence = terminal.types("--as", "liu-fang", "record", number, "fault_log", "log", "--evidence", "LICENSE")
    assert evidence.returncode == 0, evidence.stderr


def test_a_field_that_is_not_acceptable_is_named(terminal: Terminal, number: str) -> None:
    wrong = terminal.types("--as", "zhang-wei", "step", number, "look", "done", "--occurred-at", "yesterday")
    assert wrong.returncode == 1
    assert "occurred_at" in wrong.stderr


def test_the_same_key_is_the_same_act(terminal: Terminal) -> None:
    number = terminal.reports()
    act = ("--as", "chen-lei", "judge", number, "emergency", "--key", "once")
    assert terminal.types(*act).returncode == 0
    assert "nothing was done twice" in terminal.types(*act).stdout


def test_a_file_holds_a_report_that_is_long(terminal: Terminal, number: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("scope: 主备切换\nrisk: 无\nrollback: 切回\nresources: 一人\n", encoding="utf-8")
    early = terminal.types(
        *("--as", "chen-lei", "plan", "submit", number, "--file", str(file), "--step", "promote:gated=切换")
    )
    assert early.returncode == 1  # well formed, but no major problem was decided
    assert "5.2.8" in early.stderr


def test_the_steps_of_the_runbook_and_a_draft_of_a_notice(system: Launched, terminal: Terminal) -> None:
    number = terminal.reports()
    assert terminal.types("--as", "chen-lei", "judge", number, "emergency").returncode == 0
    steps = terminal.types("--as", "zhang-wei", "steps", number)
    assert (steps.returncode, steps.stderr) == (0, "")
    assert "market-db-outage@1" in steps.stdout
    assert "→" in steps.stdout
    zh = Terminal(system.home, "zh-CN")
    assert "预期：" in zh.types("--as", "zhang-wei", "steps", number).stdout
    assert number in zh.types("--as", "chen-lei", "draft", number, "--occasion", "update").stdout
    assert "没有通知。" in zh.types("--as", "chen-lei", "notices", number).stdout
    assert zh.types("--as", "chen-lei", "draft", number, "--occasion", "party").returncode == 1


def test_lists_timelines_and_messages(system: Launched, terminal: Terminal, number: str) -> None:
    # Lists are read from the record, which follows the incident.
    system.until(lambda: number in terminal.types("--as", "sun-jing", "list").stdout, 20)
    assert (
        "There is no such incident." in terminal.types("--as", "sun-jing", "list", "--text", "nothing like it").stdout
    )
    told = terminal.types("--as", "sun-jing", "timeline", number).stdout
    assert "5.2.1" in told
    assert TITLE in terminal.types("--as", "sun-jing", "inbox").stdout
    assert "There are no messages." in terminal.types("--as", "jiang-yan", "inbox").stdout
    assert "孙静" in Terminal(terminal._home, "zh-CN").types("--as", "sun-jing", "me").stdout


def test_watching_ends_with_the_incident(terminal: Terminal) -> None:
    number = terminal.reports()
    assert terminal.types("--as", "zhang-wei", "withdraw", number, "误报").returncode == 0
    watched = terminal.types("--as", "zhang-wei", "watch", number)
    assert watched.returncode == 0
    assert "误报" in watched.stdout


def test_nobody_there_ends_with_3(terminal: Terminal, tmp_path: Path) -> None:
    away = terminal.types("--api", "http://127.0.0.1:9", "--token", "t", "me")
    assert (away.returncode, away.stdout) == (3, "")
    assert "http://127.0.0.1:9 does not answer" in away.stderr
    nothing = Terminal(tmp_path).types("me")
    assert nothing.returncode == 3
    assert "make run" in nothing.stderr


@pytest.fixture
def handled(terminal: Terminal) -> str:
    """An emergency of its own."""
    number = terminal.reports()
    assert terminal.types("--as", "chen-lei", "judge", number, "emergency").returncode == 0
    return number


def test_a_log_of_200_megabytes_comes_by_standard_input_in_constant_memory(
    system: Launched, terminal: Terminal, handled: str, tmp_path: Path
) -> None:
    """Neither the API nor the terminal ever holds it: what the processes needed at the most hardly grows."""
    before = most_memory(system.run["pids"]["api"])
    made = "import sys; line = b'2026-11-26 09:58:00 ORA-00257 archiver error\\n' * 23302; "
    made += "[sys.stdout.buffer.write(line) for _ in range(200)]"
    words = ("evidence", "add", handled, "-", "--name", "alert-警报.log", "--kind", "fault_log", "--place", "机房")
    with subprocess.Popen([sys.executable, "-c", made], stdout=subprocess.PIPE) as log:
        added = terminal.types("--as", "liu-fang", "--json", *words, stdin=log.stdout)
    assert (log.returncode, added.returncode) == (0, 0), added.stderr
    answer = json.loads(added.stdout)
    assert (answer["file_name"], answer["media_type"]) == ("alert-警报.log", "text/plain")
    assert answer["size"] > 200 * 1024**2
    grown = most_memory(system.run["pids"]["api"]) - before
    assert grown < 40 * 1024**2, f"the API needed {grown / 1024**2:.0f} MiB more"

    system.until(lambda: "alert-警报" in terminal.types("--as", "liu-fang", "evidence", "list", handled).stdout, 20)
    target = tmp_path / "back.log"
    got = terminal.types("--as", "chen-lei", "evidence", "get", handled, str(answer["seq"]), "-o", str(target))
    assert got.returncode == 0, got.stderr
    assert target.stat().st_size == answer["size"]
    assert terminal.types("--as", "chen-lei", "evidence", "verify", handled, str(answer["seq"])).returncode == 0
    told = terminal.types("--as", "chen-lei", "evidence", "custody", handled, str(answer["seq"])).stdout
    assert [line.split()[2] for line in told.splitlines()] == ["received", "downloaded", "verified"]
    assert most_memory(system.run["pids"]["api"]) - before < 40 * 1024**2


def most_memory(pid: int) -> int:
    """The most that a process has ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def test_a_bundle_is_checked_where_nothing_else_is(
    system: Launched, terminal: Terminal, handled: str, tmp_path: Path
) -> None:
    log, file = tmp_path / "alert-警报.log", tmp_path / "incident.zip"
    log.write_bytes("归档已满\n".encode() * 200_000)  # by far the largest part of the bundle
    assert terminal.types("--as", "liu-fang", "evidence", "add", handled, str(log)).returncode == 0
    # A bundle holds what is recorded, and the record follows the incident.
    system.until(lambda: "wait to be recorded" not in terminal.types("verify", handled).stdout, 20)
    exported = terminal.types("--as", "chen-lei", "bundle", handled, "-o", str(file))
    assert (exported.returncode, exported.stderr) == (0, "")
    with (tmp_path / "piped.zip").open("wb") as pipe:
        piped = terminal.types("--as", "chen-lei", "bundle", handled, "-o", "-", stdout=pipe)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert zipfile.is_zipfile(tmp_path / "piped.zip")
    elsewhere = Terminal(tmp_path / "another-machine")
    checked = elsewhere.types("verify", "bundle", str(file), "--key", system.run["public_key"])
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert "1 files" in checked.stdout
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1  # in the middle of the log
    file.write_bytes(content)
    broken = elsewhere.types("verify", "bundle", str(file), "--key", system.run["public_key"])
    assert broken.returncode == 1
    assert "alert-警报.log: It was changed" in broken.stdout


def test_a_refusal_of_a_file_names_the_clause(terminal: Terminal, number: str) -> None:
    refused = terminal.types("--as", "cao-lin", "evidence", "add", number, "LICENSE", "--post", "it_manager")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "5.3.5" in refused.stderr
    nothing = terminal.types("--as", "liu-fang", "evidence", "add", number, "/nothing")
    assert nothing.returncode == 2


def test_verify_is_clean_and_then_finds_what_was_changed(system: Launched, terminal: Terminal, number: str) -> None:
    system.until(lambda: "wait to be recorded" not in terminal.types("verify", number).stdout, 20)
    clean = terminal.types("verify", number)
    assert (clean.returncode, clean.stderr) == (0, "")
    assert "Nothing is wrong." in clean.stdout
    with sqlite3.connect(system.home / "fengsui.db") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        changed = "UPDATE entries SET person = 'gao-peng' WHERE incident = ? AND seq = 1"
        assert database.execute(changed, (number,)).rowcount == 1
    broken = terminal.types("verify", number)
    assert broken.returncode == 1
    assert f"✗ {number} #1" in broken.stdout
