"""`fengsui directory` against the real system: out, compared, in, and back."""

from pathlib import Path

from tests.cli.test_terminal import Terminal
from tests.house.launched import Launched


def test_out_compared_in_and_nothing_twice(system: Launched, tmp_path: Path) -> None:
    terminal, file = Terminal(system.home), tmp_path / "company.yaml"
    keeper = ("--as", "wu-min", "directory")
    assert terminal.types(*keeper, "export", str(file)).returncode == 0
    same = terminal.types(*keeper, "diff", str(file))
    assert (same.returncode, same.stderr) == (0, "")
    assert "says the same" in same.stdout
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("name_en: Gao Peng", "name_en: Gao Feng"), encoding="utf-8")
    compared = Terminal(system.home, "zh-CN").types(*keeper, "diff", str(file))
    assert compared.returncode == 1
    assert "英文姓名：Gao Peng → Gao Feng" in compared.stdout
    taken = terminal.types(*keeper, "import", str(file), "--reason", "typo")
    assert taken.returncode == 0, taken.stderr
    assert "English name: Gao Peng → Gao Feng" in taken.stdout
    assert "says the same" in terminal.types(*keeper, "import", str(file)).stdout


def test_a_fault_is_told_with_its_line(system: Launched, tmp_path: Path) -> None:
    terminal, file = Terminal(system.home), tmp_path / "company.yaml"
    file.write_text("version: '1'\nname: { zh: 甲, en: A }\nfolk: []\n", encoding="utf-8")
    broken = terminal.types("--as", "wu-min", "directory", "import", str(file))
    assert broken.returncode == 1
    assert "company.yaml:3: folk" in broken.stderr
    refused = terminal.types("--as", "zhang-wei", "directory", "export")
    assert (refused.returncode, refused.stdout) == (1, "")
