"""The assessment that matching needs, keys of each child's own, and the record of what was destroyed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

GUARDED = (("destructions", "UPDATE"), ("dpias", "UPDATE"))
"""What may never be done to which table."""


def upgrade() -> None:
    op.create_table(
        "dpias",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("dpo_opinion", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("review_due", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_dpias_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dpias")),
    )
    op.create_index(op.f("ix_dpias_school_id_recorded_at_id"), "dpias", ["school_id", "recorded_at", "id"])
    op.create_table(
        "pupil_keys",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pupil_id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupils.id"], name=op.f("fk_pupil_keys_pupil_id_pupils")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_pupil_keys_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pupil_keys")),
        sa.UniqueConstraint("pupil_id", "purpose", name=op.f("uq_pupil_keys_pupil_id_purpose")),
    )
    op.create_index(op.f("ix_pupil_keys_pupil_id"), "pupil_keys", ["pupil_id"])
    op.create_table(
        "destructions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pupil_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("how_many", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("destroyed_by", sa.Text(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_destructions_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destructions")),
    )
    op.create_index(op.f("ix_destructions_pupil_id"), "destructions", ["pupil_id"])
    op.create_index(
        op.f("ix_destructions_school_id_destroyed_at_id"), "destructions", ["school_id", "destroyed_at", "id"]
    )
    op.add_column("biometric_notices", sa.Column("dpia_version", sa.Text(), server_default="", nullable=False))
    op.add_column("biometric_responses", sa.Column("contact", sa.Text(), server_default="", nullable=False))
    op.add_column("biometric_responses", sa.Column("dpia_version", sa.Text(), server_default="", nullable=False))
    _guard()


def _guard() -> None:
    """Refuse what is never done, whoever asks."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, deed in GUARDED:
        trigger = f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
        refused = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are never touched by {deed}'); END"
        op.execute(trigger + (refused if sqlite else "FOR EACH STATEMENT EXECUTE FUNCTION fledgling_refuse()"))


def downgrade() -> None:
    op.drop_column("biometric_responses", "dpia_version")
    op.drop_column("biometric_responses", "contact")
    op.drop_column("biometric_notices", "dpia_version")
    for table in ("destructions", "pupil_keys", "dpias"):
        op.drop_table(table)
