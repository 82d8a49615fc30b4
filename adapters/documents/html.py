"""From a paper to HTML that is complete in itself: every text escaped, nothing that runs, nothing fetched."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.documents.paper import Paper

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "report.css").read_text(encoding="utf-8")
_jinja = Environment(
    loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)
# Punctuation is as wide as the script of its line wants it, whatever the language of the document.
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_jinja.tests["chinese"] = lambda text: _CHINESE.search(text) is not None


def write(paper: Paper) -> str:
    """Write a paper; the same text is shown on a screen and printed as PDF."""
    return _jinja.get_template("report.html").render(paper=paper, style=Markup(style(paper.page_words)))  # noqa: S704


def headers(paper: Paper) -> dict[str, str]:
    """Return headers that let a browser run and fetch nothing of it but its own style."""
    digest = b64encode(hashlib.sha256(style(paper.page_words).encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; sandbox"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }


def style(page_words: tuple[str, str, str]) -> str:
    """Return our own style with the words around the page number in it, quoted for CSS."""
    before, between, after = (_quoted(words) for words in page_words)
    return _STYLE.replace("PAGE_NUMBER", f"{before} counter(page) {between} counter(pages) {after}")


def _quoted(words: str) -> str:
    return '"' + "".join(f"\\{ord(letter):x} " for letter in words) + '"'
