"""Rectification measures: a row for each, and its entries, which only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
GROWING = "measure_entries"


def upgrade() -> None:
    """Make both tables, and refuse every change of what only grows."""
    _create_measures()
    _create_entries()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {GROWING}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {GROWING} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {GROWING}_no_{verb} BEFORE {verb} ON {GROWING} "
            f"BEGIN SELECT RAISE(ABORT, '{GROWING} only grows: nothing in it is changed or deleted'); END"
        )


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=not is_needed)


def _create_measures() -> None:
    op.create_table(
        "measures",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *[_text(name) for name in ("text", "state", "owner")],
        _text("verifier", is_needed=False),
        sa.Column("due", INSTANT, nullable=False),
        *[sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_provisional", "is_overdue", "is_over")],
        *[_text(name) for name in ("source_kind", "source")],
        _text("incident", is_needed=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        _text("head_hash"),
        sa.Column("view", sa.JSON(), nullable=False),
    )
    op.create_index("measures_by_due", "measures", ["due", "number"])
    op.create_index("measures_by_owner", "measures", ["owner", "due"])
    op.create_index("measures_by_incident", "measures", ["incident"])


def _create_entries() -> None:
    op.create_table(
        "measure_entries",
        _text("measure"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        _text("person", is_needed=False),
        _text("role"),
        _text("on_behalf_of", is_needed=False),
        _text("clause"),
        _text("command_id", is_needed=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        _text("kind"),
        sa.Column("event", sa.JSON(), nullable=False),
        _text("prev_hash"),
        _text("hash"),
        sa.Column("inserted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("measure", "seq"),
    )
