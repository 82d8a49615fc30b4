"""Which one-time link was used for which act."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "used_links",
        sa.Column("link", sa.String(), primary_key=True),
        sa.Column("act", sa.String(), primary_key=True),
        *[sa.Column(name, sa.String(), nullable=False) for name in ("person", "incident", "question")],
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
    )
