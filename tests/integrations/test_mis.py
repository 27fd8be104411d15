"""Rosters and staff lists as information systems export them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.integrations.mis import PupilRow, doubt_upn, fold_year, read_roster, read_staff
from app.integrations.sheets import Problem, has_errors

SCHOOL = Path(__file__).parents[2] / "app" / "demo_school"
ALICE = PupilRow("R823403726001", "Alice", "Smith", year="4", class_name="Oak", line=2)


def roster(*lines: str, header: str = "UPN,Forename,Surname,Year,Class") -> bytes:
    return "\n".join([header, *lines]).encode()


def test_the_fictional_roster_is_read_whole() -> None:
    sheet = read_roster((SCHOOL / "roster.csv").read_bytes())
    assert len(sheet.rows) == 420
    assert not has_errors(sheet.problems)
    assert sheet.rows[0] == replace(
        ALICE,
        upn="B823403726001",
        preferred_first="Alice",
        preferred_surname="Smith",
        middle="Mae",
        born_on=date(2018, 6, 19),
    )


@pytest.mark.parametrize(
    "header",
    [
        "Unique Pupil Number,Given Name,Family Name,NC Year,Registration Group",
        "upn,LEGAL  FORENAME,legal surname,Year Group,Form/Tutor Group",
        "Upn,First Name,Last Name,Year Taught In,Form",
    ],
)
def test_headings_of_other_systems(header: str) -> None:
    assert read_roster(roster("R823403726001,Alice,Smith,Year 4,Oak", header=header)).rows == (ALICE,)


def test_all_fields() -> None:
    header = "UPN;Forename;Surname;Known As;Preferred Surname;Middle Name(s);Former Surname;DOB;Leaving Date;Looked After;Adno"
    row = read_roster(
        roster("R823403726001;Alice;Smith;Ali;Jones;Mae;Brown, Green;19/06/2018;20/07/2026;Y;77", header=header)
    ).rows[0]
    assert (row.preferred_first, row.preferred_surname, row.middle) == ("Ali", "Jones", "Mae")
    assert (row.former, row.born_on, row.leaving_on) == (("Brown", "Green"), date(2018, 6, 19), date(2026, 7, 20))
    assert (row.in_care, row.admission_no) == (True, "77")


CONTACTS = "UPN,Forename,Surname,Year,Class,Contact,Contact Phone"


def test_one_row_a_contact_is_folded_and_blanks_are_filled() -> None:
    rows = ("R823403726001,Alice,Smith,4,,Mo,1", "R823403726001,Alice,Smith,4,Oak,Mo,2", "r823403726001,Alice,Smith")
    sheet = read_roster(roster(*rows, header=CONTACTS))
    assert sheet.rows == (ALICE,)
    assert [(problem.line, problem.warning) for problem in sheet.problems] == [(4, True)]  # of the blanks alone


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("UPN,Forename,Surname,Year,Class", ["R823403726001,Alice,Smith,4,Oak"] * 2),
        ("UPN,Forename,Surname,Year,Class", ["R823403726001,Alice,Smith,4,Oak", "r823403726001,Alice,Smith,4,"]),
        (CONTACTS, ["R823403726001,Alice,Smith,4,Oak,Mo,1"] * 2),
        (CONTACTS, ["R823403726001,Alice,Smith,4,Oak,Mo,1", "R823403726001,Alice,Smith,4,,Mo,1"]),
    ],
    ids=["the same line", "a blank more", "the same line and contact", "the same contact"],
)
def test_a_upn_that_comes_again_for_no_reason_is_refused_with_both_lines(header: str, rows: list[str]) -> None:
    sheet = read_roster(roster(*rows, header=header))
    (found,) = sheet.problems
    assert (found.line, found.pointer, found.warning) == (3, "UPN", False)
    assert "the same as on line 2, and no other column tells the two rows apart" in found.detail


def test_a_contact_repeated_further_down_is_refused_too() -> None:
    rows = [f"R823403726001,Alice,Smith,4,Oak,{contact}" for contact in ("Mo,1", "Fa,2", "Fa,2")]
    (found,) = read_roster(roster(*rows, header=CONTACTS)).problems
    assert (found.line, "on line 3" in found.detail) == (4, True)


def test_one_upn_for_two_pupils_is_refused_with_both_lines() -> None:
    sheet = read_roster(roster("R823403726001,Alice,Smith,4,Oak", "r823403726001,Amelia,Jones,4,Oak"))
    assert sheet.problems == (Problem(3, "the UPN is the same as on line 2, but the pupil is not", "UPN"),)
    assert has_errors(sheet.problems)


def test_many_wrong_check_letters_are_told_once() -> None:
    problems = read_roster((SCHOOL / "roster.csv").read_bytes()).problems  # its UPNs are invented
    detail = "401 UPNs have a wrong check letter, the first on lines 2, 3, 4 …: ask whether the export is right"
    assert problems == (Problem(0, detail, "UPN", warning=True),)


def test_a_few_wrong_check_letters_are_told_one_by_one_and_more_bury_nothing() -> None:
    wrong = [f"A82340372600{number},Al,Smith,4,Oak" for number in range(2, 6)]
    few = read_roster(roster(*wrong[:3])).problems
    assert [(problem.line, "mistyped" in problem.detail) for problem in few] == [(2, True), (3, True), (4, True)]
    many = read_roster(roster(*wrong, "UPN7,Bo,Smith,4,Oak")).problems
    assert [(problem.line, problem.warning) for problem in many] == [(6, True), (0, True)]
    assert many[1].detail.startswith("4 UPNs have a wrong check letter, the first on lines 2, 3, 4 …")


def test_a_warning_that_holds_for_hundreds_of_lines_is_told_twenty_times_and_counted() -> None:
    problems = read_roster(roster(*(f"U{number},Al,Smith,4,Oak" for number in range(50)))).problems
    assert len(problems) == 21
    assert problems[-1].detail.startswith("30 more lines: not the form of a UPN")


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ("R823403726001,,Smith,4,Oak", "Forename"),
        ("R823403726001,Alice,,4,Oak", "Surname"),
        (",Alice,Smith,4,Oak", "UPN"),
    ],
)
def test_what_every_pupil_needs(line: str, pointer: str) -> None:
    sheet = read_roster(roster("K823407426002,Tom,Okafor,5,Rowan", line))
    assert [(problem.line, problem.pointer, problem.warning) for problem in sheet.problems] == [(3, pointer, False)]


def test_a_pupil_without_upn_is_known_by_admission_number() -> None:
    sheet = read_roster(roster(",Alice,Smith, 77", header="UPN,Forename,Surname,Admission No"))
    assert [row.upn for row in sheet.rows] == ["ADM:77"]
    assert [(problem.line, problem.warning) for problem in sheet.problems] == [(2, True)]


def test_odd_upns_and_names_are_warned_of_and_pass() -> None:
    sheet = read_roster(
        roster("A823403726001,=CMD(),Smith,4,Oak", "UPN7,ZoÃ«,O'Brien-Smith,R,", "R823403726001,Zoë 2,Ó’Dé,R,")
    )
    assert [row.upn for row in sheet.rows] == ["A823403726001", "UPN7", "R823403726001"]
    assert not has_errors(sheet.problems)
    assert [(problem.line, problem.pointer) for problem in sheet.problems] == [
        (2, "UPN"), (2, "Forename"), (3, "UPN"), (3, "Forename"), (4, "Forename"),
    ]  # fmt: skip


def test_dates_and_flags_that_cannot_be_read() -> None:
    header = "UPN,Forename,Surname,Date of Birth,In Care"
    sheet = read_roster(roster("R823403726001,Alice,Smith,06/19/2018,maybe", header=header))
    assert [(problem.pointer, problem.warning) for problem in sheet.problems] == [
        ("Date of Birth", False),
        ("In Care", True),
    ]
    assert sheet.rows[0].in_care is None


def test_a_roster_of_nobody_is_refused() -> None:
    assert has_errors(read_roster(roster()).problems)


@pytest.mark.parametrize(
    ("upn", "doubt"),
    [
        ("R823403726001", ""),
        ("A823403726001", "check letter"),
        ("B82340372600", "not the form"),
        ("I823403726001", "not the form"),
        ("C82340372600A", "temporary"),
    ],
)
def test_upns(upn: str, doubt: str) -> None:
    assert doubt in doubt_upn(upn) if doubt else doubt_upn(upn) == ""


@pytest.mark.parametrize(
    ("cell", "year"),
    [("Year 4", "4"), ("Y04", "4"), ("4", "4"), ("10", "10"), ("reception", "R"), ("N1", "N1"), ("", "")],
)
def test_year_groups(cell: str, year: str) -> None:
    assert fold_year(cell) == year


def test_the_fictional_staff_have_no_handles() -> None:
    sheet = read_staff((SCHOOL / "staff.csv").read_bytes())
    assert len(sheet.rows) == 45
    assert (sheet.problems, sheet.has_handles) == ((), False)


def test_handles_are_folded_however_they_are_written() -> None:
    data = b"title,first,surname,role,personal_handles\nMr,Jo,King,PE,@JoKing; https://x.com/Jo_K/;joking\nMr,Jo,King,PE,@JoKing;jo_k\n"
    sheet = read_staff(data)
    assert [member.personal_handles for member in sheet.rows] == [("joking", "jo_k")]
    assert (sheet.problems, sheet.has_handles) == ((), True)


def test_staff_problems() -> None:
    sheet = read_staff(b"first,surname,personal_handles\nJo,,x\nAl,Small,not a handle\n")
    assert [(problem.line, problem.pointer) for problem in sheet.problems] == [(2, "surname"), (3, "personal_handles")]
    assert has_errors(read_staff(b"first,role\nJo,x\n").problems)
