"""From a sheet to HTML: complete in itself, so that it opens on a bad line, and with nothing that could run."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.i18n import Translator

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "phone.css").read_text(encoding="utf-8")
_DIGEST = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_jinja = Environment(
    loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def page(
    template: str, status: int, _: Translator, headers: dict[str, str] | None = None, **shown: Any
) -> HTMLResponse:
    """Write a page in a language."""
    # Our own file, whose digest the policy names: escaping would change it.
    style = Markup(_STYLE)  # noqa: S704
    html = _jinja.get_template(f"{template}.html").render(_=_, language=_.language, style=style, **shown)
    return HTMLResponse(html, status, {**HEADERS, "Content-Language": _.language, **(headers or {})})
