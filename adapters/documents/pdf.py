"""From a paper to PDF: the HTML, printed by WeasyPrint; nothing is fetched from anywhere."""

from adapters.documents import html
from adapters.documents.paper import Paper


class CannotPrint(Exception):
    """Pango, a library of the operating system, is missing."""


def write(paper: Paper) -> bytes:
    """Print a paper; raise CannotPrint."""
    try:
        # It loads Pango when it is imported, and that is not on every host.
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise CannotPrint(str(error)) from None
    nothing = URLFetcher(allowed_protocols=(), allow_redirects=False)
    document = HTML(string=html.write(paper), base_url=None, url_fetcher=nothing)
    printed: bytes = document.write_pdf()
    return printed
