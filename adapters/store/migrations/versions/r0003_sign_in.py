"""Accounts, browser sessions, and the keys of people and machines; secrets are kept as digests only."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "accounts",
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT),
        sa.Column("lapses_at", INSTANT),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("id", sa.String(), nullable=False, unique=True),
        *[sa.Column(name, sa.String(), nullable=False) for name in ("person", "way", "address", "agent")],
        sa.Column("must_change", sa.Boolean(), nullable=False),
        *[sa.Column(name, INSTANT, nullable=False) for name in ("created_at", "used_at", "ends_at")],
    )
    op.create_index("sessions_by_person", "sessions", ["person"])
    op.create_table(
        "keys",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False, unique=True),
        *[sa.Column(name, sa.String(), nullable=False) for name in ("kind", "owner", "name")],
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ends_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("keys_by_owner", "keys", ["kind", "owner"])
