"""Working by the runbook at a terminal: the steps of an incident, its notices and a draft of the next one."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from adapters.cli import screen
from adapters.cli.looking import Number
from adapters.cli.session import Session
from adapters.i18n import Translator
from domain.text import N_

_MARKS = {"done": "[green]✓[/]", "failed": "[red]✗[/]", "skipped": "–", "next": "[yellow]→[/]", "waiting": "·"}


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("steps", help=N_("Show the runbook of an incident, step by step (5.2.3)"))(steps)
    app.command("notices", help=N_("Show the notices of an incident and how they got there (5.3.1)"))(notices)
    app.command("draft", help=N_("Write a notice to begin with (5.3.1)"))(draft)


def steps(ctx: typer.Context, number: Number) -> None:
    """Show the pinned runbook."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}/runbook")
    if screen.raw(session, answer):
        return
    _ = session.words
    if not answer["steps"]:
        screen.console.print(_(N_("No runbook covers this incident.")))
        return
    screen.console.print(escape(f"{answer['title']} ({answer['runbook']})"))
    for condition in answer["preconditions"]:
        screen.console.print(escape(_(N_("before: {text}"), text=condition)))
    table = Table(box=None, show_header=False)
    for step in answer["steps"]:
        table.add_row(_MARKS[step["state"]], escape(step["id"]), escape("\n".join(_lines(_, step))))
    screen.console.print(table)


def _lines(_: Translator, step: dict[str, Any]) -> list[str]:
    """Tell one step: what to do, and everything that must be known before it is done."""
    lines = [f"{step['text']} · {step['who_text']} · {step['state_text']}"]
    if step["expected"]:
        lines.append(_(N_("expected: {text}"), text=step["expected"]))
    if step["rollback"]:
        lines.append(_(N_("way back: {text}"), text=step["rollback"]))
    if step["approval_text"]:
        lines.append(", ".join([step["approval_text"], *step["decided_by"]]))
    if step["time_box_until"]:
        lines.append(_(N_("result due: {text}"), text=screen.clock(step["time_box_until"])))
    elif step["is_overdue"]:
        lines.append(_(N_("its time has passed")))
    return lines + (_automatic(_, step["action"]) if step["action"] else [])


def _automatic(_: Translator, action: dict[str, Any]) -> list[str]:
    lines = [_(N_("automatic: {text}"), text=action["text"])]
    if action["is_listed"]:
        lines.append(f"  {action['kind']} · {action['target']} · {action['does']}")
        lines.append(_(N_("confirm it with: --reads {text}"), text=action["reads"]))
    if action["run"]:
        lines.append(_.word(f"run_{action['run']}"))
    return lines


def notices(ctx: typer.Context, number: Number) -> None:
    """Show the notices of an incident."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}/notices")
    if screen.raw(session, answer):
        return
    _ = session.words
    if not answer["items"]:
        screen.console.print(_(N_("There are no notices.")))
    for item in answer["items"]:
        head = f"{screen.clock(item['given_at'])} · {item['kind_text']} → {', '.join(item['audience_names'])}"
        screen.console.print(escape(f"{head}\n{item['text']}"))
        for person in item["recipients"]:
            fared = [f"{way['channel']}: {way['state_text']} ({way['detail']})" for way in person["channels"]]
            screen.console.print(escape(f"  {person['name']} · {' · '.join(fared) or '-'}"))


def draft(
    ctx: typer.Context,
    number: Number,
    *,
    kind: Annotated[str, typer.Option(help=N_("notice or advance_notice"))] = "notice",
    occasion: Annotated[
        str | None, typer.Option(help=N_("formation, level_change, update, end or advance; default: what is due"))
    ] = None,
) -> None:
    """Write a draft."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}/notice-draft", kind=kind, occasion=occasion)
    if not screen.raw(session, answer):
        screen.console.print(answer["text"], markup=False)
