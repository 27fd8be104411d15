"""OneRoster zips: whose pupils are read, what of them, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from app.integrations import archives
from app.integrations.oneroster import read_oneroster, year_of_grade
from app.integrations.sheets import has_errors
from tests.integrations.zipped import BULK, UPN_ELLIE, UPN_TOM, manifest, oneroster, packed

TODAY = date(2026, 11, 22)
SCHOOL = "Whitehouse Primary School"


def refusal(data: bytes) -> str:
    made = read_oneroster(data, SCHOOL, TODAY)
    assert made.students == ()
    assert has_errors(made.problems)
    return made.problems[0].detail


def test_a_whole_export_gives_our_pupils_with_year_class_and_names() -> None:
    made = read_oneroster(oneroster(BULK), SCHOOL, TODAY)
    assert not has_errors(made.problems), made.problems
    ellie, tom = made.students
    assert (ellie.upn, ellie.legal_first, ellie.preferred_first, ellie.middle) == (UPN_ELLIE, "Elowen", "Ellie", "Rose")
    assert (ellie.year, ellie.class_name, ellie.born_on) == ("4", "Oak", date(2018, 6, 19))
    assert (tom.upn, tom.year, tom.class_name, tom.preferred_surname, tom.born_on) == (UPN_TOM, "R", "Ash", "Ash", None)
    assert any("2 people are not pupils" in one.detail for one in made.problems)
    assert any(one.pointer == "birthDate" for one in made.problems)
    assert "secret" not in repr(made)
    assert "x.example" not in repr(made)


def test_version_1_1_has_roles_and_schools_in_the_users() -> None:
    users = "\n".join(
        [
            f'u1,,,true,"o2,o1",student,ef,{{UPN:{UPN_ELLIE}}},Elowen,Fairweather,,,,,,,01,',
            f"u2,,,true,o2,student,tf,{{UPN:{UPN_TOM}}},Thomas,Field,,,,,,,01,",
            "u4,,,true,o1,teacher,hg,,Helen,Grace,,,,,,,,",
        ]
    )
    sheets = {name: text for name, text in BULK.items() if name != "roles"} | {"users": users}
    made = read_oneroster(oneroster(sheets, "1.1"), SCHOOL, TODAY)
    assert [one.upn for one in made.students] == [UPN_ELLIE]
    assert made.students[0].year == "1"


@pytest.mark.parametrize(
    ("grade", "year"),
    [("KG", "R"), ("R", "R"), ("Reception", "R"), ("PK", "N"), ("N2", "N"), ("01", "1"), ("6", "6"), ("Year 3", "3"),
     ("13", "13"), ("UG", ""), ("", ""), ("04,05", "4")],
)  # fmt: skip
def test_grades_are_years(grade: str, year: str) -> None:
    assert year_of_grade(grade) == year


def test_two_pupils_of_one_upn_are_refused_and_one_without_is_told() -> None:
    users = f"u1,,,true,,{{UPN:{UPN_ELLIE}}},A,B,,,,,,,,,,\nu2,,,true,,{{UPN:{UPN_ELLIE}}},C,D,,,,,,,,,,"
    made = read_oneroster(oneroster(BULK | {"users": users}), SCHOOL, TODAY)
    assert any("the same as on line 2" in one.detail and one.line == 3 for one in made.problems if not one.warning)
    made = read_oneroster(oneroster(BULK | {"users": "u1,,,true,,,A,B,,77,,,,,,,,"}), SCHOOL, TODAY)
    assert [one.upn for one in made.students] == ["ADM:77"]
    assert any("no UPN" in one.detail for one in made.problems)


def test_several_lessons_and_no_homeroom_make_no_class() -> None:
    classes = "c1,,,Maths,,,,scheduled,,o1\nc2,,,Art,,,,scheduled,,o1"
    made = read_oneroster(oneroster(BULK | {"classes": classes}), SCHOOL, TODAY)
    assert made.students[0].class_name == ""
    assert any("in several classes" in one.detail for one in made.problems)


SLIGHT = {"users": "u1,,,true,,,,,,,,,,,,,,", "roles": "r1,,,u1,primary,student,,,o1"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a zip"),
        (b"PK\x03\x04 and no more", "not a zip"),
        (packed({"a.csv": b"x"}), "no manifest.csv"),
        (oneroster(BULK, "2.0"), "no OneRoster version"),
        (oneroster({name: BULK[name] for name in BULK if name != "roles"}), "lacks roles.csv"),
        (oneroster({name: BULK[name] for name in BULK if name != "orgs"}), "lacks orgs.csv"),
        (oneroster({name: BULK[name] for name in BULK if name != "enrollments"}), "lacks enrollments.csv"),
        (packed({"manifest.csv": manifest("1.2", "bulk", BULK).encode()}), "does not hold it"),
        (oneroster(BULK, manifest_csv=manifest("1.2", "whole", BULK)), "neither absent, bulk nor delta"),
        (oneroster(BULK, manifest_csv=manifest("1.2", "bulk", BULK).replace("roles,bulk", "roles,delta")), "all be"),
        (oneroster(BULK | {"orgs": "o1,,,Elsewhere,school,,\no2,,,Other,school,,"}), "none of them is ours"),
        (oneroster(BULK | {"orgs": ""}), "names no school"),
        (oneroster(BULK | {"roles": ""}), "no pupils of this school"),
        (oneroster(BULK, users_csv="sourcedId,givenName\nu1,A"), "no column familyName"),
        (oneroster(BULK, users_csv='sourcedId,givenName,familyName\nu1,"A'), "quoting"),
    ],
)  # fmt: skip
def test_what_is_not_a_whole_export_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_another_encoding_is_refused_by_the_name_of_its_file() -> None:
    files = {"manifest.csv": manifest("1.2", "bulk", BULK).encode()}
    with zipfile.ZipFile(io.BytesIO(oneroster(BULK))) as archive:
        files |= {name: archive.read(name) for name in archive.namelist()}
    files["users.csv"] = files["users.csv"].replace(b"Elowen", "Zoë".encode("cp1252"))
    assert "users.csv is not UTF-8" in refusal(packed(files))


# ---------------------------------------------------------------- hostile zips


def with_flag(data: bytes) -> bytes:
    """The zip with its files marked as encrypted."""
    whole = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = whole.find(mark)
        while start >= 0:
            whole[start + at] |= 1
            start = whole.find(mark, start + 4)
    return bytes(whole)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed({"../users.csv": b"x"}), "outside"),
        (packed({"/etc/users.csv": b"x"}), "outside"),
        (packed({"a\\..\\users.csv": b"x"}), "outside"),
        (packed({"C:users.csv": b"x"}), "outside"),
        (packed({"inner.zip": packed({"users.csv": b"x"})}), "another packed file"),
        (packed({"a/users.csv": b"x", "b/orgs.csv": b"x"}), "several folders"),
        (packed({f"{at}.csv": b"" for at in range(201)}), "more than 200 files"),
        (packed({"users.csv": b"x"}, zipfile.ZIP_LZMA), "packed in a way"),
        (with_flag(oneroster(BULK)), "encrypted"),
    ],
)
def test_a_hostile_zip_is_refused_before_anything_is_unpacked(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_a_bomb_is_refused_by_what_it_says_and_stopped_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({"manifest.csv": b"\n" * (archives.MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < 1_000_000
    assert "unpacks to 256 MB" in refusal(bomb)
    lying = bytearray(packed({"manifest.csv": b"propertyName,value\n" + b"a,b\n" * 100_000}))
    at = lying.find(b"PK\x01\x02") + 24  # the size that the directory declares
    lying[at : at + 4] = (50).to_bytes(4, "little")
    assert "damaged" in refusal(bytes(lying))


def test_a_damaged_sheet_is_refused() -> None:
    data = bytearray(oneroster(BULK, manifest_csv=manifest("1.2", "bulk", BULK)))
    at = data.find(b"users.csv") + 20
    data[at : at + 8] = b"\xff" * 8
    assert "damaged" in refusal(bytes(data))


def test_one_folder_and_what_systems_leave_in_a_zip_are_no_matter() -> None:
    with zipfile.ZipFile(io.BytesIO(oneroster(BULK))) as archive:
        files = {f"export/{name}": archive.read(name) for name in archive.namelist()}
    made = read_oneroster(
        packed({**files, "__MACOSX/export/._users.csv": b"x", "export/.DS_Store": b"x"}), SCHOOL, TODAY
    )
    assert len(made.students) == 2
