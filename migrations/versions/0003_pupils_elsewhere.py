"""Pupils of the trust's other schools beside the school's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("pupils", sa.Column("elsewhere", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("schools", sa.Column("elsewhere_mark", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_pupils_school_id_elsewhere"), "pupils", ["school_id", "elsewhere"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pupils_school_id_elsewhere"), "pupils")
    op.drop_column("schools", "elsewhere_mark")
    op.drop_column("pupils", "elsewhere")
