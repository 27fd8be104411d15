"""Zip files of CSV sheets, read row by row: nothing is written to disk, and memory does not grow with what was packed."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from app.integrations.sheets import MAX_BYTES, MAX_COLUMNS, Problem, UnreadableError, clean, fold_heading

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""The most that all sheets of a zip may unpack to; a hundred thousand pupils with ten enrolments each are about 150 MB."""

MAX_MEMBERS = 200
"""The most files in a zip."""

_MEMBER_MARK = b"PK\x01\x02"
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_ENDINGS = (".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz")
_LEFT_BY_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What `zipfile` raises at archives that are damaged, or made to be."""

Cells = Mapping[str, str]


class Archive:
    """An opened zip of sheets; UnreadableError for one that is damaged, too large or not what it should be."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_BYTES:
            raise _refused(f"the file is larger than {MAX_BYTES // 1024**2} MB")
        # Counted before zipfile reads the directory, which may name a million empty files.
        if data.count(_MEMBER_MARK) > MAX_MEMBERS:
            raise _refused(f"the zip holds more than {MAX_MEMBERS} files")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = [one for one in self._zip.infolist() if not _is_left_by_a_system(one)]
        except _BROKEN as error:
            raise _refused("this is not a zip file, or a damaged one") from error
        for member in members:
            _check(member)
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED_BYTES:
            raise _refused(
                f"the zip unpacks to {unpacked / 1024**2:,.0f} MB; {MAX_UNPACKED_BYTES // 1024**2} MB are taken"
            )
        self._members = _by_name(members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def rows(self, name: str, required: tuple[str, ...] = ()) -> Iterator[tuple[int, Cells]]:
        """The rows of a sheet with the line each begins on: cells by heading, folded; nothing for a sheet that is absent.

        UnreadableError where it cannot be read to its end, or lacks a heading of ``required``.
        """
        if name not in self._members:
            return
        try:
            with self._zip.open(self._members[name]) as packed:
                text = io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")
                yield from _rows(name, text, required)
        except UnicodeDecodeError as error:
            raise _refused(f"{name} is not UTF-8, as OneRoster files are") from error
        except UnreadableError:
            raise
        except _BROKEN as error:
            raise _refused(f"{name} is damaged: it cannot be unpacked") from error


def _rows(name: str, text: io.TextIOWrapper, required: tuple[str, ...]) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(text, strict=True)
    line = 1
    try:
        header = next(reader, [])
        folded = [fold_heading(cell[:200]) for cell in header[:MAX_COLUMNS]]
        missing = [heading for heading in required if fold_heading(heading) not in folded]
        if missing:
            raise _refused(f"{name} has no column {', '.join(missing)}", 1)
        line = reader.line_num + 1
        for record in reader:
            begun, line = line, reader.line_num + 1
            if len(record) > MAX_COLUMNS:
                raise _refused(f"{name} has more than {MAX_COLUMNS:,} cells here", begun)
            if any(record):
                yield begun, {heading: clean(cell) for heading, cell in zip(folded, record, strict=False)}
    except csv.Error as error:
        raise _refused(f"{name}: the quoting is broken here, or a cell is too long", line) from error


def _refused(detail: str, line: int = 0) -> UnreadableError:
    return UnreadableError(Problem(line, detail))


def _is_left_by_a_system(member: zipfile.ZipInfo) -> bool:
    return member.is_dir() or member.filename.startswith("__MACOSX/") or member.filename.endswith(_LEFT_BY_SYSTEMS)


def _check(member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise _refused("the zip names files outside of itself")
    if member.flag_bits & _ENCRYPTED:
        raise _refused("the zip is encrypted: export it without a password")
    if member.compress_type not in _METHODS:
        raise _refused("the zip is packed in a way that is not taken; use the ordinary one (deflate)")
    if name.lower().endswith(_ZIP_ENDINGS):
        raise _refused("the zip holds another packed file; send the one that holds the CSV sheets")


def _by_name(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The sheets by name; they lie at the root, or all in one folder that was packed with them."""
    folders = {str(PurePosixPath(member.filename).parent) for member in members}
    if len(folders) > 1:
        raise _refused("the zip has its files in several folders; OneRoster has them all at the root")
    named: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = PurePosixPath(member.filename).name
        if name in named:
            raise _refused("the zip holds two files of one name")
        named[name] = member
    return named
