"""The key of a machine may be limited to systems."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; keys of before are for all systems."""
    op.add_column("keys", sa.Column("systems", sa.JSON()))
