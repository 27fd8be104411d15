"""What families answered, channel by channel and school year by school year; every answer is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from app.db import new_id
from app.store import Store, audit
from app.tables import PermissionRoundRow, PermissionRow

IDS_AT_ONCE = 500


class PermissionAnswer(StrEnum):
    """What a family said; what *not answered* means is the policy's."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ANSWERED = "not_answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it came; ``raw`` is what stood in the file."""

    pupil: str
    channel: str
    answer: PermissionAnswer
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """An answer on record."""

    pupil: str
    school_year: str
    channel: str
    answer: PermissionAnswer
    raw: str
    source: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Round:
    """The asking of all families for one school year; ``as_of`` is when answers were last loaded."""

    school_year: str
    opened_on: date | None
    due_on: date | None
    as_of: datetime | None


def open_round(store: Store, school_year: str, *, opened_on: date, due_on: date, by: str, now: datetime) -> None:
    """Open the round of that school year (``2026-27``), or set its days anew."""
    days = {"opened_on": opened_on, "due_on": due_on}
    detail = {column: day.isoformat() for column, day in days.items()}
    audit.append(store, audit.Action.ROUND_OPEN, school_year, detail, by=by, now=now)
    _put_round(store, school_year, days, now)


def round_of(store: Store, school_year: str) -> Round | None:
    """The round of that school year; None if it was neither opened nor any answer loaded."""
    row = store.session.scalars(
        select(PermissionRoundRow).where(
            PermissionRoundRow.school_id == store.school_id, PermissionRoundRow.school_year == school_year
        )
    ).one_or_none()
    return None if row is None else Round(row.school_year, row.opened_on, row.due_on, row.as_of)


def load(
    store: Store, school_year: str, given: Sequence[Given], *, source: str, by: str, now: datetime
) -> tuple[str, ...]:
    """Record the school's whole register of answers, which is fresh from then on; as ``record``."""
    changed = record(store, school_year, given, source=source, by=by, now=now)
    _put_round(store, school_year, {"as_of": now}, now)
    return changed


def record(
    store: Store, school_year: str, given: Sequence[Given], *, source: str, by: str, now: datetime
) -> tuple[str, ...]:
    """Record answers; the last of a pupil and channel counts. Returns the ids of the pupils for whom one changed.

    An answer that stands already is not recorded again, so that loading a file twice adds nothing.
    """
    store.take_turn()
    standing = {(one.pupil, one.channel): one for one in current(store, school_year)}
    last = {(one.pupil, one.channel): one for one in given}
    new = [one for place, one in last.items() if not _same(one, standing.get(place))]
    pupils = tuple(sorted({one.pupil for one in new}))
    detail = {"school_year": school_year, "source": source, "pupils": list(pupils)}
    audit.append(store, audit.Action.PERMISSIONS_RECORD, store.school_id, detail, by=by, now=now)
    _supersede(store, school_year, {(one.pupil, one.channel) for one in new})
    rows = [
        {
            "id": new_id(now),
            "school_id": store.school_id,
            "pupil_id": one.pupil,
            "school_year": school_year,
            "channel": one.channel,
            "answer": str(one.answer),
            "raw": one.raw,
            "source": source,
            "recorded_at": now,
            "recorded_by": by,
            "current": True,
        }
        for one in new
    ]
    if rows:
        store.session.execute(insert(PermissionRow), rows)
    return pupils


def current(store: Store, school_year: str) -> tuple[Permission, ...]:
    """The latest answer of each pupil and channel for that school year."""
    query = select(PermissionRow).where(
        PermissionRow.school_id == store.school_id, PermissionRow.school_year == school_year, PermissionRow.current
    )
    order = (PermissionRow.pupil_id, PermissionRow.channel)
    return tuple(_permission(row) for row in store.session.scalars(query.order_by(*order)))


def history(store: Store, pupil_id: str) -> tuple[Permission, ...]:
    """All answers ever recorded for a pupil, oldest first."""
    query = select(PermissionRow).where(PermissionRow.school_id == store.school_id, PermissionRow.pupil_id == pupil_id)
    order = (PermissionRow.recorded_at, PermissionRow.id)
    return tuple(_permission(row) for row in store.session.scalars(query.order_by(*order)))


def _same(given: Given, standing: Permission | None) -> bool:
    return standing is not None and (given.answer, given.raw) == (standing.answer, standing.raw)


def _supersede(store: Store, school_year: str, places: set[tuple[str, str]]) -> None:
    old = store.session.execute(
        select(PermissionRow.id, PermissionRow.pupil_id, PermissionRow.channel).where(
            PermissionRow.school_id == store.school_id, PermissionRow.school_year == school_year, PermissionRow.current
        )
    ).all()
    ids = [row.id for row in old if (row.pupil_id, row.channel) in places]
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        store.session.execute(update(PermissionRow).where(PermissionRow.id.in_(part)).values(current=False))


def _put_round(store: Store, school_year: str, values: dict[str, date] | dict[str, datetime], now: datetime) -> None:
    if round_of(store, school_year) is None:
        store.session.execute(
            insert(PermissionRoundRow).values(
                id=new_id(now), school_id=store.school_id, school_year=school_year, **values
            )
        )
        return
    store.session.execute(
        update(PermissionRoundRow)
        .where(PermissionRoundRow.school_id == store.school_id, PermissionRoundRow.school_year == school_year)
        .values(values)
    )


def _permission(row: PermissionRow) -> Permission:
    return Permission(
        row.pupil_id,
        row.school_year,
        row.channel,
        PermissionAnswer(row.answer),
        row.raw,
        row.source,
        row.recorded_at,
        row.recorded_by,
    )
