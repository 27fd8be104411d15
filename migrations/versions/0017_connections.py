"""How the school's accounts are connected to X."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant, Words

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("handle", Words(), nullable=False),
        sa.Column("way", Code(), nullable=False),
        sa.Column("user_id", Code(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("scopes", Document(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("trouble", Code(), nullable=False),
        sa.Column("renewing", Code(), nullable=False),
        sa.Column("renewing_until", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chosen_by", Code(), nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_connections_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("school_id", "handle", name=op.f("uq_connections_school_id_handle")),
    )
    op.create_table(
        "connecting",
        sa.Column("state_hash", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("handle", Words(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_connecting_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_connecting_person_id_people")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_connecting")),
    )
    op.create_index(op.f("ix_connecting_expires_at"), "connecting", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_connecting_expires_at"), "connecting")
    op.drop_table("connecting")
    op.drop_table("connections")
