"""OneRoster zips made the roster: a whole export in its place, or a delta applied to what is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain import Pupil
from app.integrations.mis import PupilRow, RosterSheet, admission_key
from app.integrations.oneroster import ENROLLMENTS, USERS, Group, OneRoster, class_of, read_oneroster
from app.integrations.sheets import Problem, condense
from app.register.office import Difference, Office
from app.register.roster import Delivery, Manner, take_roster
from app.store import Store, imports, schools
from app.store.imports import Sources

_SCHOOL, _HOMEROOM, _CLASS = "school", "homeroom", "class"


def import_oneroster(office: Office, data: bytes, manner: Manner, *, by: str, now: datetime) -> Difference:
    """Take in a OneRoster zip; raises as `take_roster` does.

    The ids that it gives to pupils and classes are kept, so that a later delta can speak of them.
    """
    manner.heard("reading the file")
    with office.database.read() as session:
        store = Store(session, office.school_id)
        name, known = schools.get(store).name, imports.sources(store)
    ours = frozenset(source for kind, source in known.groups if kind == _SCHOOL)
    export = read_oneroster(data, name, office.day(now), ours)
    whole = RosterSheet(export.students, export.problems)

    def sheet(store: Store, current: Sequence[Pupil]) -> RosterSheet:
        return apply_delta(export, current, imports.sources(store)) if export.delta else whole

    def keep(store: Store, ids: Mapping[str, str]) -> None:
        imports.replace_sources(store, _known_now(export, imports.sources(store), ids), now=now)

    return take_roster(office, Delivery(sheet, keep), manner, by=by, now=now)


def _known_now(export: OneRoster, known: Sources, ids: Mapping[str, str]) -> Sources:
    """The ids after an import: those of the file, and where it is a delta those known before as well."""
    pupils = {one.source_id: ids[one.upn] for one in export.students if one.upn in ids}
    groups = {(_HOMEROOM if one.homeroom else _CLASS, source): one.title for source, one in export.classes.items()}
    groups |= {(_SCHOOL, source): "" for source in export.schools}
    if not export.delta:
        return Sources(pupils, groups)
    renewed = export.classes.keys()
    before = {place: title for place, title in known.groups.items() if place[0] == _SCHOOL or place[1] not in renewed}
    return Sources({**known.pupils, **pupils}, {**before, **groups})


def apply_delta(export: OneRoster, current: Sequence[Pupil], known: Sources) -> RosterSheet:
    """The whole roster as it is after a delta: who is on record, with its changes; what it cannot be told of is warned of."""
    return _Applying(export, current, known).sheet()


class _Applying:
    """One delta on its way into the roster."""

    def __init__(self, export: OneRoster, current: Sequence[Pupil], known: Sources) -> None:
        self._export = export
        self._by_upn = {pupil.upn: pupil for pupil in current}
        by_id = {pupil.id: pupil for pupil in current}
        self._by_source = {source: by_id[pupil] for source, pupil in known.pupils.items() if pupil in by_id}
        self._rows = {pupil.upn: _row(pupil) for pupil in current if pupil.left_on is None}
        self._classes = {source: Group(title, kind == _HOMEROOM) for (kind, source), title in known.groups.items()
                         if kind != _SCHOOL}  # fmt: skip
        self._called = {source: one.title for source, one in self._classes.items()}
        self._classes |= export.classes
        self._upns = {source: pupil.upn for source, pupil in self._by_source.items()}
        self._problems = list(export.problems)

    def sheet(self) -> RosterSheet:
        """The roster afterwards."""
        self._rename_classes()
        for source, upn in self._export.gone.items():
            self._remove(source, upn)
        for student in self._export.students:
            self._put(student)
        for source, born_on in self._export.births.items():
            self._change(source, born_on=born_on)
        for source in {**self._export.dropped, **self._export.enrolled}:
            self._move(source)
        return RosterSheet(tuple(self._rows.values()), condense(self._problems))

    def _doubt(self, detail: str, line: int = 0) -> None:
        self._problems.append(Problem(line, detail, warning=True))

    def _rename_classes(self) -> None:
        renamed = {
            self._called[source]: one.title
            for source, one in self._export.classes.items()
            if self._called.get(source, one.title) != one.title
        }
        for upn, row in self._rows.items():
            if row.class_name in renamed:
                self._rows[upn] = replace(row, class_name=renamed[row.class_name])

    def _remove(self, source: str, upn: str) -> None:
        known = self._by_source.get(source) or self._by_upn.get(upn)
        if known is not None:
            self._rows.pop(known.upn, None)

    def _put(self, student: PupilRow) -> None:
        known = self._by_source.get(student.source_id) or self._by_upn.get(student.upn)
        if known is None and student.source_id in self._export.unsure:
            detail = f"{USERS}: whether this is a pupil of ours is not said, and nobody of the id is known; not used"
            self._doubt(detail, student.line)
            return
        upn = student.upn or (known.upn if known else admission_key(student.admission_no or student.source_id))
        before = self._rows.pop(known.upn, None) if known else None
        before = before or (replace(_row(known), leaving_on=None) if known else None)
        self._upns[student.source_id] = upn
        self._rows[upn] = replace(
            student,
            upn=upn,
            class_name=before.class_name if before else "",
            born_on=before.born_on if before else None,
            former=before.former if before else (),
        )

    def _change(self, source: str, **values: object) -> None:
        row = self._rows.get(self._upns.get(source, ""))
        if row is not None:
            self._rows[row.upn] = replace(row, **values)  # type: ignore[arg-type]  # of the row's own fields

    def _move(self, source: str) -> None:
        """Put a child into the class that the enrolments say, or out of one that they end."""
        row = self._rows.get(self._upns.get(source, ""))
        if row is None or row.elsewhere:
            return  # a member of staff, or a child of another school
        enrolled = self._export.enrolled.get(source, ())
        if unknown := [one for one in enrolled if one not in self._classes]:
            self._doubt(f"{ENROLLMENTS}: {len(unknown)} enrolments are in classes that no file told of; not used")
        title, sure = class_of(enrolled, self._classes)
        home = any(self._classes[one].homeroom for one in enrolled if one in self._classes)
        ended = {self._classes[one].title for one in self._export.dropped.get(source, ()) if one in self._classes}
        now = "" if row.class_name in ended else row.class_name
        if title and sure and (home or not now):
            now = title
        self._rows[row.upn] = replace(row, class_name=now)


def _row(pupil: Pupil) -> PupilRow:
    """A child on record, as a file that changes nothing would have them."""
    return PupilRow(
        upn=pupil.upn,
        legal_first=pupil.legal_first,
        legal_surname=pupil.legal_surname,
        preferred_first=pupil.preferred_first,
        preferred_surname=pupil.preferred_surname,
        middle=pupil.middle,
        former=pupil.former,
        year=pupil.year,
        class_name=pupil.class_name,
        born_on=pupil.born_on,
        elsewhere=pupil.elsewhere,
    )
