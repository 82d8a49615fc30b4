"""Hearing acts of people: as an update, which answers, and as a signal of the same name, which does not."""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.acts import Act, Command, Receipt
    from domain.errors import Refusal

Check = Callable[[Command[Any]], None]
CarryOut = Callable[[Command[Any]], Receipt]
Hear = Callable[[type[Act], type[Command[Act]], RawValue], None]


def listen(act: type[Act], command_type: type[Command[Act]], check: Check, carry_out: CarryOut, hear: Hear) -> None:
    """Take one act from now on; ``check`` refuses before anything is written."""

    def do(command: command_type) -> Receipt:  # type: ignore[valid-type]
        return carry_out(command)

    def refuse_early(command: command_type) -> None:  # type: ignore[valid-type]
        check(command)

    def take(raw: RawValue) -> None:
        hear(act, command_type, raw)

    workflow.set_update_handler(act.name, do, validator=refuse_early)
    workflow.set_signal_handler(act.name, take)


def as_error(refusal: Refusal) -> ApplicationError:
    """Return a refusal as it travels to whoever asked."""
    return ApplicationError(refusal.message, refusal.as_details(), type=refusal.code, non_retryable=True)
