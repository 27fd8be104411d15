"""Bytes to rows: encodings, delimiters, headings, line numbers, refusals."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.integrations import sheets
from app.integrations.sheets import (
    Column,
    Problem,
    Sheet,
    UnreadableError,
    clean,
    decode,
    has_errors,
    parse_day,
    parse_moment,
)

NAMES = (Column("name", ("Name", "Full Name"), required=True), Column("class_name", ("Class", "Reg Group")))


def read(text: str | bytes, *, others: bool = False) -> Sheet:
    return sheets.read_sheet(text if isinstance(text, bytes) else text.encode(), NAMES, others)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_accents_survive_every_encoding_that_exports_come_in(encoding: str) -> None:
    sheet = read("Name,Class\nZoë Ó’Brien,Oak\n".encode(encoding))
    assert [row["name"] for row in sheet.rows] == ["Zoë Ó’Brien"]
    assert sheet.problems == ()


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        ("Name\nZoë\n".encode("utf-16-le"), 1, "NUL"),
        ("Name\nZoë\n".encode("utf-32"), 0, "UTF-32"),
        (b"Name\nA\x00B\n", 2, "NUL"),
        (b"Name\nA\x01B\n", 2, "control characters"),
        (b"Name\rA\rB\x01\r", 3, "control characters"),
        (b"Name\r\nA\r\nB\x01\r\n", 3, "control characters"),
        (b"Name\nZo\x8f\n", 2, "neither UTF-8 nor Windows-1252"),
        (b"Name\nZo\xc3\xab\nZo\xeb\n", 3, "mixes"),
        (b"\xff\xfeN\x00a\x00m\x00e\x00\n\x00x", 2, "marked as utf-16-le"),
        (b"\xef\xbb\xbfName\nZo\xeb\n", 2, "marked as utf-8"),
        (b"PK\x03\x04rest", 0, "Excel workbook"),
        (b"%PDF-1.7", 0, "PDF"),
        (b"", 0, "empty"),
        (b"\n \n", 0, "empty"),
    ],
)
def test_what_is_not_a_text_file_is_refused_with_its_line(data: bytes, line: int, words: str) -> None:
    sheet = read(data)
    assert sheet.rows == ()
    assert [problem.line for problem in sheet.problems] == [line]
    assert words in sheet.problems[0].detail


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    with pytest.raises(UnreadableError, match="larger"):
        decode(b"x" * 11)


def test_a_file_of_too_many_rows_is_refused_at_the_first_row_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    assert read("Name\na\nb\nc\n").problems == ()
    assert read("Name\na\nb\nc\nd\n").problems == (Problem(5, "the file has more than 3 rows"),)
    assert has_errors(read("Name\n" + "a\n" * 50).problems)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_sniffed(delimiter: str) -> None:
    sheet = read(
        f"Class{delimiter}Name\nOak{delimiter}Smith, Alice; or so\n".replace("Smith", '"Smith').replace("so", 'so"')
    )
    assert (sheet.rows[0]["name"], sheet.rows[0]["class_name"]) == ("Smith, Alice; or so", "Oak")


def test_excel_may_name_the_delimiter_in_a_line_of_its_own() -> None:
    sheet = read("sep=;\r\nName;Class\r\nAlice;Oak\r\n")
    assert [(row.line, row["class_name"]) for row in sheet.rows] == [(3, "Oak")]


def test_a_quoted_comma_in_a_heading_does_not_mislead_the_sniffer() -> None:
    sheet = read('"Notes, a; b",Name\nx,Alice\n')
    assert sheet.rows[0]["name"] == "Alice"


def test_lines_are_those_of_the_file_whatever_quoted_cells_hold() -> None:
    sheet = read('Name,Class\n"Alice\nSmith",Oak\n\nTom,"Ro\r\nwan"\nGrace,Ash\n')
    assert [(row.line, row["name"]) for row in sheet.rows] == [(2, "Alice Smith"), (5, "Tom"), (7, "Grace")]


def test_headings_ignore_case_blanks_and_signs_and_prefer_the_first_synonym() -> None:
    sheet = read("reg_GROUP ,  FULL  name,NAME\nOak,long,short\n")
    assert dict(sheet.rows[0].cells) == {"class_name": "Oak", "name": "short"}
    assert sheet.heading("class_name") == "reg_GROUP"
    assert sheet.heading("unknown") == "unknown"


def test_a_title_above_the_header_is_passed_over() -> None:
    assert [row.line for row in read("Pupils of 2026\n\nName,Class\nAlice,Oak\n").rows] == [4]


def test_a_missing_column_is_named() -> None:
    sheet = read("Class\nOak\n")
    assert sheet.rows == ()
    assert sheet.problems == (Problem(1, "a column is missing: one of “Name”, “Full Name”", "name"),)


def test_a_heading_that_appears_twice_is_refused() -> None:
    assert read("Name,Class,name\na,b,c\n").problems == (Problem(1, "the column “name” appears twice", "name"),)


def test_rows_that_are_too_long_are_errors_and_too_short_are_warnings() -> None:
    sheet = read("Name,Class\nAlice,Oak,stray\nTom\nGrace,Ash,\n")
    assert [(problem.line, problem.warning) for problem in sheet.problems] == [(2, False), (3, True)]
    assert [(row.line, row["class_name"]) for row in sheet.rows] == [(3, ""), (4, "Ash")]


def test_a_quote_left_open_is_refused_and_never_swallows_rows() -> None:
    sheet = read('Name,Class\n"Alice,Oak\nTom,Ash\n')
    assert sheet.rows == ()
    assert has_errors(sheet.problems)
    assert "quoting" in sheet.problems[0].detail
    assert read('Name,Class\nTom,Ash\n"Al"ice,Oak\n').problems[0].line == 3


def test_other_headings_are_kept_on_request() -> None:
    sheet = read("Name,Social Media,\nAlice,yes,\n", others=True)
    assert dict(sheet.rows[0].cells) == {"name": "Alice", "Social Media": "yes"}


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [
        ('="B823403726001"', "B823403726001"),
        ("=HYPERLINK(0)", "=HYPERLINK(0)"),
        (" Zoe\u0308\u200b\u00a0 \n May ", "Zoë May"),
        ("\u202eecilA", "ecilA"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_cells_are_cleaned(cell: str, cleaned: str) -> None:
    assert clean(cell) == cleaned


@pytest.mark.parametrize(
    "cell", ["9/7/2018", "09.07.2018", "09-07-2018", "2018-07-09", "09-Jul-2018", "9 July 2018", "09/07/2018 00:00:00"]
)
def test_days_are_read_as_british_systems_write_them(cell: str) -> None:
    assert parse_day(cell) == date(2018, 7, 9)


@pytest.mark.parametrize("cell", ["07/13/2018", "9/7/18", "31/02/2018", "soon", "9 Brumaire 2018", "2018"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_day(cell)


def test_moments() -> None:
    assert parse_moment("12/06/2026 14:05") == parse_moment("2026-06-12 14:05") == datetime(2026, 6, 12, 14, 5)
    assert parse_moment("2026-06-12T14:05:00Z").utcoffset() is not None
    for wrong in ("2026-06-12", "99/06/2026 14:00", "14:00", "12/06/2026 25:00"):
        with pytest.raises(ValueError, match=r".+"):
            parse_moment(wrong)
