"""Sign-in at the company's OpenID provider: authorisation code with PKCE; between the steps nothing is kept here."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from httpx2 import HTTPError
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from adapters.settings import Settings

SECONDS = 600
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
_SKEW = 60
_LIMIT = 8.0
Claims = dict[str, Any]
_log = structlog.get_logger(__name__)


class ProviderAway(Exception):
    """The provider did not answer, or not as OpenID asks; trying later may help."""


class SignInRefused(Exception):
    """The provider, or what it sent, does not let this sign-in through."""


class _Discovery(BaseModel):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Begun(BaseModel):
    """What the browser keeps, signed, while it is at the provider."""

    state: str
    nonce: str
    verifier: str
    after: str


class Provider:
    """One OpenID provider."""

    def __init__(self, settings: Settings) -> None:
        """Ask nothing yet."""
        self._issuer = (settings.oidc_issuer or "").rstrip("/")
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret
        self._scopes = settings.oidc_scopes
        self._redirect = f"{settings.public_url}/sign-in/oidc/callback"
        self._signing = URLSafeTimedSerializer(settings.secret.get_secret_value(), salt="fengsui.oidc")

    async def begin(self, after: str) -> tuple[str, str]:
        """Return where to send the browser, and what it is to keep until it comes back; raise ProviderAway."""
        begun = _Begun(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            after=after,
        )
        async with self._client() as client:
            found = await self._discover(client)
            address, _ = client.create_authorization_url(
                found.authorization_endpoint, state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(address), str(self._signing.dumps(begun.model_dump()))

    async def finish(self, kept: str, params: dict[str, str]) -> tuple[Claims, str]:
        """Return whom the provider names, and where he wanted to go; raise SignInRefused, ProviderAway."""
        try:
            begun = _Begun.model_validate(self._signing.loads(kept, max_age=SECONDS))
        except (BadData, ValidationError) as error:
            raise SignInRefused("no sign-in was begun in this browser") from error
        if not secrets.compare_digest(params.get("state", "").encode(), begun.state.encode()):
            raise SignInRefused("state")
        if not params.get("code"):
            raise SignInRefused(params.get("error", "code"))
        async with self._client() as client:
            found = await self._discover(client)
            token = await client.fetch_token(
                found.token_endpoint, code=params["code"], code_verifier=begun.verifier, grant_type="authorization_code"
            )
            keys = (await client.request("GET", found.jwks_uri, withhold_token=True)).raise_for_status().json()
        return self._claims(str(token.get("id_token", "")), keys, found.issuer, begun.nonce), begun.after

    def _claims(self, id_token: str, keys: Any, issuer: str, nonce: str) -> Claims:
        registry = jwt.JWTClaimsRegistry(
            now=int(time.time()),
            leeway=_SKEW,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
            registry.validate(token.claims)
        except (JoseError, ValueError, KeyError) as error:
            raise SignInRefused("id token") from error
        return dict(token.claims)

    async def _discover(self, client: AsyncOAuth2Client) -> _Discovery:
        address = f"{self._issuer}/.well-known/openid-configuration"
        answer = await client.request("GET", address, withhold_token=True)
        found = _Discovery.model_validate(answer.raise_for_status().json())
        if found.issuer.rstrip("/") != self._issuer:
            raise ProviderAway("it names another issuer")
        return found

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AsyncOAuth2Client]:
        secret = self._client_secret.get_secret_value() if self._client_secret else None
        try:
            async with AsyncOAuth2Client(
                self._client_id,
                secret,
                token_endpoint_auth_method="client_secret_basic" if secret else "none",
                scope=self._scopes,
                redirect_uri=self._redirect,
                code_challenge_method="S256",
                timeout=_LIMIT,
            ) as client:
                yield client
        except OAuthError as error:
            raise SignInRefused(str(error.error)) from error
        except (HTTPError, ValidationError, ValueError) as error:
            _log.warning("provider_away", issuer=self._issuer, exc_info=error)
            raise ProviderAway(type(error).__name__) from error
