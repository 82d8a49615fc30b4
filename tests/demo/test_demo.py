"""The demo is the real story: it ends closed, with every clause in the timelines and a clean record."""

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from domain.clauses import CLAUSES
from tests.house.compose import ROOT
from tests.house.launched import launched
from tools.demo.__main__ import PLAYED, lacking
from tools.demo.english import CHINESE

QUICKER = 4


def quicker(policy: Path) -> Path:
    """Write the demo's policy with shorter clocks: the test waits for the same limits, less long."""
    yaml = YAML()
    content = yaml.load((ROOT / "policy.demo.yaml").read_text(encoding="utf-8"))
    for limit in [*content.values(), *content["short_time_limit"].values()]:
        if isinstance(limit, dict) and limit.get("unit") == "seconds":
            limit["value"] = limit["value"] / QUICKER
    yaml.dump(content, policy)
    return policy


def test_the_clauses_to_be_played_are_all_of_articles_5_2_5_3_and_6() -> None:
    assert list(PLAYED) == [
        *(f"5.2.{number}" for number in range(1, 10)),
        *(f"5.3.{number}" for number in range(1, 8)),
        *("6.1", "6.2", "6.3"),
    ]
    assert set(PLAYED) <= set(CLAUSES)


def test_a_story_that_did_not_happen_lacks_every_clause() -> None:
    assert lacking([]) == list(PLAYED)


@pytest.mark.timeout(300)
def test_the_whole_story(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with launched(home, FENGSUI_POLICY=str(quicker(tmp_path / "policy.yaml"))) as running:
        env = {"PATH": "/usr/bin:/bin", "FENGSUI_HOME": str(running.ready().home)}
        command = [sys.executable, "-m", "tools.demo", "--language", "en", "--pace", "0"]
        played = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-2000:]
    assert f"Done: all {len(PLAYED)} clauses" in played.stdout
    for clause in PLAYED:
        assert f" {clause} " in played.stdout, clause
    timelines = [line for line in played.stdout.splitlines() if line.startswith("   ") and not line.startswith("   ✉")]
    assert not any(CHINESE.search(line) for line in timelines)
    assert played.stdout.count("refused 403") >= 3  # judging, deciding and verifying what is not his
    assert "in place of Sun Jing" in played.stdout
    assert next(running.home.glob("*.zip")).stat().st_size > 100_000
    assert "The recovery failed, back to handling" in played.stdout
