"""Evidence, the custody list, signed checkpoints and their time stamps."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
GROWING = ("evidence", "custody", "checkpoints", "timestamps")
INSTANT = sa.DateTime(timezone=True)

POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} only grows: nothing in it is changed or deleted'); END
"""


def upgrade() -> None:
    """Make the tables, begin the chain of the custody list, and refuse every change."""
    _create_evidence()
    _create_custody()
    _create_checkpoints()
    heads = sa.table("heads", sa.column("chain"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(heads, [{"chain": "custody", "seq": 0, "hash": GENESIS}])
    for table in GROWING:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(POSTGRES_TRIGGER.format(table=table))
        else:
            for verb in ("update", "delete"):
                op.execute(SQLITE_TRIGGER.format(table=table, verb=verb))


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=not is_needed)


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        _text("incident"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *[_text(name) for name in ("digest", "algorithm")],
        sa.Column("size", sa.BigInteger(), nullable=False),
        *[_text(name) for name in ("file_name", "media_type")],
        _text("declared_type", is_needed=False),
        _text("record"),
        *[_text(name, is_needed=False) for name in ("text", "collector", "collected_by")],
        sa.Column("collected_at", INSTANT),
        *[_text(name, is_needed=False) for name in ("place", "received_by")],
        sa.Column("received_at", INSTANT, nullable=False),
        _text("received_from", is_needed=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "seq"),
    )
    op.create_index("evidence_by_digest", "evidence", ["digest"])


def _create_custody() -> None:
    op.create_table(
        "custody",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        _text("person", is_needed=False),
        *[_text(name) for name in ("act", "incident")],
        sa.Column("seq", sa.Integer(), nullable=False),
        *[_text(name) for name in ("digest", "algorithm")],
        *[_text(name, is_needed=False) for name in ("address", "detail")],
        *[_text(name) for name in ("prev_hash", "hash")],
    )
    op.create_index("custody_by_incident", "custody", ["incident", "seq", "id"])


def _create_checkpoints() -> None:
    op.create_table(
        "checkpoints",
        _text("incident"),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("hash"),
        sa.Column("at", INSTANT, nullable=False),
        *[_text(name) for name in ("key", "signature")],
        sa.PrimaryKeyConstraint("incident", "seq"),
    )
    op.create_table(
        "timestamps",
        _text("incident"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("incident", "seq"),
    )
