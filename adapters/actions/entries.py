"""What an entry of the allow-list says: fixed from end to end, nothing of it ever comes from what somebody typed."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.text import N_, Key, Line, Prose, Text

MOST_SECONDS = 50.0


class Entry(BaseModel):
    """What every kind has: its id, what it does in both languages, how long it may take.

    A drill carries it out only when ``in_drills`` says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Key
    title: Text
    timeout_seconds: float = Field(default=20, gt=0, le=MOST_SECONDS)
    in_drills: bool = False

    @property
    def fingerprint(self) -> str:
        """Return what changes with every change of the entry."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json"))).hexdigest()[:12]

    @property
    def secrets(self) -> list[str]:
        """Return the names of the secrets that it needs."""
        return []


class HttpAction(Entry):
    """A request to a fixed address; ``secret_headers`` name secrets of the environment."""

    kind: Literal["http"]
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    url: Line
    headers: dict[Key, Line] = {}
    secret_headers: dict[Key, Key] = {}
    body: Prose | None = None
    expected_status: list[Annotated[int, Field(ge=100, le=599)]] = Field(default=[200, 201, 202, 204], min_length=1)

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise ValueError(N_("must be an http or https address without user and password"))
        return url

    @property
    def target(self) -> str:
        """Return the host that is spoken to."""
        return urlsplit(self.url).netloc

    @property
    def does(self) -> str:
        """Return what it does, as a technician reads it."""
        return f"{self.method} {self.url}"

    @property
    def secrets(self) -> list[str]:
        """Return the names of the secrets that it needs."""
        return list(self.secret_headers.values())


class SqlAction(Entry):
    """One statement on a database whose URL is a secret; taken back when it did not do what is expected.

    ``host`` is what people read; the secret's URL must lead there.
    """

    kind: Literal["sql"]
    database: Key
    host: Line
    statement: Prose
    expected_value: str | int | None = None
    expected_rows: int | None = Field(default=None, ge=0)

    @field_validator("statement")
    @classmethod
    def _is_one(cls, statement: str) -> str:
        if ";" in statement.rstrip("; \n"):
            raise ValueError(N_("must be one statement"))
        return statement.rstrip("; \n")

    @model_validator(mode="after")
    def _expects_something(self) -> "SqlAction":
        if (self.expected_value is None) == (self.expected_rows is None):
            raise ValueError(N_("name either expected_value or expected_rows"))
        return self

    @property
    def target(self) -> str:
        """Return the host that is spoken to."""
        return self.host

    @property
    def does(self) -> str:
        """Return what it does, as a technician reads it."""
        return self.statement

    @property
    def secrets(self) -> list[str]:
        """Return the names of the secrets that it needs."""
        return [self.database]


class SshAction(Entry):
    """A fixed command on a host whose key is known beforehand (extra ``ssh``)."""

    kind: Literal["ssh"]
    host: Line
    port: int = Field(default=22, ge=1, le=65535)
    user: Key
    key_file: Path
    known_hosts: Path
    command: Prose
    expected_exit: int = Field(default=0, ge=0, le=255)

    @property
    def target(self) -> str:
        """Return the host that is spoken to."""
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def does(self) -> str:
        """Return what it does, as a technician reads it."""
        return self.command


AnyEntry = Annotated[HttpAction | SqlAction | SshAction, Field(discriminator="kind")]


class ActionsFile(BaseModel):
    """What actions.yaml holds."""

    model_config = ConfigDict(extra="forbid")

    actions: list[AnyEntry] = []
