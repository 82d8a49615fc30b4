"""One file of the program reads the environment."""

import ast
from pathlib import Path

import pytest

from tests.house.compose import ROOT

READER = ROOT / "adapters" / "settings.py"
PACKAGES = ("domain", "activities", "workflows", "adapters", "api")
FILES = [*(file for name in PACKAGES for file in (ROOT / name).rglob("*.py")), ROOT / "worker.py", ROOT / "cli.py"]


def reads(source: str) -> list[int]:
    """The lines that take something from the environment."""
    names = {"environ", "environb", "getenv", "putenv"}
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os")
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {name.name for name in node.names} & names)
    )


def test_a_reader_would_be_found() -> None:
    assert reads("import os\nos.environ['A']\nos.getenv('B')\nfrom os import environ\n") == [2, 3, 4]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_settings_reads_the_environment(file: Path) -> None:
    assert file == READER or reads(file.read_text(encoding="utf-8")) == []
