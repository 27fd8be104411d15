"""The school's own headings, and what OneRoster and common transfer files leave behind for the next one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "roster_columns",
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("headings", Document(), nullable=False),
        sa.Column("set_by", Code(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_roster_columns_school_id_schools")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_roster_columns")),
    )
    op.create_table(
        "source_groups",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("kind", Code(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_source_groups_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_groups")),
        sa.UniqueConstraint("school_id", "kind", "source_id", name=op.f("uq_source_groups_school_id_kind_source_id")),
    )
    _create_of_pupil("source_pupils", sa.Column("source_id", sa.Text(), nullable=False), unique="source_id")
    _create_of_pupil(
        "transfer_names",
        sa.Column("names", Document(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        unique="pupil_id",
    )


def _create_of_pupil(name: str, *columns: sa.Column[object], unique: str) -> None:
    op.create_table(
        name,
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("pupil_id", Code(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f(f"fk_{name}_school_id_schools")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupils.id"], name=op.f(f"fk_{name}_pupil_id_pupils")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("school_id", unique, name=op.f(f"uq_{name}_school_id_{unique}")),
    )
    op.create_index(op.f(f"ix_{name}_pupil_id"), name, ["pupil_id"], unique=False)


def downgrade() -> None:
    for name in ("transfer_names", "source_pupils"):
        op.drop_index(op.f(f"ix_{name}_pupil_id"), name)
        op.drop_table(name)
    op.drop_table("source_groups")
    op.drop_table("roster_columns")
