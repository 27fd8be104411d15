"""Which column of a roster file was read as what, and the school's own map of headings, as the office sets it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.integrations.headings import UNUSED, mapped
from app.integrations.mis import ROSTER, read_roster
from app.integrations.sheets import HEADINGS, MAX_COLUMNS, UnreadableError, clean, decode, fold_heading, read_sheet

FIELDS = {
    "upn": "UPN",
    "admission_no": "Admission number",
    "legal_first": "Legal first name",
    "legal_surname": "Legal surname",
    "preferred_first": "Preferred first name",
    "preferred_surname": "Preferred surname",
    "middle": "Middle names",
    "former": "Former names",
    "year": "Year",
    "class_name": "Class",
    "born_on": "Date of birth",
    "leaving_on": "Leaving date",
    "in_care": "In care",
    "school": "School (in a trust's file)",
    UNUSED: "Do not read this column",
}
"""What a column can be, in words."""

_SOUGHT_IN = 10  # rows: reports may put a title above their headings


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the file, the field it is read as (empty: none), and what stands below it first."""

    heading: str
    field: str
    first: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns of a file in its order; none where it has no headings that can be told apart from people."""

    columns: tuple[Column, ...] = ()

    @property
    def unread(self) -> int:
        """How many columns are not read."""
        return sum(not one.field or one.field == UNUSED for one in self.columns)


def read_map(data: bytes, chosen: Mapping[str, str]) -> ColumnMap:
    """The columns of a roster in CSV; ``chosen`` are the headings that the school maps itself."""
    known = mapped(ROSTER, chosen)
    sheet = read_sheet(data, known)
    if not sheet.headings and not any(problem.pointer == HEADINGS for problem in sheet.problems):
        return ColumnMap()
    fields = {fold_heading(heading): field for field, heading in sheet.headings.items()}
    fields |= {fold_heading(heading): UNUSED for heading, field in chosen.items() if field == UNUSED}
    headings = _headings(data, {fold_heading(heading) for column in known for heading in column.headings})
    if not sheet.headings and any("does not look like headings" in problem.detail for problem in sheet.problems):
        return ColumnMap()
    if not fields:  # a column is missing: show what is known of the others
        fields = {fold_heading(heading): column.field for column in known for heading in column.headings}
    first = _first(data, chosen)
    return ColumnMap(
        tuple(
            Column(heading, field := fields.get(fold_heading(heading), ""), first.get(field, ""))
            for heading in dict.fromkeys(headings)
            if heading
        )
    )


def _headings(data: bytes, known: set[str]) -> Sequence[str]:
    """The row of the file that has the most known headings, under whichever delimiter it has most."""
    try:
        head = list(islice(io.StringIO(decode(data), newline=""), _SOUGHT_IN))
    except UnreadableError:
        return ()
    best: list[str] = []
    for delimiter in ",;\t":
        try:
            rows = list(csv.reader(head, delimiter=delimiter))
        except csv.Error:
            continue
        for row in rows:
            if _known(row, known) > _known(best, known) or (not best and len(row) > 1):
                best = row
    return [clean(cell)[:200] for cell in best[:MAX_COLUMNS]]


def _known(row: Sequence[str], known: set[str]) -> int:
    return len({fold_heading(cell) for cell in row if len(cell) <= 200} & known)


def _first(data: bytes, chosen: Mapping[str, str]) -> dict[str, str]:
    """The first child of the file, field by field, so that the office sees what was made of the columns."""
    rows = read_roster(data, chosen).rows
    if not rows:
        return {}
    one = rows[0]
    return {
        "upn": one.upn,
        "admission_no": one.admission_no,
        "legal_first": one.legal_first,
        "legal_surname": one.legal_surname,
        "preferred_first": one.preferred_first,
        "preferred_surname": one.preferred_surname,
        "middle": one.middle,
        "former": "; ".join(one.former),
        "year": one.year,
        "class_name": one.class_name,
        "born_on": one.born_on.isoformat() if one.born_on else "",
        "leaving_on": one.leaving_on.isoformat() if one.leaving_on else "",
        "in_care": {True: "yes", False: "no"}.get(one.in_care, "") if one.in_care is not None else "",
        "school": one.school,
    }


def with_choices(chosen: Mapping[str, str], headings: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """The school's map with what was chosen for the headings of one file; what is as known anyway is not mapped."""
    usual = {fold_heading(heading): column.field for column in ROSTER for heading in column.headings}
    here = {fold_heading(heading) for heading in headings}
    kept = {heading: field for heading, field in chosen.items() if fold_heading(heading) not in here}
    for heading, field in zip(headings, fields, strict=False):
        folded = fold_heading(heading)
        wanted = field or (UNUSED if folded in usual else "")
        if folded and wanted and usual.get(folded) != wanted:
            kept[heading] = wanted
    return kept
