"""Every submitted version of the summary report as documents of a bundle, in both languages (6.2)."""

from collections.abc import AsyncIterator

from adapters.documents import Busy, NoPango, Printer, TooSlow
from adapters.documents import Paper as Sheet
from adapters.evidence.papers import LANGUAGES, Paper
from adapters.i18n import translator
from api.services import Services
from api.summary.dossier import gather
from api.summary.writing import paper


async def papers(ports: Services, number: str) -> list[Paper]:
    """Return each version as a page that any browser shows; the one that stands also as PDF, where it can be made."""
    dossier = await gather(ports, number)
    found: list[Paper] = []
    for of in dossier.submitted:
        for language in LANGUAGES:
            sheet = paper(dossier, of, translator(language))
            name = f"summary-{of.event.summary_version}.{language}"
            found.append(Paper(f"{name}.html", await ports.printer.write(sheet, "html")))
            if of == dossier.standing:
                found += [Paper(f"{name}.pdf", content) async for content in _printed(ports.printer, sheet)]
    return found


async def _printed(printer: Printer, sheet: Sheet) -> AsyncIterator[bytes]:
    """Give the PDF; a bundle goes without it where the host cannot make one now."""
    try:
        yield await printer.write(sheet, "pdf")
    except (NoPango, Busy, TooSlow):
        return
