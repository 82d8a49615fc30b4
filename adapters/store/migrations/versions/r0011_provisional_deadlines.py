"""Lists mark a deadline that rests on a year which nobody has announced (6.2)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; an incident that is open gets its own with its next entry."""
    op.add_column("incidents", sa.Column("is_provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
