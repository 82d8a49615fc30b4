"""The verbs of the summary report, against a real API: drafted, edited, reviewed, refused, saved."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from tests.api.cast import MANAGER, OPERATOR, SPECIALIST, SUPERVISOR, TOKENS
from tests.api.story import summary
from tests.api.system import ROOT, System


async def tell(served: System, who: str, *arguments: str, language: str = "en") -> tuple[int, str]:
    """Carry out a command line as somebody; return its exit code and what it printed."""
    api = f"http://127.0.0.1:{served.settings.api_port}"
    line = ("--language", language, "--api", api, "--token", TOKENS[who], "summary", *arguments)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "cli.py", *line), cwd=ROOT, env={**os.environ, "COLUMNS": "200"}, stdout=PIPE, stderr=STDOUT
    )
    out, _ = await child.communicate()
    return child.returncode or 0, out.decode()


async def test_a_report_is_written_reviewed_and_saved(served: System, tmp_path: Path) -> None:
    number = (await summary(served.api)).number
    code, text = await tell(served, OPERATOR, "draft", number, language="zh-CN")
    assert code == 0, text
    assert "草稿第 0 版。" in text
    assert "判断为应急事件" in text
    assert "尚未写完：" in text
    code, text = await tell(served, SPECIALIST, "edit", number, "cause", "The disk was full")
    assert (code, "The draft is at version 1 now." in text) == (0, True), text
    assert "still to be written: Scope, degree and loss" in text
    wanted = "xu-bin:2027-01-15=Watch the disk"
    code, text = await tell(served, MANAGER, "edit", number, "measures", "--measure", wanted, "--if-version", "0")
    assert (code, "version 1" in text) == (1, True), text  # somebody else was faster
    assert (await tell(served, MANAGER, "edit", number, "measures", "--measure", wanted))[0] == 0
    code, text = await tell(served, OPERATOR, "versions", number)
    assert "Rectification measures: added “Watch the disk" in text, text
    code, text = await tell(served, SUPERVISOR, "review", number, "--change", "--reason", "What was lost?")
    assert (code, "asks for a change of version 2: What was lost?" in text) == (0, True), text
    code, text = await tell(served, SPECIALIST, "send", number)
    assert (code, "asks for a change" in text) == (1, True), text
    file = tmp_path / "report.html"
    code, text = await tell(served, OPERATOR, "document", number, "--format", "html", "--in", "en", "-o", str(file))
    assert (code, f"Saved as {file}." in text) == (0, True), text
    assert "The disk was full" in file.read_text(encoding="utf-8")
