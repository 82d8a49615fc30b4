"""Communication tests: whom they tried on which contact point, and who answered."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "communication_tests",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
    )
    op.create_table(
        "tried_points",
        sa.Column("test", sa.String(), sa.ForeignKey("communication_tests.id", name="tried_points_test")),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("test", "person", "channel"),
    )
