"""What waits for an approver, and what somebody wrote, as lines of a list: sieved, counted, page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_

from app.domain import QUEUED, Stage, fold_class, fold_handle
from app.store import Store
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.store.verdicts import DecisionKind
from app.tables import DecisionRow, DraftLockRow, DraftPhotoRow, DraftRow, EscalationRow, PersonRow


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which of what waits is wanted; what is empty leaves all through. ``author`` is a person's or key's id."""

    stages: frozenset[Stage] = QUEUED
    account: str = ""
    class_name: str = ""
    author: str = ""
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in short. ``author_name`` is empty where a key sent it; ``photos`` is their number."""

    id: str
    text: str
    stage: Stage
    revision: int
    account: str
    author: str
    author_name: str
    classes: tuple[str, ...]
    photos: int
    sent_at: datetime
    changed_at: datetime


EVERYTHING = Sieve()


def waiting(store: Store, sieve: Sieve = EVERYTHING, *, limit: int, cursor: str | None = None) -> Page[Line]:
    """What waits for an approver, longest waiting first."""
    query = _lines(store).where(*through(store, sieve))
    if cursor is not None:
        query = query.where(tuple_(DraftRow.created_at, DraftRow.id) > _place(cursor))
    return _page(store, query.order_by(DraftRow.created_at, DraftRow.id), limit)


def written(
    store: Store, author: str, stages: Collection[Stage], *, limit: int, cursor: str | None = None
) -> Page[Line]:
    """What a person or key wrote and stands at one of the stages, newest first."""
    query = _lines(store).where(DraftRow.author == author, DraftRow.stage.in_([str(stage) for stage in stages]))
    if cursor is not None:
        query = query.where(tuple_(DraftRow.created_at, DraftRow.id) < _place(cursor))
    return _page(store, query.order_by(DraftRow.created_at.desc(), DraftRow.id.desc()), limit)


def stopped(store: Store, *, limit: int, cursor: str | None = None) -> Page[Line]:
    """What the rules stopped and nobody sent back as it is, newest first. An approval does not count: it was overtaken."""
    query = _lines(store).where(*_stopped())
    if cursor is not None:
        query = query.where(tuple_(DraftRow.created_at, DraftRow.id) < _place(cursor))
    return _page(store, query.order_by(DraftRow.created_at.desc(), DraftRow.id.desc()), limit)


def count_stopped(store: Store) -> int:
    """How many the rules stopped."""
    query = select(func.count()).select_from(DraftRow).where(DraftRow.school_id == store.school_id, *_stopped())
    return store.session.scalars(query).one()


def _stopped() -> list[ColumnElement[bool]]:
    sent_back = exists().where(
        DecisionRow.draft_id == DraftRow.id,
        DecisionRow.revision == DraftRow.revision,
        DecisionRow.decision != str(DecisionKind.APPROVE),
    )
    return [DraftRow.stage == str(Stage.REJECTED), ~sent_back]


def count(store: Store, sieve: Sieve = EVERYTHING) -> int:
    """How many wait."""
    query = select(func.count()).select_from(DraftRow).where(DraftRow.school_id == store.school_id)
    return store.session.scalars(query.where(*through(store, sieve))).one()


def oldest_at(store: Store) -> datetime | None:
    """Since when the draft has waited that waits longest; None where none does."""
    query = select(func.min(DraftRow.created_at)).where(DraftRow.school_id == store.school_id)
    return store.session.scalars(query.where(*through(store, EVERYTHING))).one()


def next_free(store: Store, *, after: str = "", by: str, now: datetime) -> str | None:
    """The draft that waits longest of those that person can take up, or None.

    That is one that nobody else is looking at, and not their own where it shows a photo. With ``after``, the next one
    behind that draft, and from the front again where there is none behind it.
    """
    held = exists().where(DraftLockRow.draft_id == DraftRow.id, DraftLockRow.until > now, DraftLockRow.person_id != by)
    own = and_(DraftRow.author == by, exists().where(DraftPhotoRow.draft_id == DraftRow.id))
    query = (
        select(DraftRow.id)
        .where(DraftRow.school_id == store.school_id, *through(store, EVERYTHING), ~held, ~func.coalesce(own, False))
        .order_by(DraftRow.created_at, DraftRow.id)
    )
    behind = select(DraftRow.created_at).where(DraftRow.school_id == store.school_id, DraftRow.id == after)
    since = store.session.scalars(behind).one_or_none() if after else None
    if since is not None:
        place = tuple_(since, after, types=[DraftRow.created_at.type, DraftRow.id.type])
        later = query.where(tuple_(DraftRow.created_at, DraftRow.id) > place).limit(1)
        if found := store.session.scalars(later).one_or_none():
            return found
    return store.session.scalars(query.where(DraftRow.id != after).limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class Choices:
    """What the queue can be sieved by, as it stands."""

    accounts: tuple[str, ...]
    classes: tuple[str, ...]


def choices(store: Store) -> Choices:
    """The accounts and classes of what waits, each once, in the order of the alphabet."""
    query = select(DraftRow.account, DraftRow.classes).where(
        DraftRow.school_id == store.school_id, *through(store, EVERYTHING)
    )
    found = store.session.execute(query).all()
    classes = {fold_class(name): name for row in found for name in row.classes}
    return Choices(
        tuple(sorted({fold_handle(row.account) for row in found} - {""})),
        tuple(sorted(classes.values(), key=str.casefold)),
    )


def through(store: Store, sieve: Sieve) -> list[ColumnElement[bool]]:
    """What a sieve asks of a draft, for queries over drafts."""
    wanted: list[ColumnElement[bool]] = [DraftRow.stage.in_([str(stage) for stage in sieve.stages & QUEUED])]
    if sieve.account:
        folded = fold_handle(sieve.account)
        wanted.append(func.lower(DraftRow.account).in_([folded, f"@{folded}"]))
    if sieve.author:
        wanted.append(DraftRow.author == sieve.author)
    if sieve.escalated:
        wanted.append(_is_escalated())
    if sieve.class_name:
        wanted.append(DraftRow.id.in_(_of_class(store, sieve.class_name)))
    return wanted


def _is_escalated() -> ColumnElement[bool]:
    """Passed on, and nobody decided since."""
    decided = exists().where(
        DecisionRow.draft_id == EscalationRow.draft_id, DecisionRow.decided_at >= EscalationRow.escalated_at
    )
    return exists().where(EscalationRow.draft_id == DraftRow.id, ~decided)


def _of_class(store: Store, name: str) -> list[str]:
    """The drafts that wait and declare that class. Few wait, and names are compared as people write them."""
    query = select(DraftRow.id, DraftRow.classes).where(
        DraftRow.school_id == store.school_id, *through(store, EVERYTHING)
    )
    folded = fold_class(name)
    return [row.id for row in store.session.execute(query) if folded in map(fold_class, row.classes)]


def _lines(store: Store) -> Select[Any]:
    photos = select(func.count()).where(DraftPhotoRow.draft_id == DraftRow.id).scalar_subquery().label("photos")
    return (
        select(DraftRow, photos, PersonRow.name)
        .outerjoin(PersonRow, and_(PersonRow.id == DraftRow.author, PersonRow.school_id == DraftRow.school_id))
        .where(DraftRow.school_id == store.school_id)
    )


def _page(store: Store, query: Select[Any], limit: int) -> Page[Line]:
    rows, more = cut(store.session.execute(query.limit(limit + 1)).all(), limit)
    last = rows[-1][0] if more else None
    return Page(
        tuple(_line(row, photos, name) for row, photos, name in rows),
        write_cursor(last.created_at, last.id) if last else None,
    )


def _line(row: DraftRow, photos: int, name: str | None) -> Line:
    return Line(
        id=row.id,
        text=row.text,
        stage=Stage(row.stage),
        revision=row.revision,
        account=fold_handle(row.account),
        author=row.author or "",
        author_name=name or "",
        classes=tuple(row.classes),
        photos=photos,
        sent_at=row.created_at,
        changed_at=row.updated_at,
    )


def _place(cursor: str) -> Any:
    return tuple_(*read_cursor(cursor), types=[DraftRow.created_at.type, DraftRow.id.type])
