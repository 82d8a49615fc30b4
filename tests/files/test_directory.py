"""The directory follows its files; a change for the worse leaves it as it was."""

import os
import shutil
from pathlib import Path

import pytest

from adapters.directory import FileDirectory
from adapters.problems import FileProblem

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    shutil.copy(ROOT / "sample" / "company.yaml", tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    before = path.stat().st_mtime_ns
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


async def test_an_address_is_that_of_now(files: Path) -> None:
    directory = FileDirectory(files / "company.yaml", files / "runbooks")
    assert await directory.address("sun-jing", "mail") == "sun.jing@huahui.example"
    change(files / "company.yaml", "sun.jing@huahui.example", "sun@huahui.example")
    assert await directory.address("sun-jing", "mail") == "sun@huahui.example"
    assert await directory.address("sun-jing", "pigeon") is None
    assert await directory.address("nobody", "mail") is None


async def test_a_change_for_the_worse_leaves_it_as_it_was(files: Path) -> None:
    directory = FileDirectory(files / "company.yaml", files / "runbooks")
    change(files / "company.yaml", "people:", "folk:")
    assert await directory.person("sun-jing") is not None
    change(files / "company.yaml", "folk:", "people:")
    change(files / "company.yaml", "name: 孙静", "name: 孙静怡")
    person = await directory.person("sun-jing")
    assert person is not None
    assert person.name == "孙静怡"


async def test_nobody_is_reached_by_a_channel_that_is_not_set_up(files: Path) -> None:
    plain = FileDirectory(files / "company.yaml", files / "runbooks")
    mailing = FileDirectory(files / "company.yaml", files / "runbooks", frozenset({"inbox", "mail"}))
    people = [await directory.person("sun-jing") for directory in (plain, mailing)]
    assert [person.channels for person in people if person] == [["inbox"], ["inbox", "mail"]]


async def test_a_new_runbook_version_is_noticed(files: Path) -> None:
    directory = FileDirectory(files / "company.yaml", files / "runbooks")
    text = (files / "runbooks" / "trading-halt@1.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 2")
    (files / "runbooks" / "trading-halt@2.yaml").write_text(text, encoding="utf-8")
    book = (await directory.company()).runbook("trading-halt")
    assert book is not None
    assert book.version == 2


def test_a_start_with_a_broken_file_fails(files: Path) -> None:
    change(files / "company.yaml", "people:", "folk:")
    with pytest.raises(FileProblem, match="people: is missing"):
        FileDirectory(files / "company.yaml", files / "runbooks")
