"""The catalogues of texts: `python -m tools.translations update|compile|check`."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.progress import give_up, say

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "adapters" / "i18n"
LOCALES = ("zh_CN", "en")
SOURCES = ("domain", "activities", "workflows", "adapters", "api")
METHODS = [("**/templates/**", "jinja2"), ("**/messages/**", "jinja2"), ("**.py", "python")]
KEYWORDS = {**DEFAULT_KEYWORDS, "_n": (1, 2)}


def main(verb: str) -> None:
    """Do what the verb says for every language."""
    {"update": update, "compile": compile_all, "check": check}[verb]()


def update() -> None:
    """Collect the texts into each language's .po file; what is already translated stays."""
    template = collect()
    for locale, path in _files():
        catalogue = _read(path, locale) if path.exists() else Catalog(locale=locale, fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_as_po(catalogue))
        say(f"{path.relative_to(ROOT)}: {sum(1 for _ in _faults(locale, catalogue, template))} to translate")


def compile_all() -> None:
    """Write each .mo file beside its .po file."""
    for locale, path in _files():
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, _read(path, locale))


def check() -> None:
    """Every text is in both languages, with the same placeholders; ends the program when not."""
    template = collect()
    faults = [
        f"{locale}: {fault}"
        for locale, path in _files()
        for fault in _faults(locale, _read(path, locale) if path.exists() else Catalog(locale=locale), template)
    ]
    if faults:
        give_up("\n".join(["texts and catalogues differ (make translations, then translate):", *faults]))


def collect() -> Catalog:
    """All texts of the source, without line numbers: a moved line is not a changed text."""
    template = Catalog(fuzzy=False)
    for folder in SOURCES:
        for file, _, message, comments, context in extract_from_dir(ROOT / folder, METHODS, keywords=KEYWORDS):
            template.add(message, None, [(f"{folder}/{file}", 0)], auto_comments=comments, context=context)
    return template


def _faults(locale: str, catalogue: Catalog, template: Catalog) -> Iterator[str]:
    for message in template:
        if not message.id:
            continue
        translated = catalogue.get(message.id, message.context)
        if translated is None:
            yield f"not in the catalogue: {message.id!r}"
        elif locale != "en" and not all(_strings(translated.string)):
            yield f"not translated: {message.id!r}"
        else:
            yield from (f"{message.id!r}: {error}" for error in translated.check(catalogue))
    yield from (f"no longer used: {message.id!r}" for message in catalogue if message.id and message.id not in template)


def _strings(string: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [string] if isinstance(string, str) else list(string or [""])


def _files() -> list[tuple[str, Path]]:
    return [(locale, FOLDER / locale / "LC_MESSAGES" / "messages.po") for locale in LOCALES]


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _as_po(catalogue: Catalog) -> bytes:
    output = BytesIO()
    write_po(output, catalogue, width=120, sort_by_file=True, omit_header=False)
    return output.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
