"""The school's policy, version by version, as the TOML it was written in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.db import new_id
from app.store import Store, audit
from app.tables import PolicyRow


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of the policy; versions count from 1."""

    version: int
    source: str
    imported_at: datetime
    imported_by: str


def add(store: Store, source: str, *, by: str, now: datetime) -> PolicyVersion:
    """Make ``source`` the policy: a new version, or the current one if it says the same. Check it before."""
    store.take_turn()
    last = current(store)
    if last is not None and last.source == source:
        return last
    version = 1 if last is None else last.version + 1
    audit.append(store, audit.Action.POLICY_ADD, store.school_id, {"version": version}, by=by, now=now)
    added = PolicyVersion(version, source, now, by)
    store.session.execute(
        insert(PolicyRow).values(
            id=new_id(now),
            school_id=store.school_id,
            version=version,
            source=source,
            imported_at=now,
            imported_by=by,
        )
    )
    return added


def current(store: Store) -> PolicyVersion | None:
    """The newest version, or None before the first."""
    query = select(PolicyRow).where(PolicyRow.school_id == store.school_id).order_by(PolicyRow.version.desc())
    row = store.session.scalars(query.limit(1)).one_or_none()
    return None if row is None else _version(row)


def history(store: Store) -> tuple[PolicyVersion, ...]:
    """All versions, newest first."""
    query = select(PolicyRow).where(PolicyRow.school_id == store.school_id).order_by(PolicyRow.version.desc())
    return tuple(_version(row) for row in store.session.scalars(query))


def _version(row: PolicyRow) -> PolicyVersion:
    return PolicyVersion(row.version, row.source, row.imported_at, row.imported_by)
