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
from app.store import Store, audit, destructions, erasing, everywhere, keep_short, pupil_keys
from app.store.pupil_keys import KeyPurpose
from app.tables import PupilRow, ReferencePhotoRow, SchoolRow, StaffRow

_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What an import changes. ``added`` bring ids of ``db.new_id``; ``left`` are the ids of those gone, since ``left_on``.

    Pupils of the trust's other schools stand among both, and are counted, not listed, in the audit trail, but for
    the ids of those who were ours: ``moved``. Those who were not, and now are, ``came``. Whoever is new to us has
    ``joined_on``; None for all of the first roster, who were there before.
    """

    added: Sequence[Pupil] = ()
    changed: Sequence[Pupil] = ()
    left: Collection[str] = ()
    left_on: date | None = None
    moved: Collection[str] = ()
    came: Collection[str] = ()
    joined_on: date | None = None


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
        _add(store, change.added, change.joined_on)
    _change(store, change.changed)
    if change.came:
        store.session.execute(
            update(PupilRow)
            .where(PupilRow.school_id == store.school_id, PupilRow.id.in_(change.came))
            .values(joined_on=change.joined_on)
        )


def amend(store: Store, changed: Sequence[Pupil], *, by: str, now: datetime) -> None:
    """Change what is known of some pupils; the roster as a whole gets no fresher by it."""
    detail = {"changed": [pupil.id for pupil in changed]}
    audit.append(store, audit.Action.ROSTER_AMEND, store.school_id, detail, by=by, now=now)
    _change(store, changed)


def _add(store: Store, pupils: Sequence[Pupil], joined_on: date | None) -> None:
    for start in range(0, len(pupils), _ROWS_AT_ONCE):
        rows = [
            {"school_id": store.school_id, "id": pupil.id, "joined_on": joined_on, **_values(pupil)}
            for pupil in pupils[start : start + _ROWS_AT_ONCE]
        ]
        store.session.execute(insert(PupilRow), rows)


def _change(store: Store, pupils: Sequence[Pupil]) -> None:
    table = PupilRow.__table__
    which = update(PupilRow.__table__).where(table.c.school_id == store.school_id, table.c.id == bindparam("pupil"))  # type: ignore[arg-type]
    for start in range(0, len(pupils), _ROWS_AT_ONCE):
        part = [{"pupil": pupil.id, **_values(pupil)} for pupil in pupils[start : start + _ROWS_AT_ONCE]]
        store.session.connection().execute(which, part)


def ids(store: Store) -> dict[str, str]:
    """The ids of all pupils of the school, leavers too, by UPN."""
    table = PupilRow.__table__
    query = select(table.c.upn, table.c.id).where(table.c.school_id == store.school_id, table.c.elsewhere.is_(False))
    return {row.upn: row.id for row in store.session.execute(query)}


def every(store: Store) -> tuple[Pupil, ...]:
    """All pupils of the school, leavers too, by surname and first name; those of the trust's other schools are not."""
    table = PupilRow.__table__
    query = select(table).where(table.c.school_id == store.school_id, table.c.elsewhere.is_(False))
    # Rows of the table, not of the mapped class, and some at a time: there may be a hundred thousand.
    rows = store.session.execute(
        query.order_by(table.c.legal_surname, table.c.legal_first, table.c.id),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    return tuple(_pupil(row) for row in rows)


def elsewhere(store: Store) -> tuple[Pupil, ...]:
    """The pupils of the trust's other schools, leavers too, by id."""
    table = PupilRow.__table__
    query = select(table).where(table.c.school_id == store.school_id, table.c.elsewhere).order_by(table.c.id)
    return tuple(_pupil(row) for row in store.session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}))


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


def joined(store: Store) -> dict[str, date]:
    """The day on which each child came who was not in the first roster."""
    query = select(PupilRow.id, PupilRow.joined_on).where(
        PupilRow.school_id == store.school_id, PupilRow.elsewhere.is_(False), PupilRow.joined_on.is_not(None)
    )
    return {row.id: row.joined_on for row in store.session.execute(query)}


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
    _shred(store, pupil_id, by=by, now=now)
    erasing.delete_pupils(store, [pupil_id])
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
    for pupil_id in sorted(store.session.scalars(pupil_keys.whose(ids))):
        _shred(store, pupil_id, by=by, now=now)
    erasing.delete_pupils(store, ids)
    return count


def _shred(store: Store, pupil_id: str, *, by: str, now: datetime) -> None:
    for purpose in KeyPurpose:
        destructions.shred(store, pupil_id, purpose, why="erased", by=by, now=now)


def unused_references(store: Store, sha256s: Collection[str]) -> tuple[str, ...]:
    """Those of the hashes that no reference photo of any school has any more."""
    query = select(ReferencePhotoRow.sha256).where(ReferencePhotoRow.sha256.in_(sha256s))
    used = everywhere(store.session).scalars(query)
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
