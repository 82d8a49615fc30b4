"""Verbs about rectification measures: which are due, how one stands, and what people do to it (6.2)."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from adapters.cli import screen
from adapters.cli.session import Session
from domain.text import N_

Number = Annotated[str, typer.Argument(help=N_("number of the measure, such as M-7K3Q9-DXMB2-1"), metavar="MEASURE")]
Text = Annotated[str, typer.Argument(help=N_("what was done, found or decided"), metavar="TEXT")]
Reason = Annotated[str, typer.Option(help=N_("why"))]
Key = Annotated[str | None, typer.Option(help=N_("the same key is the same act: it is carried out once"))]
Day = Annotated[str, typer.Argument(help=N_("a day such as 2027-01-15"), metavar="DAY")]

# Which verb carries out an act.
WORDS = {
    "report_done": "measure done",
    "verify_measure": "measure verify",
    "ask_extension": "measure extend",
    "decide_extension": "measure decide",
    "reassign_measure": "measure reassign",
    "cancel_measure": "measure cancel",
}


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("measures", help=N_("List rectification measures, the first due first (6.2)"))(listed)
    group = typer.Typer(help=N_("A rectification measure (6.2)"), no_args_is_help=True)
    app.add_typer(group, name="measure")
    group.command("show", help=N_("Show how a measure stands, its timeline, and what you may do now (6.2)"))(show)
    group.command("open", help=N_("Open a measure that comes from a drill, an inspection, ... (6.2)"))(open_)
    group.command("done", help=N_("Report your measure as done, with the evidence (6.2)"))(done)
    group.command("verify", help=N_("Verify what was reported as done, or send it back (6.2)"))(verify)
    group.command("extend", help=N_("Ask for an extension of your measure (6.2)"))(extend)
    group.command("decide", help=N_("Grant an extension or refuse it (6.2)"))(decide)
    group.command("reassign", help=N_("Give a measure to another owner or verifier (6.2)"))(reassign)
    group.command("cancel", help=N_("Cancel a measure with the reason (6.2)"))(cancel)


def listed(
    ctx: typer.Context,
    *,
    open_only: Annotated[bool, typer.Option("--open/--all", help=N_("only those that are not over"))] = True,
    mine: Annotated[bool, typer.Option("--mine", help=N_("only those that you own"))] = False,
    owner: Annotated[str | None, typer.Option(help=N_("id of the owner"))] = None,
    state: Annotated[str | None, typer.Option(help=N_("such as open or done_reported"))] = None,
    incident: Annotated[str | None, typer.Option(help=N_("only those of an incident"))] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help=N_("only those that are overdue"))] = False,
    due_before: Annotated[str | None, typer.Option(help=N_("a day such as 2027-01-15"))] = None,
    after: Annotated[str | None, typer.Option(help=N_("where the next page begins"))] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
) -> None:
    """List measures."""
    session: Session = ctx.obj
    _ = session.words
    filters = {"owner": session.get("/me")["id"] if mine else owner, "state": state, "incident": incident}
    filters |= {"overdue": True if overdue else None, "open": True if open_only else None}
    until = _instant(due_before) if due_before else None
    answer = session.get("/measures", **filters, due_before=until, after=after, limit=limit)
    if screen.raw(session, answer):
        return
    if not answer["items"]:
        screen.console.print(_(N_("There is no such measure.")))
    else:
        names = (N_("number"), N_("state"), N_("owner"), N_("until"), N_("text"))
        shown = Table(*(_(name) for name in names), box=None)
        shown.columns[0].no_wrap = True
        for item in answer["items"]:
            mark = "[red]![/] " if item["is_overdue"] else ""
            cells = (item["number"], item["state_text"], item["owner"])
            shown.add_row(*map(escape, cells), mark + _due(session, item), escape(item["text"][:60]))
        screen.console.print(shown)
    if answer["next"]:
        screen.console.print(_(N_("There are more: --after {next}"), next=answer["next"]))


def show(ctx: typer.Context, measure: Number) -> None:
    """Show one measure."""
    session: Session = ctx.obj
    answer = session.get(f"/measures/{measure}")
    if screen.raw(session, answer):
        return
    _ = session.words
    screen.console.print(f"[bold]{escape(answer['number'])}[/] {escape(answer['state_text'])}")
    screen.console.print(escape(answer["text"]))
    people = _(
        N_("Owner {owner}, verified by {verifier}, due {due}."),
        owner=answer["owner_name"],
        verifier=answer.get("verifier_name") or "-",
        due=screen.clock(answer["due"]["at"]),
    )
    screen.console.print(escape(people))
    if answer["is_overdue"]:
        screen.console.print(_(N_("It is overdue.")), style="red")
    for entry in answer["timeline"]:
        screen.entry(entry)
    if answer["allowed_acts"]:
        verbs = ", ".join(WORDS[name] for name in answer["allowed_acts"] if name in WORDS)
        told = _(N_("you may now"))
        screen.console.print(f"\n{told}: {verbs}")


def open_(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help=N_("what is to be done"), metavar="TEXT")],
    *,
    owner: Annotated[str, typer.Option(help=N_("id of the owner"))],
    due: Annotated[str, typer.Option(help=N_("a day such as 2027-01-15"))],
    kind: Annotated[str, typer.Option(help=N_("what it comes from, such as drill or inspection"))],
    ref: Annotated[str, typer.Option(help=N_("which one, such as 2027-Q1"))],
    finding: Annotated[str | None, typer.Option(help=N_("which finding of it"))] = None,
    system: Annotated[str | None, typer.Option(help=N_("id of the affected system"))] = None,
    verifier: Annotated[str | None, typer.Option(help=N_("id of the verifier; default: by rule"))] = None,
    key: Key = None,
) -> None:
    """Open a measure."""
    session: Session = ctx.obj
    source = _filled({"kind": kind, "ref": ref, "finding": finding, "system": system})
    body = _filled({"text": text, "owner": owner, "verifier": verifier, "due": _instant(due), "source": source})
    answer = session.post("/measures", body, key)
    if not screen.raw(session, answer):
        told = N_("{number} is open, due {due}.")
        screen.console.print(
            session.words(told, number=answer["number"], due=screen.clock(answer["due"])), markup=False
        )


def done(ctx: typer.Context, measure: Number, text: Text, *, key: Key = None) -> None:
    """Report it as done."""
    _act(ctx, measure, "completion", {"text": text}, key)


def verify(
    ctx: typer.Context,
    measure: Number,
    text: Text,
    *,
    passed: Annotated[bool, typer.Option("--passed/--failed", help=N_("it is done, or not"))],
    completion: Annotated[int | None, typer.Option(help=N_("which report; default: the newest"))] = None,
    key: Key = None,
) -> None:
    """Verify it."""
    number = completion or _newest(ctx, measure, "completions")
    _act(ctx, measure, "verification", {"completion": number, "passed": passed, "text": text}, key)


def extend(ctx: typer.Context, measure: Number, due: Day, *, reason: Reason, key: Key = None) -> None:
    """Ask for more time."""
    _act(ctx, measure, "extension-requests", {"due": _instant(due), "reason": reason}, key)


def decide(
    ctx: typer.Context,
    measure: Number,
    *,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help=N_("more time, or not"))],
    reason: Annotated[str | None, typer.Option(help=N_("why"))] = None,
    extension: Annotated[int | None, typer.Option(help=N_("which extension; default: the newest"))] = None,
    key: Key = None,
) -> None:
    """Decide on an extension."""
    number = extension or _newest(ctx, measure, "extensions")
    body = {"extension": number, "grant": grant, "reason": reason}
    _act(ctx, measure, "extension-decisions", _filled(body), key)


def reassign(
    ctx: typer.Context,
    measure: Number,
    *,
    reason: Reason,
    owner: Annotated[str | None, typer.Option(help=N_("id of the owner"))] = None,
    verifier: Annotated[str | None, typer.Option(help=N_("id of the verifier; default: by rule"))] = None,
    key: Key = None,
) -> None:
    """Give it to somebody else."""
    _act(ctx, measure, "reassignment", _filled({"owner": owner, "verifier": verifier, "reason": reason}), key)


def cancel(ctx: typer.Context, measure: Number, *, reason: Reason, key: Key = None) -> None:
    """Take it back."""
    _act(ctx, measure, "cancellation", {"reason": reason}, key)


def _act(ctx: typer.Context, measure: str, resource: str, body: dict[str, Any], key: str | None) -> None:
    session: Session = ctx.obj
    answer = session.post(f"/measures/{measure}/{resource}", body, key)
    if screen.raw(session, answer):
        return
    _ = session.words
    told = N_("{measure}: {state}, entry {seq}, version {version}")
    values = {name: answer[name] for name in ("measure", "seq", "version")}
    screen.console.print(f"[green]✓[/] {escape(_(told, state=_.word(answer['state']), **values))}")
    if answer.get("is_repeat"):
        screen.console.print(_(N_("The same act was carried out before; nothing was done twice.")))


def _newest(ctx: typer.Context, measure: str, name: str) -> int:
    session: Session = ctx.obj
    return max(1, len(session.get(f"/measures/{measure}")[name]))


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _instant(day: str) -> str:
    """Return a day or an instant as the API takes it: with its zone."""
    try:
        return datetime.fromisoformat(day).astimezone().isoformat()
    except ValueError:
        raise typer.BadParameter(day) from None


def _due(session: Session, item: dict[str, Any]) -> str:
    text = screen.clock(item["due"])
    return session.words.noted(text, session.words.word("provisional")) if item["is_provisional"] else text
