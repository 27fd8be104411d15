"""What families answered, channel by channel and school year by school year; every answer is kept.

A channel is one that files have columns for (``social-media``), or that and who told us (``social-media/mother``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from app.db import new_id
from app.store import Store, audit, outbox
from app.tables import PermissionFormRow, PermissionRoundRow, PermissionRow

IDS_AT_ONCE = 500
_ROWS_AT_ONCE = 2_000
_SOME_AT_A_TIME = {"yield_per": _ROWS_AT_ONCE}

TOLD = "told"
"""The source of what one person said, beside those of files."""


class PermissionAnswer(StrEnum):
    """What a family said; what *not answered* means is the policy's."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ANSWERED = "not_answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it came; ``raw`` is what stood in the file, ``told_by`` who said it, ``form`` what was signed."""

    pupil: str
    channel: str
    answer: PermissionAnswer
    raw: str = ""
    told_by: str = ""
    told_on: date | None = None
    form: str = ""


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
    id: str = ""
    told_by: str = ""
    told_on: date | None = None
    form: str = ""
    current: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """The wording in which families are asked; versions count from 1."""

    version: int
    wording: str
    kept_at: datetime
    kept_by: str


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
    store: Store,
    school_year: str,
    given: Sequence[Given],
    *,
    source: str,
    sealed: str = "",
    by: str,
    now: datetime,
) -> tuple[str, ...]:
    """Record answers; the last of a pupil and channel counts. Returns the ids of the pupils for whom one changed.

    An answer that stands already is not recorded again, so that loading a file twice adds nothing; what somebody
    ``told`` always is. ``sealed`` goes into the audit line as it is, for those who can open it.
    """
    store.take_turn()
    standing = _standing(store, school_year)
    last = {(one.pupil, one.channel): one for one in given}
    new = [one for place, one in last.items() if source == TOLD or not _same(one, standing.get(place))]
    del last  # of a whole file there may be three hundred thousand
    pupils = tuple(sorted({one.pupil for one in new}))
    detail: dict[str, Any] = {"school_year": school_year, "source": source, "pupils": list(pupils)}
    if sealed:
        detail["sealed"] = sealed
    audit.append(store, audit.Action.PERMISSIONS_RECORD, store.school_id, detail, by=by, now=now)
    _supersede(store, [standing[one.pupil, one.channel][0] for one in new if (one.pupil, one.channel) in standing])
    for start in range(0, len(new), _ROWS_AT_ONCE):
        part = new[start : start + _ROWS_AT_ONCE]
        rows = [_values(store, school_year, one, source, by=by, now=now) for one in part]
        store.session.execute(insert(PermissionRow), rows)
    if pupils:
        outbox.add(store, outbox.EventType.PERMISSION_CHANGED, {"pupils": list(pupils)}, now)
    return pupils


def _values(store: Store, school_year: str, one: Given, source: str, *, by: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(now),
        "school_id": store.school_id,
        "pupil_id": one.pupil,
        "school_year": school_year,
        "channel": one.channel,
        "answer": str(one.answer),
        "raw": one.raw,
        "told_by": one.told_by,
        "told_on": one.told_on,
        "form": one.form,
        "source": source,
        "recorded_at": now,
        "recorded_by": by,
        "current": True,
    }


def current(store: Store, school_year: str) -> tuple[Permission, ...]:
    """The latest answer of each pupil and channel for that school year."""
    table = PermissionRow.__table__
    query = select(table).where(*_current(store, school_year)).order_by(table.c.pupil_id, table.c.channel)
    # Rows of the table, not of the mapped class, and some at a time: there may be three hundred thousand.
    return tuple(_permission(row) for row in store.session.execute(query, execution_options=_SOME_AT_A_TIME))


def _current(store: Store, school_year: str) -> tuple[ColumnElement[bool], ...]:
    table = PermissionRow.__table__
    return table.c.school_id == store.school_id, table.c.school_year == school_year, table.c.current


def history(store: Store, pupil_id: str) -> tuple[Permission, ...]:
    """All answers ever recorded for a pupil, oldest first."""
    query = select(PermissionRow).where(PermissionRow.school_id == store.school_id, PermissionRow.pupil_id == pupil_id)
    order = (PermissionRow.recorded_at, PermissionRow.id)
    return tuple(_permission(row) for row in store.session.scalars(query.order_by(*order)))


def of_pupil(store: Store, pupil_id: str) -> tuple[Permission, ...]:
    """The latest answers of one pupil, of all school years and channels."""
    return tuple(one for one in history(store, pupil_id) if one.current)


def keep_form(store: Store, wording: str, *, by: str, now: datetime) -> Form:
    """Make ``wording`` the one in which families are asked: a new version, or the latest if it says the same."""
    store.take_turn()
    last = latest_form(store)
    if last is not None and last.wording == wording:
        return last
    form = Form(1 if last is None else last.version + 1, wording, now, by)
    audit.append(store, audit.Action.FORM_KEEP, store.school_id, {"version": form.version}, by=by, now=now)
    store.session.execute(
        insert(PermissionFormRow).values(
            id=new_id(now),
            school_id=store.school_id,
            version=form.version,
            wording=wording,
            kept_at=now,
            kept_by=by,
        )
    )
    return form


def latest_form(store: Store) -> Form | None:
    """The wording in which families are asked now; None if none was ever kept."""
    return next(iter(forms(store)), None)


def forms(store: Store) -> tuple[Form, ...]:
    """All wordings, latest first."""
    query = select(PermissionFormRow).where(PermissionFormRow.school_id == store.school_id)
    return tuple(
        Form(row.version, row.wording, row.kept_at, row.kept_by)
        for row in store.session.scalars(query.order_by(PermissionFormRow.version.desc()))
    )


def _same(given: Given, standing: tuple[str, str, str] | None) -> bool:
    return standing is not None and (str(given.answer), given.raw) == standing[1:]


def _standing(store: Store, school_year: str) -> dict[tuple[str, str], tuple[str, str, str]]:
    """The id, answer and raw text of each pupil's and channel's latest answer, and no more of it."""
    table = PermissionRow.__table__
    query = select(table.c.id, table.c.pupil_id, table.c.channel, table.c.answer, table.c.raw)
    rows = store.session.execute(query.where(*_current(store, school_year)), execution_options=_SOME_AT_A_TIME)
    return {
        (row.pupil_id, sys.intern(row.channel)): (row.id, sys.intern(row.answer), sys.intern(row.raw)) for row in rows
    }


def _supersede(store: Store, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        these = (PermissionRow.school_id == store.school_id, PermissionRow.id.in_(part))
        store.session.execute(update(PermissionRow).where(*these).values(current=False))


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


def _permission(row: PermissionRow | Row[Any]) -> Permission:
    return Permission(
        sys.intern(row.pupil_id),
        sys.intern(row.school_year),
        sys.intern(row.channel),
        PermissionAnswer(row.answer),
        sys.intern(row.raw),
        sys.intern(row.source),
        row.recorded_at,
        sys.intern(row.recorded_by),
        row.id,
        sys.intern(row.told_by),
        row.told_on,
        sys.intern(row.form),
        row.current,
    )
