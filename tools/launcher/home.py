"""The data folder: who holds it, its secrets, its logs, and what scripts may read."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOG_BYTES = 10_000_000


class HomeTakenError(RuntimeError):
    """Another launcher works in the same folder."""


class Home:
    """One folder, FENGSUI_HOME; readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.run_file = self.folder / "run.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other launchers out; raises HomeTakenError."""
        with (self.folder / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                raise HomeTakenError(lock.read().strip() or "?") from error
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def log(self, name: str) -> Path:
        """The log of a child; the one before is kept when it has grown."""
        path = self.folder / "logs" / f"{name}.log"
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def secrets(self, people: Iterable[str]) -> dict[str, Any]:
        """Tokens of these people and of alert sources, the signing keys; made at the first start, kept afterwards."""
        path = self.folder / "secrets.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        tokens = {person: secrets.token_urlsafe(24) for person in people} | kept.get("tokens", {})
        made = {name: kept.get(name) or secrets.token_urlsafe(24) for name in ("alert_token", "secret")}
        made["signing_key"] = kept.get("signing_key") or base64.b64encode(secrets.token_bytes(32)).decode()
        now = {"tokens": tokens, **made}
        if now != kept:
            _write(path, now)
        return now

    def publish(self, run: dict[str, Any]) -> None:
        """Tell scripts where everything is."""
        _write(self.run_file, run)

    def left_over_pids(self) -> list[int]:
        """Processes of a launcher that did not end cleanly."""
        if not self.run_file.exists():
            return []
        return [pid for pid in json.loads(self.run_file.read_text())["pids"].values() if pid]

    def retract(self) -> None:
        """Nothing runs any more."""
        self.run_file.unlink(missing_ok=True)


def _write(path: Path, content: dict[str, Any]) -> None:
    """A reader sees the old file or the new one, never a half."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")
    draft.replace(path)
