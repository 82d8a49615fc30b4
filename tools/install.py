"""Make the virtual environment: `python3 -m tools.install runtime|dev`. Standard library only."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.progress import StepFailedError, give_up, step

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def main(kind: str) -> None:
    """Install what is locked in requirements/, checked by hash, and the project itself."""
    if sys.version_info < OLDEST:
        give_up(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; "
            f"name another one: make PYTHON=python3.12\n需要 Python 3.11 或更新版本,可指定:make PYTHON=python3.12"
        )
    try:
        if not (VENV / "bin" / "pip").exists():
            step("making .venv", [sys.executable, "-m", "venv", "--clear", VENV])
        _pip(f"installing the locked {kind} packages", "--require-hashes", "-r", ROOT / "requirements" / f"{kind}.txt")
        if kind == "runtime":
            _pip("installing the build backend", "--require-hashes", "-r", ROOT / "requirements" / "build.txt")
            _pip("linking the project", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    except StepFailedError as error:
        give_up(f"set-up stopped: {error}\n安装未完成;检查网络或 pip 配置后再次运行同一命令即可继续。")
    (VENV / f".{kind}").touch()


def _pip(label: str, *arguments: str | Path) -> None:
    step(label, [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", *arguments])


if __name__ == "__main__":
    main(sys.argv[1])
