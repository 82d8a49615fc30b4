"""`fengsui runbook`: versions of runbooks written, handed in, published, compared; the library as files (4.3, 6.3)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli import commands, screen
from adapters.cli.session import Session, Trouble
from domain.text import N_

_IMPORT = "/runbooks/import"
_CHANGED, _SAME = 1, 0
# The API takes so much at once; larger libraries go in several requests.
_MOST_BYTES, _MOST_FILES = 150_000, 200
Ref = Annotated[str, typer.Argument(help=N_("a version, such as market-db-outage@2"), metavar="RUNBOOK@VERSION")]
Folder = Annotated[Path, typer.Argument(help=N_("folder of files, one YAML per version"), metavar="DIR")]
Why = Annotated[str | None, typer.Option(help=N_("why the version is written"))]
Incident = Annotated[str | None, typer.Option(help=N_("number of the incident that it comes from"))]
Finding = Annotated[int | None, typer.Option(help=N_("number of the finding there"))]
Summary = Annotated[int | None, typer.Option(help=N_("or: version of its summary report"))]
Reason = Annotated[str, typer.Option(help=N_("why; it stands beside the change"))]


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    group = commands.group_of(app, "runbook")
    group.command("list", help=N_("List the runbooks, their version in force and what waits (4.3)"))(list_runbooks)
    group.command("show", help=N_("Show a version with its steps (4.3)"))(show)
    group.command("compare", help=N_("Tell what a version changes (6.3)"))(compare)
    group.command("propose", help=N_("Begin a new version as a copy of the newest (6.3)"))(propose)
    group.command("draft", help=N_("Write a draft from a file (4.3)"))(draft)
    group.command("submit", help=N_("Hand a draft in to the manager (4.3)"))(submit)
    group.command("publish", help=N_("Publish a version: the next incident works by it (4.3)"))(publish)
    group.command("return", help=N_("Return a version to its writers (4.3)"))(give_back)
    group.command("retire", help=N_("Take a version out of use (4.3)"))(retire)
    group.command("assign", help=N_("Give somebody the task to write a runbook (3.1)"))(assign)
    group.command("export", help=N_("Write the library as files (4.3)"))(export)
    group.command("diff", help=N_("Tell what files would change; exit code 1 where they would (4.3)"))(diff)
    group.command("import", help=N_("Make drafts of new files, or publish them (4.3)"))(take_in)
    app.command("suggest", help=N_("Find the runbooks that fit what you see (5.2.1)"))(suggest)


# ── looking ───────────────────────────────────────────────────────────────────


def list_runbooks(
    ctx: typer.Context,
    *,
    system: Annotated[str | None, typer.Option(help=N_("id of the affected system"))] = None,
    kind: Annotated[str | None, typer.Option(help=N_("machine_room, outage or leak"))] = None,
    status: Annotated[str | None, typer.Option(help=N_("such as published or submitted"))] = None,
    stale: Annotated[bool, typer.Option("--stale", help=N_("only those whose review is overdue"))] = False,
) -> None:
    """List runbooks."""
    session: Session = ctx.obj
    found = session.get("/runbooks", system=system, kind=kind, status=status, stale=stale or None)
    if screen.raw(session, found):
        return
    _ = session.words
    for item in found:
        version = f"{item['id']}@{item['version']}" if item["version"] else f"{item['id']} ({item['status_text']})"
        parts = [f"{version}  {item['title']}"]
        if item["waiting"]:
            parts.append(_(N_("waiting: {runbooks}"), runbooks=", ".join(item["waiting"])))
        if item["is_stale"]:
            parts.append(_(N_("review overdue since {date}"), date=item["review_due"]))
        screen.console.print(" · ".join(parts), markup=False)
    if not found:
        screen.console.print(_(N_("There are no such runbooks.")))


def show(ctx: typer.Context, ref: Ref) -> None:
    """Show a version."""
    session: Session = ctx.obj
    path = _path(ref)
    answer = session.get(path)
    if screen.raw(session, answer):
        return
    _ = session.words
    book = answer["book"]
    screen.console.print(f"{answer['ref']}  {_said(book['title'], _)} · {answer['status_text']}", markup=False)
    for name, label in (("why", N_("reason")), ("reason", N_("answer"))):
        if answer.get(name):
            screen.console.print(f"  {_(label)}: {answer[name]}", markup=False)
    for text in book["preconditions"]:
        screen.console.print(f"  ! {_said(text, _)}", markup=False)
    for step in book["steps"]:
        screen.console.print(f"  {step['id']} ({_.word(step['who'])}): {_said(step['text'], _)}", markup=False)
    for item in book["recovery_checklist"]:
        screen.console.print(f"  ☐ {item['id']}: {_said(item['text'], _)}", markup=False)


def compare(
    ctx: typer.Context,
    ref: Ref,
    *,
    base: Annotated[
        int | None, typer.Option(help=N_("number of the version to compare with; default: the published one before"))
    ] = None,
) -> None:
    """Compare two versions."""
    session: Session = ctx.obj
    answer = session.get(f"{_path(ref)}/comparison", base=base)
    if screen.raw(session, answer):
        return
    screen.console.print(f"{answer['before'] or '—'} → {answer['after']}", markup=False)
    for text in answer["texts"]:
        screen.console.print(f"  {text}", markup=False)


def suggest(
    ctx: typer.Context,
    symptom: Annotated[str, typer.Argument(help=N_("what can be seen"))],
    *,
    system: Annotated[str | None, typer.Option(help=N_("id of the affected system"))] = None,
) -> None:
    """Find what fits."""
    session: Session = ctx.obj
    found = session.get("/runbooks/suggestions", symptom=symptom, system=system)
    if screen.raw(session, found):
        return
    for item in found:
        screen.console.print(f"{item['runbook']}@{item['version']}  {item['title']}", markup=False)
        for why in item["why"]:
            screen.console.print(f"  {why}", markup=False)
    if not found:
        screen.console.print(session.words(N_("No runbook fits: report it as not covered.")))


# ── writing ───────────────────────────────────────────────────────────────────


def propose(
    ctx: typer.Context,
    runbook: Annotated[str, typer.Argument(help=N_("name of the runbook"), metavar="RUNBOOK")],
    *,
    why: Why = None,
    incident: Incident = None,
    finding: Finding = None,
    summary: Summary = None,
) -> None:
    """Begin a new version."""
    session: Session = ctx.obj
    body = _proposal(why, incident, finding, summary)
    _tell(session, session.post(f"/runbooks/{runbook}/proposals", body))


def draft(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help=N_("file of the version, named id@version.yaml"), metavar="FILE")],
    *,
    why: Why = None,
    incident: Incident = None,
    finding: Finding = None,
    summary: Summary = None,
) -> None:
    """Write a draft."""
    session: Session = ctx.obj
    body = {"files": [_read(file)], "dry_run": False, **_proposal(why, incident, finding, summary)}
    _tell_files(session, session.post(_IMPORT, body))


def submit(ctx: typer.Context, ref: Ref) -> None:
    """Hand a draft in."""
    _move(ctx.obj, ref, "submission", {})


def publish(ctx: typer.Context, ref: Ref) -> None:
    """Publish a version."""
    _move(ctx.obj, ref, "publication", {})


def give_back(ctx: typer.Context, ref: Ref, *, reason: Reason) -> None:
    """Return a version."""
    _move(ctx.obj, ref, "return", {"reason": reason})


def retire(ctx: typer.Context, ref: Ref, *, reason: Reason) -> None:
    """Retire a version."""
    _move(ctx.obj, ref, "retirement", {"reason": reason})


def assign(
    ctx: typer.Context,
    runbook: Annotated[str, typer.Argument(help=N_("name of the runbook"), metavar="RUNBOOK")],
    *,
    to: Annotated[list[str], typer.Option(help=N_("id of a person; repeat it"))],
    text: Annotated[str | None, typer.Option(help=N_("what is to be written"))] = None,
) -> None:
    """Give the task to write."""
    session: Session = ctx.obj
    answer = session.put(f"/runbooks/{runbook}/drafting", {"people": to, "text": text})
    if not screen.raw(session, answer):
        told = N_("{people} may now write {runbook}.")
        screen.console.print(
            session.words(told, people=", ".join(answer["people"]), runbook=answer["id"]), markup=False
        )


# ── files ─────────────────────────────────────────────────────────────────────


def export(
    ctx: typer.Context,
    folder: Folder,
    *,
    drafts: Annotated[bool, typer.Option("--drafts", help=N_("also what was never published"))] = False,
) -> None:
    """Write the files; one that says the same already is left alone."""
    session: Session = ctx.obj
    files = session.get("/runbooks/export", drafts=drafts or None)
    if screen.raw(session, files):
        return
    changed = [file["name"] for file in files if _write(folder / Path(file["name"]).name, file["text"])]
    for name in changed:
        screen.console.print(f"  {name}", markup=False)
    told = N_("{count} of {all} files were written.")
    screen.console.print(session.words(told, count=len(changed), all=len(files)), markup=False)


def diff(ctx: typer.Context, folder: Folder) -> None:
    """Compare a folder with the library."""
    session: Session = ctx.obj
    found = _sent(session, folder, {})
    _tell_files(session, found)
    raise typer.Exit(_CHANGED if any(file["change"] != "same" for file in found["files"]) else _SAME)


def take_in(
    ctx: typer.Context,
    folder: Folder,
    *,
    publish: Annotated[bool, typer.Option("--publish", help=N_("put them in force at once: the manager may"))] = False,
    why: Why = None,
    reason: Annotated[str | None, typer.Option(help=N_("why; it stands beside every change"))] = None,
) -> None:
    """Take a folder in; it is compared as a whole before anything is changed."""
    session: Session = ctx.obj
    _sent(session, folder, {})
    body = {"dry_run": False, "publish": publish, "reason": reason, **({"why": why} if why else {})}
    _tell_files(session, _sent(session, folder, body))


def _sent(session: Session, folder: Path, body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"is_dry_run": True, "files": [], "missing": None}
    for part in _parts([_read(file) for file in _files(folder)]):
        answer = session.post(_IMPORT, {"files": part, **body})
        missing = set(answer["missing"]) if found["missing"] is None else found["missing"] & set(answer["missing"])
        found |= {"is_dry_run": answer["is_dry_run"], "files": found["files"] + answer["files"], "missing": missing}
    return found | {"missing": sorted(found["missing"] or ())}


def _parts(files: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    part: list[dict[str, str]] = []
    size = 0
    for file in files:
        more = len(file["text"].encode())
        if part and (size + more > _MOST_BYTES or len(part) == _MOST_FILES):
            yield part
            part, size = [], 0
        part.append(file)
        size += more
    yield part


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise Trouble.usage(N_("{folder} holds no runbook (*.yaml)."), folder=folder)
    return found


def _read(file: Path) -> dict[str, str]:
    try:
        return {"name": file.name, "text": file.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=file, reason=error) from None


def _write(file: Path, text: str) -> bool:
    try:
        if file.exists() and file.read_text(encoding="utf-8") == text:
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble.usage(N_("{file} cannot be written: {reason}"), file=file, reason=error) from None
    return True


def _tell_files(session: Session, answer: dict[str, Any]) -> None:
    if screen.raw(session, answer):
        return
    _ = session.words
    changed = [file for file in answer["files"] if file["change"] != "same" or file["is_published"]]
    for file in changed:
        screen.console.print(file["name"], markup=False)
        for text in file["texts"]:
            screen.console.print(f"  {text}", markup=False)
    for ref in answer["missing"] if len(answer["files"]) > 1 else ():
        left_out = _(N_("{runbook} is in none of the files"), runbook=ref)
        screen.errors.print(f"  ! {left_out}", markup=False, style="yellow")
    told = N_("{count} of {all} files would change the library.")
    if not answer["is_dry_run"]:
        told = N_("{count} of {all} files changed the library.")
    screen.console.print(_(told, count=len(changed), all=len(answer["files"])), markup=False)


# ── small things ──────────────────────────────────────────────────────────────


def _move(session: Session, ref: str, resource: str, body: dict[str, Any]) -> None:
    _tell(session, session.post(f"{_path(ref)}/{resource}", body))


def _tell(session: Session, answer: dict[str, Any]) -> None:
    if not screen.raw(session, answer):
        screen.console.print(f"✓ {answer['ref']}: {answer['status_text']}", markup=False)


def _path(ref: str) -> str:
    name, _at, version = ref.rpartition("@")
    if not name or not version.isdecimal():
        raise Trouble.usage(N_("{runbook} is no version such as market-db-outage@2."), runbook=ref)
    return f"/runbooks/{name}/versions/{version}"


def _proposal(why: str | None, incident: str | None, finding: int | None, summary: int | None) -> dict[str, Any]:
    source = {"incident": incident, "finding": finding, "summary": summary} if incident else None
    return {name: value for name, value in (("why", why), ("source", source)) if value is not None}


def _said(text: dict[str, str], _: Any) -> str:
    return text["zh" if _.language == "zh-CN" else "en"]
