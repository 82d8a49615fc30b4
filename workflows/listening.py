"""Hearing acts of people: as an update, which answers, and as a signal of the same name, which does not."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.acts import Act, Command, Receipt
    from domain.errors import Refusal


class Listener(Protocol):
    """What a workflow does with the acts that it hears; ``check`` refuses before anything is written."""

    def check(self, command: Command[Any]) -> None:
        """Raise ApplicationError for an act that is refused."""

    def carry_out(self, command: Command[Any]) -> Receipt:
        """Carry out an act, or raise ApplicationError."""

    def hear(self, act: type[Act], command_type: type[Command[Any]], raw: RawValue) -> None:
        """Carry out an act that nobody waits for."""


L = TypeVar("L", bound=type[Listener])


def hears(acts: Mapping[str, type[Act]], commands: Mapping[str, type[Command[Any]]]) -> Callable[[L], L]:
    """Give a workflow its handlers, two for each act: made once for the class, not once for each of its runs."""

    def given(listener: L) -> L:
        for name, act in acts.items():
            do, take = _handlers(act, commands[name])
            setattr(listener, f"do_{name}", do)
            setattr(listener, f"take_{name}", take)
        return listener

    return given


def _handlers(act: type[Act], command_type: type[Command[Any]]) -> tuple[Callable[..., Any], Callable[..., None]]:
    class Heard(Listener):
        @workflow.update(name=act.name)
        def do(self, command: command_type) -> Receipt:  # type: ignore[valid-type]
            return self.carry_out(command)

        @do.validator
        def refuse_early(self, command: command_type) -> None:  # type: ignore[valid-type]
            self.check(command)

        @workflow.signal(name=act.name)
        def take(self, raw: RawValue) -> None:
            self.hear(act, command_type, raw)

    return Heard.do, Heard.take


def as_error(refusal: Refusal) -> ApplicationError:
    """Return a refusal as it travels to whoever asked."""
    return ApplicationError(refusal.message, refusal.as_details(), type=refusal.code, non_retryable=True)
