"""Tombstones, leavers' answers, and how far back the audit trail reaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("pupil", sa.Text(), nullable=False),
        sa.Column("upn_mark", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_tombstones_school_id_schools")),
        sa.PrimaryKeyConstraint("school_id", "pupil", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_school_id_upn_mark"), "tombstones", ["school_id", "upn_mark"], unique=False)
    op.create_table(
        "leavers",
        sa.Column("pupil", sa.Text(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_leavers_school_id_schools")),
        sa.PrimaryKeyConstraint("pupil", name=op.f("pk_leavers")),
    )
    op.create_index(op.f("ix_leavers_school_id_left_on"), "leavers", ["school_id", "left_on"], unique=False)
    op.add_column("schools", sa.Column("audit_cut", sa.Integer(), server_default="0", nullable=False))
    op.add_column("schools", sa.Column("audit_cut_hash", sa.Text(), server_default="", nullable=False))
    op.add_column("schools", sa.Column("purged_on", sa.Date(), nullable=True))
    op.add_column("photos", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    _guard_what_is_kept()


def _guard_what_is_kept() -> None:
    """Lines of the audit trail may go up to the one that the school's row knows as the last that was let go."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(
            "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
            "WHEN OLD.seq > (SELECT audit_cut FROM schools WHERE id = OLD.school_id) "
            "BEGIN SELECT RAISE(ABORT, 'audit: rows are never touched by DELETE'); END"
        )
        return
    op.execute("DROP TRIGGER audit_no_delete ON audit")
    op.execute(
        "CREATE FUNCTION fledgling_refuse_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.seq > (SELECT audit_cut FROM schools WHERE id = OLD.school_id) THEN "
        "RAISE EXCEPTION 'audit: rows are never touched by DELETE'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION fledgling_refuse_kept()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(
            "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
            "BEGIN SELECT RAISE(ABORT, 'audit: rows are never touched by DELETE'); END"
        )
    else:
        op.execute("DROP TRIGGER audit_no_delete ON audit")
        op.execute("DROP FUNCTION fledgling_refuse_kept()")
        op.execute(
            "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION fledgling_refuse()"
        )
    op.drop_column("photos", "purged_at")
    for column in ("purged_on", "audit_cut_hash", "audit_cut"):
        op.drop_column("schools", column)
    op.drop_index(op.f("ix_leavers_school_id_left_on"), "leavers")
    op.drop_table("leavers")
    op.drop_index(op.f("ix_tombstones_school_id_upn_mark"), "tombstones")
    op.drop_table("tombstones")
