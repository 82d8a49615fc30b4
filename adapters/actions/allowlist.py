"""The allow-list itself: read from a file, looked into before a run, and the only way to carry anything out."""

import asyncio
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import exc

from activities.messages import ActionResult, ActionRun
from adapters.actions import http, sql, ssh
from adapters.actions.entries import ActionsFile, AnyEntry, HttpAction, SqlAction, SshAction
from adapters.problems import Fault, FileProblem
from adapters.settings import Settings
from adapters.yamlfile import Loaded, load
from domain.text import N_, excerpt

LONGEST_OUTPUT = 500
_HIDDEN = "***"
_SHORTEST_SECRET = 4


class AllowList(NamedTuple):
    """The entries by their ids, and the secrets that they name (the port ``Allowed``)."""

    entries: Mapping[str, AnyEntry] = {}
    secrets: Mapping[str, str] = {}

    async def carry_out(self, run: ActionRun) -> ActionResult:
        """Carry out an entry once; what is not there, or not what was confirmed, is not begun."""
        entry = self.entries.get(run.action)
        if entry is None:
            return ActionResult(outcome="failed", why="not_listed")
        if run.reads is not None and run.reads != entry.fingerprint:
            return ActionResult(outcome="failed", why="entry_changed")
        if run.is_drill and not entry.in_drills:
            return ActionResult(outcome="done", why="spared_in_drill")
        try:
            async with asyncio.timeout(entry.timeout_seconds):
                result = await self._begin(entry)
        except TimeoutError:
            result = ActionResult(outcome="unclear", why="no_answer")
        return result.model_copy(update={"output": self._shown(result.output)})

    async def _begin(self, entry: AnyEntry) -> ActionResult:
        match entry:
            case HttpAction():
                return await http.carry_out(entry, self.secrets)
            case SqlAction():
                return await sql.carry_out(entry, self.secrets)
            case SshAction():
                return await ssh.carry_out(entry)

    def _shown(self, output: str | None) -> str | None:
        """Return the beginning of an answer as it may stand in a record: no secret, nothing that cannot be printed."""
        if not output:
            return None
        for secret in sorted(_spellings(self.secrets.values()), key=len, reverse=True):
            output = output.replace(secret, _HIDDEN)
        plain = "".join(character if character.isprintable() else " " for character in output)
        return excerpt(" ".join(plain.split()), LONGEST_OUTPUT) or None


def _spellings(secrets: Iterable[str]) -> set[str]:
    """Return the secrets, and the passwords in those that are addresses, however they may be written."""
    found: set[str] = set()
    for secret in secrets:
        found |= {secret, quote(secret, safe="")}
        try:
            password = sql.address(secret).password
        except exc.ArgumentError:
            continue
        if password is not None:
            found |= {str(password), quote(str(password), safe="")}
    return {secret for secret in found if len(secret) >= _SHORTEST_SECRET}


def load_actions(settings: Settings, *, with_secrets: bool) -> AllowList:
    """Read the allow-list of an installation; FileProblem names what is wrong.

    Only who carries out needs the secrets; who shows the entries does not.
    """
    if settings.actions is None:
        return AllowList()
    loaded = load(settings.actions, ActionsFile)
    secrets = {name: secret.get_secret_value() for name, secret in settings.action_secrets.items()}
    faults = [*_doubled(loaded), *(_unready(loaded, secrets) if with_secrets else [])]
    if faults:
        raise FileProblem(str(loaded.path), faults)
    entries = {entry.id: entry for entry in loaded.model.actions}
    needed = {name for entry in entries.values() for name in entry.secrets}
    return AllowList(entries, {name: secrets[name] for name in needed} if with_secrets else {})


def _doubled(loaded: Loaded[ActionsFile]) -> Iterator[Fault]:
    ids = [entry.id for entry in loaded.model.actions]
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield loaded.fault(("actions", index, "id"), N_("“{id}” is there twice"), id=name)


def _unready(loaded: Loaded[ActionsFile], secrets: Mapping[str, str]) -> Iterator[Fault]:
    for index, entry in enumerate(loaded.model.actions):
        place = ("actions", index)
        for name in entry.secrets:
            if name not in secrets:
                yield loaded.fault(place, N_("FENGSUI_ACTION_SECRETS has no “{name}”"), name=name)
        if isinstance(entry, SqlAction) and entry.database in secrets and not _leads_to(entry, secrets[entry.database]):
            yield loaded.fault((*place, "host"), N_("the address in “{name}” leads elsewhere"), name=entry.database)
        if isinstance(entry, SshAction):
            yield from _ssh_faults(loaded, entry, index)


def _leads_to(entry: SqlAction, secret: str) -> bool:
    """Tell whether the secret's URL leads where people read that it does; a file has no host."""
    try:
        host = sql.address(secret).host
    except exc.ArgumentError:
        return False
    return host is None or host == entry.host.partition(":")[0]


def _ssh_faults(loaded: Loaded[ActionsFile], entry: SshAction, index: int) -> Iterator[Fault]:
    if importlib.util.find_spec("asyncssh") is None:
        yield loaded.fault(("actions", index, "kind"), N_("needs the extra “ssh”"))
    for name in ("key_file", "known_hosts"):
        path: Path = getattr(entry, name)
        if not path.is_file():
            yield loaded.fault(("actions", index, name), N_("there is no such file"))
