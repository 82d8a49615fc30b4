"""`fengsui verify`: is the record what was written (5.3.5)? It reads the database, and Temporal when it is there."""

import asyncio
from typing import Annotated

import typer
from temporalio.service import RPCError

from adapters.cli import screen
from adapters.cli.session import REFUSED, UNREACHABLE, Session, Trouble
from adapters.i18n import Translator
from adapters.settings import Settings, read_settings
from adapters.store.catalogue import CHAIN as CHANGES
from adapters.store.database import Database, DatabaseAway
from adapters.temporal import connect
from adapters.verify import Finding, Findings, verify
from domain.text import N_

READ_SECONDS = 60
CONNECT_SECONDS = 3


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("verify", help=N_("Check that the record is what was written; exit code 1 on a fault (5.3.5)"))(check)


def check(
    ctx: typer.Context,
    number: Annotated[
        str | None, typer.Argument(help=N_("one incident or measure; default: all of them"), metavar="NUMBER")
    ] = None,
) -> None:
    """Verify chains, rows, archives and workflows."""
    session: Session = ctx.obj
    try:
        findings = asyncio.run(_verify(_settings(session), number, session))
    except DatabaseAway as error:
        raise Trouble(UNREACHABLE, N_("The record cannot be read: {reason}"), reason=error) from None
    if not screen.raw(session, findings.model_dump(mode="json")):
        _tell(session.words, findings)
    raise typer.Exit(0 if findings.is_clean else REFUSED)


def _settings(session: Session) -> Settings:
    """Read the environment; beside a `make run` its folder and its Temporal server are meant."""
    settings = read_settings()
    run = session.run_file()
    found: dict[str, object] = {"home": session.options.home}
    if "temporal_address" not in settings.model_fields_set and run.get("temporal"):
        found["temporal_address"] = run["temporal"]
    return Settings(**{**settings.model_dump(include=settings.model_fields_set), **found})


async def _verify(settings: Settings, number: str | None, session: Session) -> Findings:
    database = Database(settings.database_url, limit=READ_SECONDS)
    try:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                client = await connect(settings.temporal_address, settings.temporal_namespace)
        except (RPCError, RuntimeError, TimeoutError):
            client = None
            _ = session.words
            away = _(
                N_("Temporal at {address} does not answer; only the record is checked."),
                address=settings.temporal_address,
            )
            screen.errors.print(away, markup=False)
        return await verify(database, client, number)
    finally:
        await database.close()


def _tell(_: Translator, findings: Findings) -> None:
    told = N_(
        "{incidents} incidents, {entries} entries, {audited} audited refusals and {changes} changes were checked."
    )
    counts = {name: getattr(findings, name) for name in ("incidents", "entries", "audited", "changes")}
    screen.console.print(_(told, **counts), markup=False)
    if findings.measures:
        told = N_("{measures} rectification measures with {entries} entries were checked.")
        screen.console.print(_(told, measures=findings.measures, entries=findings.measure_entries), markup=False)
    for note in findings.notes:
        screen.console.print(f"  · {_line(_, note)}", markup=False)
    for fault in findings.faults:
        screen.console.print(f"  ✗ {_line(_, fault)}", markup=False, style="red")
    if findings.is_clean:
        screen.console.print(_(N_("Nothing is wrong.")), style="green")
    else:
        screen.console.print(_(N_("{count} faults were found."), count=len(findings.faults)), style="red")


def _line(_: Translator, finding: Finding) -> str:
    where = finding.incident or finding.measure or _(N_("changes") if finding.chain == CHANGES else N_("audit trail"))
    place = f"{where} #{finding.seq}" if finding.seq else where
    return f"{place}: {_(finding.message, **finding.params)}"
