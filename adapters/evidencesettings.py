"""Settings of the evidence: where it is kept, by which digest, who signs checkpoints, what collectors may do."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode

from adapters.evidence.signing import BadKey, private_key, public_key

_COMMAND_EXAMPLE = '{"db1-log": {"host": "db1", "user": "fengsui", "command": "journalctl -u db --since -1h"}}'
_HOST = re.compile(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?")


class RemoteCommand(BaseModel):
    """A command that a collector of kind ``ssh`` may run; company files and people only name it."""

    host: str = Field(min_length=1)
    user: str = Field(min_length=1)
    command: str = Field(min_length=1)
    port: int = Field(22, ge=1, le=65535)


class EvidenceSettings(BaseSettings):
    """Where evidence goes and how it is protected."""

    evidence_folder: Path | None = Field(
        None,
        description="folder of the evidence; API, worker and `fengsui verify` need the same one. "
        "Default: evidence in the home folder",
    )
    evidence_most_bytes: int = Field(1024**3, ge=1, description="the largest file that is taken as evidence")
    evidence_digest: Literal["sha256", "sm3"] = Field("sha256", description="digest by which new evidence is kept")
    evidence_bucket: str | None = Field(
        None, description="keep evidence in this S3-compatible bucket instead: s3://bucket/prefix (extra s3)"
    )
    s3_endpoint: str | None = Field(None, description="where the S3-compatible storage is; default: Amazon's own")
    s3_region: str = Field("us-east-1", description="region of the bucket")
    s3_key_id: str | None = Field(None, description="access key id for the bucket")
    s3_key_secret: SecretStr | None = Field(None, description="secret access key for the bucket")

    signing_key: SecretStr | None = Field(
        None,
        description="Ed25519 key that signs checkpoints of the record and bundles: PEM, or 32 bytes in base64; "
        "the same for all processes. Production needs it; elsewhere nothing is signed without it",
    )
    retired_keys: Annotated[list[str], NoDecode] = Field(
        [], description="public keys of before, in base64, comma-separated: what they signed still counts"
    )
    tsa_url: str | None = Field(
        None, description="RFC 3161 time-stamping service that witnesses the final checkpoint (extra tsa)"
    )
    tsa_certificates: Path | None = Field(
        None, description="PEM file with the root certificates of that service; without it stamps are kept unchecked"
    )

    collector_commands: Annotated[dict[str, RemoteCommand], NoDecode] = Field(
        {}, description=f"commands that ssh collectors may run, as JSON by name: {_COMMAND_EXAMPLE} (extra ssh)"
    )
    collector_hosts: Annotated[list[str], NoDecode] = Field(
        [],
        description="hosts that http collectors may ask, comma-separated: db1.example,10.0.0.7:8080; without a port "
        "the scheme's own is meant, without hosts nobody is asked",
    )
    ssh_key: Path | None = Field(None, description="private key file of ssh collectors")
    ssh_known_hosts: Path | None = Field(None, description="known_hosts file of ssh collectors; they need it")

    @field_validator("evidence_folder")
    @classmethod
    def _is_absolute_folder(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value else None

    @field_validator("evidence_bucket")
    @classmethod
    def _is_bucket(cls, value: str | None) -> str | None:
        if value is not None and not _BUCKET.fullmatch(value):
            raise _must_look_like("s3://bucket/prefix")
        return value

    @field_validator("s3_endpoint", "tsa_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/?#\s@]+(/[^?#\s]*)?", value):
            raise _must_look_like("https://host/path")
        return value

    @field_validator("signing_key")
    @classmethod
    def _is_private_key(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                private_key(value.get_secret_value())
        except BadKey:
            raise _must_look_like("-----BEGIN PRIVATE KEY-----") from None
        return value

    @field_validator("retired_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("retired_keys")
    @classmethod
    def _are_public_keys(cls, value: list[str]) -> list[str]:
        try:
            for item in value:
                public_key(item)
        except BadKey:
            raise _must_look_like("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") from None
        return value

    @field_validator("collector_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        return [part.strip().lower() for part in parts if part.strip()]

    @field_validator("collector_hosts")
    @classmethod
    def _are_hosts(cls, value: list[str]) -> list[str]:
        if not all(_HOST.fullmatch(item) for item in value):
            raise _must_look_like("db1.example,10.0.0.7:8080")
        return value

    @field_validator("collector_commands", mode="before")
    @classmethod
    def _decode_commands(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise _must_look_like(_COMMAND_EXAMPLE) from None

    @model_validator(mode="after")
    def _has_what_ssh_needs(self) -> "EvidenceSettings":
        for name in ("ssh_key", "ssh_known_hosts"):
            if self.collector_commands and getattr(self, name) is None:
                params = {"given": "FENGSUI_COLLECTOR_COMMANDS", "missing": f"FENGSUI_{name.upper()}"}
                raise PydanticCustomError("incomplete", "{given} needs {missing}", params)
        return self


def _must_look_like(example: str) -> PydanticCustomError:
    return PydanticCustomError("example", "must look like {example}", {"example": example})
