"""Verbs of those who keep people and calendar ready: the business calendar, readiness, communication tests."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from adapters.cli import screen
from adapters.cli.session import Session, Trouble
from domain.text import N_

Year = Annotated[int, typer.Argument(help=N_("a year such as 2027"), metavar="YEAR")]
_DRY = typer.Option("--dry-run", help=N_("only tell what would change"))
_REASON = typer.Option(help=N_("where it comes from, such as the number of the notice"))

_TAKEN = {
    True: N_("The provider took it: {detail}"),
    False: N_("The provider did not take it: {detail}"),
}
_UNCONFIRMED = N_("It was handed over, but the way there cannot tell a refusal: {detail}")


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    group = typer.Typer(help=N_("Business time: holidays, make-up days, 5 or 60 minutes"), no_args_is_help=True)
    app.add_typer(group, name="calendar")
    group.command("show", help=N_("Show how a year is worked and who says so (5.3.3)"))(show)
    group.command("at", help=N_("Tell whether an instant is working time, and which limit it means (5.3.3)"))(at)
    group.command("enter", help=N_("Enter the official notice of a year from a file (5.3.3)"))(enter)
    group.command("withdraw", help=N_("Go back to the built-in official notice of a year (5.3.3)"))(withdraw)
    app.command("readiness", help=N_("Tell what is missing of people, contacts and calendar (4.2)"))(readiness)
    app.command(
        "test-message",
        help=N_("Try a contact point of somebody: its provider's answer at once (4.2)"),
    )(test_message)
    app.command("answer-test", help=N_("Answer a communication test: its message reached you (4.2)"))(answer_test)


def show(ctx: typer.Context, year: Year) -> None:
    """Show a year."""
    session: Session = ctx.obj
    answer = session.get(f"/calendar/{year}")
    if not screen.raw(session, answer):
        _year(session, answer)


def at(
    ctx: typer.Context,
    instant: Annotated[
        str | None, typer.Argument(help=N_("an instant such as 2026-10-10T10:00:00+08:00; default: now"))
    ] = None,
    *,
    person: Annotated[str | None, typer.Option(help=N_("who would be sent to the scene"))] = None,
) -> None:
    """Tell what an instant is."""
    session: Session = ctx.obj
    answer = session.get("/business-time", at=instant, person=person)
    if screen.raw(session, answer):
        return
    _ = session.words
    told = N_("Working time ({day}).") if answer["is_working_time"] else N_("Not working time ({day}).")
    screen.console.print(answer["local"], _(told, day=answer["day_text"]), markup=False)
    if answer["is_provisional"]:
        screen.console.print(_(N_("Provisional: the official calendar of that year is not known yet.")))
    limit = N_("On the scene within {minutes} minutes ({clause}).")
    screen.console.print(
        _(limit, minutes=f"{answer['arrival_minutes']:g}", clause=answer["arrival"]["clause"]), markup=False
    )


def enter(
    ctx: typer.Context,
    year: Year,
    file: Annotated[Path, typer.Argument(help=N_("YAML with holidays and make_up_days"))],
    *,
    reason: Annotated[str | None, _REASON] = None,
    dry_run: Annotated[bool, _DRY] = False,
) -> None:
    """Enter a year."""
    session: Session = ctx.obj
    body = {"reason": reason} if reason else {}
    answer = session.put(f"/calendar/{year}", body | _read(file), dry_run=dry_run)
    _changed(session, answer)


def withdraw(
    ctx: typer.Context,
    year: Year,
    *,
    reason: Annotated[str | None, _REASON] = None,
    dry_run: Annotated[bool, _DRY] = False,
) -> None:
    """Withdraw a year."""
    session: Session = ctx.obj
    _changed(session, session.delete(f"/calendar/{year}", dry_run=dry_run, reason=reason))


def readiness(ctx: typer.Context) -> None:
    """Tell every gap; exit code 1 while one of them is an alarm."""
    session: Session = ctx.obj
    answer = session.get("/readiness")
    if not screen.raw(session, answer):
        for gap in answer["gaps"]:
            mark = "✗" if gap["urgency"] == "alarm" else "·"
            screen.console.print(f"{mark} {gap['text']} ({gap['clause']})", markup=False)
        ready = N_("All is ready.") if answer["is_ready"] else N_("Not all is ready.")
        screen.console.print(session.words(ready))
    raise typer.Exit(0 if answer["is_ready"] else 1)


def answer_test(
    ctx: typer.Context,
    test: Annotated[str, typer.Argument(help=N_("id of the test"), metavar="TEST")],
    channel: Annotated[str, typer.Argument(help=N_("where its message reached you"), metavar="CHANNEL")],
) -> None:
    """Answer a test."""
    session: Session = ctx.obj
    answer = session.post(f"/communication-tests/{test}/answers", {"channel": channel})
    if not screen.raw(session, answer):
        screen.console.print(session.words(N_("Thank you: you can be reached on {channel}."), channel=channel))


def test_message(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(help=N_("whose contact point"), metavar="PERSON")],
    channel: Annotated[str, typer.Argument(help=N_("by which channel, such as mail"), metavar="CHANNEL")],
) -> None:
    """Send a test message; exit code 1 when the provider did not take it."""
    session: Session = ctx.obj
    answer = session.post(f"/directory/people/{person}/contacts/{channel}/test", {})
    if not screen.raw(session, answer):
        told = _UNCONFIRMED if answer["is_accepted"] and not answer["is_confirmed"] else _TAKEN[answer["is_accepted"]]
        screen.console.print(session.words(told, detail=answer["detail"]), markup=False)
    raise typer.Exit(0 if answer["is_accepted"] else 1)


def _year(session: Session, year: dict[str, Any]) -> None:
    _ = session.words
    screen.console.print(f"{year['year']}: {year['source_text']}", markup=False)
    for label, name in ((N_("Public holidays"), "holidays"), (N_("Make-up working days"), "make_up_days")):
        screen.console.print(f"{_(label)}: {', '.join(year[name]) or '-'}", markup=False)


def _changed(session: Session, answer: dict[str, Any]) -> None:
    if screen.raw(session, answer):
        return
    for change in answer["changes"]:
        screen.console.print(f"{change['day']}: {change['text']}", markup=False)
    done = N_("{count} days would change.") if answer["is_dry_run"] else N_("{count} days have changed.")
    screen.console.print(session.words(done, count=len(answer["changes"])))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=path, reason=error) from None
    if not isinstance(content, dict):
        raise Trouble.usage(N_("{file} does not hold holidays and make_up_days."), file=path)
    return {
        name: [_day(item) for item in value] if isinstance(value, list) else value for name, value in content.items()
    }


def _day(item: object) -> str:
    return item.isoformat() if isinstance(item, date) else str(item)
