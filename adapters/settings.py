"""The only reader of the environment. Every field says what it is for; the documentation's table is made from here."""

import json
import secrets
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode, SettingsConfigDict

from adapters.channelsettings import ChannelSettings
from adapters.evidencesettings import EvidenceSettings
from adapters.i18n.validation import explain
from adapters.problems import Fault, FileProblem
from domain.company import POSTS, Role
from domain.text import N_, Line

_ROOT = Path(__file__).resolve().parent.parent
_LEAST_SECRET = 24
_URLS = {
    "smtp_url": ({"smtp", "smtps"}, "smtp://user:password@host:port"),
    "webhook_url": ({"http", "https"}, "https://host/path"),
    "oidc_issuer": ({"http", "https"}, "https://host/path"),
}


class Settings(EvidenceSettings, ChannelSettings):
    """Where everything is and with whom we speak; secrets never show in ``repr``, logs or errors."""

    model_config = SettingsConfigDict(
        env_prefix="FENGSUI_",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        frozen=True,
        extra="ignore",
    )

    stage: Literal["development", "production"] = Field(
        "development", description="production refuses missing, short or well-known secrets"
    )
    home: Path = Field(Path(".fengsui"), description="folder of everything this installation keeps on disk")
    database_url: str = Field(
        default_factory=lambda data: f"sqlite+aiosqlite:///{data.get('home', Path())}/fengsui.db",
        repr=False,
        description="the record's database as an SQLAlchemy URL; default: fengsui.db in the home folder",
    )
    temporal_address: str = Field(
        "127.0.0.1:7233", validation_alias="TEMPORAL_ADDRESS", description="host:port of the Temporal frontend"
    )
    temporal_namespace: str = Field(
        "default", validation_alias="TEMPORAL_NAMESPACE", description="namespace of this company in Temporal"
    )

    company: Path = Field(
        _ROOT / "sample" / "company.yaml",
        description="the company file that fills an empty database: people, posts, systems",
    )
    policy: Path = Field(_ROOT / "policy.yaml", description="the policy file: every number with unit and clause")
    runbooks: Path = Field(
        _ROOT / "runbooks", description="folder of runbooks (one YAML file per version) that fills an empty database"
    )
    calendar: Path | None = Field(
        None, description="file with holidays and make-up days by year; it goes before the built-in official calendar"
    )

    actions: Path | None = Field(
        None, description="file of the automatic actions that runbooks may name; none: no step runs by itself"
    )
    action_secrets: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {}, description="secrets that the automatic actions name, as JSON: name to secret"
    )
    notices: Path = Field(
        _ROOT / "sample" / "notices.yaml", description="file with the texts of notices and advance notices"
    )

    secret: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(32)),
        description="key of everything that is signed (links, feeds, cookies); the same for all processes. "
        "Default: a new one at each start, so links of before no longer open",
    )
    link_hours: int = Field(
        24, ge=1, le=168, description="how long the links in messages work, in hours; each answers one question once"
    )
    tokens: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {}, description="bearer tokens as JSON: person id to token"
    )
    alert_token: SecretStr | None = Field(None, description="bearer token of alert sources")
    session_idle_minutes: int = Field(
        60, ge=1, le=1440, description="minutes after which a browser that asks nothing is signed out"
    )
    session_hours: int = Field(12, ge=1, le=168, description="hours after which a browser is signed out in any case")
    requests_per_minute: int = Field(6000, ge=1, description="requests a minute of one person")
    sign_ins_per_minute: int = Field(
        10, ge=1, description="tries a minute to sign in as one person; six times as many from one address"
    )
    oidc_issuer: str | None = Field(
        None, description="the company's OpenID provider; its sign-in is offered beside that by password"
    )
    oidc_client_id: str = Field("fengsui", description="our client id at the OpenID provider")
    oidc_client_secret: SecretStr | None = Field(None, description="our client secret there, if it gave us one")
    oidc_scopes: str = Field("openid profile email", description="scopes asked of the OpenID provider")
    oidc_claim: str = Field(
        "preferred_username",
        description="claim that holds the person's id; `email` finds him by his mail address, once verified",
    )
    oidc_groups_claim: str = Field("groups", description="claim that lists the groups of a person")
    oidc_groups: Annotated[dict[str, list[Role]], NoDecode] = Field(
        {}, description="posts by group as JSON: a sign-in gives and takes the posts named here, no others"
    )

    api_host: str = Field("127.0.0.1", description="address that the API listens on")
    api_port: int = Field(8080, ge=0, le=65535, description="port that the API listens on; 0 takes any free one")
    trusted_proxies: Annotated[list[Line], NoDecode] = Field(
        ["127.0.0.1", "::1"],
        description="reverse proxies before the API, addresses or networks, comma-separated: whom they name in "
        "`X-Forwarded-For` is who asks, in limits and in the record; anybody else only speaks for himself",
    )
    public_url: str = Field(
        default_factory=lambda data: f"http://{data.get('api_host')}:{data.get('api_port')}",
        description="how people reach the API from outside; messages link there",
    )

    smtp_url: SecretStr | None = Field(
        None, description="mail server: smtp://user:password@host:port (STARTTLS when offered) or smtps:// (TLS)"
    )
    mail_from: str = Field("fengsui@localhost", description="sender of mails")
    webhook_url: SecretStr | None = Field(None, description="where the webhook channel posts messages")
    webhook_secret: SecretStr | None = Field(None, description="key of the webhook's HMAC-SHA256 signature")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="the least that is logged")
    language: Literal["zh-CN", "en"] = Field("zh-CN", description="language where the reader's is not known")
    emergency_phones: Annotated[list[Line], NoDecode] = Field(
        [], description="phone numbers, comma-separated, that are shown when a report cannot be stored"
    )

    @field_validator("tokens", mode="before")
    @classmethod
    def _decode(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise _must_look_like('{"person-id": "token"}') from None

    @field_validator("action_secrets", mode="before")
    @classmethod
    def _decode_secrets(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise _must_look_like('{"name": "secret"}') from None

    @field_validator("oidc_groups", mode="before")
    @classmethod
    def _decode_groups(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise _must_look_like('{"group": ["operator"]}') from None

    @field_validator("oidc_groups")
    @classmethod
    def _are_posts(cls, value: dict[str, list[Role]]) -> dict[str, list[Role]]:
        if not {post for posts in value.values() for post in posts} <= {*POSTS}:
            raise _must_look_like('{"group": ["operator"]}')
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        schemes, example = _URLS[str(info.field_name)]
        if value is not None and not _is_address(value, schemes):
            raise _must_look_like(example)
        return value

    @field_validator("emergency_phones", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        try:
            return [str(ip_network(item)) if "/" in item else str(ip_address(item)) for item in value]
        except ValueError:
            raise _must_look_like("10.0.0.7,172.16.0.0/12") from None

    @field_validator("home")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("public_url")
    @classmethod
    def _ends_plain(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("smtp_url", "webhook_url")
    @classmethod
    def _is_url(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        schemes, example = _URLS[str(info.field_name)]
        if value is not None and not _is_address(value.get_secret_value(), schemes):
            raise _must_look_like(example)
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> "Settings":
        if self.webhook_url and not self.webhook_secret:
            raise ValueError(N_("FENGSUI_WEBHOOK_URL needs FENGSUI_WEBHOOK_SECRET"))
        values = [token.get_secret_value() for token in self.tokens.values()]
        if len(values) != len(set(values)):
            raise ValueError(N_("FENGSUI_TOKENS: two people have the same token"))
        if self.stage == "production":
            self._refuse_weak_secrets()
        return self

    @property
    def evidence_home(self) -> Path:
        """Return the folder of the evidence."""
        return self.evidence_folder or self.home / "evidence"

    def _refuse_weak_secrets(self) -> None:
        if "secret" not in self.model_fields_set:
            raise ValueError(N_("production needs FENGSUI_SECRET"))
        if self.signing_key is None:
            raise ValueError(N_("production needs FENGSUI_SIGNING_KEY"))
        held = (self.secret, self.alert_token, self.webhook_secret, *self.tokens.values())
        if any(_is_weak(item.get_secret_value()) for item in held if item):
            raise ValueError(N_("production needs random secrets of at least 24 characters"))


def read_settings() -> Settings:
    """Read the environment; FileProblem, in both languages, names the variable and the reason but no value."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            Fault("", None, _variable(item["loc"]), None, *explain(item))
            for item in error.errors(include_input=False)
            if item["type"] != "default_factory_not_called"  # follows from another fault
        ]
        raise FileProblem(N_("environment"), faults) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    first = str(loc[0]) if loc else ""
    return first if not first or first.startswith("TEMPORAL_") else f"FENGSUI_{first.upper()}"


def _must_look_like(example: str) -> PydanticCustomError:
    return PydanticCustomError("example", "must look like {example}", {"example": example})


def _is_address(url: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_weak(secret: str) -> bool:
    return len(secret) < _LEAST_SECRET or len(set(secret)) < 8 or "change" in secret.lower()  # noqa: PLR2004
