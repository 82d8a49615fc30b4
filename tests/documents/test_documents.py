"""The report on paper: what each kind of file holds, in both languages, and what hostile texts do to it: nothing."""

import ctypes
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
from docx import Document
from pypdfium2 import raw as pdfium

from adapters.documents import Busy, NoPango, Paper, Printer, TooSlow, html
from adapters.i18n import translator
from adapters.store.deliveries import Attempt
from api.summary.dossier import Dossier
from api.summary.writing import MOST_ROWS, paper
from domain import acts
from domain.report import SECTIONS
from tests import cast
from tests.domain import stage
from tests.domain.stage import SUMMARY, Stage
from tests.domain.test_summary import course
from tools.debian import NEEDS

WITHOUT = [need.name for need in NEEDS if need.name in ("Pango", "Noto CJK fonts") and not need.is_there()]
prints = pytest.mark.skipif(bool(WITHOUT), reason=f"this machine lacks {', '.join(WITHOUT)}")


def dossier(scene: Stage, deliveries: list[Attempt] | None = None) -> Dossier:
    return Dossier(scene.incident, scene.timeline, [], [], deliveries or [], scene.now)


def submitted() -> Dossier:
    """A report that was reviewed, delivered, opened by both, accepted by one."""
    scene = course()
    scene.wait(hours=20)
    review = acts.Review(person=cast.SUPERVISOR, at=scene.now - timedelta(minutes=30))
    scene.do(
        cast.SPECIALIST, SUMMARY.model_copy(update={"reviews": [review], "authors": [cast.SPECIALIST], "draft": 7})
    )
    sent = Attempt(
        dedup_key="x",
        recipient=cast.DIRECTOR,
        channel="mail",
        incident=cast.NUMBER,
        question="receipt/1/it_director",
        is_accepted=True,
        at=scene.now,
    )
    for person in (cast.DIRECTOR, cast.GENERAL_MANAGER):
        scene.do(person, acts.ReadSummary(version=1))
    scene.do(cast.DIRECTOR, stage.accept())
    return dossier(scene, [sent])


def drill() -> Dossier:
    return dossier(stage.summary(stage.on_site(is_drill=True)))


SUBMITTED, DRILL = submitted(), drill()
SHEETS: dict[str, Callable[[str], Paper]] = {
    "submitted": lambda language: paper(SUBMITTED, SUBMITTED.standing, translator(language)),
    "drill": lambda language: paper(DRILL, None, translator(language)),
}
TOLD = {
    ("submitted", "zh-CN"): (
        "测试公司",
        cast.NUMBER,
        "时限执行情况",
        "晚 3分钟",
        "时间线",
        "复核人",
        "接收：",
        "阅读：",
        "送达",
    ),
    ("submitted", "en"): ("The test company", cast.NUMBER, "Deadlines met and missed", "3 minutes late", "Timeline"),
    ("drill", "zh-CN"): ("【演练】", "草稿", "本次为演练"),
    ("drill", "en"): ("【演练】[DRILL]", "Draft", "This was a drill."),
}
NUMBERED = {"zh-CN": "第{}页共{}页", "en": "Page{}of{}"}


def squeezed(text: str) -> str:
    return "".join(text.split())


@prints
@pytest.mark.parametrize(("which", "language"), TOLD)
async def test_a_pdf_holds_every_section_in_its_language_with_its_fonts(which: str, language: str) -> None:
    sheet = SHEETS[which](language)
    document = pypdfium2.PdfDocument(await Printer().write(sheet, "pdf"))
    pages = [document[place].get_textpage().get_text_bounded() for place in range(len(document))]
    whole = squeezed("".join(pages))
    for part in (*TOLD[which, language], *(translator(language)(title) for title in SECTIONS.values())):
        assert squeezed(part) in whole, part
    for place, text in enumerate(pages, start=1):
        assert NUMBERED[language].format(place, len(pages)) in squeezed(text)
        assert cast.NUMBER in text
        assert squeezed(sheet.company) in squeezed(text)
    assert "\N{REPLACEMENT CHARACTER}" not in whole
    fonts = {font for place in range(len(document)) for font in _fonts(document[place])}
    assert fonts
    assert all("NotoSansCJK" in name.replace("-", "") and is_embedded for name, is_embedded in fonts), fonts


def _fonts(page: pypdfium2.PdfPage) -> set[tuple[str, bool]]:
    found = set()
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        font = pdfium.FPDFTextObj_GetFont(item.raw)
        length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
        name = ctypes.create_string_buffer(length)
        pdfium.FPDFFont_GetBaseFontName(font, name, length)
        found.add((name.value.decode(), pdfium.FPDFFont_GetIsEmbedded(font) == 1))
    return found


@pytest.mark.parametrize(("which", "language"), TOLD)
async def test_a_word_file_opens_and_holds_the_same(which: str, language: str) -> None:
    written = await Printer().write(SHEETS[which](language), "docx")
    document = Document(BytesIO(written))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    head = document.sections[0].header.paragraphs[0].text
    assert cast.NUMBER in head
    for part in TOLD[which, language]:
        assert any(part in text for text in [*texts, head]), part
    footer = document.sections[0].footer.paragraphs[0]._p.xml
    assert 'w:instr="PAGE"' in footer
    assert 'w:instr="NUMPAGES"' in footer


# ── hostile texts ─────────────────────────────────────────────────────────────

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><style>*{display:none}</style>",
    "{{ 7*7 }} {% include '/etc/passwd' %} {{ config }} ${7*7}",
    '=cmd|" /C calc"!A0 +1+1 @SUM(A1) -2',
    "</w:t></w:r><w:r><w:instrText>DDEAUTO c:\\windows\\system32</w:instrText></w:r> & < > \" '",
    "<link rel=stylesheet href=file:///etc/passwd> <a href=http://127.0.0.1:9/>x</a> url(http://127.0.0.1:9/)",
    '"; } @import url(file:///etc/passwd); /* \\0022 <!-- ]]> --> <![CDATA[',
)


def hostile() -> Paper:
    """Everything that people write is hostile, and long."""
    text = "\n".join(HOSTILE)
    scene = stage.summary(stage.on_site(title=HOSTILE[0][:180], symptom=text))
    scene.do(cast.OPERATOR, acts.Record(kind="observation", text=text))
    measure = acts.RectificationMeasure(text=text, owner=cast.MANAGER, due=cast.clock_time(10))
    long = "\n".join("行" for _ in range(1990))
    act = acts.SubmitSummary.model_validate(
        {name: text for name in SECTIONS if name != "measures"} | {"measures": [measure], "handling": long}
    )
    scene.do(cast.SPECIALIST, act)
    found = dossier(scene)
    sheet = paper(found, found.standing, translator("zh-CN"))
    # What an older record could hold, though none of it is accepted today.
    return Paper.model_validate(
        sheet.model_dump() | {"title": sheet.title + "\u202egnp.exe\x00\x0b\ufffe", "company": text}
    )


async def test_hostile_texts_are_only_texts_in_html() -> None:
    sheet = hostile()
    page = html.write(sheet)
    for wanted in ("<script>alert", "<img", "<link", "<a href", "{{ 49", "\u202e", "\x00"):
        assert wanted not in page.partition("</style>")[2], wanted
    assert page.count("<style>") == 1
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "127.0.0.1" not in html.style(sheet.page_words)
    assert "'unsafe" not in html.headers(sheet)["Content-Security-Policy"]


async def test_hostile_texts_are_only_texts_in_word() -> None:
    written = await Printer().write(hostile(), "docx")
    document = Document(BytesIO(written))
    assert any("instrText" in paragraph.text for paragraph in document.paragraphs)
    with ZipFile(BytesIO(written)) as file:
        body = file.read("word/document.xml").decode()
        relations = file.read("word/_rels/document.xml.rels").decode()
        assert not [name for name in file.namelist() if "embed" in name or "vba" in name]
    assert "<w:instrText" not in body
    assert "{{ 7*7 }}" in body
    assert "127.0.0.1" not in relations


@prints
async def test_hostile_texts_are_only_texts_in_pdf_and_fetch_nothing() -> None:
    written = await Printer().write(hostile(), "pdf")
    document = pypdfium2.PdfDocument(written)
    whole = squeezed("".join(document[place].get_textpage().get_text_bounded() for place in range(len(document))))
    assert "<script>alert(1)</script>" in whole
    assert "{{7*7}}" in whole
    assert "root:" not in whole
    for mark in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile"):
        assert mark not in written


def test_a_recovery_that_was_told_later_is_verified_when_it_was() -> None:
    scene = stage.checked()
    verified_at = scene.now
    scene.wait(hours=24 * 3)
    scene.do(cast.SUPERVISOR, acts.VerifyRecovery(passed=True, text="核对无误"), occurred_at=verified_at)
    at_once, later = (dict(paper(dossier(told), None, translator("en")).facts) for told in (stage.summary(), scene))
    assert later["Recovery verified"] == at_once["Recovery verified"]
    assert "after 40 minutes" in later["Recovery verified"]


def test_a_long_timeline_is_cut_and_says_so() -> None:
    scene = stage.group()
    for _ in range(MOST_ROWS + 20):
        scene.do(cast.OPERATOR, acts.Record(kind="observation", text="风扇"))
    sheet = paper(dossier(scene), None, translator("zh-CN"))
    timeline = sheet.annexes[-1]
    assert len(timeline.rows) == MOST_ROWS
    assert "条仅见于记录" in timeline.note


# ── where it cannot be printed ────────────────────────────────────────────────


async def test_without_pango_pdf_says_so_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes.util, cffi\n"
        "def missing(*names):\n    raise OSError('cannot load library: libpango-1.0-0')\n"
        "cffi.FFI.dlopen = missing\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sheet = SHEETS["drill"]("en")
    with pytest.raises(NoPango, match="libpango"):
        await Printer().write(sheet, "pdf")
    assert (await Printer().write(sheet, "docx")).startswith(b"PK")
    assert (await Printer().write(sheet, "html")).startswith(b"<!doctype")


async def test_what_takes_too_long_is_ended_and_others_wait_for_their_turn() -> None:
    sheet = SHEETS["drill"]("en")
    with pytest.raises(TooSlow):
        await Printer(seconds=0.01).write(sheet, "pdf")
    with pytest.raises(Busy):
        await Printer(at_once=0, queue=0.01).write(sheet, "docx")
