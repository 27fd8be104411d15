"""The roster: what a new file changes, and taking it in. Nothing is ever half imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from app.db import new_id
from app.domain import Pupil
from app.integrations.mis import PupilRow, RosterSheet, admission_key, read_roster
from app.integrations.sheets import Problem, has_errors
from app.register import holds, version
from app.register.biometrics import destroy_all
from app.register.office import Difference, Office, RollWouldShrink, refuse_errors
from app.register.version import GUARDED_DAYS
from app.store import Store
from app.store import roster as kept

_SHRINKS_FROM = 5  # one part in so many may go without anybody confirming it


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a roster file changes. ``changed`` and ``left`` keep their ids; ``added`` have none yet.

    ``in_care`` are the UPNs of the children whom the file says are looked after.
    """

    added: tuple[Pupil, ...] = ()
    changed: tuple[Pupil, ...] = ()
    left: tuple[Pupil, ...] = ()
    problems: tuple[Problem, ...] = ()
    in_care: frozenset[str] = frozenset()
    on_roll: int = 0

    @property
    def shrinks(self) -> bool:
        """Whether more than a fifth of the children on roll would leave."""
        return len(self.left) * _SHRINKS_FROM > self.on_roll

    @property
    def difference(self) -> Difference:
        """The plan as it is shown: by UPN."""
        return Difference(_upns(self.added), _upns(self.changed), _upns(self.left), self.problems)


def _upns(pupils: Iterable[Pupil]) -> tuple[str, ...]:
    return tuple(pupil.upn for pupil in pupils)


def plan_roster(current: Sequence[Pupil], sheet: RosterSheet, today: date) -> RosterPlan:
    """What ``sheet`` changes of ``current``, which holds the leavers still guarded too.

    A child is known by UPN; else by the admission number that stood in for one; else by full legal
    name and date of birth, if only one child has left and one come with them: a new UPN must not
    lose a family's no.
    """
    if has_errors(sheet.problems):
        return RosterPlan(problems=sheet.problems)
    known, warnings = _pair(current, sheet.rows)
    added, changed, left = [], [], []
    for row, pupil in zip(sheet.rows, known, strict=True):
        gone_on = row.leaving_on if row.leaving_on and row.leaving_on < today else None
        if pupil is None:
            if gone_on is None or (today - gone_on).days <= GUARDED_DAYS:
                added.append(_pupil(row, "", gone_on))
            continue
        now = _pupil(row, pupil.id, gone_on)
        if gone_on and pupil.left_on is None:
            left.append(now)
        elif now != pupil:
            changed.append(now)
    here = {pupil.id for pupil in known if pupil}
    left += [replace(pupil, left_on=today) for pupil in current if pupil.left_on is None and pupil.id not in here]
    return RosterPlan(
        tuple(added),
        tuple(changed),
        tuple(left),
        (*sheet.problems, *warnings),
        frozenset(row.upn for row in sheet.rows if row.in_care),
        sum(pupil.left_on is None for pupil in current),
    )


def _pair(current: Sequence[Pupil], rows: Sequence[PupilRow]) -> tuple[list[Pupil | None], list[Problem]]:
    """For each row the child it is about, if known; and warnings of those known otherwise than by UPN."""
    by_upn = {pupil.upn: pupil for pupil in current}
    found = [by_upn.get(row.upn) for row in rows]
    for at, row in enumerate(rows):
        if found[at] is None and row.admission_no:
            found[at] = by_upn.get(admission_key(row.admission_no))
    taken = {pupil.id for pupil in found if pupil}
    missing = _singly((_person(pupil), pupil) for pupil in current if pupil.id not in taken)
    coming = _singly((_person(row), at) for at, row in enumerate(rows) if found[at] is None)
    warnings = []
    for person, at in coming.items():
        if person in missing:
            found[at] = missing[person]
            detail = "taken to be the pupil of this name and birth date who had another UPN"
            warnings.append(Problem(rows[at].line, detail, warning=True))
    return found, warnings


_Person = tuple[str, str, date]
_Thing = TypeVar("_Thing")


def _person(one: Pupil | PupilRow) -> _Person | None:
    if one.born_on is None:
        return None
    return one.legal_first.casefold(), one.legal_surname.casefold(), one.born_on


def _singly(things: Iterator[tuple[_Person | None, _Thing]]) -> dict[_Person, _Thing]:
    """The things by person, without persons of whom there are two."""
    alone: dict[_Person, _Thing] = {}
    doubled: set[_Person] = set()
    for person, thing in things:
        if person is None:
            continue
        if person in alone:
            doubled.add(person)
        alone[person] = thing
    return {person: thing for person, thing in alone.items() if person not in doubled}


def _pupil(row: PupilRow, pupil_id: str, left_on: date | None) -> Pupil:
    return Pupil(
        id=pupil_id,
        upn=row.upn,
        legal_first=row.legal_first,
        legal_surname=row.legal_surname,
        preferred_first=row.preferred_first,
        preferred_surname=row.preferred_surname,
        middle=row.middle,
        former=row.former,
        year=row.year,
        class_name=row.class_name,
        born_on=row.born_on,
        left_on=left_on,
    )


def import_roster(
    office: Office, data: bytes, *, by: str, now: datetime, dry_run: bool = False, confirm: bool = False
) -> Difference:
    """Take in a roster file, or with ``dry_run`` only say what it would change, errors among the problems.

    Raises FileRefused for a file with errors, RollWouldShrink unless ``confirm``. A child who left keeps
    their record for `GUARDED_DAYS`, but loses templates and reference photos at once.
    """
    sheet = read_roster(data)
    today = office.day(now)
    if dry_run:
        with office.database.read() as session:
            return plan_roster(kept.every(Store(session, office.school_id)), sheet, today).difference
    refuse_errors(sheet.problems)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        plan = plan_roster(kept.every(store), sheet, today)
        if plan.shrinks and not confirm:
            raise RollWouldShrink(f"{len(plan.left)} of {plan.on_roll} pupils would leave; confirm if that is right.")
        files = _carry_out(office, store, plan, by=by, now=now)
        version.stamp(store, office.policy, now)
    for sha256 in files:
        office.files.delete(sha256)
    return plan.difference


def _carry_out(office: Office, store: Store, plan: RosterPlan, *, by: str, now: datetime) -> tuple[str, ...]:
    """Write the plan; returns the files to delete after the commit."""
    added = tuple(replace(pupil, id=new_id(now)) for pupil in plan.added)
    kept.replace(store, kept.RosterChange(added, (*plan.changed, *plan.left)), by=by, now=now)
    ids = {pupil.upn: pupil.id for pupil in kept.every(store)}
    holds.guard_children_in_care(office, store, sorted(ids[upn] for upn in plan.in_care if upn in ids), by=by, now=now)
    return destroy_all(store, [pupil.id for pupil in plan.left], why="left", by=by, now=now)
