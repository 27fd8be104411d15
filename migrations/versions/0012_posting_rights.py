"""Sign-in by a provider, requests for the right to post, who left, accounts opened and closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.tables.base import Code, Document, Instant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("closed_at", Instant(), nullable=True))
    op.create_table(
        "identities",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("issuer", Code(), nullable=False),
        sa.Column("subject", Code(), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_identities_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_identities_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("school_id", "issuer", "subject", name=op.f("uq_identities_school_id_issuer_subject")),
    )
    op.create_index(op.f("ix_identities_person_id"), "identities", ["person_id"], unique=False)
    _create_posting_requests()
    _create_departures()
    op.create_table(
        "account_decisions",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("handle", Code(), nullable=False),
        sa.Column("decision", Code(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", Code(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_account_decisions_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_decisions")),
    )
    op.create_index(
        op.f("ix_account_decisions_school_id_handle_decided_at_id"),
        "account_decisions",
        ["school_id", "handle", "decided_at", "id"],
        unique=False,
    )


def _create_posting_requests() -> None:
    op.create_table(
        "posting_requests",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("account", Code(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("outcome", Code(), nullable=False),
        sa.Column("granted_account", Code(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by", Code(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_posting_requests_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_posting_requests_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_requests")),
    )
    op.create_index(op.f("ix_posting_requests_person_id"), "posting_requests", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_posting_requests_school_id_outcome_asked_at_id"),
        "posting_requests",
        ["school_id", "outcome", "asked_at", "id"],
        unique=False,
    )


def _create_departures() -> None:
    op.create_table(
        "departures",
        sa.Column("id", Code(), nullable=False),
        sa.Column("school_id", Code(), nullable=False),
        sa.Column("person_id", Code(), nullable=False),
        sa.Column("accounts", Document(), nullable=False),
        sa.Column("left_at", Instant(), nullable=False),
        sa.Column("noted_by", Code(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("changed_by", Code(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_departures_school_id_schools")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_departures_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
    )
    op.create_index(op.f("ix_departures_person_id"), "departures", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_departures_school_id_left_at_id"), "departures", ["school_id", "left_at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_account_decisions_school_id_handle_decided_at_id"), "account_decisions")
    op.drop_table("account_decisions")
    op.drop_index(op.f("ix_departures_school_id_left_at_id"), "departures")
    op.drop_index(op.f("ix_departures_person_id"), "departures")
    op.drop_table("departures")
    op.drop_index(op.f("ix_posting_requests_school_id_outcome_asked_at_id"), "posting_requests")
    op.drop_index(op.f("ix_posting_requests_person_id"), "posting_requests")
    op.drop_table("posting_requests")
    op.drop_index(op.f("ix_identities_person_id"), "identities")
    op.drop_table("identities")
    op.drop_column("accounts", "closed_at")
