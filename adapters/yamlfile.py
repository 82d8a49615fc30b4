"""YAML into models: doubled and unknown fields are refused, and every fault knows its line."""

import difflib
import types
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from adapters.i18n.validation import explain
from adapters.problems import Fault, FileProblem
from domain.text import N_

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]
_Why = tuple[Place, str, dict[str, str]]
_LONGEST_VALUE = 60
_MOST_FAULTS = 200  # of one file: nobody mends more at once
_DEEPEST = 50


class Loaded(NamedTuple, Generic[M]):
    """A file's content as a model, and where its fields stand."""

    path: Path
    data: Any
    model: M

    def fault(self, place: Place, message: str, **params: str) -> Fault:
        """Say what is wrong at a place."""
        return _fault(self.path, self.data, place, message, params)


def load(path: Path, model: type[M]) -> Loaded[M]:
    """Read a file into a model; FileProblem lists all that is wrong with it."""
    return _model(path, _parse(path, path), model)


def loads(text: str, name: str, model: type[M]) -> Loaded[M]:
    """Read a text that somebody sent as if it were a file of that name; FileProblem lists what is wrong with it."""
    path = Path(name)
    return _model(path, _parse(path, text, _WithoutAliases), model)


def _model(path: Path, data: Any, model: type[M]) -> Loaded[M]:
    faults = [_fault(path, data, *unknown) for unknown in islice(_unknown_fields(model, data, ()), _MOST_FAULTS)]
    try:
        result = model.model_validate(data)
    except ValidationError as error:
        listed = error.errors(include_url=False)[: _MOST_FAULTS - len(faults)]
        faults += [_fault(path, data, item["loc"], *explain(item)) for item in listed]
    else:
        if not faults:
            return Loaded(path, data, result)
    raise FileProblem(str(path), faults)


class _Alias(MarkedYAMLError):
    """Something is to stand here that was written elsewhere."""


class _WithoutAliases(Composer):
    """Refuses aliases: a few lines would stand for millions, each place of them looked at for itself."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node that is written where it stands."""
        if self.parser.check_event(AliasEvent):
            raise _Alias(problem_mark=self.parser.peek_event().start_mark)
        return super().compose_node(parent, index)


class _Constructor(RoundTripConstructor):
    """Leaves dates and instants as text: ruamel would drop the offset of an instant, pydantic keeps it."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


def _parse(path: Path, source: Path | str, composer: type[Composer] = Composer) -> Any:
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    yaml.Composer = composer
    yaml.max_depth = _DEEPEST
    try:
        return yaml.load(source)
    except OSError as error:
        raise _unreadable(path, None, N_("cannot be read: {reason}"), str(error.strerror)) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        if isinstance(error, _Alias):
            message = N_("is an alias: write out here what it stands for")
            raise FileProblem(str(path), [Fault(str(path), line, "", None, message)]) from None
        raise _unreadable(path, line, N_("is not valid YAML: {reason}"), str(error.problem)) from None
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # What the library stumbles over without saying where, such as a number that no number is, or a list as a key.
        raise _unreadable(path, None, N_("is not valid YAML: {reason}"), str(error) or type(error).__name__) from None


def _unreadable(path: Path, line: int | None, message: str, reason: str) -> FileProblem:
    return FileProblem(str(path), [Fault(str(path), line, "", None, message, {"reason": reason.splitlines()[0]})])


def _fault(path: Path, data: Any, place: Place, message: str, params: dict[str, str]) -> Fault:
    line, node, field = 1, data, ""
    for index, key in enumerate(place):
        if isinstance(node, dict) and key not in node and place[index + 1 : index + 2] and place[index + 1] in node:
            continue  # the kind of which the item is: a word of the model's, not a field of the file
        field += f"[{key + 1}]" if isinstance(node, list) and isinstance(key, int) else f".{key}"
        line, node, is_known = _step(line, node, key)
        if not is_known:
            field = ".".join([field, *(str(rest) for rest in place[index + 1 :])])
            break
    shows = place and node is not None and not isinstance(node, dict | list)
    return Fault(str(path), line, field.lstrip("."), repr(node)[:_LONGEST_VALUE] if shows else None, message, params)


def _step(line: int, node: Any, key: str | int) -> tuple[int, Any, bool]:
    if isinstance(node, CommentedMap) and key in node:
        own = key in (node.lc.data or {})  # a field that came by a merge key has no line of its own
        return (node.lc.key(key)[0] + 1 if own else line), node[key], True
    if isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
        return node.lc.item(key)[0] + 1, node[key], True
    return line, None, False


def _unknown_fields(model: type[BaseModel], data: Any, place: Place) -> Iterator[_Why]:
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        if field := model.model_fields.get(str(key)):
            yield from _below(field.annotation, value, (*place, key))
        elif close := difflib.get_close_matches(str(key), model.model_fields, n=1):
            yield (*place, key), N_("is not known here; did you mean “{field}”?"), {"field": close[0]}
        else:
            yield (*place, key), N_("is not known here"), {}


def _below(annotation: Any, value: Any, place: Place) -> Iterator[_Why]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _unknown_fields(annotation, value, place)
    elif get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _below(part, value, place)
    elif get_origin(annotation) is list and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(get_args(annotation)[0], item, (*place, index))
    elif get_origin(annotation) is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from _below(get_args(annotation)[1], item, (*place, key))
