"""The roster and the staff list, as the school's management information system last gave them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from app.db import new_id
from app.domain import Pupil, StaffMember
from app.errors import NotFound
from app.store import Store, audit, keep_short
from app.tables import (
    BiometricNoticeRow,
    BiometricResponseRow,
    HoldRow,
    PermissionRow,
    PupilRow,
    ReferencePhotoRow,
    SchoolRow,
    StaffRow,
    TemplateRow,
)

_OF_A_PUPIL = (TemplateRow, ReferencePhotoRow, BiometricResponseRow, BiometricNoticeRow, HoldRow, PermissionRow)
"""What belongs to a pupil, in an order in which it can be deleted."""


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What an import changes. ``added`` bring ids of ``db.new_id``; ``left`` are the ids of those gone, since ``left_on``.

    Pupils of the trust's other schools stand among both, and are counted, not listed, in the audit trail, but for
    the ids of those who were ours: ``moved``. Those who were not, and now are, ``came``.
    """

    added: Sequence[Pupil] = ()
    changed: Sequence[Pupil] = ()
    left: Collection[str] = ()
    left_on: date | None = None
    moved: Collection[str] = ()
    came: Collection[str] = ()


def replace(store: Store, change: RosterChange, *, by: str, now: datetime) -> None:
    """Carry out an import; an empty change still makes the roster fresh (``roster_as_of``)."""
    detail: dict[str, Any] = {
        "added": [pupil.id for pupil in change.added if not pupil.elsewhere],
        "changed": [pupil.id for pupil in change.changed if not pupil.elsewhere],
        "left": sorted(change.left),
    }
    others = sum(pupil.elsewhere for pupil in (*change.added, *change.changed))
    if others:
        detail |= {"moved": sorted(change.moved), "elsewhere": others}
    audit.append(store, audit.Action.ROSTER_REPLACE, store.school_id, detail, by=by, now=now)
    if others or change.came:
        _mark_elsewhere(store, now)
    store.session.execute(update(SchoolRow).where(SchoolRow.id == store.school_id).values(roster_as_of=now))
    if change.left:
        store.session.execute(
            update(PupilRow)
            .where(PupilRow.school_id == store.school_id, PupilRow.id.in_(change.left))
            .values(left_on=change.left_on)
        )
    if change.added:
        rows = [{"school_id": store.school_id, "id": pupil.id, **_values(pupil)} for pupil in change.added]
        store.session.execute(insert(PupilRow), rows)
    if change.changed:
        table = PupilRow.__table__
        store.session.connection().execute(
            update(PupilRow.__table__).where(table.c.school_id == store.school_id, table.c.id == bindparam("pupil")),  # type: ignore[arg-type]
            [{"pupil": pupil.id, **_values(pupil)} for pupil in change.changed],
        )


def every(store: Store) -> tuple[Pupil, ...]:
    """All pupils of the school, leavers too, by surname and first name; those of the trust's other schools are not."""
    query = select(PupilRow).where(PupilRow.school_id == store.school_id, PupilRow.elsewhere.is_(False))
    order = (PupilRow.legal_surname, PupilRow.legal_first, PupilRow.id)
    return tuple(_pupil(row) for row in store.session.scalars(query.order_by(*order)))


def elsewhere(store: Store) -> tuple[Pupil, ...]:
    """The pupils of the trust's other schools, leavers too, by id."""
    table = PupilRow.__table__
    query = select(table).where(table.c.school_id == store.school_id, table.c.elsewhere).order_by(table.c.id)
    # Rows of the table, not of the mapped class: there may be a hundred thousand.
    return tuple(_pupil(row) for row in store.session.execute(query))


def as_of(store: Store) -> datetime | None:
    """When a roster was last loaded; None: never."""
    return store.session.scalars(select(SchoolRow.roster_as_of).where(SchoolRow.id == store.school_id)).one()


def elsewhere_mark(store: Store) -> str:
    """Another whenever the pupils elsewhere change; empty if there never were any."""
    return store.session.scalars(select(SchoolRow.elsewhere_mark).where(SchoolRow.id == store.school_id)).one()


def _mark_elsewhere(store: Store, now: datetime) -> None:
    store.session.execute(update(SchoolRow).where(SchoolRow.id == store.school_id).values(elsewhere_mark=new_id(now)))


def find(store: Store, pupil_id: str) -> Pupil | None:
    """The pupil of that id, of this school or ``elsewhere``, or None."""
    query = select(PupilRow).where(PupilRow.school_id == store.school_id, PupilRow.id == pupil_id)
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _pupil(row)


def search(store: Store, words: str, *, limit: int) -> tuple[Pupil, ...]:
    """Pupils of whom every word begins a name, the class or the UPN; case and accents do not matter."""
    # In Python: SQLite folds ASCII alone, and a roll is a few hundred names.
    wanted = _fold(words).split()
    found = (pupil for pupil in every(store) if _has_all(pupil, wanted))
    return tuple(pupil for pupil, _ in zip(found, range(limit), strict=False))


def erase(store: Store, pupil_id: str, *, by: str, now: datetime) -> tuple[str, ...]:
    """Remove a pupil and all that belongs to them; NotFound if there is none.

    Returns the SHA-256s of the reference photos whose files are to be deleted after the commit.
    """
    audit.append(store, audit.Action.PUPIL_ERASE, pupil_id, by=by, now=now)
    pupil = find(store, pupil_id)
    if pupil is None:
        raise NotFound("There is no such pupil.")
    if pupil.elsewhere:
        _mark_elsewhere(store, now)
    photos = store.session.scalars(
        select(ReferencePhotoRow.sha256).where(
            ReferencePhotoRow.school_id == store.school_id, ReferencePhotoRow.pupil_id == pupil_id
        )
    ).all()
    for table in _OF_A_PUPIL:
        store.session.execute(delete(table).where(table.school_id == store.school_id, table.pupil_id == pupil_id))
    store.session.execute(delete(PupilRow).where(PupilRow.school_id == store.school_id, PupilRow.id == pupil_id))
    return unused_references(store, photos)


def forget_elsewhere(store: Store, left_before: date, *, by: str, now: datetime) -> int:
    """Erase the pupils of the trust's other schools who left before that day; returns how many there were."""
    table = PupilRow.__table__
    gone = (table.c.school_id == store.school_id, table.c.elsewhere, table.c.left_on < left_before)
    count = store.session.scalars(select(func.count()).select_from(table).where(*gone)).one()
    if not count:
        return 0
    audit.append(store, audit.Action.PUPIL_ERASE, store.school_id, {"elsewhere": count}, by=by, now=now)
    _mark_elsewhere(store, now)
    ids = select(table.c.id).where(*gone)
    for of_pupil in _OF_A_PUPIL:
        store.session.execute(
            delete(of_pupil).where(of_pupil.school_id == store.school_id, of_pupil.pupil_id.in_(ids)),
            execution_options={"synchronize_session": False},
        )
    store.session.execute(delete(PupilRow).where(*gone), execution_options={"synchronize_session": False})
    return count


def unused_references(store: Store, sha256s: Collection[str]) -> tuple[str, ...]:
    """Those of the hashes that no reference photo of any school has any more."""
    used = store.session.scalars(select(ReferencePhotoRow.sha256).where(ReferencePhotoRow.sha256.in_(sha256s)))
    return tuple(sorted(set(sha256s) - set(used)))


def replace_staff(store: Store, staff: Sequence[StaffMember], *, by: str, now: datetime) -> None:
    """Make these the whole staff, in this order."""
    audit.append(store, audit.Action.STAFF_REPLACE, store.school_id, {"staff": len(staff)}, by=by, now=now)
    store.session.execute(delete(StaffRow).where(StaffRow.school_id == store.school_id))
    rows = [
        {
            "id": new_id(now),
            "school_id": store.school_id,
            "position": position,
            "title": member.title,
            "first": member.first,
            "surname": member.surname,
            "role": member.role,
            "personal_handles": list(member.personal_handles),
        }
        for position, member in enumerate(staff)
    ]
    if rows:
        store.session.execute(insert(StaffRow), rows)


def staff(store: Store) -> tuple[StaffMember, ...]:
    """The staff, in the order they were given."""
    query = select(StaffRow).where(StaffRow.school_id == store.school_id).order_by(StaffRow.position)
    return tuple(
        StaffMember(row.title, row.first, row.surname, row.role, tuple(row.personal_handles))
        for row in store.session.scalars(query)
    )


def _has_all(pupil: Pupil, wanted: Sequence[str]) -> bool:
    names = (
        pupil.legal_first,
        pupil.legal_surname,
        pupil.preferred_first,
        pupil.preferred_surname,
        pupil.middle,
        *pupil.former,
        pupil.class_name,
        pupil.upn,
    )
    have = [word for name in names for word in _fold(name).replace("-", " ").split()] + [_fold(name) for name in names]
    return all(any(word.startswith(each) for word in have) for each in wanted)


def _fold(words: str) -> str:
    parts = unicodedata.normalize("NFKD", words)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def _values(pupil: Pupil) -> dict[str, Any]:
    return {
        "upn": keep_short("A UPN", pupil.upn),
        "legal_first": pupil.legal_first,
        "legal_surname": pupil.legal_surname,
        "preferred_first": pupil.preferred_first,
        "preferred_surname": pupil.preferred_surname,
        "middle": pupil.middle,
        "former": list(pupil.former),
        "year": pupil.year,
        "class_name": pupil.class_name,
        "born_on": pupil.born_on,
        "left_on": pupil.left_on,
        "elsewhere": pupil.elsewhere,
    }


def _pupil(row: PupilRow | Row[Any]) -> Pupil:
    return Pupil(
        id=row.id,
        upn=row.upn,
        legal_first=row.legal_first,
        legal_surname=row.legal_surname,
        preferred_first=row.preferred_first,
        preferred_surname=row.preferred_surname,
        middle=row.middle,
        former=tuple(row.former),
        year=row.year,
        class_name=row.class_name,
        born_on=row.born_on,
        left_on=row.left_on,
        elsewhere=row.elsewhere,
    )
