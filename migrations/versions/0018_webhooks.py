"""What other programs are told, and the feeds that drafts come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant, Words

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("types", Document(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("why_ended", Code(), nullable=False),
        sa.Column("heard_at", Instant(), nullable=True),
        sa.Column("created_by", Code(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_webhooks_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("webhook_id", Code(), nullable=False),
        sa.Column("event_id", Code(), nullable=False),
        sa.Column("type", Code(), nullable=False),
        sa.Column("body", Words(), nullable=False),
        sa.Column("state", Code(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("word", Code(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_deliveries_school_id_schools")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id_webhooks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_id", "webhook_id", name=op.f("uq_deliveries_event_id_webhook_id")),
    )
    op.create_index(op.f("ix_deliveries_webhook_id"), "deliveries", ["webhook_id"], unique=False)
    op.create_index(op.f("ix_deliveries_state_next_at"), "deliveries", ["state", "next_at"], unique=False)
    op.create_index(
        op.f("ix_deliveries_school_id_created_at_id"), "deliveries", ["school_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "feeds",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("account", Words(), nullable=False),
        sa.Column("state", Code(), nullable=False),
        sa.Column("etag", Words(), nullable=False),
        sa.Column("last_modified", Words(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("word", Code(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("created_by", Code(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_feeds_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("school_id", "url", name=op.f("uq_feeds_school_id_url")),
    )
    op.create_index(op.f("ix_feeds_state_next_at"), "feeds", ["state", "next_at"], unique=False)
    op.create_table(
        "feed_items",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("feed_id", Code(), nullable=False),
        sa.Column("item_hash", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("word", Code(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_feed_items_school_id_schools")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_items_feed_id_feeds")),
        sa.PrimaryKeyConstraint("feed_id", "item_hash", name=op.f("pk_feed_items")),
    )


def downgrade() -> None:
    op.drop_table("feed_items")
    op.drop_index(op.f("ix_feeds_state_next_at"), "feeds")
    op.drop_table("feeds")
    op.drop_index(op.f("ix_deliveries_school_id_created_at_id"), "deliveries")
    op.drop_index(op.f("ix_deliveries_state_next_at"), "deliveries")
    op.drop_index(op.f("ix_deliveries_webhook_id"), "deliveries")
    op.drop_table("deliveries")
    op.drop_table("webhooks")
