"""The cookie of a session: no script reads it, no other site sends it, over HTTPS nothing else may set it."""

from fastapi import Request, Response

from adapters.settings import Settings

SESSION = "fengsui"
HEADER = "X-CSRF-Token"
_BEGUN = "fengsui-oidc"
_HOST_ONLY = "__Host-"


def _is_secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def _name(settings: Settings, name: str) -> str:
    return f"{_HOST_ONLY}{name}" if _is_secure(settings) else name


def secret_of(request: Request) -> str:
    """Return the secret id of the session that a request shows, or nothing."""
    return request.cookies.get(_name(request.app.state.settings, SESSION), "")[:200]


def begun_of(request: Request) -> str:
    """Return what the browser kept of a sign-in that it began at the provider."""
    return request.cookies.get(_name(request.app.state.settings, _BEGUN), "")[:4000]


def give(response: Response, settings: Settings, secret: str) -> None:
    """Sign a browser in."""
    _set(response, settings, SESSION, secret, settings.session_hours * 3600)


def take(response: Response, settings: Settings) -> None:
    """Sign a browser out."""
    _set(response, settings, SESSION, "", 0)


def give_begun(response: Response, settings: Settings, kept: str, seconds: int) -> None:
    """Let the browser keep what it needs when it comes back; with 0 seconds forget it."""
    _set(response, settings, _BEGUN, kept, seconds)


def _set(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(settings, name),
        value,
        max_age=seconds,
        path="/",
        secure=_is_secure(settings),
        httponly=True,
        samesite="lax",
    )
