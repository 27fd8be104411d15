"""Rosters as OneRoster zips of CSV sheets, versions 1.1 and 1.2 (1EdTech, OneRoster CSV binding 1.2.1).

Read are names, years, classes, birth dates and the ids that tie them; passwords, e-mail addresses, phone numbers and
whatever else the sheets hold are never looked at. Nothing of people who are not pupils of the school is kept.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.integrations.archives import Archive, Cells
from app.integrations.cells import parse_day
from app.integrations.mis import PupilRow, admission_key, doubt_upn, fold_upn, fold_year
from app.integrations.sheets import MAX_ROWS, Problem, UnreadableError, condense
from app.integrations.trusts import choose_school

MANIFEST, USERS, ROLES = "manifest.csv", "users.csv", "roles.csv"
ORGS, CLASSES, ENROLLMENTS, BIRTHS = "orgs.csv", "classes.csv", "enrollments.csv", "demographics.csv"
_SHEETS = (USERS, ROLES, ORGS, CLASSES, ENROLLMENTS, BIRTHS)
_GOVERNING = (USERS, ROLES, CLASSES, ENROLLMENTS)
_VERSIONS = ("1.1", "1.2")
_STUDENT = "student"

Complain = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Group:
    """A class: its name, and whether it is the one its children are of rather than one they are taught in."""

    title: str
    homeroom: bool


@dataclass(frozen=True, slots=True)
class OneRoster:
    """What a zip says of one school's pupils; use nothing of it if its problems have errors.

    ``delta``: it holds changes alone. ``students`` have their ``source_id``; in a delta a UPN may be missing. ``gone`` are
    the source ids, with UPN if told, of those deleted. Of those ``unsure`` it does not say that they are pupils at all:
    they count if they are known. ``enrolled`` and ``dropped`` are classes by pupil; ``schools`` the
    ids that are our school's.
    """

    delta: bool = False
    students: tuple[PupilRow, ...] = ()
    gone: Mapping[str, str] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    births: Mapping[str, date] = field(default_factory=dict)
    enrolled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dropped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: Mapping[str, Group] = field(default_factory=dict)
    schools: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def read_oneroster(data: bytes, school: str, today: date, known_schools: frozenset[str] = frozenset()) -> OneRoster:
    """The pupils of the school of that name in a zip; ``known_schools`` are ids that an earlier file gave it."""
    problems: list[Problem] = []
    try:
        archive = Archive(data)
        delta = _is_delta(archive)
        reading = _Reading(archive, today, problems.append, delta)
        schools = reading.our_schools(school, known_schools)
        made = reading.whole(schools)
    except UnreadableError as error:
        return OneRoster(problems=(error.problem,))
    return replace(made, problems=condense(problems))


def year_of_grade(grades: str) -> str:
    """A OneRoster grade (CEDS, or as British systems write it) as a year group: ``R`` for KG, ``N`` before it, ``1`` to ``13``."""
    first = grades.split(",")[0].strip()
    return _GRADES.get(first.casefold(), fold_year(first))


_GRADES = {"kg": "R", "k": "R", "r": "R", "tk": "N", "pk": "N", "pr": "N", "it": "N", "n": "N", "n1": "N", "n2": "N",
           "ug": "", "other": "", "ps": ""}  # fmt: skip


# ---------------------------------------------------------------- the manifest


def _refuse(detail: str) -> UnreadableError:
    return UnreadableError(Problem(0, detail))


def _is_delta(archive: Archive) -> bool:
    """Whether the zip holds changes alone; UnreadableError where its manifest is missing, contradicts it or itself."""
    if MANIFEST not in archive:
        raise _refuse("the zip has no manifest.csv, so it is not a OneRoster export; a workbook is saved as CSV UTF-8")
    said = {
        cells.get("propertyname", ""): cells.get("value", "")
        for _, cells in archive.rows(MANIFEST, ("propertyName", "value"))
    }
    version = said.get("oneroster.version", "")
    if version not in _VERSIONS:
        raise _refuse("the manifest names no OneRoster version that is taken: 1.1 and 1.2 are")
    modes = {name: said.get(f"file.{name.removesuffix('.csv')}", "absent").casefold() for name in _SHEETS}
    for name, mode in modes.items():
        if mode not in {"absent", "bulk", "delta"}:
            raise _refuse(f"the manifest says of {name} neither absent, bulk nor delta")
        if mode != "absent" and name not in archive:
            raise _refuse(f"the manifest names {name}, and the zip does not hold it")
    governing = {modes[name] for name in _GOVERNING} - {"absent"}
    if len(governing) != 1:
        raise _refuse("users, roles, classes and enrollments must all be bulk, or all be delta")
    if governing == {"bulk"}:
        _require_whole(version, modes)
    return governing == {"delta"}


def _require_whole(version: str, modes: Mapping[str, str]) -> None:
    needed = (USERS, ORGS, CLASSES, ENROLLMENTS, *((ROLES,) if version == "1.2" else ()))
    missing = [name for name in needed if modes[name] == "absent"]
    if missing:
        raise _refuse(f"the export lacks {', '.join(missing)}, without which pupils or their classes are not known")


# ---------------------------------------------------------------- the sheets


class _Reading:
    """One zip as it is read."""

    def __init__(self, archive: Archive, today: date, complain: Complain, delta: bool) -> None:
        self._archive = archive
        self._today = today
        self._complain = complain
        self._delta = delta

    def our_schools(self, name: str, known: frozenset[str]) -> frozenset[str]:
        """The ids of our school, by its name, or as an earlier file had them."""
        orgs: dict[str, str] = {}
        for _, cells in self._archive.rows(ORGS, ("sourcedId", "name", "type")):
            if cells.get("type", "").casefold() in {"school", ""} and not _is_deleted(cells):
                orgs[cells.get("sourcedid", "")] = cells.get("name", "")
        if not orgs:
            if not known and not self._delta:
                raise _refuse("orgs.csv names no school")
            return known
        ours, problem = choose_school(name, orgs.values())
        if problem is not None:
            raise UnreadableError(problem)
        return frozenset(each for each, called in orgs.items() if called in ours) | (known & orgs.keys())

    def whole(self, schools: frozenset[str]) -> OneRoster:
        """All that is kept."""
        roles = self._students_by_role(schools)
        students: list[PupilRow] = []
        gone: dict[str, str] = {}
        unsure: set[str] = set()
        elsewhere = 0
        for line, cells in self._archive.rows(USERS, ("sourcedId", "givenName", "familyName")):
            source = cells.get("sourcedid", "")
            if _is_deleted(cells):
                gone[source] = _upn(cells)
                continue
            ours = self._is_ours(source, cells, schools, roles)
            if ours is False:
                elsewhere += 1
                gone |= {source: _upn(cells)} if self._delta else {}
                continue
            students.append(self._student(line, cells))
            unsure |= {source} if ours is None else set()
            if len(students) > MAX_ROWS:
                raise _refuse(f"the export has more than {MAX_ROWS:,} pupils")
        gone |= (
            {source: "" for source, holds in roles.items() if not holds and source not in gone} if self._delta else {}
        )
        if elsewhere and not self._delta:
            self._tell(f"{elsewhere} people are not pupils of this school and are not read")
        ids = None if self._delta else frozenset(one.source_id for one in students)
        enrolled, dropped = self._enrolments(ids)
        classes = self._classes(schools)
        if not self._delta and not students:
            raise _refuse("the export has no pupils of this school")
        births = self._births(ids)
        made = OneRoster(
            self._delta, tuple(students), gone, frozenset(unsure), births, enrolled, dropped, classes, schools
        )
        return made if self._delta else replace(made, students=tuple(self._complete(made)))

    def _tell(self, detail: str, line: int = 0, about: str = "") -> None:
        self._complain(Problem(line, detail, about, warning=True))

    def _students_by_role(self, schools: frozenset[str]) -> dict[str, bool]:
        """Of version 1.2: whether each person with a student's role at our school still has it."""
        found: dict[str, bool] = {}
        for _, cells in self._archive.rows(ROLES, ("userSourcedId", "role", "orgSourcedId")):
            if cells.get("role", "").casefold() != _STUDENT or cells.get("orgsourcedid", "") not in schools:
                continue
            source = sys.intern(cells.get("usersourcedid", ""))
            holds = not _is_deleted(cells) and self._is_now(cells)
            found[source] = found.get(source, False) or holds
        return found

    def _is_ours(self, source: str, cells: Cells, schools: frozenset[str], roles: Mapping[str, bool]) -> bool | None:
        """Whether somebody is a pupil of ours; None where a delta does not say, as the role was told before."""
        if "role" not in cells:
            return roles.get(source, None if self._delta else False)
        if cells["role"].casefold() != _STUDENT:
            return False
        orgs = {one.strip() for one in cells.get("orgsourcedids", "").split(",")}
        return bool(orgs & schools) if schools else None

    def _is_now(self, cells: Cells) -> bool:
        try:
            begins, ends = parse_day(cells.get("begindate", "")), parse_day(cells.get("enddate", ""))
        except ValueError:
            return True
        return (begins is None or begins <= self._today) and (ends is None or ends >= self._today)

    def _student(self, line: int, cells: Cells) -> PupilRow:
        about = f"{USERS}: "
        for heading in ("givenname", "familyname"):
            if not cells.get(heading):
                self._complain(Problem(line, f"{USERS}: a pupil without {heading}", heading))
        source = cells.get("sourcedid", "")
        if not source:
            self._complain(Problem(line, f"{USERS}: a pupil without sourcedId", "sourcedId"))
        upn = _upn(cells)
        if upn and doubt_upn(upn):
            self._tell(about + doubt_upn(upn), line, "UPN")
        middles = dict.fromkeys(cells.get(one, "") for one in ("middlename", "preferredmiddlename"))
        return PupilRow(
            upn=upn,
            legal_first=cells.get("givenname", ""),
            legal_surname=cells.get("familyname", ""),
            preferred_first=cells.get("preferredgivenname", ""),
            preferred_surname=cells.get("preferredfamilyname", ""),
            middle=" ".join(filter(None, middles)),
            year=sys.intern(year_of_grade(cells.get("grades", ""))),
            admission_no=cells.get("identifier", "") if cells.get("identifier", "") != upn else "",
            line=line,
            source_id=source,
        )

    def _enrolments(self, ids: frozenset[str] | None) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """The classes each pupil is in, and those a delta takes them out of."""
        enrolled: dict[str, tuple[str, ...]] = {}
        dropped: dict[str, tuple[str, ...]] = {}
        for _, cells in self._archive.rows(ENROLLMENTS, ("classSourcedId", "userSourcedId", "role")):
            source = cells.get("usersourcedid", "")
            if cells.get("role", "").casefold() != _STUDENT or (ids is not None and source not in ids):
                continue
            holds = not _is_deleted(cells) and self._is_now(cells)
            places = enrolled if holds else dropped
            places[source] = (*places.get(source, ()), sys.intern(cells.get("classsourcedid", "")))
        return enrolled, dropped

    def _classes(self, schools: frozenset[str]) -> dict[str, Group]:
        found: dict[str, Group] = {}
        for _, cells in self._archive.rows(CLASSES, ("sourcedId", "title")):
            if _is_deleted(cells) or cells.get("schoolsourcedid", "") not in {"", *schools}:
                continue
            title = cells.get("title", "") or cells.get("classcode", "")
            found[cells.get("sourcedid", "")] = Group(title, cells.get("classtype", "").casefold() == "homeroom")
        return found

    def _births(self, ids: frozenset[str] | None) -> dict[str, date]:
        births: dict[str, date] = {}
        for line, cells in self._archive.rows(BIRTHS, ("sourcedId",)):
            source = cells.get("sourcedid", "")
            if ids is not None and source not in ids:
                continue
            try:
                born = parse_day(cells.get("birthdate", ""))
            except ValueError:
                self._tell(f"{BIRTHS}: not a date; taken as unknown", line, "birthDate")
                continue
            if born:
                births[source] = born
        return births

    def _complete(self, made: OneRoster) -> Iterator[PupilRow]:
        """The pupils of a whole export, with key, class and birth date; two of one UPN are an error."""
        lines: dict[str, int] = {}
        for one in made.students:
            upn = one.upn or admission_key(one.admission_no or one.source_id)
            if not one.upn:
                self._tell(f"{USERS}: no UPN among identifier and userIds; another id is used", one.line, "userIds")
            first = lines.setdefault(upn, one.line)
            if first != one.line:
                self._complain(Problem(one.line, f"{USERS}: the UPN is the same as on line {first}", "UPN"))
            title, sure = class_of(made.enrolled.get(one.source_id, ()), made.classes)
            if not sure:
                self._tell("in several classes, none of them a homeroom: no class is taken", one.line, ENROLLMENTS)
            yield replace(one, upn=upn, class_name=title, born_on=made.births.get(one.source_id))


def class_of(enrolled: Iterable[str], classes: Mapping[str, Group]) -> tuple[str, bool]:
    """The class a pupil is of, by the ids of those they are in: a homeroom, else their only one; and whether that is sure."""
    known = [classes[one] for one in enrolled if one in classes]
    homes = list(dict.fromkeys(one.title for one in known if one.homeroom))
    titles = homes or list(dict.fromkeys(one.title for one in known))
    if len(titles) > 1:
        return (homes[0] if homes else ""), bool(homes)
    return (titles[0] if titles else ""), True


def _is_deleted(cells: Cells) -> bool:
    return cells.get("status", "").casefold() == "tobedeleted"


_USER_ID = re.compile(r"\{\s*([^:{}]*?)\s*:\s*([^{}]*?)\s*\}")
_UPN_SHAPED = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]")


def _upn(cells: Cells) -> str:
    """The UPN among a person's ids: one that is called so, else one of its form; else ``""``."""
    typed = [(name.casefold(), fold_upn(value)) for name, value in _USER_ID.findall(cells.get("userids", ""))]
    called = [value for name, value in typed if "upn" in name] + [fold_upn(cells.get("metadataupn", ""))]
    shaped = [fold_upn(cells.get("identifier", "")), *(value for _, value in typed)]
    return next((one for one in called if one), next((one for one in shaped if _UPN_SHAPED.fullmatch(one)), ""))
