"""Reference photos that an engine would not take, so that it looks at each but once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("reference_photos", sa.Column("refused_by", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("reference_photos", "refused_by")
