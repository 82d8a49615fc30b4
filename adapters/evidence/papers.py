"""Documents that go into a bundle beside the record: the reports of an incident."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from adapters.i18n import Translator, translator
from adapters.i18n.formats import instant
from domain.entry import Entry
from domain.events import SummarySubmitted
from domain.text import N_

LANGUAGES = ("zh-CN", "en")


class Paper(NamedTuple):
    """A document by its name in the folder ``reports``."""

    name: str
    content: bytes


class Papers(Protocol):
    """Whatever report documents there are of an incident."""

    async def of(self, number: str, entries: Sequence[Entry]) -> Sequence[Paper]:
        """Return the documents; each name is a safe file name and there once."""
        ...


class TimelinePapers:
    """Every version of the summary report as it stands in the timeline, in both languages' headings."""

    async def of(self, number: str, entries: Sequence[Entry]) -> Sequence[Paper]:
        """Write the reports down."""
        return [
            Paper(
                f"summary-{entry.event.summary_version}.{language}.md", _written(number, entry, entry.event, language)
            )
            for entry in entries
            if isinstance(entry.event, SummarySubmitted)
            for language in LANGUAGES
        ]


_SECTIONS = {
    "overview": N_("Overview"),
    "course": N_("Course"),
    "scope_and_loss": N_("Scope and loss"),
    "cause": N_("Cause"),
    "handling": N_("Handling"),
    "problems_exposed": N_("Problems exposed"),
    "lessons": N_("Lessons learned"),
}


def _written(number: str, entry: Entry, report: SummarySubmitted, language: str) -> bytes:
    return "\n".join(_lines(number, entry, report, translator(language))).encode()


def _lines(number: str, entry: Entry, report: SummarySubmitted, _: Translator) -> Iterator[str]:
    yield f"# {_(N_('Summary report of {number}, version {version}'), number=number, version=report.summary_version)}"
    yield ""
    yield f"{entry.person} · {instant(entry.recorded_at, _)} · #{entry.seq} · {entry.hash}"
    for name, heading in _SECTIONS.items():
        yield from ("", f"## {_(heading)}", "", getattr(report, name))
    yield from ("", f"## {_(N_('Rectification measures'))}", "")
    for measure in report.measures:
        yield f"- {measure.text} ({measure.owner}, {instant(measure.due, _)})"
    yield ""
