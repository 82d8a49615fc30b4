"""The catalogue of texts: `python -m tools.translations update|check`. English is the key; only Chinese has a file."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from tools.progress import give_up, say

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "adapters" / "i18n" / "zh_CN" / "LC_MESSAGES" / "messages.po"
SOURCES = (
    *("domain/**/*.py", "adapters/**/*.py", "adapters/**/*.txt", "adapters/**/*.html"),
    *("api/**/*.py", "api/**/*.html", "cli.py"),
)


def update() -> None:
    """Collect the texts into the catalogue; what is already translated stays, what is unused goes."""
    catalogue = _read() if CATALOGUE.exists() else Catalog(locale="zh_CN", project="fengsui", fuzzy=False)
    catalogue.update(collect(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    output = BytesIO()
    write_po(output, catalogue, width=120, sort_by_file=True)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(output.getvalue())
    say(f"{CATALOGUE.relative_to(ROOT)}: {len(list(faults(catalogue)))} texts need a translator")


def check() -> None:
    """Every text has its translation with the same placeholders; ends the program when not."""
    if wrong := list(faults(_read() if CATALOGUE.exists() else Catalog(locale="zh_CN"))):
        give_up("\n".join(["texts and catalogue differ (make translations, then translate):", *wrong]))


def collect() -> Catalog:
    """All texts of the source, without line numbers: a moved line is not a changed text."""
    template = Catalog(fuzzy=False)
    for file in sorted(file for source in SOURCES for file in ROOT.glob(source)):
        method = "python" if file.suffix == ".py" else "jinja2"
        for _, message, comments, context in extract_from_file(method, file):
            template.add(message, None, [(str(file.relative_to(ROOT)), 0)], auto_comments=comments, context=context)
    return template


def faults(catalogue: Catalog) -> Iterator[str]:
    """What is missing, different or left over in the catalogue."""
    template = collect()
    for message in template:
        if message.id and (fault := _fault(message, catalogue.get(message.id, message.context))):
            yield f"  {message.id!r}: {fault}"
    yield from (
        f"  {message.id!r}: no longer used" for message in catalogue if message.id and message.id not in template
    )


def _fault(message: Message, translated: Message | None) -> str | None:
    if translated is None:
        return "not in the catalogue"
    if not translated.string or translated.fuzzy:
        return "not translated"
    if isinstance(message.id, str) and isinstance(translated.string, str):
        missing = _placeholders(message.id) ^ _placeholders(translated.string)
        return f"placeholders differ: {', '.join(sorted(missing))}" if missing else None
    return None


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


if __name__ == "__main__":
    {"update": update, "check": check}[sys.argv[1]]()
