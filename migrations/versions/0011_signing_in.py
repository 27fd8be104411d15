"""How people sign in: second factors, recovery codes, links used once, forms kept over a lock, and who has to wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Instant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("people", sa.Column("password_set_at", Instant(), nullable=True))
    op.add_column("sessions", sa.Column("second_factor_at", Instant(), nullable=True))
    op.add_column("sessions", sa.Column("browser", Code(), server_default="", nullable=False))
    op.create_table(
        "second_factors",
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_second_factors_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_second_factors_school_id_schools")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("mark", Code(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("school_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_recovery_codes_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_person_id"), "recovery_codes", ["person_id"], unique=False)
    op.create_table(
        "one_time_links",
        sa.Column("id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("purpose", Code(), nullable=False),
        sa.Column("token_hash", Code(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", Code(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("school_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_one_time_links_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_one_time_links_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_links_token_hash")),
    )
    op.create_index(op.f("ix_one_time_links_person_id"), "one_time_links", ["person_id"], unique=False)
    op.create_table(
        "kept_forms",
        sa.Column("id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("path", Code(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_kept_forms_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_kept_forms_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
        sa.UniqueConstraint("person_id", "path", name=op.f("uq_kept_forms_person_id_path")),
    )
    op.create_index(op.f("ix_kept_forms_expires_at"), "kept_forms", ["expires_at"], unique=False)
    op.create_table(
        "sign_in_waits",
        sa.Column("mark", Code(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.Column("wait_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_sign_in_waits")),
    )
    op.create_index(op.f("ix_sign_in_waits_failed_at"), "sign_in_waits", ["failed_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_sign_in_waits_failed_at"), "sign_in_waits")
    op.drop_table("sign_in_waits")
    op.drop_index(op.f("ix_kept_forms_expires_at"), "kept_forms")
    op.drop_table("kept_forms")
    op.drop_index(op.f("ix_one_time_links_person_id"), "one_time_links")
    op.drop_table("one_time_links")
    op.drop_index(op.f("ix_recovery_codes_person_id"), "recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    op.drop_column("sessions", "browser")
    op.drop_column("sessions", "second_factor_at")
    op.drop_column("people", "password_set_at")
