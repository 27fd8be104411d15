"""Attempts to publish, and the switch that holds everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant, Words

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _publications()
    _attempts()
    op.create_table(
        "holding",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("paused_by", Code(), nullable=False),
        sa.Column("problem", Code(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_holding_school_id_schools")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_holding")),
    )
    op.create_table(
        "outgoing_events",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("type", Code(), nullable=False),
        sa.Column("data", Document(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("handed_on_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_outgoing_events_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_events")),
    )
    op.create_index(op.f("ix_outgoing_events_handed_on_at_id"), "outgoing_events", ["handed_on_at", "id"], unique=False)


def _publications() -> None:
    op.create_table(
        "publications",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", Code(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("wanted_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("why_then", Code(), nullable=False),
        sa.Column("problem", Code(), nullable=False),
        sa.Column("words", Words(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("approved_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_publications_school_id_schools")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_publications_draft_id_drafts")),
        sa.PrimaryKeyConstraint("school_id", "draft_id", name=op.f("pk_publications")),
    )
    op.create_index(
        op.f("ix_publications_school_id_state_due_at"), "publications", ["school_id", "state", "due_at"], unique=False
    )
    op.create_index(op.f("ix_publications_state_due_at"), "publications", ["state", "due_at"], unique=False)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", Code(), nullable=False),
        sa.Column("publisher", Code(), nullable=False),
        sa.Column("account", Code(), nullable=False),
        sa.Column("media", Document(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("outcome", Code(), nullable=False),
        sa.Column("post_id", Code(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", Code(), nullable=False),
        sa.Column("taken_down_at", Instant(), nullable=True),
        sa.Column("taken_down_by", Code(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_attempts_school_id_schools")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_attempts_draft_id_drafts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("school_id", "draft_id", "revision", name=op.f("uq_attempts_school_id_draft_id_revision")),
    )
    op.create_index(op.f("ix_attempts_draft_id"), "attempts", ["draft_id"], unique=False)
    op.create_index(op.f("ix_attempts_school_id_post_id"), "attempts", ["school_id", "post_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_outgoing_events_handed_on_at_id"), "outgoing_events")
    op.drop_table("outgoing_events")
    op.drop_table("holding")
    op.drop_index(op.f("ix_attempts_school_id_post_id"), "attempts")
    op.drop_index(op.f("ix_attempts_draft_id"), "attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_publications_state_due_at"), "publications")
    op.drop_index(op.f("ix_publications_school_id_state_due_at"), "publications")
    op.drop_table("publications")
