"""`fengsui runbook` and `fengsui suggest` against the real system: what they print, what they write, how they end."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.cli.app import run
from tests.api.cast import MANAGER, OPERATOR, TECHNICIAN, TOKENS
from tests.api.system import ROOT, System

Types = Callable[..., Awaitable[tuple[int, str]]]
FOLDER = ROOT / "runbooks"


@pytest.fixture
def types(system: System, capsys: pytest.CaptureFixture[str]) -> Types:
    """Type a command line as somebody; returns the exit code and all that was printed."""

    async def typed(who: str, *words: str, language: str = "en") -> tuple[int, str]:
        api = f"http://127.0.0.1:{system.settings.api_port}"
        # In a thread: the system answers in this one.
        code = await asyncio.to_thread(run, ["--language", language, "--api", api, "--token", TOKENS[who], *words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return typed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One runbook of our own, so that nobody else's is changed."""
    text = (FOLDER / "trading-halt@1.yaml").read_text(encoding="utf-8")
    (tmp_path / "quote-halt@1.yaml").write_text(text.replace("id: trading-halt", "id: quote-halt"), encoding="utf-8")
    return tmp_path


async def test_the_library_goes_out_as_files_that_say_the_same(types: Types, tmp_path: Path) -> None:
    code, told = await types(TECHNICIAN, "runbook", "export", str(tmp_path / "out"))
    assert code == 0, told
    for file in FOLDER.glob("*.yaml"):
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()
    assert "0 of" in (await types(TECHNICIAN, "runbook", "export", str(tmp_path / "out")))[1]
    code, told = await types(TECHNICIAN, "runbook", "diff", str(tmp_path / "out"))
    assert (code, "0 of" in told) == (0, True), told
    shutil.rmtree(tmp_path / "out")
    code, told = await types(OPERATOR, "runbook", "export", str(tmp_path / "out"))
    assert (code, "4.3" in told, (tmp_path / "out").exists()) == (1, True, False)


async def test_a_version_is_written_handed_in_returned_and_published(types: Types, folder: Path) -> None:
    code, told = await types(TECHNICIAN, "runbook", "diff", str(folder), language="zh-CN")
    assert (code, "新增：quote-halt@1，共 5 步" in told) == (1, True), told
    first, second = folder / "quote-halt@1.yaml", folder / "quote-halt@2.yaml"
    code, told = await types(MANAGER, "runbook", "import", str(folder), "--publish", "--reason", "移植")
    assert (code, "1 of 1 files changed" in told) == (0, True), told
    second.write_text(
        first.read_text(encoding="utf-8")
        .replace("version: 1", "version: 2")
        .replace("行情停在同一时刻", "行情不再刷新"),
        encoding="utf-8",
    )
    better = folder / "better" / second.name
    better.parent.mkdir()
    better.write_text(
        second.read_text(encoding="utf-8").replace("quotes stand still", "quotes no longer move"), encoding="utf-8"
    )
    code, told = await types(TECHNICIAN, "runbook", "draft", str(second), "--why", "说法不清", language="zh-CN")
    assert (code, "行情不再刷新" in told) == (0, True), told
    for who, words, says in (
        (TECHNICIAN, ("submit", "quote-halt@2"), "submitted"),
        (MANAGER, ("return", "quote-halt@2", "--reason", "补充英文"), "returned"),
        (MANAGER, ("show", "quote-halt@2"), "补充英文"),
        (TECHNICIAN, ("draft", str(second)), "0 of 1"),  # the same text is no answer to a return
        (TECHNICIAN, ("draft", str(better)), "quotes no longer move"),
        (TECHNICIAN, ("submit", "quote-halt@2"), "submitted"),
        (MANAGER, ("list", "--status", "submitted"), "waiting: quote-halt@2"),
        (MANAGER, ("compare", "quote-halt@2", "--base", "1"), "version: 1 → 2"),
        (MANAGER, ("publish", "quote-halt@2"), "published"),
        (TECHNICIAN, ("propose", "quote-halt", "--why", "再改"), "quote-halt@3: draft"),
        (MANAGER, ("retire", "quote-halt@3", "--reason", "误建"), "retired"),
        (MANAGER, ("assign", "quote-halt", "--to", OPERATOR), "may now write quote-halt"),
        (OPERATOR, ("propose", "quote-halt"), "quote-halt@4: draft"),
    ):
        code, told = await types(who, "runbook", *words)
        assert (code, says in told) == (0, True), told
    code, told = await types(TECHNICIAN, "runbook", "publish", "quote-halt@4")
    assert (code, "4.3" in told) == (1, True), told


async def test_a_draft_is_put_in_force_from_the_folder_that_it_came_from(types: Types, folder: Path) -> None:
    drafted = folder / "ticker-halt@1.yaml"
    text = (folder / "quote-halt@1.yaml").read_text(encoding="utf-8").replace("id: quote-halt", "id: ticker-halt")
    drafted.write_text(text, encoding="utf-8")
    (folder / "quote-halt@1.yaml").unlink()
    code, told = await types(TECHNICIAN, "runbook", "import", str(folder))
    assert (code, "1 of 1 files changed" in told) == (0, True), told
    for changes in (1, 0):
        code, told = await types(MANAGER, "runbook", "import", str(folder), "--publish")
        assert (code, f"{changes} of 1 files changed" in told) == (0, True), told
        assert ("ticker-halt@1 was published." in told) is bool(changes)
    assert "published" in (await types(MANAGER, "runbook", "show", "ticker-halt@1"))[1]


async def test_a_fault_is_told_with_file_and_line_and_nothing_is_changed(types: Types, folder: Path) -> None:
    file = folder / "quote-halt@1.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("systems: [trading]", "systems: [void]"), encoding="utf-8")
    code, told = await types(TECHNICIAN, "runbook", "import", str(folder))
    assert (code, "quote-halt@1.yaml:7: systems[1]" in told, "there is no system “void”" in told) == (1, True, True)
    code, told = await types(TECHNICIAN, "runbook", "import", str(folder / "nowhere"), language="zh-CN")
    assert (code, "没有手册" in told) == (2, True), told
    code, told = await types(TECHNICIAN, "runbook", "show", "quote-halt")
    assert (code, "no version such as" in told) == (2, True), told


@pytest.mark.parametrize(("language", "says"), [("en", "Symptoms: “"), ("zh-CN", "现象：“")])
async def test_what_is_seen_is_looked_for_in_the_runbooks(types: Types, language: str, says: str) -> None:
    code, told = await types(
        OPERATOR, "suggest", "读卡器没反应，门禁失灵", "--system", "video-access", language=language
    )
    assert (code, told.startswith("video-access-loss@"), says in told) == (0, True, True), told
    assert (await types(OPERATOR, "suggest", "xyzzy", language="en"))[1].startswith("No runbook fits")
