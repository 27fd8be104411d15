"""Phrases that an approver allows: words that mean no child, or no harm, at this school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, tuple_, update

from app.db import new_id
from app.store import Store, audit
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.tables import AllowedPhraseRow


class About(StrEnum):
    """Which check a phrase quietens: that for children's names, or that for offence and running down."""

    NAMES = "names"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class AllowedPhrase:
    """A phrase with who allowed it, when and why; the last three are None while it is not withdrawn."""

    id: str
    phrase: str
    about: About
    reason: str
    allowed_by: str
    allowed_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None


def add(store: Store, phrase: str, about: About, reason: str, *, by: str, now: datetime) -> AllowedPhrase:
    """Allow a phrase. The audit line holds its id alone: the words may be somebody's name."""
    added = AllowedPhrase(new_id(now), phrase, about, reason, by, now)
    audit.append(store, audit.Action.PHRASE_ALLOW, added.id, {"about": str(about)}, by=by, now=now)
    store.session.execute(
        insert(AllowedPhraseRow).values(
            id=added.id,
            school_id=store.school_id,
            phrase=phrase,
            about=str(about),
            reason=reason,
            allowed_by=by,
            allowed_at=now,
        )
    )
    return added


def withdraw(store: Store, phrase_id: str, reason: str, *, by: str, now: datetime) -> bool:
    """Take a phrase back; False if none of that id is still allowed."""
    store.take_turn()
    withdrawn = store.session.execute(
        update(AllowedPhraseRow)
        .where(
            AllowedPhraseRow.school_id == store.school_id,
            AllowedPhraseRow.id == phrase_id,
            AllowedPhraseRow.withdrawn_at.is_(None),
        )
        .values(withdrawn_by=by, withdrawn_at=now, withdrawn_reason=reason)
        .returning(AllowedPhraseRow.about)
    ).all()
    if not withdrawn:
        return False
    audit.append(store, audit.Action.PHRASE_WITHDRAW, phrase_id, {"about": withdrawn[0].about}, by=by, now=now)
    return True


def find(store: Store, phrase_id: str) -> AllowedPhrase | None:
    """The phrase of that id, withdrawn or not, or None."""
    query = select(AllowedPhraseRow).where(
        AllowedPhraseRow.school_id == store.school_id, AllowedPhraseRow.id == phrase_id
    )
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _phrase(row)


def standing(store: Store) -> tuple[AllowedPhrase, ...]:
    """All that are not withdrawn, oldest first."""
    query = select(AllowedPhraseRow).where(
        AllowedPhraseRow.school_id == store.school_id, AllowedPhraseRow.withdrawn_at.is_(None)
    )
    rows = store.session.scalars(query.order_by(AllowedPhraseRow.allowed_at, AllowedPhraseRow.id))
    return tuple(_phrase(row) for row in rows)


def page(store: Store, *, withdrawn: bool, limit: int, cursor: str | None = None) -> Page[AllowedPhrase]:
    """The phrases, latest first; ``withdrawn``: those taken back among them."""
    query = select(AllowedPhraseRow).where(AllowedPhraseRow.school_id == store.school_id)
    if not withdrawn:
        query = query.where(AllowedPhraseRow.withdrawn_at.is_(None))
    if cursor is not None:
        types = [AllowedPhraseRow.allowed_at.type, AllowedPhraseRow.id.type]
        after = tuple_(*read_cursor(cursor), types=types)
        query = query.where(tuple_(AllowedPhraseRow.allowed_at, AllowedPhraseRow.id) < after)
    newest = query.order_by(AllowedPhraseRow.allowed_at.desc(), AllowedPhraseRow.id.desc())
    rows, more = cut(store.session.scalars(newest.limit(limit + 1)).all(), limit)
    return Page(tuple(map(_phrase, rows)), write_cursor(rows[-1].allowed_at, rows[-1].id) if more else None)


def _phrase(row: AllowedPhraseRow) -> AllowedPhrase:
    return AllowedPhrase(
        row.id,
        row.phrase,
        About(row.about),
        row.reason,
        row.allowed_by,
        row.allowed_at,
        row.withdrawn_by,
        row.withdrawn_at,
        row.withdrawn_reason,
    )
