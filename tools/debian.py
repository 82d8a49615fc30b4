"""See that the programs which no Python package brings are there for the tests: `python -m tools.debian`."""

import os
import shutil
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from typing import NamedTuple

from tools.progress import StepFailedError, say, step

POSTGRES = Path("/usr/lib/postgresql")
FONTS = Path("/usr/share/fonts")


class Need(NamedTuple):
    """Something from the distribution: how it is found, its packages, and what is left out without it."""

    name: str
    is_there: Callable[[], bool]
    packages: tuple[str, ...]
    without: str


def _has_postgres() -> bool:
    """Debian keeps `initdb` off the PATH."""
    return shutil.which("initdb") is not None or any(POSTGRES.glob("*/bin/initdb"))


def _has_chromium() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def _has_pango() -> bool:
    return bool(find_library("pango-1.0") and find_library("pangoft2-1.0"))


def _has_chinese_fonts() -> bool:
    return any(FONTS.rglob("NotoSansCJK*"))


NEEDS = (
    Need("PostgreSQL", _has_postgres, ("postgresql",), "the tests of the store run on SQLite alone"),
    Need("Chromium", _has_chromium, ("chromium",), "the tests in a browser are left out"),
    Need("Pango", _has_pango, ("libpango-1.0-0", "libpangoft2-1.0-0"), "reports are not made as PDF"),
    Need("Noto CJK fonts", _has_chinese_fonts, ("fonts-noto-cjk",), "PDF reports may lack Chinese glyphs"),
)


def main() -> None:
    """A build machine installs them; on a person's machine nothing is installed unasked."""
    if (missing := _missing()) and os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        _install([package for need in missing for package in need.packages])
    for need in _missing():
        say(f"no {need.name} on this machine ({', '.join(need.packages)}): {need.without}")


def _missing() -> list[Need]:
    return [need for need in NEEDS if not need.is_there()]


def _install(packages: list[str]) -> None:
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        step("apt-get update", ["apt-get", "update", "-qq"])
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        step(f"installing {', '.join(packages)}", command, env=quietly)
    except StepFailedError as error:
        say(f"not everything could be installed: {error}")


if __name__ == "__main__":
    main()
