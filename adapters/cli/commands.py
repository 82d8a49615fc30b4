"""Commands made from the table of verbs: a field of the act is an argument or an option of the command."""

import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from adapters.cli import exhibits, fields, screen
from adapters.cli.session import Session, Trouble
from adapters.cli.verbs import GROUPS, VERBS, Verb
from domain.acts import Record
from domain.text import N_

_CONTEXT = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)


def install(app: typer.Typer) -> dict[str, typer.Typer]:
    """Add every verb, those of two words under their group; return the groups, by name."""
    groups = {name: typer.Typer(help=text, no_args_is_help=True) for name, text in GROUPS.items()}
    for name, group in groups.items():
        app.add_typer(group, name=name)
    for verb in VERBS:
        first, _, second = verb.words.partition(" ")
        target = groups[first] if second else app
        if not verb.has_own_command:
            target.command(second or first, help=verb.help)(command(verb))
    exhibits.install(groups["evidence"], app)
    return groups


def group_of(app: typer.Typer, name: str) -> typer.Typer:
    """Return the group of a name, so that verbs beside the table can join it."""
    found = next(item.typer_instance for item in app.registered_groups if item.name == name)
    if found is None:
        raise LookupError(name)
    return found


def command(verb: Verb) -> Callable[..., None]:
    """Return a function with the signature that the verb's act asks for."""

    def act(ctx: typer.Context, number: str, key: str | None, **values: Any) -> None:
        session: Session = ctx.obj
        screen.receipt(session, session.act(number, verb.resource, _body(verb, values), key))

    parameters = _parameters(verb)
    act.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # typer reads it
    act.__annotations__ = {item.name: item.annotation for item in parameters}
    act.__name__ = verb.words.replace(" ", "_").replace("-", "_")
    return act


def _parameters(verb: Verb) -> list[inspect.Parameter]:
    not_asked = {*verb.fixed, *verb.left_out}
    asked = {name: field for name, field in verb.act.model_fields.items() if name not in not_asked}
    found = [_CONTEXT, fields.NUMBER]
    found += [fields.argument(name, asked.pop(name)) for name in verb.arguments]
    found += [fields.option(name, field, may_be_missing=verb.takes_file) for name, field in asked.items()]
    found += [fields.FILE] if verb.takes_file else []
    found += [fields.EVIDENCE] if verb.act is Record else []
    return [*found, *fields.ENVELOPE, fields.KEY]


def _body(verb: Verb, values: dict[str, Any]) -> dict[str, Any]:
    body = dict(verb.fixed)
    if file := values.pop("file", None):
        body |= _read(Path(file))
    if evidence := values.pop("evidence", None):
        body["sha256"] = _digest(Path(evidence))
    for name, value in values.items():
        if value is not None and value != []:
            body[name] = [fields.NESTED[name](item) for item in value] if name in fields.NESTED else value
    return body


def _read(path: Path) -> dict[str, Any]:
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=path, reason=error) from None
    if not isinstance(content, dict):
        raise Trouble.usage(N_("{file} does not hold the fields of an act."), file=path)
    return content


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=path, reason=error.strerror) from None
