"""Which incident recurs, which has the same cause as another, who commands: found by themselves, both ways."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("recurrence_of", "parent", "commander")


def upgrade() -> None:
    """Add the columns, and fill them from what each incident showed last."""
    for name in COLUMNS:
        op.add_column("incidents", sa.Column(name, sa.String()))
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for name in COLUMNS:
        value = f"view->>'{name}'" if is_postgres else f"json_extract(view, '$.{name}')"
        op.execute(f"UPDATE incidents SET {name} = {value}")  # noqa: S608 - names of our own
    op.create_index("incidents_by_recurrence", "incidents", ["recurrence_of"])
    op.create_index("incidents_by_parent", "incidents", ["parent"])
    op.create_index("incidents_by_commander", "incidents", ["commander", "is_over"])
