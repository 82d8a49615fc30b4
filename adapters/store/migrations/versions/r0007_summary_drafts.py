"""Drafts of the summary report, version by version, and their reviews: both only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GROWING = ("report_drafts", "report_reviews")
INSTANT = sa.DateTime(timezone=True)

# The function is that of 0001.
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} only grows: nothing in it is changed or deleted'); END
"""


def upgrade() -> None:
    """Make both tables, and refuse every change of what is in them."""
    op.create_table(
        "report_drafts",
        *_keys(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String()),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("section", sa.String()),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "version"),
    )
    op.create_table(
        "report_reviews",
        *_keys(),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String()),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("approve", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.PrimaryKeyConstraint("incident", "version", "person"),
    )
    for table in GROWING:
        _refuse_change(table)


def _keys() -> list[sa.Column[str] | sa.Column[int]]:
    return [sa.Column("incident", sa.String(), nullable=False), sa.Column("version", sa.Integer(), nullable=False)]


def _refuse_change(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_TRIGGER.format(table=table))
    else:
        for verb in ("update", "delete"):
            op.execute(SQLITE_TRIGGER.format(table=table, verb=verb))
