"""The roster: what a new file changes, and taking it in. Nothing is ever half imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from app.db import new_id
from app.domain import Pupil
from app.integrations.mis import PupilRow, RosterSheet, admission_key, read_roster
from app.integrations.sheets import Problem, has_errors
from app.integrations.trusts import of_school
from app.policy import Retention
from app.register import holds, tombstones, version
from app.register.biometrics import destroy_all
from app.register.child_keys import discard_photos
from app.register.office import Difference, Heard, Office, RollWouldShrink, nobody, refuse_errors
from app.store import Store, imports, schools
from app.store import roster as kept
from app.store.imports import TransferNames

_SHRINKS_FROM = 5  # one part in so many may go without anybody confirming it


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a roster file changes. ``changed`` and ``left`` keep their ids, as do those ``added`` who come from elsewhere.

    ``left`` holds those who go to another school of the trust too. ``others`` are pupils of such schools, of whom
    nothing is told but how many there are, ``elsewhere``. ``in_care`` are the UPNs of the children of ours whom the
    file says are looked after.
    """

    added: tuple[Pupil, ...] = ()
    changed: tuple[Pupil, ...] = ()
    left: tuple[Pupil, ...] = ()
    problems: tuple[Problem, ...] = ()
    in_care: frozenset[str] = frozenset()
    on_roll: int = 0
    others: tuple[Pupil, ...] = ()
    elsewhere: int = 0

    @property
    def shrinks(self) -> bool:
        """Whether more than a fifth of the children on roll would leave, be it for another school of the trust."""
        return len(self.left) * _SHRINKS_FROM > self.on_roll

    @property
    def difference(self) -> Difference:
        """The plan as it is shown: by UPN."""
        return Difference(_upns(self.added), _upns(self.changed), _upns(self.left), self.problems, self.elsewhere)


def _upns(pupils: Iterable[Pupil]) -> tuple[str, ...]:
    return tuple(pupil.upn for pupil in pupils)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the roster: ``names`` that transfer files told, by pupil, and ``sources``, the pupils by source id."""

    names: Mapping[str, TransferNames] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def plan_roster(
    current: Sequence[Pupil],
    sheet: RosterSheet,
    today: date,
    guarded_days: int = Retention().leaver_days,
    beside: Beside = Beside(),
) -> RosterPlan:
    """What ``sheet`` changes of ``current``, which holds the leavers still guarded and the pupils elsewhere too.

    A child is known by UPN; else by the admission number that stood in for one; else by full legal
    name and date of birth, if only one child has left and one come with them: a new UPN must not
    lose a family's no. Pupils elsewhere are known by UPN alone.
    """
    if has_errors(sheet.problems):
        return RosterPlan(problems=sheet.problems)
    known, warnings = _pair(current, sheet.rows, beside.sources)
    changes = _Changes()
    for row, pupil in zip(sheet.rows, known, strict=True):
        gone_on = row.leaving_on if row.leaving_on and row.leaving_on < today else None
        if pupil or gone_on is None or (today - gone_on).days <= guarded_days:
            now = _pupil(row, pupil.id if pupil else "", gone_on)
            changes.note(pupil, with_names(now, beside.names.get(now.id)))
    here = {pupil.id for pupil in known if pupil}
    for pupil in current:
        if pupil.left_on is None and pupil.id not in here:
            changes.note(pupil, replace(pupil, left_on=today))
    return RosterPlan(
        tuple(changes.added),
        tuple(changes.changed),
        tuple(changes.left),
        (*sheet.problems, *warnings),
        frozenset(row.upn for row in sheet.rows if row.in_care and not row.elsewhere),
        sum(_is_ours(pupil) for pupil in current),
        tuple(changes.others),
        sum(row.elsewhere for row in sheet.rows),
    )


@dataclass(frozen=True, slots=True)
class _Changes:
    """What a file changes, as it is gathered."""

    added: list[Pupil] = field(default_factory=list)
    changed: list[Pupil] = field(default_factory=list)
    left: list[Pupil] = field(default_factory=list)
    others: list[Pupil] = field(default_factory=list)

    def note(self, before: Pupil | None, now: Pupil) -> None:
        """One child as they were on record, if they were, and as they are by the file."""
        if before == now:
            return
        if before is not None and _is_ours(before) and not _is_ours(now):
            self.left.append(now)
        elif now.elsewhere:
            self.others.append(now)
        elif before is None or before.elsewhere:
            self.added.append(now)
        else:
            self.changed.append(now)


def _is_ours(pupil: Pupil) -> bool:
    return pupil.left_on is None and not pupil.elsewhere


def _pair(
    current: Sequence[Pupil], rows: Sequence[PupilRow], sources: Mapping[str, str]
) -> tuple[list[Pupil | None], list[Problem]]:
    """For each row the child it is about, if known; and warnings of those known otherwise than by UPN."""
    by_upn = {pupil.upn: pupil for pupil in current}
    found = [by_upn.get(row.upn) for row in rows]
    if sources:
        _pair_by_source(current, rows, sources, found)
    for at, row in enumerate(rows):
        if found[at] is None and row.admission_no and not row.elsewhere:
            found[at] = by_upn.get(admission_key(row.admission_no))
    taken = {pupil.id for pupil in found if pupil}
    missing = _singly((_person(pupil), pupil) for pupil in current if pupil.id not in taken)
    coming = _singly((_person(row), at) for at, row in enumerate(rows) if found[at] is None and not row.elsewhere)
    warnings = []
    for person, at in coming.items():
        if person in missing:
            found[at] = missing[person]
            detail = "taken to be the pupil of this name and birth date who had another UPN"
            warnings.append(Problem(rows[at].line, detail, warning=True))
    return found, warnings


def _pair_by_source(
    current: Sequence[Pupil], rows: Sequence[PupilRow], sources: Mapping[str, str], found: list[Pupil | None]
) -> None:
    """Find those whose UPN is another by the id that their own system gives them."""
    by_id = {pupil.id: pupil for pupil in current}
    taken = {pupil.id for pupil in found if pupil}
    for at, row in enumerate(rows):
        pupil = by_id.get(sources.get(row.source_id, ""))
        if found[at] is None and pupil is not None and pupil.id not in taken:
            found[at] = pupil
            taken.add(pupil.id)


def with_names(pupil: Pupil, told: TransferNames | None) -> Pupil:
    """The pupil with names that a transfer file told: where the roster has another name, or none, theirs is guarded too."""
    if told is None or pupil.elsewhere:
        return pupil
    filled: dict[str, str] = {}
    beside = [*pupil.former, *told.former]
    for name in ("preferred_first", "preferred_surname", "middle"):
        mine, theirs = getattr(pupil, name), getattr(told, name)
        if not mine:
            filled[name] = theirs
        elif theirs and theirs.casefold() != mine.casefold():
            beside.append(theirs)
    return replace(pupil, former=tuple(dict.fromkeys(beside)), **filled)  # type: ignore[arg-type]  # names alone


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
    if row.elsewhere:  # what a full name is made of, and no more
        return Pupil(
            pupil_id,
            row.upn,
            row.legal_first,
            row.legal_surname,
            row.preferred_first,
            row.preferred_surname,
            former=row.former,
            left_on=left_on,
            elsewhere=True,
        )
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


@dataclass(frozen=True, slots=True)
class Delivery:
    """A roster as it came: the ``sheet`` it makes of the pupils on record, and what to ``keep`` of it, given ids by UPN."""

    sheet: Callable[[Store, Sequence[Pupil]], RosterSheet]
    keep: Callable[[Store, Mapping[str, str]], None] | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How an import is done: ``dry_run`` only says what it would change; ``confirm`` takes what else is held back."""

    dry_run: bool = False
    confirm: bool = False
    heard: Heard = nobody


def import_roster(
    office: Office,
    data: bytes,
    *,
    by: str,
    now: datetime,
    dry_run: bool = False,
    confirm: bool = False,
    chosen: Mapping[str, str] | None = None,
    heard: Heard = nobody,
) -> Difference:
    """Take in a roster file, or with ``dry_run`` only say what it would change, errors among the problems.

    Headings that the school maps itself are read before those that are known; ``chosen`` are others for this file.
    A file of a whole trust is taken too: its pupils of other schools are kept ``elsewhere``, by name alone. Raises as
    `take_roster` does.
    """
    heard("reading the file")
    with office.database.read() as session:
        store = Store(session, office.school_id)
        name, mapped = schools.get(store).name, imports.columns(store)
    sheet = of_school(read_roster(data, mapped if chosen is None else chosen), name)
    manner = Manner(dry_run, confirm, heard)
    return take_roster(office, Delivery(lambda _store, _current: sheet), manner, by=by, now=now)


def take_roster(office: Office, delivery: Delivery, manner: Manner, *, by: str, now: datetime) -> Difference:
    """Make a delivery the roster, in one transaction.

    Raises FileRefused for a file with errors, and RollWouldShrink unless it is confirmed. A child who was erased and is
    named again is on the roll, and so guarded and unknown like anybody new, with a warning. A child who left keeps their record for as long as the policy says, but loses
    templates and reference photos at once.
    """
    today = office.day(now)
    manner.heard("comparing with the register")
    if manner.dry_run:
        with office.database.read() as session:
            return _planned(office, Store(session, office.school_id), delivery, today).difference
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        plan = _planned(office, store, delivery, today)
        refuse_errors(plan.problems)
        if plan.shrinks and not manner.confirm:
            raise RollWouldShrink(_shrinkage(plan))
        manner.heard("writing the register")
        difference = plan.difference
        files = _carry_out(office, store, plan, by=by, now=now)
        del plan  # there may be a hundred thousand pupils in it
        if delivery.keep is not None:
            delivery.keep(store, kept.ids(store))
        manner.heard("checking what vetting goes by")
        version.stamp(store, office.policy, now)
    for pupil, unused in files.items():
        discard_photos(office, pupil, unused)
    return difference


def _planned(office: Office, store: Store, delivery: Delivery, today: date) -> RosterPlan:
    """The plan, with a warning for each child who was erased and would come back."""
    current = _everybody(store)
    sheet = delivery.sheet(store, current)
    beside = Beside(imports.transfer_names(store), imports.sources(store).pupils)
    plan = plan_roster(current, sheet, today, office.policy.retention.leaver_days, beside)
    new = [pupil for pupil in (*plan.added, *plan.others) if not pupil.id]
    lines = {row.upn: row.line for row in sheet.rows}
    return replace(plan, problems=(*plan.problems, *tombstones.named_again(office, store, new, lines)))


def _everybody(store: Store) -> tuple[Pupil, ...]:
    return (*kept.every(store), *kept.elsewhere(store))


def _shrinkage(plan: RosterPlan) -> str:
    moved = sum(pupil.elsewhere for pupil in plan.left)
    whither = f", {moved} of them to other schools of the trust" if moved else ""
    return f"{len(plan.left)} of {plan.on_roll} pupils would leave{whither}; confirm if that is right."


def _carry_out(
    office: Office, store: Store, plan: RosterPlan, *, by: str, now: datetime
) -> Mapping[str, tuple[str, ...]]:
    """Write the plan; returns the children whose photos are to be deleted after the commit, as ``destroy_all`` does."""
    pupils = (*plan.added, *plan.changed, *plan.left, *plan.others)
    new = tuple(replace(pupil, id=new_id(now)) for pupil in pupils if not pupil.id)
    known = tuple(pupil for pupil in pupils if pupil.id)
    moved = [pupil.id for pupil in plan.left if pupil.elsewhere]
    came = [pupil.id for pupil in plan.added if pupil.id]
    joined_on = None if kept.as_of(store) is None else office.day(now)
    change = kept.RosterChange(new, known, moved=moved, came=came, joined_on=joined_on)
    kept.replace(store, change, by=by, now=now)
    ids = kept.ids(store) if plan.in_care else {}
    holds.guard_children_in_care(office, store, sorted(ids[upn] for upn in plan.in_care if upn in ids), by=by, now=now)
    return destroy_all(store, [pupil.id for pupil in plan.left], why="left", by=by, now=now)
