"""Roster files of a whole trust: whose rows are whose."""

from __future__ import annotations

import pytest

from app.integrations.mis import PupilRow, RosterSheet, read_roster
from app.integrations.sheets import Problem, has_errors
from app.integrations.trusts import fold_school, of_school

OURS = "Whitehouse Primary School"
OTHER = "Oakfield Junior School"
HEADER = "UPN,Forename,Surname,Class,Admission No,School"


def read(*lines: str, header: str = HEADER) -> RosterSheet:
    return read_roster("\n".join([header, *lines]).encode())


def elsewhere(sheet: RosterSheet) -> dict[str, bool]:
    return {row.upn: row.elsewhere for row in sheet.rows}


def named(*schools: str) -> RosterSheet:
    """A file with a pupil of each of these schools: U0, U1 …"""
    rows = (PupilRow(f"U{at}", "Al", "Smith", school=name, line=at + 2) for at, name in enumerate(schools))
    return RosterSheet(tuple(rows))


@pytest.mark.parametrize(
    "heading",
    ["School", "SCHOOL NAME", "Establishment", "Establishment Name", "Academy", "Current School", "Site", "Campus"],
)
def test_the_column_of_schools_by_the_headings_of_other_systems(heading: str) -> None:
    sheet = read("U1,Al,Smith,Oak,,Whitehouse", header=HEADER.replace("School", heading))
    assert (sheet.rows[0].school, sheet.school_heading) == ("Whitehouse", heading)


def test_a_file_without_the_column_is_ours() -> None:
    sheet = read("U1,Al,Smith", header="UPN,Forename,Surname")
    assert of_school(sheet, OURS) == sheet
    assert elsewhere(sheet) == {"U1": False}


@pytest.mark.parametrize("name", [OURS, OTHER, "OAKFIELD junior school"])
def test_a_file_of_one_school_is_ours_whatever_it_is_called(name: str) -> None:
    sheet = of_school(named(name, "", name, OTHER if name != OURS else "-"), OURS)
    assert not any(elsewhere(sheet).values())
    assert sheet.problems == ()


@pytest.mark.parametrize(
    "ours",
    [
        "Whitehouse Primary School",
        "WHITEHOUSE  PRIMARY SCHOOL.",
        "Whitehouse Primary",
        "Whitehouse Academy",
        "The Whitehouse C. of E. Primary School",
        "Whitehouse Church of England (VA) Primary Academy",
        "Whitehôuse",
    ],
)
def test_of_several_schools_ours_is_known_by_name_and_blank_cells_are_ours(ours: str) -> None:
    sheet = of_school(named(ours, OTHER, "", "The Grove"), OURS)
    assert elsewhere(sheet) == {"U0": False, "U1": True, "U2": False, "U3": True}
    (told,) = sheet.problems
    assert told.warning
    assert f"3 schools: “{ours}” is taken to be ours, with 2 pupils; of the 2 pupils of the others" in told.detail


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. John's", "Saint Johns"),
        ("Hope & Anchor", "hope and anchor"),
        ("Ysgol Gŵyr", "YSGOL GWYR"),
    ],
)
def test_names_are_compared_by_their_words(one: str, other: str) -> None:
    assert fold_school(one) == fold_school(other)


@pytest.mark.parametrize(
    ("ours", "schools"),
    [
        (OURS, ["Oakfield", "The Grove"]),
        ("Oakfield Infant School", ["Oakfield Junior School", "The Grove"]),
        ("St Mary's Catholic Primary School", ["St Mary's C of E Primary School", "The Grove"]),
        ("The Academy", ["The Primary School", "The Grove"]),
    ],
)
def test_several_schools_none_of_which_is_ours_are_refused_with_their_names(ours: str, schools: list[str]) -> None:
    sheet = of_school(named(*schools), ours)
    (refusal,) = sheet.problems
    assert (refusal.line, refusal.pointer, refusal.warning) == (0, "School", False)
    assert "none of them is ours" in refusal.detail
    assert f"write “{ours}” in the rows of our own pupils" in refusal.detail
    assert all(f"“{name}”" in refusal.detail for name in schools)


def test_several_schools_that_may_be_ours_are_refused() -> None:
    sheet = of_school(named("Whitehouse Academy", "Whitehouse Primary", "The Grove"), OURS)
    assert has_errors(sheet.problems)
    assert "more than one may be ours (“Whitehouse Academy”, “Whitehouse Primary”)" in sheet.problems[0].detail


def test_the_name_as_a_whole_decides_and_close_ones_are_told() -> None:
    sheet = of_school(named(OURS, "Whitehouse Academy"), OURS)
    assert elsewhere(sheet) == {"U0": False, "U1": True}
    assert sheet.problems[1].detail.endswith("close to ours: “Whitehouse Academy”")
    assert not has_errors(sheet.problems)


def test_a_long_list_of_schools_is_cut() -> None:
    sheet = of_school(named(*(f"School of the {number} saints " + "x" * 200 for number in range(30))), OURS)
    assert sheet.problems[0].detail.endswith("“ and 10 more".replace("“", "”"))
    assert len(sheet.problems[0].detail) < 2_000


def test_admission_numbers_are_each_schools_own() -> None:
    sheet = of_school(read(f",Al,Smith,Oak,77,{OURS}", f",Bo,Jones,Elm,77,{OTHER}"), OURS)
    assert elsewhere(sheet) == {"ADM:77": False, "ADM:77@oakfield junior school": True}
    assert not has_errors(sheet.problems)


def test_a_pupil_of_two_schools_is_ours_if_one_of_them_is() -> None:
    sheet = of_school(
        read(
            f"U1,Al,Smith,Elm,,{OTHER}",
            f"U1,Al,Smith,Oak,,{OURS}",
            f"U2,Bo,Jones,Elm,,{OTHER}",
            "U2,Bo,Jones,Fir,,Grove",
        ),
        OURS,
    )
    assert {row.upn: (row.elsewhere, row.class_name) for row in sheet.rows} == {
        "U1": (False, "Oak"),
        "U2": (True, "Elm"),
    }
    twice = [problem for problem in sheet.problems if "two schools" in problem.detail]
    assert [(problem.line, problem.warning) for problem in twice] == [(2, True), (5, True)]


def test_rows_of_one_pupil_of_ours_with_and_without_a_school_are_one() -> None:
    sheet = of_school(read("U1,Al,Smith,,,", f"U1,Al,Smith,Oak,,{OURS}"), OURS)
    assert [(row.upn, row.class_name, row.line) for row in sheet.rows] == [("U1", "Oak", 2)]
    another = of_school(read("U1,Al,Smith,,,", f"U1,Bo,Smith,Oak,,{OURS}"), OURS)
    assert another.problems[-1] == Problem(3, "the UPN is the same as on line 2, but the pupil is not", "UPN")


def test_one_schools_name_may_be_written_in_capitals_and_not() -> None:
    header = HEADER + ",Contact"
    sheet = read(f"U1,Al,Smith,Oak,,{OURS},Mo", f"U1,Al,Smith,Oak,,{OURS.upper()},Fa", header=header)
    assert len(sheet.rows) == 1
    assert not has_errors(sheet.problems)
