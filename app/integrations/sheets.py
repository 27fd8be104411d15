"""Files of rows as school systems export them: bytes in, cells by field name out, every complaint with its line.

Nothing is guessed silently: what cannot be read is a `Problem`, and a problem that is not a warning
means that the file as a whole must be refused.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice

from app.integrations.problems import Problem, UnreadableError, condense, has_errors

__all__ = [
    "HEADINGS",
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_LINES",
    "MAX_ROWS",
    "Column",
    "Problem",
    "Row",
    "Sheet",
    "UnreadableError",
    "clean",
    "condense",
    "decode",
    "disarm",
    "fold_heading",
    "has_errors",
    "read_sheet",
    "write_sheet",
]

MAX_BYTES = 32 * 1024 * 1024
"""The largest file read; 200,000 rows of a wide report are about 25 MB."""

MAX_ROWS = 200_000
"""The most rows read after the header."""

MAX_LINES = 2_000_000
"""The most lines, blank ones too: a spreadsheet may write out a million rows that nobody filled in."""

MAX_COLUMNS = 1_000
"""The most cells in one row."""

HEADINGS = "headings"
"""The pointer of the problem that lists the headings of a file in which a column is missing or stands twice."""

_LONGEST_HEADING = 200
_HEADINGS_TOLD = 180  # characters
_PERSONAL = re.compile(r"\d{3}|@")  # a UPN, a date, an address: not a heading
_HEADER_SOUGHT_IN_ROWS = 10  # reports may put a title above their header
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header: its first physical line and its cleaned cells by field; a blank cell is ``""``.

    ``places`` says which of ``kept`` is which field's, the same mapping for all rows of a file. ``beyond`` are the
    cells, as written, of the columns under which no field was found.
    """

    line: int
    kept: tuple[str, ...]
    places: Mapping[str, int]
    beyond: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        at = self.places.get(name)
        return "" if at is None else self.kept[at]

    @property
    def cells(self) -> dict[str, str]:
        """The cells by field."""
        return {name: self.kept[at] for name, at in self.places.items()}


@dataclass(frozen=True, slots=True)
class Column:
    """A field that is looked for: its headings in order of preference, as people write them."""

    field: str
    headings: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, the heading each field was found under, where the header stands, and what was wrong."""

    rows: tuple[Row, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    header_line: int = 0
    problems: tuple[Problem, ...] = ()

    def heading(self, name: str) -> str:
        """The heading a field was found under, or the field's own name."""
        return self.headings.get(name, name)


# ---------------------------------------------------------------- bytes to text

_SAVE_AS = "save it as CSV UTF-8"
_FOREIGN = (
    (b"PK\x03\x04", f"this is an Excel workbook or another zip file, not a text file; {_SAVE_AS}"),
    (b"\xd0\xcf\x11\xe0", f"this is an old Excel workbook, not a text file; {_SAVE_AS}"),
    (b"%PDF", "this is a PDF, not a text file"),
    (b"\x1f\x8b", "this is a compressed file, not a text file"),
    (b"\xff\xfe\x00\x00", f"this is text in UTF-32, which is not taken; {_SAVE_AS}"),
    (b"\x00\x00\xfe\xff", f"this is text in UTF-32, which is not taken; {_SAVE_AS}"),
    (b"\xff\xfe", f"this is text in UTF-16, which is not taken; {_SAVE_AS}"),
    (b"\xfe\xff", f"this is text in UTF-16, which is not taken; {_SAVE_AS}"),
)
_UTF8_MARK = b"\xef\xbb\xbf"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UTF8_LETTERS = re.compile(rb"[\xc3-\xc5][\x80-\xbf]|\xe2\x80[\x98-\x9d]")


def decode(data: bytes) -> str:
    """The text of an exported file: UTF-8 with or without BOM, else Windows-1252.

    Raises `UnreadableError` for anything else. A file that is neither clean UTF-8 nor plausibly
    Windows-1252 is refused, as its accented names would be stored wrong and then not be guarded.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(Problem(0, f"the file is larger than {MAX_BYTES // 1024**2} MB"))
    for signature, detail in _FOREIGN:
        if data.startswith(signature):
            raise UnreadableError(Problem(0, detail))
    text = _decode_marked(data) if data.startswith(_UTF8_MARK) else _decode_unmarked(data)
    control = _CONTROLS.search(text)
    if control:
        line = _line_at(text, control.start())
        raise UnreadableError(Problem(line, "this is not a text file: it holds control characters"))
    return text


def _decode_marked(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start + len(_UTF8_MARK)) + 1
        raise UnreadableError(Problem(line, f"the file is marked as UTF-8 but is not; {_SAVE_AS}")) from error


def _decode_unmarked(data: bytes) -> str:
    _refuse_nuls(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    if _UTF8_LETTERS.search(data):
        raise UnreadableError(Problem(line, f"the file mixes UTF-8 with another encoding; {_SAVE_AS}"))
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(Problem(line, f"the file is neither UTF-8 nor Windows-1252; {_SAVE_AS}")) from error


def _refuse_nuls(data: bytes) -> None:
    """Refuse NUL bytes, which betray UTF-32 and UTF-16 without their marks.

    Of Latin letters in UTF-32 three bytes of four are zero; in UTF-16 one of two, and never more.
    """
    nuls = data.count(0)
    if not nuls:
        return
    if nuls * 4 > len(data):
        name = "UTF-32" if nuls * 2 > len(data) else "UTF-16"
        raise UnreadableError(Problem(0, f"this looks like text in {name}, which is not taken; {_SAVE_AS}"))
    line = data.count(b"\n", 0, data.find(0)) + 1
    raise UnreadableError(
        Problem(line, f"the file holds NUL bytes: it is not text, or not in UTF-8; if it is text, {_SAVE_AS}")
    )


def _line_at(text: str, position: int) -> int:
    """The physical line of a position, whatever ends the lines (LF, CRLF or CR alone)."""
    before = text[:position]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1


# ---------------------------------------------------------------- text to rows


def fold_heading(heading: str) -> str:
    """A heading as it is compared: letters and digits only, lower case."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", heading).casefold() if sign.isalnum())


def clean(cell: str) -> str:
    """A cell as it is kept: NFC, one blank between words, nothing invisible, no spreadsheet wrapping.

    A formula is never evaluated, here or later; ``="B823403726001"``, by which spreadsheets keep
    figures as text, is unwrapped.
    """
    if cell.isascii() and cell.isalnum():
        return cell
    wrapped = re.fullmatch(r'\s*="([^"]*)"\s*', cell)
    text = unicodedata.normalize("NFC", wrapped.group(1) if wrapped else cell)
    kept = (sign for sign in text if sign in "\u200c\u200d\t\n\r" or unicodedata.category(sign) not in ("Cf", "Cc"))
    return " ".join("".join(kept).split())


def read_sheet(data: bytes, columns: Sequence[Column], others: bool = False) -> Sheet:
    """The rows of a CSV file, with the delimiter sniffed and the header found by its headings.

    With ``others``, headings that no column knows are kept as fields under their own text.
    """
    try:
        text = decode(data)
        offset = 0
        declared = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
        if declared:  # Excel's own way of naming the delimiter
            text, offset = text[declared.end() :], 1
        return _by_field(_records(text, _sniff(text, columns), offset), columns, others)
    except UnreadableError as error:
        return Sheet(problems=(error.problem,))


def _sniff(text: str, columns: Sequence[Column]) -> str:
    """The delimiter under which the first rows hold the most known headings; a comma if in doubt."""
    known = {fold_heading(heading) for column in columns for heading in column.headings}
    head = list(islice(io.StringIO(text, newline=""), _HEADER_SOUGHT_IN_ROWS))

    def recognised(delimiter: str) -> tuple[int, int]:
        rows = list(_readable(head, delimiter))
        return (
            max((len(known & set(_folded(row))) for row in rows), default=0),
            max(map(len, rows), default=0),
        )

    return max(_DELIMITERS, key=recognised)


def _readable(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    """The rows up to the first that cannot be read: under a wrong delimiter that says nothing yet."""
    with suppress(csv.Error):
        yield from csv.reader(lines, delimiter=delimiter)


def _folded(record: Sequence[str]) -> list[str]:
    """The cells of a record as headings are compared; what is too long for a heading is none."""
    return [fold_heading(cell) if len(cell) <= _LONGEST_HEADING else "" for cell in record[:MAX_COLUMNS]]


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def _records(text: str, delimiter: str, offset: int) -> Iterator[tuple[int, list[str]]]:
    """Non-blank records with the physical line each begins on."""
    # Not io.StringIO, which keeps four bytes a character.
    reader = csv.reader((found[0] for found in _LINE.finditer(text)), delimiter=delimiter, strict=True)
    count, line = 0, offset + 1
    try:
        for record in reader:
            begun, line = line, reader.line_num + offset + 1
            if line > MAX_LINES:
                raise UnreadableError(Problem(begun, f"the file has more than {MAX_LINES:,} lines"))
            if len(record) > MAX_COLUMNS:
                raise UnreadableError(Problem(begun, f"there are more than {MAX_COLUMNS:,} cells here"))
            if any(cell.strip() for cell in record):
                count += 1
                if count > MAX_ROWS + _HEADER_SOUGHT_IN_ROWS:
                    raise UnreadableError(Problem(begun, f"the file has more than {MAX_ROWS:,} rows"))
                yield begun, record
    except csv.Error as error:
        # strict: a quote left open would otherwise swallow the rows after it without a word.
        raise UnreadableError(Problem(line, _told(error))) from error


def _told(error: csv.Error) -> str:
    """What the csv module found, in words for whoever made the file."""
    if "field larger" in str(error):
        longest = f"{csv.field_size_limit():,}"
        return f"a cell here is longer than {longest} characters; perhaps a quotation mark was left open"
    if "unexpected end" in str(error):
        return "the quoting is broken here: a quotation mark is opened and never closed"
    return f"the quoting is broken here: {error}"


def _by_field(records: Iterator[tuple[int, list[str]]], columns: Sequence[Column], others: bool) -> Sheet:
    """The records as rows; they are taken one by one, as a file may have a hundred thousand."""
    head = list(islice(records, _HEADER_SOUGHT_IN_ROWS))
    if not head:
        return Sheet(problems=(Problem(0, "the file is empty"),))
    found = _find_header(head, columns)
    header_line, header = head[found]
    fields, problems = _map_header(header_line, header, columns, others)
    if has_errors(problems):
        return Sheet(header_line=header_line, problems=tuple(problems))
    rows: list[Row] = []
    shape = _Shape(fields, len(header))
    for line, record in chain(head[found + 1 :], records):
        row = shape.row(line, record, problems.append)
        if row is not None:
            rows.append(row)
    if len(rows) > MAX_ROWS:
        problems.append(Problem(rows[MAX_ROWS].line, f"the file has more than {MAX_ROWS:,} rows"))
    headings = {name: clean(header[at]) for name, at in fields.items()}
    return Sheet(tuple(rows), headings, header_line, tuple(problems))


class _Shape:
    """Which cells of a record are kept, under which field."""

    def __init__(self, fields: Mapping[str, int], width: int) -> None:
        self._width = width
        self._kept = tuple(fields.values())
        self._places = {name: place for place, name in enumerate(fields)}
        self._unused = sorted(set(range(width)) - set(self._kept))

    def row(self, line: int, record: list[str], complain: Callable[[Problem], None]) -> Row | None:
        """The record as a row; None, and a complaint, if it has cells beyond the last heading."""
        if any(cell.strip() for cell in record[self._width :]):
            complain(Problem(line, f"there are {len(record)} cells here but {self._width} headings"))
            return None
        if len(record) < self._width:
            detail = (
                f"there are {len(record)} cells here but {self._width} headings; the missing ones are taken as blank"
            )
            complain(Problem(line, detail, warning=True))
            record = record + [""] * (self._width - len(record))
        # The interpreter's own table of strings: most names, classes and years stand in many rows.
        kept = tuple(sys.intern(clean(record[at])) for at in self._kept)
        return Row(line, kept, self._places, tuple(sys.intern(record[at]) for at in self._unused))


def _find_header(records: Sequence[tuple[int, list[str]]], columns: Sequence[Column]) -> int:
    """The index of the first record that has every required heading; 0 if none has, so that it is complained of."""
    required = [{fold_heading(heading) for heading in column.headings} for column in columns if column.required]
    for at, (_, record) in enumerate(records[:_HEADER_SOUGHT_IN_ROWS]):
        cells = set(_folded(record))
        if all(cells & headings for headings in required):
            return at
    return 0


def _map_header(
    line: int, header: Sequence[str], columns: Sequence[Column], others: bool
) -> tuple[dict[str, int], list[Problem]]:
    """Where each field stands, and what is wrong with the header."""
    folded = _folded(header)
    known = {fold_heading(heading) for column in columns for heading in column.headings}
    problems = [
        Problem(line, f"the column “{clean(cell)}” appears twice", clean(cell))
        for at, cell in enumerate(header)
        if folded[at] and folded[at] in folded[:at] and (others or folded[at] in known)
    ]
    fields: dict[str, int] = {}
    taken: set[str] = set()
    for column in columns:
        wanted = [fold_heading(heading) for heading in column.headings]
        present = [heading for heading in wanted if heading in folded]
        taken.update(present)
        if present:
            fields[column.field] = folded.index(present[0])
        elif column.required:
            problems.append(Problem(line, f"a column is missing: one of {_quoted(column.headings)}", column.field))
    if has_errors(problems):
        problems.append(Problem(line, _headings_told(header), HEADINGS))
    if others:
        fields |= {clean(cell): at for at, cell in enumerate(header) if folded[at] and folded[at] not in taken}
    return fields, problems


def _headings_told(header: Sequence[str]) -> str:
    """The headings that the file has, unless its first row seems to be a person's, which is told to nobody."""
    cells = [clean(cell) for cell in header[:MAX_COLUMNS] if cell.strip()]
    if not cells or any(_PERSONAL.search(cell) for cell in cells):
        return "the first row does not look like headings"
    listed = _quoted(cells)
    if len(listed) > _HEADINGS_TOLD:
        listed = f"{listed[:_HEADINGS_TOLD]} … ({len(cells)} in all)"
    return f"the headings found are {listed}"


def _quoted(headings: Iterable[str]) -> str:
    return ", ".join(f"“{heading}”" for heading in headings)


# ---------------------------------------------------------------- rows to bytes

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def disarm(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(_FORMULA_BEGINS) else cell


def write_sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows, the header first, as a CSV file that every spreadsheet reads: UTF-8 with BOM, each cell disarmed."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([disarm(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")
