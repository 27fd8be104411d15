"""The second wall between schools: on PostgreSQL a row is seen and written by whoever stands at its school alone."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"

TABLES = tuple(
    """
    account_decisions accounts allowed_phrases api_keys attempts audit biometric_notices biometric_responses
    comparisons connecting connections decisions deliveries departures deputies destructions dpias draft_locks
    draft_photos drafts escalations events feed_items feeds holding holds idempotency identities kept_forms leavers
    not_shown notice_wishes notices one_time_links outgoing_events people permission_forms permission_rounds
    permissions photos policies posting_requests publications pupil_keys pupils recalls rechecks recovery_codes
    reference_photos roster_columns second_factors sessions source_groups source_pupils staff templates told
    tombstones transfer_names unfinished verdicts webhooks
    """.split()  # noqa: SIM905 - sixty lines otherwise
)


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    _wall_off("schools", "id")
    for table in TABLES:
        _wall_off(table, "school_id")


def _wall_off(table: str, column: str) -> None:
    # What is not set comes back as nothing, or as no text once a transaction had set it: neither is a school.
    allowed = f"{column} = current_setting('fledgling.school', true) OR current_setting('fledgling.school', true) = '*'"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")  # its owner too, which is who we are
    op.execute(f"CREATE POLICY of_one_school ON {table} USING ({allowed}) WITH CHECK ({allowed})")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table in ("schools", *TABLES):
        op.execute(f"DROP POLICY of_one_school ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
