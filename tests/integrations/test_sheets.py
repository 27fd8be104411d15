"""Bytes to rows: encodings, delimiters, headings, line numbers, refusals."""

from __future__ import annotations

import csv
import io

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
)

NAMES = (Column("name", ("Name", "Full Name"), required=True), Column("class_name", ("Class", "Reg Group")))


def read(text: str | bytes, *, others: bool = False) -> Sheet:
    return sheets.read_sheet(text if isinstance(text, bytes) else text.encode(), NAMES, others)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_survive_every_encoding_that_exports_come_in(encoding: str) -> None:
    sheet = read("Name,Class\nZoë Ó’Brien,Oak\n".encode(encoding))
    assert [row["name"] for row in sheet.rows] == ["Zoë Ó’Brien"]
    assert sheet.problems == ()


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"Name\nA\x00B and all the others\n", 2, "NUL"),
        (b"Name\nA\x01B\n", 2, "control characters"),
        (b"Name\rA\rB\x01\r", 3, "control characters"),
        (b"Name\r\nA\r\nB\x01\r\n", 3, "control characters"),
        (b"Name\nZo\x8f\n", 2, "neither UTF-8 nor Windows-1252"),
        (b"Name\nZo\xc3\xab\nZo\xeb\n", 3, "mixes"),
        (b"\xef\xbb\xbfName\nZo\xeb\n", 2, "marked as UTF-8"),
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


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32"),
        ("utf-32-be", "UTF-32"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf_16_and_utf_32_are_refused_by_name_with_what_to_do(encoding: str, name: str, mark: str) -> None:
    sheet = read((mark + "Name,Class\nZoë Ó’Brien,Oak\n").encode(encoding))
    assert sheet.rows == ()
    assert [problem.line for problem in sheet.problems] == [0]
    assert f"text in {name}" in sheet.problems[0].detail
    assert "save it as CSV UTF-8" in sheet.problems[0].detail


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    with pytest.raises(UnreadableError, match="larger"):
        decode(b"x" * 11)


def test_a_file_of_too_many_rows_is_refused_at_the_first_row_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    assert read("Name\na\nb\nc\n").problems == ()
    assert read("Name\na\nb\nc\nd\n").problems == (Problem(5, "the file has more than 3 rows"),)
    assert has_errors(read("Name\n" + "a\n" * 50).problems)


def test_a_file_of_too_many_blank_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_LINES", 50)
    assert read("Name\na\n" + ",\n" * 40).problems == ()
    assert read("Name\na\n" + "\n" * 60).problems == (Problem(50, "the file has more than 50 lines"),)


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
    assert sheet.problems == (
        Problem(1, "a column is missing: one of “Name”, “Full Name”", "name"),
        Problem(1, "the headings found are “Class”", "headings"),
    )


def test_a_heading_that_appears_twice_is_refused() -> None:
    assert read("Name,Class,name\na,b,c\n").problems == (
        Problem(1, "the column “name” appears twice", "name"),
        Problem(1, "the headings found are “Name”, “Class”, “name”", "headings"),
    )


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


@pytest.mark.parametrize("row", [1, 2, 15])
def test_a_cell_longer_than_any_is_refused_with_its_line(row: int) -> None:
    lines = ["Name,Class", *(f"A{number},Oak" for number in range(20))]
    lines[row - 1] = "x" * 131_073 + ",Oak"
    (found,) = read("\n".join(lines)).problems
    assert (found.line, found.warning) == (row, False)
    assert "longer than 131,072 characters" in found.detail


def test_a_quote_left_open_before_a_long_file_is_refused_at_its_line() -> None:
    (found,) = read('Name,Class\nAl,Oak\n"Bo,Oak\n' + "Cy,Oak\n" * 30_000).problems
    assert found.line == 3
    assert "quotation mark" in found.detail


def test_a_long_cell_under_a_wrong_delimiter_alone_is_no_matter() -> None:
    long = ";".join(["x" * 100_000] * 2)
    assert read(f"Name;Class\n{long}\n").rows[0]["name"] == "x" * 100_000


def test_a_row_of_more_columns_than_any_is_refused_with_its_line() -> None:
    assert read("Name,Class\nAl,Oak\n" + "a," * 1_000 + "\n").problems == (
        Problem(3, "there are more than 1,000 cells here"),
    )
    assert read("Name,Class\nAl,Oak" + "," * 998 + "\n").problems == ()


def test_cells_that_no_field_takes_are_kept_as_written() -> None:
    sheet = read("Name,Full Name,Notes,\nAl, Long ,x ,y\nBo\n")
    assert [row.beyond for row in sheet.rows] == [(" Long ", "x ", "y"), ("", "", "")]


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


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_ours_is_a_formula(cell: str) -> None:
    assert sheets.disarm(cell) == f"'{cell}"
    written = sheets.write_sheet([["A", "B"], [cell, "a=b"]]).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(written.split("\r\n", 1)[1], newline=""))) == [f"'{cell}", "a=b"]


def test_what_is_no_formula_is_written_as_it_is() -> None:
    assert sheets.write_sheet([["Zoë", "O'Brien", ""]]) == b"\xef\xbb\xbfZo\xc3\xab,O'Brien,\r\n"


def test_headings_that_nobody_looks_for_may_stand_twice() -> None:
    sheet = read("Name,Telephone,Telephone\na,1,2\n")
    assert (sheet.problems, sheet.rows[0]["name"]) == ((), "a")
