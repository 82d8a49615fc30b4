"""`fengsui verify [NUMBER]`: is the record what was written (5.3.5)? It reads the database, and Temporal too."""

import asyncio

import typer
from temporalio.service import RPCError

from activities.ports import StorageAway
from adapters.cli import screen
from adapters.cli.session import REFUSED, UNREACHABLE, Session, Trouble
from adapters.evidence.building import keyring_of, storage_of
from adapters.evidence.signing import Keyring
from adapters.i18n import Translator
from adapters.settings import Settings, read_settings
from adapters.store.catalogue import CHAIN as CHANGES
from adapters.store.custody import CHAIN as CUSTODY
from adapters.store.database import Database, DatabaseAway
from adapters.temporal import connect
from adapters.verify import EVIDENCE, Finding, Findings, verify
from domain.text import N_

_CHAINS = {CHANGES: N_("changes"), CUSTODY: N_("custody list"), EVIDENCE: N_("evidence")}
READ_SECONDS = 60
CONNECT_SECONDS = 3


def check(session: Session, number: str | None) -> None:
    """Check one incident or measure, or all of them; exit code 1 on a fault."""
    try:
        findings = asyncio.run(_verify(_settings(session), number, session))
    except (DatabaseAway, StorageAway) as error:
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
    if settings.signing_key is None and not settings.retired_keys and run.get("public_key"):
        found["retired_keys"] = [run["public_key"]]
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
        return await verify(database, client, number, storage=storage_of(settings), keyring=_keyring(settings))
    finally:
        await database.close()


def _keyring(settings: Settings) -> Keyring | None:
    """Return the keys that count; without any the signatures are not checked, which is told."""
    keyring = keyring_of(settings)
    return keyring if keyring.keys else None


def _tell(_: Translator, findings: Findings) -> None:
    told = N_(
        "{incidents} incidents, {entries} entries, {audited} audited refusals and {changes} changes were checked."
    )
    counts = {name: getattr(findings, name) for name in ("incidents", "entries", "audited", "changes")}
    screen.console.print(_(told, **counts), markup=False)
    if findings.measures:
        told = N_("{measures} rectification measures with {entries} entries were checked.")
        screen.console.print(_(told, measures=findings.measures, entries=findings.measure_entries), markup=False)
    told = N_("{files} files, {custody} entries of the custody list and {checkpoints} checkpoints were checked.")
    counts = {name: getattr(findings, name) for name in ("files", "custody", "checkpoints")}
    screen.console.print(_(told, **counts), markup=False)
    screen.verdict(_, [_line(_, note) for note in findings.notes], [_line(_, fault) for fault in findings.faults])


def _line(_: Translator, finding: Finding) -> str:
    where = finding.incident or finding.measure or _(_CHAINS.get(finding.chain or "", N_("audit trail")))
    place = f"{where} #{finding.seq}" if finding.seq else where
    return f"{place}: {_(finding.message, **finding.params)}"
