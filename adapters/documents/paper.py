"""What a document says, in the language in which it is written, before it has a file format."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from domain.text import Wire

# What neither XML nor a page can hold, and what would reorder a line.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


Printed = Annotated[str, AfterValidator(_clean)]


class Table(Wire):
    """A table; ``widths`` are percents, ``marks`` names the tone of a row: good, bad or plain."""

    title: Printed
    columns: list[Printed]
    widths: list[int]
    rows: list[list[Printed]]
    marks: list[Literal["good", "bad", ""]] = []
    note: Printed = ""


class Chapter(Wire):
    """A section: what people wrote, line by line, and a table that belongs to it."""

    title: Printed
    lines: list[Printed] = []
    table: Table | None = None


class Signature(Wire):
    """Who stands for the document, in which part, and when."""

    part: Printed
    names: list[Printed]


class Paper(Wire):
    """A whole document. ``page_words`` stand around page number and count; ``watermark`` is that of a draft."""

    language: Literal["zh-CN", "en"]
    company: Printed
    number: Printed
    heading: Printed
    title: Printed
    drill: Printed = ""
    watermark: Printed = ""
    page_words: tuple[Printed, Printed, Printed]
    facts: list[tuple[Printed, Printed]]
    chapters: list[Chapter]
    annexes: list[Table]
    signatures_title: Printed
    signatures: list[Signature]
    foot: Printed
