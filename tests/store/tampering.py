"""Changing the record behind its back, as somebody with the database's password could."""

import sqlite3
from contextlib import closing

import psycopg

TRIGGERS = [
    f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
    for table in (
        "entries",
        "refusals",
        "changes",
        "measure_entries",
        "evidence",
        "custody",
        "checkpoints",
        "timestamps",
    )
    for verb in ("update", "delete")
]


def tamper(url: str, *statements: str) -> None:
    """Run SQL with the triggers out of the way."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"))) as connection:
            for statement in [*TRIGGERS, *statements]:
                connection.execute(statement)
            connection.commit()
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        for statement in statements:
            server.execute(statement.encode())
