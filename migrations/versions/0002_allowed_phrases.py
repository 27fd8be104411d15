"""Phrases that an approver allows from the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "allowed_phrases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("allowed_by", sa.Text(), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_allowed_phrases_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowed_phrases")),
    )
    op.create_index(
        op.f("ix_allowed_phrases_school_id_allowed_at_id"),
        "allowed_phrases",
        ["school_id", "allowed_at", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("allowed_phrases")
