"""`fengsui verify`: the verb; what it does stands in ``verifying`` and ``bundles``, loaded only when it is typed."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.session import Session
from domain.text import N_

BUNDLE = "bundle"


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("verify", help=N_("Check the record, or a bundle: verify [NUMBER], verify bundle FILE (5.3.5)"))(check)


def check(
    ctx: typer.Context,
    number: Annotated[
        str | None,
        typer.Argument(help=N_("one incident or measure; default: all of them; or: bundle"), metavar="NUMBER"),
    ] = None,
    file: Annotated[Path | None, typer.Argument(help=N_("after “bundle”: the file"), metavar="FILE")] = None,
    *,
    key: Annotated[str | None, typer.Option(help=N_("public key that must have signed the bundle"))] = None,
    tsa: Annotated[
        Path | None, typer.Option(help=N_("PEM file with the root certificates of the time-stamping service"))
    ] = None,
) -> None:
    """Verify chains, rows, archives, evidence and workflows; or a bundle, with nothing but the file."""
    # Database, Temporal and signatures take longer to load than all other verbs together.
    from adapters.cli import bundles, verifying  # noqa: PLC0415

    session: Session = ctx.obj
    if number == BUNDLE:
        bundles.check(session, file, key, tsa)
    else:
        verifying.check(session, number)
