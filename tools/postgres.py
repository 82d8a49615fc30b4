"""See that PostgreSQL's programs are there for the tests of the store: `python -m tools.postgres`."""

import os
import shutil
from pathlib import Path

from tools.progress import StepFailedError, say, step

DEBIAN = Path("/usr/lib/postgresql")


def is_there() -> bool:
    """Debian keeps `initdb` off the PATH."""
    return shutil.which("initdb") is not None or any(DEBIAN.glob("*/bin/initdb"))


def main() -> None:
    """A build machine installs them; on a person's machine nothing is installed unasked."""
    if is_there():
        return
    if os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        try:
            step("apt-get update", ["apt-get", "update", "-qq"])
            step(
                "installing PostgreSQL",
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"],
                env={"DEBIAN_FRONTEND": "noninteractive"},
            )
        except StepFailedError as error:
            say(f"PostgreSQL could not be installed: {error}")
    if not is_there():
        say("no PostgreSQL (initdb) on this machine: the tests of the store run on SQLite alone")


if __name__ == "__main__":
    main()
