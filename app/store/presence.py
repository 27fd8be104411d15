"""When people were last here, as far as their sessions are kept; and ending those sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from app.store import Store, audit
from app.tables import SessionRow


def last_seen(store: Store) -> dict[str, datetime]:
    """The latest instant of each person's sessions, by id; nobody whose sessions are no longer kept."""
    query = (
        select(SessionRow.person_id, func.max(SessionRow.seen_at).label("seen_at"))
        .where(SessionRow.school_id == store.school_id)
        .group_by(SessionRow.person_id)
    )
    return {row.person_id: row.seen_at for row in store.session.execute(query)}


def end_sessions(store: Store, person_id: str, *, by: str, now: datetime) -> int:
    """Sign somebody out wherever they are signed in; returns how many sessions that ended."""
    store.take_turn()
    ended = store.session.scalars(
        update(SessionRow)
        .where(
            SessionRow.school_id == store.school_id,
            SessionRow.person_id == person_id,
            SessionRow.revoked_at.is_(None),
            SessionRow.expires_at > now,
        )
        .values(revoked_at=now)
        .returning(SessionRow.id)
    ).all()
    for session_id in ended:
        audit.append(store, audit.Action.SESSION_CLOSE, session_id, {"person": person_id}, by=by, now=now)
    return len(ended)
