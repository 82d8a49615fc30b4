"""Verbs about duty: who is on duty, and whom a question would reach at a moment, with the reasons (4.2)."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from adapters.cli import screen
from adapters.cli.session import Session
from domain.text import N_

At = Annotated[str | None, typer.Option(help=N_("an instant such as 2026-10-10T10:00:00+08:00; default: now"))]


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("duty", help=N_("Tell who is on duty (4.2)"))(duty)
    app.command("reach", help=N_("Tell whom a question to a post reaches, in which order and why (4.2)"))(reach)


def duty(
    ctx: typer.Context,
    *,
    at: At = None,
    mine: Annotated[bool, typer.Option("--mine", help=N_("your own shifts of the coming month"))] = False,
) -> None:
    """Tell who is on duty."""
    session: Session = ctx.obj
    _ = session.words
    if mine:
        shifts = session.get("/duty/shifts", since=at, person=session.get("/me")["id"])
        if not screen.raw(session, shifts):
            for shift in shifts:
                until = f"{screen.clock(shift['starts'])} – {screen.clock(shift['ends'])}"
                screen.console.print(f"{until}  {escape(shift['seat_text'])} · {escape(shift['roster'])}")
            if not shifts:
                screen.console.print(_(N_("There are no shifts.")))
        return
    answer = session.get("/duty", at=at)
    if screen.raw(session, answer):
        return
    for roster in answer["rosters"]:
        screen.console.print(f"[bold]{escape(roster['name'])}[/] ({escape(roster['post_text'])})")
        for person in roster["people"]:
            screen.console.print(f"  {escape(person['name'])}: {_reasons(person)}")
        if not roster["people"]:
            screen.console.print(" ", _(N_("nobody at this time: every holder of the post is called")))
    if not answer["rosters"]:
        screen.console.print(_(N_("There are no rosters: every holder of a post is called.")))


def reach(
    ctx: typer.Context,
    post: Annotated[str, typer.Argument(help=N_("the post that is asked, such as it_manager"), metavar="POST")],
    *,
    at: At = None,
    system: Annotated[str | None, typer.Option(help=N_("id of the affected system"))] = None,
) -> None:
    """Tell whom a question reaches."""
    session: Session = ctx.obj
    answer = session.get("/duty/reach", post=post, at=at, system=system)
    if screen.raw(session, answer):
        return
    step: object = ""
    for person in answer["people"]:
        if person["step"] != step:
            step = person["step"]
            screen.console.print(f"[bold]{escape(person['step_text'])}[/]")
        channels = f" [dim]({escape(', '.join(person['channels']))})[/]" if person["channels"] else ""
        screen.console.print(f"  {escape(person['name'])}: {_reasons(person)}{channels}")
    if not answer["people"]:
        screen.console.print(session.words(N_("Nobody holds this post.")))


def _reasons(person: dict[str, Any]) -> str:
    return escape("; ".join(reason["text"] for reason in person["reasons"]))
