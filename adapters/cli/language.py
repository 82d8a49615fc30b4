"""In which language a terminal is spoken to."""

from babel.core import default_locale


def known(language: str | None) -> str | None:
    """Return zh-CN for anything Chinese, en for anything else, None for nothing."""
    if not language:
        return None
    return "zh-CN" if language.lower().startswith("zh") else "en"


def of_terminal() -> str | None:
    """Return the language that the terminal asks for; the plain locale C asks for none."""
    found = default_locale("LC_MESSAGES")
    return None if found is None or found.endswith("POSIX") else known(found)
