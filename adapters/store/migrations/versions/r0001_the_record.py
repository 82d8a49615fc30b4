"""The record: incidents, their entries, refusals, inbox, deliveries, archives."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS = "0" * 64
GROWING = ("entries", "refusals")
INSTANT = sa.DateTime(timezone=True)

POSTGRES_REFUSAL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: nothing in it is changed or deleted', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} only grows: nothing in it is changed or deleted'); END
"""


def upgrade() -> None:
    """Make the tables, and refuse every change of what only grows."""
    _create_timeline()
    _create_refusals()
    _create_messages()
    _create_archives()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_REFUSAL)
    for table in GROWING:
        _refuse_change(table)


def _refuse_change(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_TRIGGER.format(table=table))
    else:
        for verb in ("update", "delete"):
            op.execute(SQLITE_TRIGGER.format(table=table, verb=verb))


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=not is_needed)


def _create_timeline() -> None:
    op.create_table(
        "incidents",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *[_text(name) for name in ("title", "phase", "severity", "system", "reporter")],
        _text("awaited", is_needed=False),
        sa.Column("deadline", INSTANT),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        _text("dedup_key", is_needed=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        _text("head_hash"),
        sa.Column("view", sa.JSON(), nullable=False),
    )
    op.create_index("incidents_by_opening", "incidents", ["opened_at", "number"])
    op.create_table(
        "entries",
        _text("incident"),
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
        sa.PrimaryKeyConstraint("incident", "seq"),
    )
    op.create_index("entries_by_insertion", "entries", ["inserted_at", "incident", "seq"])


def _create_refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        _text("person", is_needed=False),
        *[_text(name) for name in ("act", "method", "path")],
        _text("incident", is_needed=False),
        _text("code"),
        _text("clause", is_needed=False),
        _text("message"),
        sa.Column("params", sa.JSON(), nullable=False),
        _text("prev_hash"),
        _text("hash"),
    )
    op.create_index("refusals_by_incident", "refusals", ["incident", "id"])
    op.create_index("refusals_by_person", "refusals", ["person", "id"])
    heads = op.create_table(
        "heads",
        sa.Column("chain", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("hash"),
    )
    op.bulk_insert(heads, [{"chain": "refusals", "seq": 0, "hash": GENESIS}])


def _create_messages() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("dedup_key", sa.String(), nullable=False, unique=True),
        *[
            _text(name)
            for name in ("recipient", "incident", "subject", "body", "language", "template", "question", "clause")
        ],
        sa.Column("due", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT),
    )
    op.create_index("inbox_by_recipient", "inbox", ["recipient", "id"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), primary_key=True),
        *[_text(name) for name in ("dedup_key", "recipient", "channel", "incident", "question")],
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        _text("detail"),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("deliveries_by_incident", "deliveries", ["incident", "id"])
    op.create_index("deliveries_by_dedup_key", "deliveries", ["dedup_key", "id"])


def _create_archives() -> None:
    op.create_table(
        "archives",
        sa.Column(
            "incident", sa.String(), sa.ForeignKey("incidents.number", name="archives_incident"), primary_key=True
        ),
        sa.Column("history", sa.LargeBinary(), nullable=False),
        sa.Column("archived_at", INSTANT, nullable=False),
    )
