"""`fengsui verify bundle FILE`: checked with nothing but the file."""

from pathlib import Path

import typer

from adapters.cli import screen
from adapters.cli.session import REFUSED, Session, Trouble
from adapters.evidence.bundlecheck import BundleFault, BundleFindings, Judge
from adapters.evidence.bundlecheck import check as checked
from adapters.i18n import Translator
from domain.text import N_


def check(session: Session, file: Path | None, key: str | None, tsa: Path | None) -> None:
    """Check a bundle; exit code 1 on a fault."""
    if file is None:
        raise Trouble.usage(N_("{what} is missing."), what="FILE")
    if not file.is_file():
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=file, reason="")
    findings = checked(file, key, _judge(tsa))
    if not screen.raw(session, findings.model_dump(mode="json")):
        _tell(session.words, findings)
    raise typer.Exit(0 if findings.is_clean else REFUSED)


def _judge(tsa: Path | None) -> Judge | None:
    if tsa is None:
        return None
    try:
        from adapters.evidence.stamping import judge_by  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise Trouble.usage(N_("{what} needs the extra {extra}."), what="--tsa", extra="tsa") from None
    try:
        return judge_by(tsa.read_bytes())
    except (OSError, ValueError) as error:
        raise Trouble.usage(N_("{file} cannot be read: {reason}"), file=tsa, reason=error) from None


def _tell(_: Translator, findings: BundleFindings) -> None:
    told = N_("Incident {incident}: {entries} entries, {members} members, {files} files, {checkpoints} checkpoints.")
    counts = {name: getattr(findings, name) for name in ("incident", "entries", "members", "files", "checkpoints")}
    screen.console.print(_(told, **counts), markup=False)
    screen.verdict(_, [_line(_, note) for note in findings.notes], [_line(_, fault) for fault in findings.faults])


def _line(_: Translator, found: BundleFault) -> str:
    text = _(found.message, **found.params) if found.params else _(found.message)
    return f"{_shown(found.member)}: {text}" if found.member else text


def _shown(name: str) -> str:
    """Show a name that somebody may have made to move the cursor."""
    return name if name.isprintable() else name.encode("unicode_escape").decode()
