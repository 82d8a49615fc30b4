"""`fengsui directory`: the company file out of the directory, into it, and what it would change."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli import screen
from adapters.cli.session import Session, Trouble
from domain.text import N_

_IMPORT = "/directory/import"
_CHANGED, _SAME = 1, 0
File = Annotated[Path, typer.Argument(help=N_("the company file"), metavar="FILE")]


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    group = typer.Typer(help=N_("People, deputies, departments and systems as a file (2)"), no_args_is_help=True)
    app.add_typer(group, name="directory")
    group.command("export", help=N_("Write the directory as company.yaml (2)"))(export)
    group.command("diff", help=N_("Tell what a company file would change; exit code 1 where it would (2)"))(diff)
    group.command("import", help=N_("Make the directory what a company file says (2)"))(take_in)


def export(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help=N_("where to; default: the terminal"), metavar="FILE")] = None,
) -> None:
    """Write the directory."""
    session: Session = ctx.obj
    text = session.text("/directory/export")
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Trouble.usage(N_("{file} cannot be written: {reason}"), file=file, reason=error.strerror) from None


def diff(ctx: typer.Context, file: File) -> None:
    """Compare a file with the directory."""
    session: Session = ctx.obj
    answer = session.post(_IMPORT, {"text": _read(file)})
    _tell(session, answer)
    raise typer.Exit(_CHANGED if answer["differences"] else _SAME)


def take_in(
    ctx: typer.Context,
    file: File,
    *,
    reason: Annotated[str | None, typer.Option(help=N_("why; it stands beside every change"))] = None,
    revision: Annotated[
        int | None, typer.Option(help=N_("the revision that “diff” told: refuse when it has moved on since"))
    ] = None,
) -> None:
    """Put a file in place."""
    session: Session = ctx.obj
    body = {"text": _read(file), "dry_run": False, "reason": reason, "revision": revision}
    _tell(session, session.post(_IMPORT, body))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=file, reason=error) from None


def _tell(session: Session, answer: dict[str, Any]) -> None:
    if screen.raw(session, answer):
        return
    _ = session.words
    for difference in answer["differences"]:
        for text in difference["texts"]:
            screen.console.print(f"  {text}", markup=False)
    for warning in answer["warnings"]:
        screen.errors.print(f"  ! {warning}", markup=False, style="yellow")
    if not answer["differences"]:
        told = N_("The directory (revision {revision}) says the same.")
    elif answer["is_dry_run"]:
        told = N_("{count} items would change; the directory is at revision {revision}.")
    else:
        told = N_("{count} items were changed; the directory is at revision {revision}.")
    screen.console.print(_(told, count=len(answer["differences"]), revision=answer["revision"]), markup=False)
