"""The headings that a school maps itself; and those of SIMS, Arbor, Bromcom and ScholarPack, that need no mapping."""

from __future__ import annotations

import pytest

from app.errors import Malformed
from app.integrations.headings import MAPPED, read_headings
from app.integrations.mis import ROSTER, read_roster
from app.integrations.permissions import read_permissions
from app.integrations.sheets import has_errors

UPN = "Z823499926999"

SYNONYMS = {
    "upn": "UPN | Upn | Unique Pupil Number",
    "admission_no": "Admission No | Admission Number | Adno | Adm No",
    "legal_first": "Legal Forename | Forename | First Name | Given Name",
    "legal_surname": "Legal Surname | Surname | Last Name | Family Name",
    "preferred_first": "Preferred Name | Preferred Forename | Chosen Name | Known As",
    "preferred_surname": "Preferred Surname",
    "born_on": "Date of Birth | DOB",
    "year": "Year Group | NC Year | Year | Year Taught In",
    "class_name": "Reg Group | Class | Form | Form/Tutor Group | Registration Group",
    "leaving_on": "Leaving Date | Date of Leaving | DOL",
    "in_care": "Looked After | In Care | LAC",
}


def test_every_heading_seen_in_samples_is_known() -> None:
    known = {column.field: column.headings for column in ROSTER}
    for name, headings in SYNONYMS.items():
        for heading in headings.split(" | "):
            assert heading.casefold() in [one.casefold() for one in known[name]], heading


def test_a_schools_own_headings_come_before_those_that_are_known() -> None:
    data = f"Pupil ref,Given,Forename,Family,Class\n{UPN},Elowen,Teacher,Fairweather,Year 4\n".encode()
    chosen = {"pupil REF": "upn", "Given": "legal_first", "Family": "legal_surname", "Class": "unused"}
    (row,) = read_roster(data, chosen).rows
    assert (row.upn, row.legal_first, row.legal_surname, row.class_name) == (UPN, "Elowen", "Fairweather", "")


def test_a_missing_column_names_the_headings_found_and_how_to_map_them() -> None:
    sheet = read_roster(b"Pupil ref,Given,Family\nx,y,z\n")
    assert sheet.rows == ()
    told = next(one for one in sheet.problems if one.pointer == "headings")
    assert "“Pupil ref”, “Given”, “Family”" in told.detail
    assert "PUT /v1/roster/columns" in told.detail
    assert "--map" in told.detail
    answers = read_permissions(b"Pupil ref,Social media\nx,Yes\n")
    assert any("PUT /v1/roster/columns" in one.detail for one in answers.problems)


def test_a_file_without_headings_repeats_no_name() -> None:
    sheet = read_roster(f"{UPN},Elowen,Fairweather,4\n".encode())
    assert has_errors(sheet.problems)
    assert "Elowen" not in repr(sheet.problems)


def test_the_keys_mapping_holds_for_answers_too() -> None:
    sheet = read_permissions(f"Pupil ref,Social media\n{UPN},Yes\n".encode(), {"Pupil ref": "upn", "Form": "unused"})
    assert [row.key for row in sheet.rows] == [UPN]


def test_fields_go_by_their_own_names_and_by_known_headings() -> None:
    given = {"A": "legal_forename", "B": "DOB", "C": "class", "D": "born_on", "E": "unused"}
    assert read_headings(given, ROSTER) == {
        "A": "legal_first", "B": "born_on", "C": "class_name", "D": "born_on", "E": "unused"
    }  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {"A": "nothing"},
        {"A": 3},
        {" - ": "upn"},
        {"A" * 201: "upn"},
        {"A b": "upn", "a-B": "year"},
        {f"H{at}": "upn" for at in range(MAPPED + 1)},
    ],
)
def test_what_cannot_be_mapped_is_refused_with_its_place(given: dict[str, object]) -> None:
    with pytest.raises(Malformed) as refused:
        read_headings(given, ROSTER)
    assert refused.value.errors[0].pointer.startswith("#")


def test_a_sims_report_of_one_row_a_contact_is_folded() -> None:
    header = "UPN,Legal Forename,Legal Surname,Reg Group,DOB,Contact Forename,Surname,Telephone,Telephone,Priority"
    rows = [
        f"{UPN},Elowen,Fairweather,Oak,19/06/2018,Ann,Fairweather,1,2,1",
        f"{UPN},Elowen,Fairweather,Oak,19/06/2018,Ben,Pool,3,,2",
        "X823499926991,Tom,Field,Ash,01/02/2017,Cy,Field,4,,1",
    ]
    sheet = read_roster("\n".join([header, *rows]).encode("cp1252"))
    assert not has_errors(sheet.problems), sheet.problems
    assert [(one.legal_first, one.legal_surname, str(one.born_on)) for one in sheet.rows] == [
        ("Elowen", "Fairweather", "2018-06-19"),
        ("Tom", "Field", "2017-02-01"),
    ]
