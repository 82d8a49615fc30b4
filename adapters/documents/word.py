"""From a paper to Word: every text becomes a text node, so nothing of it is read as markup, field or formula."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from adapters.documents.paper import Chapter, Paper, Signature, Table

FONT = "Noto Sans CJK SC"
_GREY, _RED, _GREEN = RGBColor(0x56, 0x60, 0x72), RGBColor(0xA3, 0x27, 0x1D), RGBColor(0x1D, 0x6B, 0x3A)
_TONES = {"bad": _RED, "good": _GREEN}
_WIDTH = 17.4


def write(paper: Paper) -> bytes:
    """Write a paper."""
    document = Document()
    _set_up(document, paper)
    _head(document, paper)
    for place, chapter in enumerate(paper.chapters, start=1):
        _chapter(document, place, chapter)
    for table in paper.annexes:
        document.add_heading(table.title, level=1)
        _table(document, table)
    _signatures(document, paper.signatures_title, paper.signatures)
    _run(document.add_paragraph(), paper.foot, size=8.5, colour=_GREY)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document: Any, paper: Paper) -> None:
    core = document.core_properties
    core.title, core.author = f"{paper.heading} {paper.number}"[:250], paper.company[:250]
    core.language = paper.language
    for name in ("Normal", "Heading 1", "Title"):
        style = document.styles[name]
        style.font.name = FONT
        style.font.color.rgb = RGBColor(0x1B, 0x23, 0x30)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:eastAsia", "w:hAnsi", "w:ascii", "w:cs"):
            fonts.set(qn(kind), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    document.styles["Normal"].font.size = Pt(10.5)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    document.styles["Heading 1"].font.size = Pt(12.5)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2)
    _page_head(section.header.paragraphs[0], paper)
    _page_number(section.footer.paragraphs[0], paper.page_words)


def _page_head(paragraph: Any, paper: Paper) -> None:
    paragraph.style = "Normal"  # that of headers has a tab stop in the middle
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    _run(paragraph, f"{paper.drill}{paper.company}\t{paper.number}", size=8.5, colour=_GREY)
    if paper.watermark:
        _run(paragraph, f"  {paper.watermark}", size=8.5, colour=_RED, is_bold=True)


def _page_number(paragraph: Any, words: tuple[str, str, str]) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, between, after = words
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        _run(paragraph, text, size=8.5, colour=_GREY)
        if field:
            _field(paragraph, field)


def _field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = _run(paragraph, "1", size=8.5, colour=_GREY)
    field.append(run._r)  # noqa: SLF001 - python-docx has no fields of its own
    paragraph._p.append(field)  # noqa: SLF001


def _head(document: Any, paper: Paper) -> None:
    marks = [mark for mark in (paper.drill, paper.watermark) if mark]
    if marks:
        _run(document.add_paragraph(), "  ".join(marks), size=14, colour=_RED, is_bold=True)
    _run(document.add_paragraph(), paper.heading, size=18, is_bold=True)
    _run(document.add_paragraph(), paper.title, size=12)
    _grid(document, [list(fact) for fact in paper.facts], [24, 76])


def _chapter(document: Any, place: int, chapter: Chapter) -> None:
    document.add_heading(f"{place}. {chapter.title}", level=1)
    for line in chapter.lines:
        _run(document.add_paragraph(), line)
    if chapter.table:
        _table(document, chapter.table)


def _table(document: Any, table: Table) -> None:
    _grid(document, table.rows, table.widths, head=table.columns, marks=table.marks)
    if table.note:
        _run(document.add_paragraph(), table.note, size=8.5, colour=_GREY)


def _grid(
    document: Any,
    rows: list[list[str]],
    widths: list[int],
    head: list[str] | None = None,
    marks: list[Any] | None = None,
) -> None:
    grid = document.add_table(rows=0, cols=len(widths))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(_WIDTH * width / 100)
    if head:
        _fill(_row(grid, "w:tblHeader", "w:cantSplit"), head, widths, is_head=True)
    for place, texts in enumerate(rows):
        tone = _TONES.get(marks[place]) if marks else None
        _fill(_row(grid, "w:cantSplit"), texts, widths, is_labelled=head is None, last=tone)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _row(grid: Any, *kinds: str) -> Any:
    """Add a row that stays whole on a page, or a head that is repeated; python-docx has no word for either."""
    row = grid.add_row()
    for kind in sorted(kinds):
        row._tr.get_or_add_trPr().append(OxmlElement(kind))  # noqa: SLF001
    return row.cells


def _fill(
    cells: Any,
    texts: list[str],
    widths: list[int],
    *,
    is_head: bool = False,
    is_labelled: bool = False,
    last: RGBColor | None = None,
) -> None:
    for place, (cell, text, width) in enumerate(zip(cells, texts, widths, strict=True)):
        cell.width = Cm(_WIDTH * width / 100)
        first, *more = text.split("\n")
        colour = last if place == len(texts) - 1 else None
        is_bold = is_head or (is_labelled and place == 0) or colour == _RED
        _run(cell.paragraphs[0], first, size=9, is_bold=is_bold, colour=colour)
        for line in more:
            _run(cell.add_paragraph(), line, size=9, is_bold=is_bold, colour=colour)


def _signatures(document: Any, title: str, signatures: list[Signature]) -> None:
    document.add_heading(title, level=1)
    _grid(document, [[item.part, "\n".join(item.names)] for item in signatures], [24, 76])


def _run(
    paragraph: Any, text: str, *, size: float | None = None, colour: RGBColor | None = None, is_bold: bool = False
) -> Any:
    run = paragraph.add_run(text)
    run.bold = is_bold or None
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    return run
