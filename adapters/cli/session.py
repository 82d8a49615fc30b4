"""Who asks whom: the API's address, the caller's token, and what an answer or its absence means."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from adapters.i18n import Translator, translator
from domain.text import N_

REFUSED, USAGE, UNREACHABLE = 1, 2, 3
SECONDS = 10.0
DOCUMENT_SECONDS = 90.0
PATIENCE_SECONDS = 15.0
UPLOAD_SECONDS = 120.0
_UNAVAILABLE = 503
_ACCEPTED = 202


class Trouble(Exception):
    """Something that a person must be told; ``problem`` is what the API said, RFC 9457."""

    def __init__(self, code: int, message: str, problem: dict[str, Any] | None = None, **params: Any) -> None:
        """Keep the exit code, and the message apart from its values."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.problem = problem
        self.params = params

    @classmethod
    def usage(cls, message: str, **params: Any) -> "Trouble":
        """Return the trouble of a command that cannot be understood."""
        return cls(USAGE, message, **params)


@dataclass(frozen=True)
class Options:
    """What stands before the verb, or in the environment."""

    api: str | None = None
    token: str | None = None
    person: str | None = None
    home: Path = Path(".fengsui")
    language: str | None = None
    as_json: bool = False


class Session:
    """One command's conversation with the API; nothing is read or asked before it is needed."""

    def __init__(self, options: Options) -> None:
        """Take the options; the address and the token are looked for at the first request."""
        self.options = options
        self._language = options.language
        self._client: httpx2.Client | None = None

    def use(self, options: Options) -> None:
        """Take the options of the command line."""
        self.options = options
        self._language = options.language

    def close(self) -> None:
        """End the conversation."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def words(self) -> Translator:
        """Return the words of the language that was asked for, else of the person, else Chinese."""
        if self._language is None:
            self._language = "zh-CN"
            self._language = self._own_language()
        return translator(self._language)

    def _own_language(self) -> str:
        try:
            return str(self.get("/me")["language"])
        except Trouble:
            return "zh-CN"

    def get(self, path: str, **query: Any) -> Any:
        """Ask; Trouble when it is refused or nobody answers."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return self._answer(self._send("GET", path, params=wanted)).json()

    def text(self, path: str) -> str:
        """Ask for something that is not JSON."""
        return self._answer(self._send("GET", path)).text

    def content(self, path: str, **query: Any) -> bytes:
        """Ask for a file."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return self._answer(self._send("GET", path, params=wanted, timeout=DOCUMENT_SECONDS)).content

    def change(self, method: str, path: str, body: dict[str, Any], seen: int) -> Any:
        """Change the version of something that was looked at; refused when it has moved on since."""
        return self._answer(self._send(method, path, json=body, headers={"If-Match": f'"{seen}"'})).json()

    def put(self, path: str, body: dict[str, Any], **query: Any) -> Any:
        """Enter something in place of what was there."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return self._answer(self._send("PUT", path, json=body, params=wanted)).json()

    def delete(self, path: str, **query: Any) -> Any:
        """Take something out."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return self._answer(self._send("DELETE", path, params=wanted)).json()

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> Any:
        """Do something; the same key again while the outcome is not known (202) or nobody answers."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            response = self._answer(self._send("POST", path, json=body, headers=headers))
            if response.status_code != _ACCEPTED:
                return response.json()
            if time.monotonic() > end:
                raise Trouble(UNREACHABLE, N_("It is stored, but nobody carries it out yet; the timeline will tell."))
            time.sleep(1)

    def act(self, number: str, resource: str, body: dict[str, Any], key: str | None) -> dict[str, Any]:
        """Carry an act to its incident and return the receipt."""
        receipt: dict[str, Any] = self.post(f"/incidents/{number}/{resource}", body, key)
        return receipt

    def upload(self, path: str, content: Iterator[bytes], media_type: str, key: str | None, **query: Any) -> Any:
        """Send a stream; it can be sent only once, so an unknown outcome is told and not tried again."""
        wanted = {name: value for name, value in query.items() if value is not None}
        headers = {"Idempotency-Key": key or uuid4().hex, "Content-Type": media_type}
        response = self._answer(
            self._send("POST", path, content=content, headers=headers, params=wanted, timeout=UPLOAD_SECONDS)
        )
        if response.status_code == _ACCEPTED:
            raise Trouble(UNREACHABLE, N_("It is stored, but nobody carries it out yet; the timeline will tell."))
        return response.json()

    @contextmanager
    def download(self, path: str) -> Iterator[httpx2.Response]:
        """Take a stream."""
        try:
            with self._http().stream("GET", f"/api/v1{path}", timeout=UPLOAD_SECONDS) as response:
                if not response.is_success:
                    response.read()
                    self._answer(response)
                yield response
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None

    @contextmanager
    def events(self, path: str, after: int) -> Iterator[Iterator[httpx2.ServerSentEvent]]:
        """Follow a stream from an entry on."""
        try:
            with self._http().sse(f"/api/v1{path}", params={"after_seq": after}, timeout=None) as source:
                if not source.response.is_success:
                    source.response.read()
                    self._answer(source.response)
                yield iter(source)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            return self._http().request(method, f"/api/v1{path}", **options)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise self._unreachable(error) from None

    def _http(self) -> httpx2.Client:
        if self._client is None:
            run = self.run_file()
            address = self.api
            headers = {"Authorization": f"Bearer {self._token(run)}"}
            if self.options.language:
                headers["Accept-Language"] = self.options.language
            self._client = httpx2.Client(base_url=address, headers=headers, timeout=SECONDS, trust_env=False)
        return self._client

    @property
    def api(self) -> str:
        """Return the API's address: named, or that of `make run`."""
        found = self.options.api or self.run_file().get("api")
        if not found:
            raise Trouble(
                UNREACHABLE,
                N_("Nothing runs in {home}. Start it with “make run”, or name the API in FENGSUI_API."),
                home=self.options.home,
            )
        return str(found).rstrip("/")

    def _token(self, run: dict[str, Any]) -> str:
        person = self.options.person
        if person:
            known = run.get("tokens", {}).get(person)
            if known is None:
                raise Trouble.usage(N_("{home} holds no token of “{person}”."), home=self.options.home, person=person)
            return str(known["token"])
        if not self.options.token:
            raise Trouble.usage(
                N_("Who are you? Put your token into FENGSUI_TOKEN, or use --as PERSON with “make run”.")
            )
        return self.options.token

    def run_file(self) -> dict[str, Any]:
        """Return what `make run` tells scripts, or nothing."""
        try:
            content: dict[str, Any] = json.loads((self.options.home / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content

    def _unreachable(self, error: Exception) -> Trouble:
        return Trouble(UNREACHABLE, N_("{api} does not answer ({reason})."), api=self.api, reason=type(error).__name__)

    @staticmethod
    def _answer(response: httpx2.Response) -> httpx2.Response:
        if response.is_success:
            return response
        try:
            problem = response.json()
        except ValueError:
            problem = {"title": f"HTTP {response.status_code}", "detail": response.text[:200]}
        code = UNREACHABLE if response.status_code == _UNAVAILABLE else REFUSED
        raise Trouble(code, str(problem.get("detail", "")), problem)
