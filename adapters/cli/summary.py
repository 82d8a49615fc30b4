"""Verbs of the summary report: drafted, edited, reviewed, sent, saved as a document (6.2)."""

import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from adapters.cli import fields, screen
from adapters.cli.looking import Number
from adapters.cli.session import PATIENCE_SECONDS, UNREACHABLE, Session, Trouble
from domain.text import N_

_SECTION = typer.Argument(help=N_("the section, such as cause"), metavar="SECTION")
Version = Annotated[
    int | None, typer.Option("--if-version", help=N_("refuse when the draft has moved on from this version"))
]
Post = Annotated[str | None, typer.Option(help=N_("in which role you act, such as it_manager"))]
In = Annotated[
    Literal["zh-CN", "en"] | None, typer.Option("--in", help=N_("zh-CN or en; default: LANG, else your own"))
]


def install(group: typer.Typer) -> None:
    """Add the verbs to the group that submits and receives."""
    group.command("draft", help=N_("Draft the report from the record, or show the version that stands (6.2)"))(draft)
    group.command("edit", help=N_("Write one section of the draft (6.2)"))(edit)
    group.command("redraft", help=N_("Draft one section anew from the record (6.2)"))(redraft)
    group.command("versions", help=N_("Tell who changed what in the draft (6.2)"))(versions)
    group.command("review", help=N_("Approve the newest version of the draft, or ask for a change (6.2)"))(review)
    group.command("send", help=N_("Submit the reviewed draft to director and general manager (6.2)"))(send)
    group.command("document", help=N_("Save the report as PDF, Word or HTML (6.2)"))(document)


def draft(ctx: typer.Context, number: Number, *, language: In = None) -> None:
    """Show the report."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}/report", language=language)
    if not screen.raw(session, answer):
        _report(session, answer)


def edit(
    ctx: typer.Context,
    number: Number,
    section: Annotated[str, _SECTION],
    text: Annotated[str | None, typer.Argument(help=N_("what it says from now on"), metavar="TEXT")] = None,
    *,
    file: Annotated[Path | None, typer.Option("--file", "-f", help=N_("take the text from a file"))] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help=N_("a rectification measure as OWNER:DATE=TEXT, such as chen-lei:2027-01-15=text; repeat it")
        ),
    ] = None,
    if_version: Version = None,
    post: Post = None,
) -> None:
    """Write a section."""
    session: Session = ctx.obj
    body: dict[str, Any] = {"post": post} if post else {}
    if measure:
        body["measures"] = [fields.measure(item) for item in measure]
    elif file:
        body["text"] = _read(file)
    else:
        body["text"] = text or ""
    seen = _seen(session, number, if_version)
    _kept(session, session.change("PUT", f"/incidents/{number}/report/sections/{section}", body, seen))


def redraft(
    ctx: typer.Context,
    number: Number,
    section: Annotated[str, _SECTION],
    *,
    language: In = None,
    if_version: Version = None,
) -> None:
    """Draft a section anew."""
    session: Session = ctx.obj
    body = {"section": section, **({"language": language} if language else {})}
    seen = _seen(session, number, if_version)
    _kept(session, session.change("POST", f"/incidents/{number}/report/redraft", body, seen))


def versions(ctx: typer.Context, number: Number) -> None:
    """Tell who changed what."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}/report/versions")
    if screen.raw(session, answer):
        return
    for item in answer["items"]:
        by = f"{item['person']['name']} ({item['role_text']})"
        screen.console.print(f"[bold]{item['version']}[/] {screen.clock(item['at'])} {escape(by)}")
        for change in item["changes"]:
            screen.console.print(f"   {change}", markup=False)
    if not answer["items"]:
        screen.console.print(session.words(N_("Nobody has edited the draft yet.")))


def review(
    ctx: typer.Context,
    number: Number,
    *,
    approve: Annotated[bool, typer.Option("--approve/--change", help=N_("approve it, or ask for a change"))],
    reason: Annotated[str | None, typer.Option(help=N_("why a change is needed"))] = None,
    if_version: Version = None,
) -> None:
    """Say what you think of the draft."""
    session: Session = ctx.obj
    body = {"approve": approve, **({"reason": reason} if reason else {})}
    seen = _seen(session, number, if_version)
    answer = session.change("POST", f"/incidents/{number}/report/reviews", body, seen)
    if not screen.raw(session, answer):
        _reviews(session, answer["reviews"][-1:])


def send(ctx: typer.Context, number: Number, *, if_version: Version = None, post: Post = None) -> None:
    """Submit the draft."""
    session: Session = ctx.obj
    body = {"post": post} if post else {}
    seen = _seen(session, number, if_version)
    end = time.monotonic() + PATIENCE_SECONDS
    while "status" in (answer := session.change("POST", f"/incidents/{number}/report/submission", body, seen)):
        if time.monotonic() > end:
            raise Trouble(UNREACHABLE, N_("It is stored, but nobody carries it out yet; the timeline will tell."))
        time.sleep(1)
    screen.receipt(session, answer)


def document(
    ctx: typer.Context,
    number: Number,
    *,
    kind: Annotated[Literal["pdf", "docx", "html"], typer.Option("--format", help=N_("pdf, docx or html"))] = "pdf",
    language: In = None,
    version: Annotated[
        int | None,
        typer.Option(help=N_("a submitted version, 0 for the draft; default: the newest that stands")),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=N_("where to; default: a name of its own in this folder"))
    ] = None,
) -> None:
    """Save the report."""
    session: Session = ctx.obj
    path = f"/incidents/{number}/report/document"
    content = session.content(path, format=kind, language=language, version=version)
    file = output or Path(f"report-{number}.{kind}")
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Trouble.usage(N_("{file} cannot be written: {reason}"), file=file, reason=error.strerror) from None
    screen.console.print(session.words(N_("Saved as {file}."), file=file), markup=False)


def _seen(session: Session, number: str, version: int | None) -> int:
    """Return the version that was named, else that of the draft as it is now."""
    return version if version is not None else int(session.get(f"/incidents/{number}/report")["draft_version"])


def _kept(session: Session, answer: dict[str, Any]) -> None:
    if screen.raw(session, answer):
        return
    _ = session.words
    screen.console.print(_(N_("The draft is at version {version} now."), version=answer["draft_version"]))
    _missing(session, answer)


def _report(session: Session, answer: dict[str, Any]) -> None:
    _ = session.words
    version = answer["draft_version"] if answer["is_draft"] else answer["submitted_version"]
    head = N_("Draft, version {version}.") if answer["is_draft"] else N_("Submitted version {version}.")
    screen.console.print(_(head, version=version), style="bold")
    for section in answer["sections"]:
        screen.console.print(f"\n[bold]{escape(section['title'])}[/] [dim]({section['name']})[/]")
        screen.console.print(section["text"] or "—", markup=False)
    screen.console.print(f"\n[bold]{escape(_.word('measures'))}[/] [dim](measures)[/]")
    for item in answer["measures"]:
        line = f"- {item['text']} · {item['owner_name']} · {screen.clock(item['due'])}"
        screen.console.print(line, markup=False)
    _missing(session, answer)
    _reviews(session, answer["reviews"])


def _missing(session: Session, answer: dict[str, Any]) -> None:
    if answer["is_draft"] and answer["missing"]:
        missing = ", ".join(answer["missing"])
        screen.console.print(session.words(N_("still to be written: {sections}"), sections=missing), markup=False)


def _reviews(session: Session, reviews: list[dict[str, Any]]) -> None:
    for item in reviews:
        said = {
            True: N_("{name} approved version {version}."),
            False: N_("{name} asks for a change of version {version}: {reason}"),
        }[item["approve"]]
        name, reason = item["person"]["name"], item.get("reason") or ""
        told = session.words(said, name=name, version=item["version"], reason=reason)
        screen.console.print(told, markup=False)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=path, reason=error) from None
