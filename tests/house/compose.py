"""Read docker-compose.yml as Compose does: anchors merged, variables replaced."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?+])(?P<rest>[^}]*))?\})")
SECRETS = {
    "TEMPORAL_DATABASE_PASSWORD": "nine2lives",
    "RECORD_DATABASE_PASSWORD": "ten3lives",
    "FENGSUI_SECRET": "made-up-5566778899-qrstuvwx",
    "FENGSUI_SIGNING_KEY": "bWFkZS11cC1zZWVkLW9mLTMyLWJ5dGVzLWZvci10c3Q=",
}


class MissingVariableError(LookupError):
    """A variable without which Compose refuses to start."""


def interpolate(text: str, environ: Mapping[str, str]) -> str:
    """Replace ${NAME}, ${NAME:-default}, ${NAME:+alternative} and ${NAME:?message}; `$$` is a dollar sign."""

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        given = environ.get(match["name"])
        if not given and match["kind"] == "?":
            raise MissingVariableError(match["name"])
        if match["kind"] == "+":
            return match["rest"] if given else ""
        return given or (match["rest"] or "")

    return VARIABLE.sub(value, text)


def load(environ: Mapping[str, str] = SECRETS) -> dict[str, Any]:
    """The whole file with its variables replaced."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {str(key): walk(child) for key, child in node.items()}
        if isinstance(node, list):
            return [walk(child) for child in node]
        return interpolate(node, environ) if isinstance(node, str) else node

    content: dict[str, Any] = walk(YAML(typ="safe").load(FILE))
    return content
