"""The tables of the record. Entries, refusals and changes only ever grow; triggers of the migrations see to it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    false,
)


class Instant(TypeDecorator[datetime]):
    """An instant with its zone: stored as UTC, read as UTC, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _needed(name: str, kind: Any = String, *args: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, *args, nullable=False, **options)


def _key(name: str, kind: Any = String, *args: Any) -> Column[Any]:
    return Column(name, kind, *args, primary_key=True)


metadata = MetaData()

incidents = Table(
    "incidents",
    metadata,
    _key("number"),
    _needed("seq", Integer),
    _needed("version", Integer),
    _needed("title"),
    _needed("phase"),
    _needed("severity"),
    _needed("system"),
    _needed("reporter"),
    Column("awaited", String),
    Column("deadline", Instant),
    _needed("is_provisional", Boolean, server_default=false()),
    _needed("is_drill", Boolean),
    _needed("is_over", Boolean),
    Column("dedup_key", String),
    _needed("opened_at", Instant),
    _needed("updated_at", Instant),
    Column("closed_at", Instant),
    _needed("head_hash"),
    _needed("view", JSON),
    Column("recurrence_of", String),
    Column("parent", String),
    Column("commander", String),
    Index("incidents_by_opening", "opened_at", "number"),
    Index("incidents_by_recurrence", "recurrence_of"),
    Index("incidents_by_parent", "parent"),
    Index("incidents_by_commander", "commander", "is_over"),
)

entries = Table(
    "entries",
    metadata,
    _key("incident"),
    _key("seq", Integer),
    _needed("version", Integer),
    _needed("occurred_at", Instant),
    _needed("recorded_at", Instant),
    Column("person", String),
    _needed("role"),
    Column("on_behalf_of", String),
    _needed("clause"),
    Column("command_id", String),
    _needed("is_late", Boolean),
    _needed("kind"),
    _needed("event", JSON),
    _needed("prev_hash"),
    _needed("hash"),
    _needed("inserted_at", Instant),
    Index("entries_by_insertion", "inserted_at", "incident", "seq"),
)

refusals = Table(
    "refusals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _needed("at", Instant),
    Column("person", String),
    _needed("act"),
    _needed("method"),
    _needed("path"),
    Column("incident", String),
    _needed("code"),
    Column("clause", String),
    _needed("message"),
    _needed("params", JSON),
    _needed("prev_hash"),
    _needed("hash"),
    Index("refusals_by_incident", "incident", "id"),
    Index("refusals_by_person", "person", "id"),
)

# The last link of a chain that has no incident's row to hold it; its lock makes appending one after another.
heads = Table("heads", metadata, _key("chain"), _needed("seq", Integer), _needed("hash"))

inbox = Table(
    "inbox",
    metadata,
    _key("id", Integer),
    _needed("dedup_key", String, unique=True),
    _needed("recipient"),
    _needed("incident"),
    _needed("subject"),
    _needed("body"),
    _needed("language"),
    _needed("template"),
    _needed("question"),
    _needed("clause"),
    Column("due", Instant),
    _needed("created_at", Instant),
    Column("read_at", Instant),
    Index("inbox_by_recipient", "recipient", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _key("id", Integer),
    _needed("dedup_key"),
    _needed("recipient"),
    _needed("channel"),
    _needed("incident"),
    _needed("question"),
    _needed("is_accepted", Boolean),
    _needed("detail"),
    _needed("at", Instant),
    Index("deliveries_by_incident", "incident", "id"),
    Index("deliveries_by_dedup_key", "dedup_key", "id"),
)

# What was done by one-time links; ``link`` is a link's id, never its token.
used_links = Table(
    "used_links",
    metadata,
    _key("link"),
    _key("act"),
    _needed("person"),
    _needed("incident"),
    _needed("question"),
    _needed("used_at", Instant),
)

archives = Table(
    "archives",
    metadata,
    _key("incident", String, ForeignKey("incidents.number", name="archives_incident")),
    _needed("history", LargeBinary),
    _needed("archived_at", Instant),
)

# What administrators keep: people, delegations, rosters, ... one document per item, its newest version.
catalogue = Table(
    "catalogue",
    metadata,
    _key("kind"),
    _key("id"),
    _needed("version", Integer),
    _needed("position", Integer),
    _needed("document", JSON),
    _needed("updated_at", Instant),
)

# Who changed what from what to what; the newest id is the revision of the whole catalogue.
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _needed("at", Instant),
    _needed("person"),
    _needed("act"),
    _needed("kind"),
    _needed("item"),
    _needed("version", Integer),
    Column("before", JSON),
    Column("after", JSON),
    Column("reason", String),
    _needed("prev_hash"),
    _needed("hash"),
    Index("changes_by_item", "kind", "item", "id"),
    Index("changes_by_person", "person", "id"),
)

accounts = Table(
    "accounts",
    metadata,
    _key("person"),
    _needed("password"),
    _needed("must_change", Boolean),
    _needed("failures", Integer),
    Column("locked_until", Instant),
    Column("lapses_at", Instant),
    _needed("changed_at", Instant),
    _needed("changed_by"),
)

# Browsers that are signed in; of their secret ids only digests.
sessions = Table(
    "sessions",
    metadata,
    _key("digest"),
    _needed("id", String, unique=True),
    _needed("person"),
    _needed("way"),
    _needed("address"),
    _needed("agent"),
    _needed("must_change", Boolean),
    _needed("created_at", Instant),
    _needed("used_at", Instant),
    _needed("ends_at", Instant),
    Index("sessions_by_person", "person"),
)

# Personal tokens (owner: a person) and machine keys (owner: an alert source); again only digests.
keys = Table(
    "keys",
    metadata,
    _key("id"),
    _needed("digest", String, unique=True),
    _needed("kind"),
    _needed("owner"),
    _needed("name"),
    _needed("scopes", JSON),
    Column("systems", JSON),
    _needed("created_at", Instant),
    _needed("created_by"),
    Column("ends_at", Instant),
    Column("revoked_at", Instant),
    Column("used_at", Instant),
    Index("keys_by_owner", "kind", "owner"),
)

# Contact points that a communication test tried; whoever answers late has answered all the same.
communication_tests = Table(
    "communication_tests", metadata, _key("id"), _needed("started_at", Instant), _needed("closes_at", Instant)
)

tried_points = Table(
    "tried_points",
    metadata,
    _key("test", String, ForeignKey("communication_tests.id", name="tried_points_test")),
    _key("person"),
    _key("channel"),
    Column("answered_at", Instant),
)

# Rectification measures: like incidents they have a row that moves forward and entries that only grow.
measures = Table(
    "measures",
    metadata,
    _key("number"),
    _needed("seq", Integer),
    _needed("version", Integer),
    _needed("text"),
    _needed("state"),
    _needed("owner"),
    Column("verifier", String),
    _needed("due", Instant),
    _needed("is_provisional", Boolean),
    _needed("is_overdue", Boolean),
    _needed("is_over", Boolean),
    _needed("source_kind"),
    _needed("source"),
    Column("incident", String),
    _needed("opened_at", Instant),
    _needed("updated_at", Instant),
    Column("closed_at", Instant),
    _needed("head_hash"),
    _needed("view", JSON),
    Index("measures_by_due", "due", "number"),
    Index("measures_by_owner", "owner", "due"),
    Index("measures_by_incident", "incident"),
)

measure_entries = Table(
    "measure_entries",
    metadata,
    _key("measure"),
    _key("seq", Integer),
    _needed("version", Integer),
    _needed("occurred_at", Instant),
    _needed("recorded_at", Instant),
    Column("person", String),
    _needed("role"),
    Column("on_behalf_of", String),
    _needed("clause"),
    Column("command_id", String),
    _needed("is_late", Boolean),
    _needed("kind"),
    _needed("event", JSON),
    _needed("prev_hash"),
    _needed("hash"),
    _needed("inserted_at", Instant),
)

# ── the summary report before it is submitted: every version of the draft whole, and what reviewers said ──

report_drafts = Table(
    "report_drafts",
    metadata,
    _key("incident"),
    _key("version", Integer),
    _needed("at", Instant),
    _needed("person"),
    Column("on_behalf_of", String),
    _needed("role"),
    _needed("change"),
    Column("section", String),
    _needed("language"),
    _needed("content", JSON),
)

report_reviews = Table(
    "report_reviews",
    metadata,
    _key("incident"),
    _key("version", Integer),
    _key("person"),
    Column("on_behalf_of", String),
    _needed("at", Instant),
    _needed("approve", Boolean),
    Column("reason", String),
)

# What the timeline says of each file; its content is in the storage, under its digest.
evidence = Table(
    "evidence",
    metadata,
    _key("incident"),
    _key("seq", Integer),
    _needed("digest"),
    _needed("algorithm"),
    _needed("size", BigInteger),
    _needed("file_name"),
    _needed("media_type"),
    Column("declared_type", String),
    _needed("record"),
    Column("text", String),
    Column("collector", String),
    Column("collected_by", String),
    Column("collected_at", Instant),
    Column("place", String),
    Column("received_by", String),
    _needed("received_at", Instant),
    Column("received_from", String),
    _needed("is_late", Boolean),
    Index("evidence_by_digest", "digest"),
)

# Through whose hands evidence went; a chain like that of the refusals.
custody = Table(
    "custody",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _needed("at", Instant),
    Column("person", String),
    _needed("act"),
    _needed("incident"),
    _needed("seq", Integer),
    _needed("digest"),
    _needed("algorithm"),
    Column("address", String),
    Column("detail", String),
    _needed("prev_hash"),
    _needed("hash"),
    Index("custody_by_incident", "incident", "seq", "id"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _key("incident"),
    _key("seq", Integer),
    _needed("hash"),
    _needed("at", Instant),
    _needed("key"),
    _needed("signature"),
)

timestamps = Table(
    "timestamps",
    metadata,
    _key("incident"),
    _key("seq", Integer),
    _needed("token", LargeBinary),
    _needed("at", Instant),
)
