"""Writes ``docs/configuration.md`` from the settings' own descriptions."""

import sys
from pathlib import Path
from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from adapters.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "configuration.md"
_HEAD = """# Configuration

Everything but the policy (`policy.yaml`), the company file and the runbooks comes from the environment; secrets come
from nowhere else. Made by `python -m tools.configuration_page`; a test fails when this page is not what the code says.

| Variable | Default | What it is |
|---|---|---|
"""
_FOOT = """
`make run` also reads `FENGSUI_TEMPORAL_PORT` and `FENGSUI_TEMPORAL_UI_PORT` (0 takes any free port); tests read
`FENGSUI_TEST_SERVER` (path of Temporal's test server). The terminal client `fengsui` reads `FENGSUI_API` (address of
the API, such as https://fengsui.example.com), `FENGSUI_TOKEN` (your token, made with `POST /api/v1/auth/tokens`) and,
beside a `make run`, `FENGSUI_HOME`: `run.json` there tells scripts the addresses, process ids and development sign-ins
of a running system.
"""


def variable(name: str, field: FieldInfo) -> str:
    """Return the name of the environment variable of a setting."""
    return str(field.validation_alias or f"FENGSUI_{name.upper()}")


def _default(field: FieldInfo) -> str:
    if field.annotation is SecretStr or SecretStr in get_args(field.annotation):
        return "none (secret)"
    if field.default_factory is not None or field.default in (None, {}, []):
        return ""
    value = field.default
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    shown = value.relative_to(ROOT) if isinstance(value, Path) and value.is_absolute() else value
    return f"`{shown}`"


def page() -> str:
    """Return the page as the settings say it should be."""
    rows = [
        f"| `{variable(name, field)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "\n".join(rows) + "\n" + _FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} written\n")
