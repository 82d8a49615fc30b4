"""How the fields of an act are typed at a terminal."""

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from domain.policy import Severity
from domain.text import N_

_SWITCHES = {
    "start": "--start/--not-start",
    "is_major": "--major/--not-major",
    "passed": "--passed/--failed",
    "approve": "--approve/--refuse",
    "accept": "--accept/--return",
    "change": "--change/--no-change",
    "remote": "--remote/--on-site",
}
_NAMES = {
    "steps": "--step",
    "measures": "--measure",
    "members": "--member",
    "audience": "--to",
    "heads": "--head",
    "sections": "--section",
    "technicians": "--technician",
}
_HELP = {
    "steps": N_("a step as ID=TEXT, or ID:gated=TEXT when it waits for the general manager; repeat it"),
    "measures": N_("a rectification measure as OWNER:DATE=TEXT, such as chen-lei:2027-01-15=text; repeat it"),
    "member": N_("id of the person"),
    "members": N_("id of a member; repeat it"),
    "audience": N_("id of a department or a post that is told; repeat it"),
    "technicians": N_("id of a technician; repeat it"),
    "reads": N_("fingerprint of the automatic action as “fengsui steps” shows it"),
    "responder": N_("id of the person"),
    "heads": N_("number of a head that was sent; repeat it; none: all that are missing"),
    "sections": N_("the text of a head as it was sent, as NUMBER=TEXT; repeat it; none: as drafted"),
    "sha256": N_("SHA-256 digest of the evidence, when --evidence cannot compute it"),
}


def _option(name: str, kind: Any, default: Any, *names: str, text: str = "") -> inspect.Parameter:
    return _parameter(name, kind, typer.Option(*names, help=text or None, show_default=False), default)


def _parameter(name: str, kind: Any, info: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


NUMBER = _parameter(
    "number", str, typer.Argument(help=N_("number of the incident, such as 7K3Q9-DXMB2"), metavar="NUMBER")
)
ENVELOPE = (
    _option("post", str | None, None, "--post", text=N_("in which role you act, such as it_manager")),
    _option("occurred_at", str | None, None, "--occurred-at", text=N_("when it happened, when you tell it later")),
    _option("expected_version", int | None, None, "--if-version", text=N_("refuse when the incident has moved on")),
)
KEY = _option("key", str | None, None, "--key", text=N_("the same key is the same act: it is carried out once"))
FILE = _option("file", str | None, None, "--file", "-f", text=N_("take the fields from a YAML file"))
EVIDENCE = _option("evidence", str | None, None, "--evidence", text=N_("a file whose SHA-256 digest is recorded"))


def argument(name: str, field: FieldInfo) -> inspect.Parameter:
    """Return a field that needs no option name."""
    return _parameter(name, _kind(name, field), typer.Argument(help=_HELP.get(name), show_default=False))


def option(name: str, field: FieldInfo, *, may_be_missing: bool = False) -> inspect.Parameter:
    """Return a field with an option name; one without a default is needed, unless a file may hold it."""
    kind = _kind(name, field)
    default: Any = inspect.Parameter.empty
    if may_be_missing or not field.is_required():
        default = None
        kind = kind | None if get_origin(kind) is not list else kind
    names = _SWITCHES.get(name) or _NAMES.get(name) or f"--{name.replace('_', '-')}"
    return _option(name, kind, default, names, text=_HELP.get(name, ""))


def _kind(name: str, field: FieldInfo) -> Any:
    """Return what the terminal takes for a field; dates and nested things are text."""
    kinds = [kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind is not type(None)]
    if get_origin(field.annotation) is Literal:
        return field.annotation
    if get_origin(field.annotation) is list or name in _NAMES:
        return list[str]
    return next((kind for kind in (bool, int, Severity) if kind in kinds), str)


def step(text: str) -> dict[str, Any]:
    """Read a step of a plan; BadParameter when it is not ``ID=TEXT``."""
    head, wording = _halves(text)
    step_id, _, mark = head.partition(":")
    return {"id": step_id, "text": wording, "needs_approval": mark == "gated"}


def measure(text: str) -> dict[str, Any]:
    """Read a rectification measure; BadParameter when it is not ``OWNER:DATE=TEXT``."""
    head, wording = _halves(text)
    owner, _, due = head.partition(":")
    try:
        at = datetime.fromisoformat(due).astimezone()
    except ValueError:
        raise typer.BadParameter(text) from None
    return {"owner": owner, "due": at.isoformat(), "text": wording}


def section(text: str) -> dict[str, Any]:
    """Read a head of a report to a regulator; BadParameter when it is not ``NUMBER=TEXT``."""
    head, wording = _halves(text)
    if not head.isdigit():
        raise typer.BadParameter(text)
    return {"head": int(head), "text": wording}


def _halves(text: str) -> tuple[str, str]:
    head, equals, wording = text.partition("=")
    if not equals:
        raise typer.BadParameter(text)
    return head, wording


NESTED: dict[str, Callable[[str], dict[str, Any]]] = {
    "steps": step,
    "measures": measure,
    "sections": section,
}
