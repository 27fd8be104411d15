"""Who told the school of an answer, the forms by which families are asked, when children came, when holds are reviewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "permission_forms",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_permission_forms_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_forms")),
        sa.UniqueConstraint("school_id", "version", name=op.f("uq_permission_forms_school_id_version")),
    )
    op.add_column("pupils", sa.Column("joined_on", sa.Date(), nullable=True))
    op.add_column("permissions", sa.Column("told_by", sa.Text(), server_default="", nullable=False))
    op.add_column("permissions", sa.Column("told_on", sa.Date(), nullable=True))
    op.add_column("permissions", sa.Column("form", sa.Text(), server_default="", nullable=False))
    op.add_column("holds", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("holds", sa.Column("answer_id", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("holds", "answer_id")
    op.drop_column("holds", "review_on")
    op.drop_column("permissions", "form")
    op.drop_column("permissions", "told_on")
    op.drop_column("permissions", "told_by")
    op.drop_column("pupils", "joined_on")
    op.drop_table("permission_forms")
