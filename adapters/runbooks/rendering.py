"""The Markdown of a runbook's texts as safe HTML: raw HTML stays text, and only what is harmless comes out."""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin

_TAGS = frozenset(
    {
        *("p", "br", "em", "strong", "s", "code", "pre", "blockquote", "hr", "a", "input"),
        *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    }
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "input": {"type", "checked", "disabled", "class"},
    "li": {"class"},
    "ul": {"class"},
    "ol": {"start", "class"},
    "code": {"class"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).use(tasklists_plugin)


def html(text: str) -> str:
    """Return a text as HTML: pictures are left out, links open nothing but the web, mail and telephone."""
    raw = _markdown().render(text)
    return nh3.clean(raw, tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes=_SCHEMES).strip()
