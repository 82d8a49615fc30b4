"""The catalogue: what administrators keep, and every change of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
INSTANT = sa.DateTime(timezone=True)
POSTGRES_TRIGGER = """
CREATE TRIGGER changes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER changes_no_{verb} BEFORE {verb} ON changes
BEGIN SELECT RAISE(ABORT, 'changes only grows: nothing in it is changed or deleted'); END
"""


def upgrade() -> None:
    """Make both tables, and refuse every change of what only grows."""
    op.create_table(
        "catalogue",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        *[sa.Column(name, sa.String(), nullable=False) for name in ("person", "act", "kind", "item")],
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("reason", sa.String()),
        *[sa.Column(name, sa.String(), nullable=False) for name in ("prev_hash", "hash")],
    )
    op.create_index("changes_by_item", "changes", ["kind", "item", "id"])
    op.create_index("changes_by_person", "changes", ["person", "id"])
    op.execute(f"INSERT INTO heads (chain, seq, hash) VALUES ('changes', 0, '{GENESIS}')")  # noqa: S608
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_TRIGGER)
    else:
        for verb in ("update", "delete"):
            op.execute(SQLITE_TRIGGER.format(verb=verb))
