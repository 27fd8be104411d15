"""What approvers note while they review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Instant, Words

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("photo", sa.Integer(), nullable=False),
        sa.Column("face", sa.Integer(), nullable=False),
        sa.Column("pupil_id", Code(), nullable=False),
        sa.Column("answer", Code(), nullable=False),
        sa.Column("answered_by", Code(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_comparisons_draft_id_drafts")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupils.id"], name=op.f("fk_comparisons_pupil_id_pupils")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_comparisons_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
    )
    op.create_index(
        op.f("ix_comparisons_draft_id_revision_answered_at"),
        "comparisons",
        ["draft_id", "revision", "answered_at"],
        unique=False,
    )
    op.create_index(op.f("ix_comparisons_pupil_id"), "comparisons", ["pupil_id"], unique=False)
    op.create_table(
        "escalations",
        sa.Column("id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("to_person", Code(), nullable=False),
        sa.Column("note", Words(), nullable=False),
        sa.Column("escalated_by", Code(), nullable=False),
        sa.Column("escalated_at", Instant(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_escalations_draft_id_drafts")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_escalations_school_id_schools")),
        sa.ForeignKeyConstraint(["to_person"], ["people.id"], name=op.f("fk_escalations_to_person_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
    )
    op.create_index(
        op.f("ix_escalations_draft_id_escalated_at"), "escalations", ["draft_id", "escalated_at"], unique=False
    )
    _guard()


def _guard() -> None:
    """An answer is never changed; it goes with the child's record alone."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER comparisons_no_update BEFORE UPDATE ON comparisons "
            "BEGIN SELECT RAISE(ABORT, 'comparisons: rows are never touched by UPDATE'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER comparisons_no_update BEFORE UPDATE ON comparisons "
        "FOR EACH STATEMENT EXECUTE FUNCTION fledgling_refuse()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_escalations_draft_id_escalated_at"), "escalations")
    op.drop_table("escalations")
    op.drop_index(op.f("ix_comparisons_pupil_id"), "comparisons")
    op.drop_index(op.f("ix_comparisons_draft_id_revision_answered_at"), "comparisons")
    op.drop_table("comparisons")
