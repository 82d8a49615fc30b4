"""The sign-in pages as HTML: complete in themselves, with nothing in them that could run."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.i18n import Translator
from domain.text import N_

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "sign_in.css").read_text(encoding="utf-8")
_DIGEST = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
TITLES = {
    "sign_in": N_("Sign in"),
    "password": N_("Change the password"),
    "signed_in": N_("Signed in"),
    "shut": N_("Not signed in"),
}
_jinja = Environment(
    loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def page(
    template: str, _: Translator, status: int = 200, *, notice: str = "", is_good: bool = False, **shown: Any
) -> HTMLResponse:
    """Write a page in a language."""
    html = _jinja.get_template(f"{template}.html").render(
        _=_,
        language=_.language,
        title=_(TITLES[template]),
        style=Markup(_STYLE),  # noqa: S704 - our own file, whose digest the policy names
        notice=notice,
        is_good=is_good,
        **shown,
    )
    return HTMLResponse(html, status, {**HEADERS, "Content-Language": _.language})
