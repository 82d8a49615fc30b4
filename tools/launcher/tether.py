"""Become a command that ends when its parent dies. Standard library only: it starts in milliseconds."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(name: str, command: list[str]) -> None:
    """Become the command; only Linux can tie a process to its parent, elsewhere it is merely run."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.Signals[name])
        if os.getppid() != parent or parent == 1:
            raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606  the command is the launcher's own


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
