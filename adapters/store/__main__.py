"""`python -m adapters.store upgrade|current|check`: the tables of the database that the settings name."""

import asyncio
import sys
from typing import Literal

import typer

from adapters.settings import read_settings
from adapters.store import migrate

Verb = Literal["upgrade", "current", "check"]


def main(verb: Verb) -> None:
    """Make the tables, print their revision, or print how they differ from what is expected (exit code 1)."""
    url = read_settings().database_url
    if verb == "upgrade":
        asyncio.run(migrate.upgrade(url))
    elif verb == "current":
        typer.echo(asyncio.run(migrate.current(url)) or "-")
    elif differences := asyncio.run(migrate.differences(url)):
        typer.echo("\n".join(differences))
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
