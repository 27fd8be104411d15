"""A roster file of a whole trust: which of its schools is ours, and what is read of the pupils of the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.integrations.mis import ADMISSION, PupilRow, RosterSheet, another_pupil, fold_rows
from app.integrations.sheets import Problem, condense

_NAMES_TOLD = 20
_LONGEST_TOLD = 60  # characters of a name
_APOSTROPHES = re.compile(r"['’‘ʼ`]")
_WORD = re.compile(r"[^\W_]+")
_SAME = {"saint": "st", "saints": "st", "and": ""}
_SAID_OR_NOT = frozenset(
    ["the", "a", "of", "for", "at", "school", "schools", "sch", "academy", "acad", "primary", "pri", "c", "e", "church",
     "england", "ce", "cofe", "coe", "va", "vc", "voluntary", "aided", "controlled"]
)  # fmt: skip
"""Words that one list says of a school and another leaves out. Infant, Junior, Catholic tell schools apart."""


def of_school(sheet: RosterSheet, name: str) -> RosterSheet:
    """The sheet with the rows of other schools marked ``elsewhere``, for the school of that name.

    A row without a school is ours, and so is every row of a file that names one school only. Of several schools
    one must be ours, by its name as a whole or, if that alone decides, without the words that lists of schools
    leave out; else the sheet gets an error that lists the schools it names.
    """
    named = _named(row.school for row in sheet.rows)
    if len(named) < 2:
        rows, doubled = _once_each(sheet.rows)
        return replace(sheet, rows=rows, problems=(*sheet.problems, *doubled))
    ours, alike = _choose(name, named)
    if ours is None:
        detail = _undecided(name, [named[each] for each in alike], list(named.values()))
        return replace(sheet, problems=(*sheet.problems, Problem(0, detail, sheet.school_heading)))
    rows, doubled = _once_each(tuple(_marked(row, ours) for row in sheet.rows))
    told = [_decided(named, ours, rows, sheet.school_heading), *_close_by(named, ours, alike, sheet.school_heading)]
    return replace(sheet, rows=rows, problems=(*sheet.problems, *condense([*told, *doubled])))


def choose_school(name: str, schools: Iterable[str]) -> tuple[frozenset[str], Problem | None]:
    """Those of the names that are the school's, as a roster's are told apart; a problem where that is not clear."""
    given = tuple(schools)
    named = _named(given)
    ours, alike = (next(iter(named)), []) if len(named) == 1 else _choose(name, named)
    if ours is None:
        detail = _undecided(name, [named[each] for each in alike], list(named.values()))
        return frozenset(), Problem(0, detail, "School")
    return frozenset(each for each in given if fold_school(each) == ours), None


def fold_school(name: str) -> str:
    """A school's name as it is compared: its words without case, accents and signs; ``St`` for ``Saint``."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name)).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(filter(None, (_SAME.get(word, word) for word in _WORD.findall(plain))))


def _core(folded: str) -> str:
    return " ".join(word for word in folded.split() if word not in _SAID_OR_NOT)


def _named(schools: Iterable[str]) -> dict[str, str]:
    """The schools that are named, by folded name, as first written."""
    named: dict[str, str] = {}
    for school in schools:
        folded = fold_school(school)
        if folded:
            named.setdefault(folded, school)
    return named


def _choose(name: str, named: Iterable[str]) -> tuple[str | None, list[str]]:
    """Which of the folded names is the school's, if one is; and all that are alike."""
    own = fold_school(name)
    core = _core(own)
    alike = [each for each in named if each == own or (core and _core(each) == core)]
    if own in alike:
        return own, alike
    return (alike[0] if len(alike) == 1 else None), alike


def _marked(row: PupilRow, ours: str) -> PupilRow:
    school = fold_school(row.school)
    if not school or school == ours:
        return row
    # Admission numbers are each school's own: number 77 of another school is another child.
    upn = f"{row.upn}@{school}" if row.upn.startswith(ADMISSION) else row.upn
    return replace(row, upn=upn, elsewhere=True)


def _once_each(rows: Sequence[PupilRow]) -> tuple[tuple[PupilRow, ...], list[Problem]]:
    """Each pupil once: by the row that is ours, where one is; what is left out is told."""
    kept: dict[str, PupilRow] = {}
    problems = []
    for row in sorted(rows, key=lambda row: row.elsewhere):
        known = kept.setdefault(row.upn, row)
        if known is row:
            continue
        folded = None if row.elsewhere else fold_rows(known, row)
        if folded is not None:
            kept[row.upn] = folded
        elif not row.elsewhere:
            problems.append(another_pupil(row.line, known.line, "UPN"))
        else:
            detail = "this pupil is with two schools of the file; the row that is ours, or else the first, is used"
            problems.append(Problem(row.line, detail, warning=True))
    return tuple(sorted(kept.values(), key=lambda row: row.line)), problems


def _decided(named: dict[str, str], ours: str, rows: Sequence[PupilRow], heading: str) -> Problem:
    """For the office to see before it loads the file: whom the file is taken to be about."""
    elsewhere = sum(row.elsewhere for row in rows)
    detail = (
        f"the file names {len(named)} schools: {_quoted(named[ours])} is taken to be ours, with {len(rows) - elsewhere} "
        f"pupils; of the {elsewhere} pupils of the others only full names are looked for"
    )
    return Problem(0, detail, heading, warning=True)


def _close_by(named: dict[str, str], ours: str, alike: Sequence[str], heading: str) -> list[Problem]:
    others = [named[each] for each in alike if each != ours]
    if not others:
        return []
    detail = f"taken to be another school, though its name is close to ours: {_listed(others)}"
    return [Problem(0, detail, heading, warning=True)]


def _undecided(name: str, alike: Sequence[str], named: Sequence[str]) -> str:
    which = f"more than one may be ours ({_listed(alike)})" if alike else "none of them is ours"
    return (
        f"the file names several schools, and {which}: write {_quoted(name)} in the rows of our own pupils, or leave their "
        f"cell blank; or take the column out if all pupils are ours. Schools found: {_listed(named)}"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
    return ", ".join(map(_quoted, sorted(names)[:_NAMES_TOLD])) + more


def _quoted(name: str) -> str:
    return f"“{name[:_LONGEST_TOLD]}”"
