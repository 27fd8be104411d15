"""What the school's information system exports: the roster and the staff list, from CSV.

The headings are those seen in exports of SIMS, Arbor, Bromcom, ScholarPack and Horizon; case, blanks
and signs in them do not matter. Every reader is pure and answers with rows and problems.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from app.domain import StaffMember, fold_handle
from app.integrations.cells import NOT_YET, parse_day, parse_flag
from app.integrations.headings import mapped, with_way_out
from app.integrations.sheets import Column, Problem, Row, Sheet, condense, read_sheet

# ---------------------------------------------------------------- roster


@dataclass(frozen=True, slots=True)
class PupilRow:
    """One child as the roster file has them.

    ``upn`` is the key: where the file has none yet, it is ``ADM:`` and the admission number.
    ``in_care`` is None where the file does not say. ``line`` is where the row begins. ``school`` is as the file
    names it; `app.integrations.trusts` finds out which rows are of schools ``elsewhere``. ``source_id`` is the id of
    a system that gives each child one of its own.
    """

    upn: str
    legal_first: str
    legal_surname: str
    preferred_first: str = ""
    preferred_surname: str = ""
    middle: str = ""
    former: tuple[str, ...] = ()
    year: str = ""
    class_name: str = ""
    born_on: date | None = None
    leaving_on: date | None = None
    in_care: bool | None = None
    admission_no: str = ""
    school: str = ""
    elsewhere: bool = False
    line: int = 0
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """What a roster file holds; use no row of it if `has_errors` of the problems. A UPN may stand once a school."""

    rows: tuple[PupilRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    school_heading: str = "School"


KEYS = (
    Column("upn", ("UPN", "Unique Pupil Number", "Pupil UPN"), required=True),
    Column("admission_no", ("Admission No", "Admission Number", "Adno", "Adm No")),
)
"""The columns by which a file's pupils are known: by UPN, else by admission number, never by name."""

_SCHOOL_HEADINGS = (
    *("School", "School Name", "Establishment", "Establishment Name", "Current School", "Enrolled School"),
    *("Academy", "Academy Name", "Organisation", "Organisation Name", "Site", "Site Name", "Campus"),
)
ROSTER = (
    *KEYS,
    Column(
        "legal_first",
        ("Legal Forename", "Legal First Name", "Forename", "First Name", "Given Name", "First"),
        required=True,
    ),
    Column(
        "legal_surname",
        ("Legal Surname", "Legal Last Name", "Surname", "Last Name", "Family Name", "Last"),
        required=True,
    ),
    Column(
        "preferred_first",
        ("Preferred Forename", "Preferred First Name", "Chosen Forename", "Preferred Name", "Chosen Name", "Known As"),
    ),
    Column("preferred_surname", ("Preferred Surname", "Preferred Last Name", "Chosen Surname")),
    Column("middle", ("Middle Names", "Middle Name", "Middle Name(s)", "Legal Middle Names")),
    Column("former", ("Former Surname", "Former Surnames", "Former Names", "Former Name", "Previous Surname")),
    Column("year", ("NC Year", "Year Group", "Year", "Year Taught In", "NC Year Actual", "Curriculum Year")),
    Column(
        "class_name",
        ("Reg Group", "Registration Group", "Class", "Class Name", "Form", "Form/Tutor Group", "Registration Form"),
    ),
    Column("born_on", ("Date of Birth", "DOB", "Birth Date", "Born")),
    Column("leaving_on", ("Leaving Date", "Date of Leaving", "DOL")),
    Column("in_care", ("Looked After", "In Care", "LAC", "Looked After Child")),
    Column("school", _SCHOOL_HEADINGS),
)
"""The columns of a roster, with the headings seen in exports."""


def read_roster(data: bytes, chosen: Mapping[str, str] | None = None) -> RosterSheet:
    """The children in a roster file, one row each; ``chosen`` are headings that the school maps to fields itself.

    Rows that repeat a child, one a contact, are folded where columns beyond those of the roster tell
    them apart; a UPN that comes again for no reason that the file shows is an error.
    """
    sheet = read_sheet(data, mapped(ROSTER, chosen or {}))
    problems = list(sheet.problems if sheet.headings else with_way_out(sheet.problems))
    rows: dict[tuple[str, str], PupilRow] = {}
    lines: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for row in sheet.rows:
        pupil = _read_pupil(row, sheet, problems.append)
        if not pupil.upn:
            continue
        place = pupil.upn, pupil.school.casefold()
        known = rows.get(place)
        first = lines.setdefault((*place, row.beyond), row.line)
        if known is None:
            rows[place] = pupil
            problems += _doubts(pupil, sheet)
            continue
        folded = fold_rows(known, pupil)
        if folded is None:
            problems.append(another_pupil(pupil.line, known.line, sheet.heading("upn")))
        elif first != row.line:
            problems.append(repeated(row.line, first, sheet))
        else:
            rows[place] = folded
    if not rows and not problems:
        problems.append(Problem(0, "the file has no pupils"))
    return RosterSheet(
        tuple(rows.values()), condense(_with_check_letters_counted(problems)), sheet.headings.get("school", "School")
    )


def another_pupil(line: int, first: int, heading: str) -> Problem:
    """The complaint about a row that has the UPN of line ``first`` and contradicts it."""
    return Problem(line, f"the UPN is the same as on line {first}, but the pupil is not", heading)


def repeated(line: int, first: int, sheet: Sheet) -> Problem:
    """The complaint about a row that repeats the pupil of line ``first`` for no reason that the file shows."""
    detail = f"the UPN is the same as on line {first}, and no other column tells the two rows apart: delete one"
    return Problem(line, detail, sheet.heading("upn"))


def _read_pupil(row: Row, sheet: Sheet, complain: Callable[[Problem], None]) -> PupilRow:
    """The child of one row; what is wrong with it goes to ``complain``."""
    for field in ("legal_first", "legal_surname"):
        if not row[field]:
            complain(Problem(row.line, "a pupil without this name", sheet.heading(field)))
    upn = read_key(row, sheet, complain)
    days: dict[str, date | None] = {}
    for field in ("born_on", "leaving_on"):
        try:
            days[field] = parse_day(row[field])
        except ValueError:
            complain(Problem(row.line, "not a date; write it as dd/mm/yyyy", sheet.heading(field)))
    in_care = parse_flag(row["in_care"])
    if in_care is None and row["in_care"].casefold() not in NOT_YET:
        complain(Problem(row.line, "neither yes nor no; taken as unknown", sheet.heading("in_care"), warning=True))
    return PupilRow(
        upn=upn,
        legal_first=row["legal_first"],
        legal_surname=row["legal_surname"],
        preferred_first=row["preferred_first"],
        preferred_surname=row["preferred_surname"],
        middle=row["middle"],
        former=_split(row["former"]),
        year=fold_year(row["year"]),
        class_name=row["class_name"],
        born_on=days.get("born_on"),
        leaving_on=days.get("leaving_on"),
        in_care=in_care,
        admission_no=row["admission_no"],
        school=row["school"],
        line=row.line,
    )


def read_key(row: Row, sheet: Sheet, complain: Callable[[Problem], None]) -> str:
    """The key of a row's pupil: the UPN, else the admission number, else ``""`` and a complaint."""
    upn = fold_upn(row["upn"])
    if upn:
        return upn
    if not row["admission_no"]:
        complain(Problem(row.line, "a pupil without a UPN or admission number", sheet.heading("upn")))
        return ""
    detail = "no UPN yet; the admission number is used until there is one"
    complain(Problem(row.line, detail, sheet.heading("upn"), warning=True))
    return admission_key(row["admission_no"])


def fold_rows(known: PupilRow, again: PupilRow) -> PupilRow | None:
    """Two rows of one UPN as one child, blanks of the first filled from the second; None if they contradict."""
    filled: dict[str, object] = {}
    for field in fields(PupilRow):
        mine, theirs = getattr(known, field.name), getattr(again, field.name)
        if field.name in ("line", "school", "source_id") or mine == theirs or theirs in ("", None, ()):
            continue
        if mine not in ("", None, ()):
            return None
        filled[field.name] = theirs
    return replace(known, **filled)  # type: ignore[arg-type]  # the values come from the same fields


def _doubts(pupil: PupilRow, sheet: Sheet) -> Iterator[Problem]:
    """Warnings about one child's row: things that look wrong yet do no harm."""
    about = sheet.heading("upn")
    if not pupil.upn.startswith(ADMISSION):
        doubt = doubt_upn(pupil.upn)
        if doubt:
            yield Problem(pupil.line, doubt, about, warning=True)
    for field in ("legal_first", "legal_surname", "preferred_first", "preferred_surname", "middle"):
        if _looks_damaged(getattr(pupil, field)):
            detail = "signs that are not usual in a name: check that the file was saved as CSV UTF-8"
            yield Problem(pupil.line, detail, sheet.heading(field), warning=True)


_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2018-\u2022\u2026\u20ac\u2122]")


def _looks_damaged(name: str) -> bool:
    """Whether a name shows signs of a lost encoding, figures or a formula."""
    if name.isascii() and name.isalpha():
        return False
    odd = (sign for sign in name if unicodedata.category(sign)[0] not in "LMZ" and sign not in "-'’‘ʼ.,()/\u2010\u2011")
    return bool(_MOJIBAKE.search(name)) or any(odd)


def _split(cell: str) -> tuple[str, ...]:
    """The parts of a cell that ``;`` or ``,`` divides, without blanks and repeats."""
    return tuple(dict.fromkeys(part.strip() for part in re.split("[;,]", cell) if part.strip()))


def fold_year(cell: str) -> str:
    """A year group as the school says it after "Year": ``4``, ``R`` for Reception, ``N`` for Nursery."""
    found = re.fullmatch(r"(?:year|yr|y)?\s*0*(\d{1,2})", cell, re.IGNORECASE)
    if found:
        return found[1]
    return {"reception": "R", "rec": "R", "yr r": "R", "year r": "R", "nursery": "N"}.get(cell.casefold(), cell)


# ---------------------------------------------------------------- UPN

ADMISSION = "ADM:"
"""What the key of a child without a UPN begins with."""
_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_WRONG_CHECK_LETTER = "the UPN's check letter is wrong: perhaps it was mistyped"
_CHECK_LETTERS_TOLD = 3


def fold_upn(cell: str) -> str:
    """A UPN as it is compared: capitals, no blanks, no spreadsheet's apostrophe before it."""
    return "".join(cell.split()).removeprefix("'").upper()


def admission_key(admission_no: str) -> str:
    """The key of a child who has no UPN yet."""
    return ADMISSION + fold_upn(admission_no)


def doubt_upn(upn: str) -> str:
    """What is odd about a folded UPN, or ``""``.

    The check letter is the sum of the twelve signs after it, each times its place from 2 to 13,
    modulo 23, in the alphabet without I, O and S (Department for Education, "UPN guidance").
    """
    if not _UPN.fullmatch(upn):
        return "not the form of a UPN: a letter, eleven figures, then a figure or a letter"
    values = (int(sign) if sign.isdigit() else _UPN_LETTERS.index(sign) for sign in upn[1:])
    if _UPN_LETTERS[sum(place * value for place, value in enumerate(values, 2)) % 23] != upn[0]:
        return _WRONG_CHECK_LETTER
    return "" if upn[-1].isdigit() else "a temporary UPN"


def _with_check_letters_counted(problems: list[Problem]) -> list[Problem]:
    """The problems, with more than a few wrong check letters as one: so many are the export's, and bury the rest."""
    wrong = [problem for problem in problems if problem.detail == _WRONG_CHECK_LETTER]
    if len(wrong) <= _CHECK_LETTERS_TOLD:
        return problems
    first = ", ".join(str(problem.line) for problem in wrong[:_CHECK_LETTERS_TOLD])
    told = f"{len(wrong)} UPNs have a wrong check letter, the first on lines {first} …: ask whether the export is right"
    others = [problem for problem in problems if problem.detail != _WRONG_CHECK_LETTER]
    return [*others, Problem(0, told, wrong[0].pointer, warning=True)]


# ---------------------------------------------------------------- staff


@dataclass(frozen=True, slots=True)
class StaffSheet:
    """What a staff file holds; ``has_handles`` is False if it has no column for personal handles."""

    rows: tuple[StaffMember, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_handles: bool = False


_STAFF = (
    Column("title", ("title", "Salutation")),
    Column("first", ("first", "Forename", "First Name", "Legal Forename", "Preferred Forename", "Given Name")),
    Column("surname", ("surname", "Last Name", "Legal Surname", "Preferred Surname", "Family Name"), required=True),
    Column("role", ("role", "Job Title", "Post", "Position")),
    Column("personal_handles", ("personal_handles", "Handles", "Personal Handle", "Twitter", "Personal Twitter", "X")),
)
_HANDLE = re.compile(r"[a-z0-9_]{1,20}")


def read_staff(data: bytes) -> StaffSheet:
    """The adults in a staff file; a row repeated in full counts once."""
    sheet = read_sheet(data, _STAFF)
    problems = list(sheet.problems)
    rows: dict[StaffMember, int] = {}
    for row in sheet.rows:
        if not row["surname"]:
            problems.append(Problem(row.line, "a member of staff without a surname", sheet.heading("surname")))
            continue
        handles = tuple(dict.fromkeys(_handles(row["personal_handles"])))
        if not all(_HANDLE.fullmatch(handle) for handle in handles):
            detail = "not a handle: letters, figures and _ only; divide several by ;"
            problems.append(Problem(row.line, detail, sheet.heading("personal_handles")))
        member = StaffMember(row["title"], row["first"], row["surname"], row["role"], handles)
        rows.setdefault(member, row.line)
    return StaffSheet(tuple(rows), tuple(problems), "personal_handles" in sheet.headings)


def _handles(cell: str) -> Iterator[str]:
    """The folded handles of a cell; an address of a profile is taken for its handle."""
    for part in cell.split(";"):
        profile = re.fullmatch(r"(?:https?://)?(?:www\.|mobile\.)?(?:twitter|x)\.com/@?([^/?#]+)/?", part.strip())
        handle = fold_handle(profile[1] if profile else part)
        if handle:
            yield handle
