"""A command of the allow-list by SSH: known host key, key file, no agent, no configuration of this machine."""

from activities.messages import ActionResult
from adapters.actions.entries import SshAction

CONNECT_SECONDS = 10.0


async def carry_out(entry: SshAction) -> ActionResult:
    """Run the command once; when the connection is lost over it, nobody knows."""
    # An extra: whoever has no such entry need not have it.
    import asyncssh  # noqa: PLC0415

    try:
        connection = await asyncssh.connect(
            entry.host,
            entry.port,
            username=entry.user,
            client_keys=[str(entry.key_file)],
            known_hosts=str(entry.known_hosts),
            agent_path=None,
            config=None,
            preferred_auth="publickey",
            connect_timeout=min(CONNECT_SECONDS, entry.timeout_seconds),
        )
    except (OSError, asyncssh.Error, TimeoutError) as error:
        return ActionResult(outcome="failed", why="unreachable", output=type(error).__name__)
    async with connection:
        try:
            ended = await connection.run(entry.command, check=False, timeout=entry.timeout_seconds)
        except (OSError, asyncssh.Error) as error:
            return ActionResult(outcome="unclear", why="no_answer", output=type(error).__name__)
    if ended.exit_status is None:
        return ActionResult(outcome="unclear", why="no_answer")
    told = " ".join([f"exit {ended.exit_status}", *(str(part) for part in (ended.stdout, ended.stderr) if part)])
    if ended.exit_status == entry.expected_exit:
        return ActionResult(outcome="done", output=told)
    return ActionResult(outcome="failed", why="unexpected", output=told)
