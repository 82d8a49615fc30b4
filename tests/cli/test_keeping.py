"""The verbs of those who keep calendar and people ready, against a real API."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.api.cast import MANAGER, NOBODY_SPECIAL, OPERATOR, TOKENS
from tests.api.system import ROOT, System

Tell = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def tell(served: System) -> Tell:
    """Carry out a command line as somebody; return its exit code and what it printed."""

    async def tell(who: str, *arguments: str, language: str = "en") -> tuple[int, str]:
        api = f"http://127.0.0.1:{served.settings.api_port}"
        line = ("--language", language, "--api", api, "--token", TOKENS[who], *arguments)
        environ = {**os.environ, "COLUMNS": "200"}
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "cli.py", *line), cwd=ROOT, env=environ, stdout=PIPE, stderr=STDOUT
        )
        out, _ = await child.communicate()
        return child.returncode or 0, out.decode()

    return tell


async def test_an_instant_is_told(tell: Tell) -> None:
    code, text = await tell(OPERATOR, "calendar", "at", "2026-10-10T10:00:00+08:00")
    assert code == 0
    assert "Working time (make-up working day)." in text
    assert "On the scene within 5 minutes (5.3.3)." in text
    code, text = await tell(OPERATOR, "calendar", "at", "2041-10-01T03:00:00+08:00", language="zh-CN")
    assert "非工作时间（工作日）。" in text
    assert "暂定：尚无该年官方日历。" in text
    assert "60 分钟内到达现场（5.3.4）" in text


async def test_a_year_is_tried_entered_shown_and_withdrawn(tell: Tell, tmp_path: Path) -> None:
    file = tmp_path / "2031.yaml"
    file.write_text("holidays: [2031-10-01]\nmake_up_days: [2031-09-28]\n", encoding="utf-8")
    code, text = await tell(NOBODY_SPECIAL, "calendar", "enter", "2031", str(file), "--dry-run")
    assert (code, "2 days would change." in text) == (0, True)
    assert "2031-10-01: working day → public holiday" in text
    assert (await tell(NOBODY_SPECIAL, "calendar", "enter", "2031", str(file), "--reason", "No. 7"))[0] == 0
    code, text = await tell(OPERATOR, "calendar", "show", "2031")
    assert "2031: entered by the company" in text
    assert "Make-up working days: 2031-09-28" in text
    assert (await tell(OPERATOR, "calendar", "withdraw", "2031"))[0] == 1
    code, text = await tell(NOBODY_SPECIAL, "calendar", "withdraw", "2031")
    assert (code, "2 days have changed." in text) == (0, True)


async def test_a_file_that_cannot_be_used_is_told(tell: Tell, tmp_path: Path) -> None:
    file = tmp_path / "2031.yaml"
    file.write_text("- 2031-10-01\n", encoding="utf-8")
    code, text = await tell(NOBODY_SPECIAL, "calendar", "enter", "2031", str(file))
    assert (code, "does not hold holidays and make_up_days" in text) == (2, True)


async def test_readiness_is_told_with_its_exit_code(tell: Tell) -> None:
    code, text = await tell(MANAGER, "readiness")
    assert (code, "Not all is ready." in text) == (1, True)
    assert "operator: 0 of 2 people can be reached." in text
    code, text = await tell(OPERATOR, "answer-test", "none", "mail")
    assert code == 1


async def test_a_contact_point_is_tried(tell: Tell) -> None:
    code, text = await tell(MANAGER, "test-message", MANAGER, "inbox")
    assert (code, text.strip()) == (0, "The provider took it: in the inbox")
    code, text = await tell(MANAGER, "test-message", MANAGER, "mail", language="zh-CN")
    assert (code, text.strip()) == (1, "服务商未接收：channel mail is not set up")
    assert (await tell(OPERATOR, "test-message", MANAGER, "mail"))[0] == 1
