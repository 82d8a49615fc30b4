"""The far side of the network on loopback: it answers as told, and remembers everything that it did not expect."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from adapters.channels.webhook import signature

SECRET = "a-secret-for-tests-0123456789"


class WebhookReceiver:
    """Receives webhooks: checks path, headers and signature, then answers with the next status (default 204)."""

    def __init__(self) -> None:
        """Start with nothing received."""
        self.received: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.unexpected: list[str] = []
        self.answers: list[int] = []
        self.hang = Event()
        self.is_hanging = False
        self.url = ""

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Judge one request."""
        stamp = headers.get("x-fengsui-timestamp", "")
        expected = f"sha256={signature(SECRET, stamp, body)}"
        faults = [
            fault
            for fault, is_wrong in {
                f"path {path}": path != "/hook",
                "signature": headers.get("x-fengsui-signature") != expected,
                "timestamp": not stamp.isdecimal(),
                "type": headers.get("content-type") != "application/json; charset=utf-8",
                "key": headers.get("idempotency-key") != json.loads(body)["dedup_key"],
            }.items()
            if is_wrong
        ]
        if faults:
            self.unexpected += faults
            return 400
        self.received.append((headers, json.loads(body)))
        return self.answers.pop(0) if self.answers else 204


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """Run a receiver; at the end nothing unexpected may have come."""
    receiver = WebhookReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.is_hanging:
                receiver.hang.wait(20)
                return
            status = receiver.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server calls it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.hang.set()
        server.shutdown()
        server.server_close()
        thread.join()
    assert receiver.unexpected == []
