"""The far side on loopback: takes webhooks and answers probes, and can let a request hang while a worker is killed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from adapters.channels.webhook import signature

SECRET = "a-secret-for-tests-0123456789"
HANG_SECONDS = 30
Letter = dict[str, Any]


class Provider:
    """Keeps what arrived; ``hold`` makes the next fitting request hang until ``release``."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Letter] = []
        self.unexpected: list[str] = []
        self.asked: list[str] = []
        self.is_held = Event()
        self._release = Event()
        self._holds: Callable[[str, Letter], bool] | None = None
        self._lock = Lock()

    def hold(self, fits: Callable[[str, Letter], bool]) -> None:
        """Let the next request that fits (by path and content) hang."""
        self.is_held.clear()
        self._release.clear()
        self._holds = fits

    def release(self) -> None:
        """Let everybody go on."""
        self._holds = None
        self._release.set()

    def hear(self, path: str, letter: Letter) -> None:
        """Wait where a test holds the request."""
        with self._lock:
            is_this = self._holds is not None and self._holds(path, letter)
            if is_this:
                self._holds = None
        if is_this:
            self.is_held.set()
            self._release.wait(HANG_SECONDS)

    def take(self, headers: dict[str, str], body: bytes) -> bool:
        """Keep a webhook if it is one of ours."""
        expected = f"sha256={signature(SECRET, headers.get('x-fengsui-timestamp', ''), body)}"
        letter = json.loads(body)
        if headers.get("x-fengsui-signature") != expected or headers.get("idempotency-key") != letter["dedup_key"]:
            self.unexpected.append(letter["dedup_key"])
            return False
        self.received.append(letter | {"at": datetime.now(UTC).isoformat(), "channel": "webhook"})
        self.hear("/hook", letter)
        return True


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider; at the end nothing may have come that is not ours."""
    far_side = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(204 if far_side.take(headers, body) else 400)

        def do_GET(self) -> None:
            far_side.asked.append(self.path)
            far_side.hear(self.path, {})
            self._answer(200)

        def _answer(self, status: int) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except ConnectionError:
                """Whoever asked was killed meanwhile."""

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server calls it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    far_side.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield far_side
    finally:
        far_side.release()
        server.shutdown()
        server.server_close()
        thread.join()
    assert far_side.unexpected == []
