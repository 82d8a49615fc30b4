"""Verbs that only look, and the report that opens an incident."""

import json
from typing import Annotated, Any

import typer

from adapters.cli import screen
from adapters.cli.session import Session, Trouble
from domain.policy import Severity
from domain.text import N_

Number = Annotated[str, typer.Argument(help=N_("number of the incident, such as 7K3Q9-DXMB2"), metavar="NUMBER")]
_OUTCOMES: dict[str, str] = {
    "opened": N_("{number} is open; manager and supervisor are paged (5.2.1)."),
    "joined": N_("It joined the open incident {number}."),
    "repeated": N_("The same report was made before: {number}."),
}
_LAST = {"closed", "withdrawn", "dismissal_stood"}
_PAGE = 500


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("report", help=N_("Report an anomaly: manager and supervisor are paged at once (5.2.1)"))(report)
    app.command("list", help=N_("List incidents, newest first"))(list_incidents)
    app.command("show", help=N_("Show how an incident stands and what you may do now"))(show)
    app.command("timeline", help=N_("Tell everything that happened to an incident (5.3.5)"))(timeline)
    app.command("statutory-reports", help=N_("Show which regulators are to be told by when (8)"))(statutory_reports)
    app.command("watch", help=N_("Follow an incident until it is over"))(watch)
    app.command("inbox", help=N_("Show your messages"))(inbox)
    app.command("me", help=N_("Show who you are here"))(me)


def report(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help=N_("what is wrong, in one line"))],
    *,
    system: Annotated[str, typer.Option(help=N_("id of the affected system"))],
    symptom: Annotated[str, typer.Option(help=N_("what can be seen"))],
    assessment: Annotated[
        str | None, typer.Option(help=N_("your preliminary assessment; default: the symptom"))
    ] = None,
    runbook: Annotated[str | None, typer.Option(help=N_("the runbook that covers it; none: not covered"))] = None,
    severity: Annotated[Severity | None, typer.Option(help=N_("how bad it is; in doubt the policy's default"))] = None,
    location: str | None = None,
    category: str | None = None,
    discovered_at: Annotated[str | None, typer.Option(help=N_("when it was found, when you tell it later"))] = None,
    dedup_key: Annotated[str | None, typer.Option(help=N_("the same key joins the open incident"))] = None,
    recurrence_of: Annotated[str | None, typer.Option(help=N_("number of the incident that came back"))] = None,
    recurrence_reason: Annotated[str | None, typer.Option(help=N_("why, if it was about another system"))] = None,
    drill: Annotated[bool, typer.Option(help=N_("this is a drill"))] = False,
    key: Annotated[str | None, typer.Option(help=N_("the same key is the same report"))] = None,
) -> None:
    """Report an anomaly."""
    session: Session = ctx.obj
    body: dict[str, Any] = {
        "title": title,
        "system": system,
        "symptom": symptom,
        "preliminary_assessment": {"covered": runbook is not None, "runbook": runbook, "text": assessment or symptom},
        "severity": severity,
        "location": location,
        "category": category,
        "discovered_at": discovered_at,
        "dedup_key": dedup_key,
        "recurrence_of": recurrence_of,
        "recurrence_reason": recurrence_reason,
        "is_drill": drill,
    }
    answer = session.post("/incidents", {name: value for name, value in body.items() if value is not None}, key)
    if not screen.raw(session, answer):
        screen.console.print(session.words(_OUTCOMES[answer["outcome"]], number=answer["number"]))


def list_incidents(
    ctx: typer.Context,
    *,
    open_only: Annotated[bool, typer.Option("--open/--all", help=N_("only those that are not over"))] = True,
    phase: str | None = None,
    severity: Severity | None = None,
    system: str | None = None,
    awaited: Annotated[str | None, typer.Option(help=N_("the post that is awaited, such as it_manager"))] = None,
    text: Annotated[str | None, typer.Option(help=N_("a part of the title"))] = None,
    after: Annotated[str | None, typer.Option(help=N_("where the next page begins"))] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
) -> None:
    """List incidents."""
    session: Session = ctx.obj
    filters = {"phase": phase, "severity": severity, "system": system, "awaited": awaited, "q": text}
    answer = session.get("/incidents", **filters, open=open_only or None, after=after, limit=limit)
    if screen.raw(session, answer):
        return
    screen.incidents(session.words, answer["items"])
    if answer["next"]:
        screen.console.print(session.words(N_("There are more: --after {next}"), next=answer["next"]))


def show(ctx: typer.Context, number: Number) -> None:
    """Show one incident."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}")
    if not screen.raw(session, answer):
        screen.incident(session.words, answer)


def timeline(
    ctx: typer.Context,
    number: Number,
    *,
    after: Annotated[int, typer.Option(min=0, help=N_("only what follows this entry"))] = 0,
    refusals: Annotated[bool, typer.Option(help=N_("with what was refused"))] = True,
) -> None:
    """Tell a timeline."""
    session: Session = ctx.obj
    items: list[dict[str, Any]] = []
    last: int | None = after
    answer: dict[str, Any] = {}
    while last is not None:
        answer = session.get(f"/incidents/{number}/timeline", after_seq=last, limit=_PAGE, refusals=refusals)
        items += answer["items"]
        last = answer["next_after_seq"]
    if screen.raw(session, {"items": items, "refusals": answer["refusals"]}):
        return
    for item in items:
        screen.entry(item)
    for item in reversed(answer["refusals"]):
        screen.refusal(session.words, item)


def statutory_reports(
    ctx: typer.Context,
    number: Number,
    *,
    draft: Annotated[str | None, typer.Option(help=N_("id of a regulator: print the draft for it"))] = None,
    report: Annotated[str, typer.Option(help=N_("which report: first, or a later one"))] = "first",
) -> None:
    """Show what is due to regulators, or one draft."""
    session: Session = ctx.obj
    if draft:
        path = f"/incidents/{number}/statutory-reports/{draft}/draft?report={report}"
        screen.console.print(session.text(path), markup=False)
        return
    answer = session.get(f"/incidents/{number}/statutory-reports")
    if not screen.raw(session, answer):
        screen.statutory(session.words, answer["items"])


def watch(
    ctx: typer.Context,
    number: Number,
    *,
    after: Annotated[int, typer.Option(min=0, help=N_("only what follows this entry"))] = 0,
) -> None:
    """Follow an incident."""
    session: Session = ctx.obj
    seq = after
    is_over = False
    while not is_over:
        with session.events(f"/incidents/{number}/stream", seq) as events:
            for event in events:
                if event.event != "entry":
                    break
                item: dict[str, Any] = json.loads(event.data)
                seq = item["seq"]
                if not screen.raw(session, item):
                    screen.entry(item)
                if is_over := item["kind"] in _LAST:
                    break


def inbox(
    ctx: typer.Context,
    *,
    unread: Annotated[bool, typer.Option(help=N_("only what you have not read"))] = False,
    read: Annotated[int | None, typer.Option(help=N_("show this message and mark it as read"))] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
) -> None:
    """Show messages."""
    session: Session = ctx.obj
    if read is not None:
        message = session.post(f"/inbox/{read}/reading", {})
        if not screen.raw(session, message):
            screen.console.print(message["subject"], message["body"], sep="\n\n", markup=False)
        return
    answer = session.get("/inbox", unread=unread, limit=limit)
    if not screen.raw(session, answer):
        screen.messages(session.words, answer["items"])


def me(ctx: typer.Context) -> None:
    """Show the caller."""
    session: Session = ctx.obj
    answer = session.get("/me")
    if screen.raw(session, answer):
        return
    _ = session.words
    posts = _.word(", ".join([*answer["posts"], *answer["deputy_for"]]))
    screen.console.print(f"{answer['name']} ({answer['id']}) · {posts}", markup=False)
    if answer["unread"] is None:
        raise Trouble(0, N_("The inbox cannot be read now."))
    screen.console.print(_(N_("{count} messages are not read"), count=answer["unread"]))
