"""`fengsui evidence ...` and `fengsui bundle`: files into the record and out of it (5.3.5)."""

import hashlib
import mimetypes
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import httpx2
import typer
from rich.markup import escape
from rich.table import Table

from adapters.cli import screen
from adapters.cli.session import REFUSED, Session, Trouble
from domain.exhibit import safe_name
from domain.text import N_

PIECE = 256 * 1024
_STANDARD = "-"
Number = Annotated[str, typer.Argument(help=N_("number of the incident, such as 7K3Q9-DXMB2"), metavar="NUMBER")]
Seq = Annotated[int, typer.Argument(help=N_("timeline entry of the evidence"), metavar="ENTRY")]
_CHANGED_ON_THE_WAY = N_("It is not what was sent: {algorithm} {digest} was received. Send it again.")
_OUT = typer.Option("--output", "-o", help=N_("where to; default: its own name; “-”: standard output"))


def install(group: typer.Typer, app: typer.Typer) -> None:
    """Add the verbs."""
    group.command("add", help=N_("Add a file to the evidence, or what comes by standard input (5.3.5)"))(add)
    group.command("list", help=N_("List the evidence of an incident (5.3.5)"))(list_evidence)
    group.command("get", help=N_("Download a piece of evidence, unchanged (5.3.5)"))(get)
    group.command("custody", help=N_("Tell whose hands a piece of evidence went through (5.3.5)"))(custody)
    group.command("verify", help=N_("Compare the stored file with its digest now (5.3.5)"))(verify)
    app.command("bundle", help=N_("Export everything about an incident as one file (5.3.5)"))(bundle)


def add(
    ctx: typer.Context,
    number: Number,
    file: Annotated[str, typer.Argument(help=N_("the file; “-”: standard input"), metavar="FILE")],
    *,
    kind: Annotated[
        Literal["first_hand_material", "fault_log"], typer.Option(help=N_("what it is"))
    ] = "first_hand_material",
    text: Annotated[str | None, typer.Option(help=N_("what it shows"))] = None,
    name: Annotated[str | None, typer.Option(help=N_("its name, when it comes by standard input"))] = None,
    collected_at: Annotated[str | None, typer.Option(help=N_("when it was collected, when you tell it later"))] = None,
    collected_by: Annotated[str | None, typer.Option(help=N_("who collected it, when it was not you"))] = None,
    place: Annotated[str | None, typer.Option(help=N_("where it was collected"))] = None,
    post: Annotated[str | None, typer.Option(help=N_("in which role you act, such as it_manager"))] = None,
    key: Annotated[str | None, typer.Option(help=N_("the same key is the same act: it is carried out once"))] = None,
) -> None:
    """Add a file; it is streamed, never held as a whole."""
    session: Session = ctx.obj
    given = name or ("" if file == _STANDARD else Path(file).name)
    about = {"name": given, "kind": kind, "text": text, "collected_at": collected_at, "post": post}
    about |= {"collected_by": collected_by, "place": place}
    media_type = mimetypes.guess_type(given)[0] or "application/octet-stream"
    digests = {"sha256": hashlib.sha256(), "sm3": hashlib.new("sm3")}
    with _opened(file) as stream:
        sent = _pieces(stream, digests)
        answer = session.upload(f"/incidents/{number}/evidence", sent, media_type, key, **about)
    if digests[answer["algorithm"]].hexdigest() != answer["digest"]:
        raise Trouble(REFUSED, _CHANGED_ON_THE_WAY, algorithm=answer["algorithm"], digest=answer["digest"])
    if screen.raw(session, answer):
        return
    screen.receipt(session, answer)
    told = N_("{file_name}, {size} bytes, {media_type}, {algorithm} {digest}")
    shown = {name: answer[name] for name in ("file_name", "size", "media_type", "algorithm", "digest")}
    screen.console.print(session.words(told, **shown), markup=False)


def _opened(file: str) -> BinaryIO:
    if file == _STANDARD:
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=file, reason=error.strerror) from None


def _pieces(stream: BinaryIO, digests: dict[str, Any]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        for digest in digests.values():
            digest.update(piece)
        yield piece


def list_evidence(ctx: typer.Context, number: Number) -> None:
    """List the evidence."""
    session: Session = ctx.obj
    items: list[dict[str, Any]] = []
    last: int | None = 0
    while last is not None:
        answer = session.get(f"/incidents/{number}/evidence", after_seq=last)
        items += answer["items"]
        last = answer["next_after_seq"]
    if screen.raw(session, {"items": items}):
        return
    _ = session.words
    if not items:
        screen.console.print(_(N_("There is no evidence.")))
        return
    names = (N_("entry"), N_("kind"), N_("file"), N_("bytes"), N_("digest"), N_("collected by"), N_("received at"))
    shown = Table(*(_(name) for name in names), box=None)
    for item in items:
        cells = (str(item["seq"]), _.word(item["record"]), item["file_name"], f"{item['size']:,}", item["digest"][:16])
        who = item["collected_by_name"] or item["collector"] or item["received_by_name"]
        shown.add_row(*map(escape, (*cells, who)), screen.clock(item["received_at"]))
    screen.console.print(shown)


def get(ctx: typer.Context, number: Number, entry: Seq, *, output: Annotated[str | None, _OUT] = None) -> None:
    """Download a file and compare it with its digest."""
    session: Session = ctx.obj
    items = session.get(f"/incidents/{number}/evidence", after_seq=entry - 1, limit=1)["items"]
    item = next((item for item in items if item["seq"] == entry), None)
    name = output or safe_name(item["file_name"] if item else "")
    digest = hashlib.new(item["algorithm"] if item else "sha256")
    with session.download(f"/incidents/{number}/evidence/{entry}") as response:
        _store(response, name, digest)
    if item and digest.hexdigest() != item["digest"]:
        raise Trouble(REFUSED, N_("{file} was changed: it is not what was received."), file=name)
    if name != _STANDARD:
        screen.console.print(session.words(N_("{file} was written."), file=name), markup=False)


def _store(response: httpx2.Response, name: str, digest: Any = None) -> None:
    try:
        with nullcontext(sys.stdout.buffer) if name == _STANDARD else Path(name).open("xb") as target:
            for piece in response.iter_bytes(PIECE):
                if digest is not None:
                    digest.update(piece)
                target.write(piece)
    except OSError as error:
        raise Trouble.usage(N_("{file} cannot be written: {reason}"), file=name, reason=error.strerror) from None


def custody(ctx: typer.Context, number: Number, entry: Seq) -> None:
    """Tell the custody list."""
    session: Session = ctx.obj
    answer = session.get(f"/incidents/{number}/evidence/{entry}/custody")
    if screen.raw(session, answer):
        return
    for link in answer:
        act, detail = session.words.word(link["act"]), session.words.word(link["detail"] or "")
        at = screen.clock(link["at"], with_seconds=True)
        screen.console.print(at, act, link["person_name"], link["address"] or "", detail, markup=False)


def verify(ctx: typer.Context, number: Number, entry: Seq) -> None:
    """Verify one file; exit code 1 when it is not what was received."""
    session: Session = ctx.obj
    answer = session.post(f"/incidents/{number}/evidence/{entry}/verifications", {})
    if not screen.raw(session, answer):
        told = N_("It is what was received.") if answer["is_intact"] else N_("It is not what was received any more.")
        screen.console.print(session.words(told))
    raise typer.Exit(0 if answer["is_intact"] else REFUSED)


def bundle(ctx: typer.Context, number: Number, *, output: Annotated[str | None, _OUT] = None) -> None:
    """Export an incident."""
    session: Session = ctx.obj
    name = output or f"{number}.zip"
    with session.download(f"/incidents/{number}/bundle") as response:
        _store(response, name)
    if name != _STANDARD:
        screen.console.print(session.words(N_("{file} was written."), file=name), markup=False)
