"""Who must not be shown as was known last, drafts to be looked at again, published ones to be taken down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "not_shown",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("pupil_id", Code(), nullable=False),
        sa.Column("said_no", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_not_shown_school_id_schools")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupils.id"], name=op.f("fk_not_shown_pupil_id_pupils")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_shown")),
        sa.UniqueConstraint("school_id", "pupil_id", name=op.f("uq_not_shown_school_id_pupil_id")),
    )
    op.create_index(op.f("ix_not_shown_pupil_id"), "not_shown", ["pupil_id"], unique=False)
    op.create_table(
        "rechecks",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("pupils", Document(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_rechecks_school_id_schools")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_rechecks_draft_id_drafts")),
        sa.PrimaryKeyConstraint("school_id", "draft_id", name=op.f("pk_rechecks")),
    )
    op.create_table(
        "recalls",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("pupils", Document(), nullable=False),
        sa.Column("why_found", Code(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("outcome", Code(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", Code(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_recalls_school_id_schools")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_recalls_draft_id_drafts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index(op.f("ix_recalls_draft_id"), "recalls", ["draft_id"], unique=False)
    op.create_index(
        op.f("ix_recalls_school_id_outcome_opened_at_id"),
        "recalls",
        ["school_id", "outcome", "opened_at", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_recalls_school_id_outcome_opened_at_id"), "recalls")
    op.drop_index(op.f("ix_recalls_draft_id"), "recalls")
    op.drop_table("recalls")
    op.drop_table("rechecks")
    op.drop_index(op.f("ix_not_shown_pupil_id"), "not_shown")
    op.drop_table("not_shown")
