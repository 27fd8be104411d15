"""Posts that somebody is still writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "unfinished",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("tab", Code(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("photos", Document(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_unfinished_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_unfinished_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfinished")),
    )
    op.create_index(op.f("ix_unfinished_updated_at"), "unfinished", ["updated_at"], unique=False)
    op.create_index(
        op.f("ix_unfinished_school_id_person_id_updated_at"),
        "unfinished",
        ["school_id", "person_id", "updated_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_unfinished_school_id_person_id_updated_at"), "unfinished")
    op.drop_index(op.f("ix_unfinished_updated_at"), "unfinished")
    op.drop_table("unfinished")
