"""Who is looking at a draft, what people are told by mail, and deputies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "draft_locks",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("draft_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_draft_locks_school_id_schools")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_draft_locks_draft_id_drafts")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_draft_locks_person_id_people")),
        sa.PrimaryKeyConstraint("school_id", "draft_id", name=op.f("pk_draft_locks")),
    )
    op.create_table(
        "notice_wishes",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("rhythm", Code(), nullable=False),
        sa.Column("daily_at", Code(), nullable=False),
        sa.Column("opens", Code(), nullable=False),
        sa.Column("closes", Code(), nullable=False),
        sa.Column("days", Document(), nullable=False),
        sa.Column("nudges", sa.Boolean(), nullable=False),
        sa.Column("decisions", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_notice_wishes_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notice_wishes_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_wishes")),
    )
    _notices()
    op.create_table(
        "deputies",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("deputy_id", Code(), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("both", sa.Boolean(), nullable=False),
        sa.Column("named_by", Code(), nullable=False),
        sa.Column("named_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_deputies_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_deputies_person_id_people")),
        sa.ForeignKeyConstraint(["deputy_id"], ["people.id"], name=op.f("fk_deputies_deputy_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index(op.f("ix_deputies_person_id"), "deputies", ["person_id"], unique=False)
    op.create_index(op.f("ix_deputies_school_id_ends_on"), "deputies", ["school_id", "ends_on"], unique=False)


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("kind", Code(), nullable=False),
        sa.Column("counts", Document(), nullable=False),
        sa.Column("state", Code(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", Code(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_notices_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notices_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_state_next_try_at"), "notices", ["state", "next_try_at"], unique=False)
    op.create_index(
        op.f("ix_notices_school_id_person_id_kind_created_at"),
        "notices",
        ["school_id", "person_id", "kind", "created_at"],
        unique=False,
    )
    op.create_table(
        "told",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("kind", Code(), nullable=False),
        sa.Column("thing", Code(), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_told_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_told_person_id_people")),
        sa.PrimaryKeyConstraint("school_id", "person_id", "kind", "thing", name=op.f("pk_told")),
    )
    op.create_index(op.f("ix_told_told_at"), "told", ["told_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_deputies_school_id_ends_on"), "deputies")
    op.drop_index(op.f("ix_deputies_person_id"), "deputies")
    op.drop_table("deputies")
    op.drop_index(op.f("ix_told_told_at"), "told")
    op.drop_table("told")
    op.drop_index(op.f("ix_notices_school_id_person_id_kind_created_at"), "notices")
    op.drop_index(op.f("ix_notices_state_next_try_at"), "notices")
    op.drop_table("notices")
    op.drop_table("notice_wishes")
    op.drop_table("draft_locks")
