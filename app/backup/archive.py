"""The file of a backup: a tar of sealed parts and a manifest, which is last and bears a mark of the key.

Tables are JSON lines, compressed and sealed in parts; photos are sealed already. Whoever has not the key learns how many
rows and photos there are, and nothing else. Nothing is ever unpacked by the names in the file alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from app.errors import SetUpError
from app.store.copying import Row, Shape
from app.vault import SealBroken, Vault

FORMAT = 1
MANIFEST, MARK, TOMBSTONES, KEY_CHECK = "manifest.json", "manifest.mark", "tombstones.jsonl", "key.check"
FILE = re.compile(r"(photos|references(/[0-9a-zA-Z_-]{1,64})?)/([0-9a-f]{2})/([0-9a-f]{2})/(?=\3\4)[0-9a-f]{64}")
_PART = re.compile(r"tables/[a-z_]{1,60}/[0-9]{6}")
_PART_BYTES = 4_000_000
_MOST_BYTES = 64_000_000


class BackupUnfit(SetUpError):
    """The file is not a backup, damaged, of another key, or newer than this version."""

    slug = "backup-unfit"


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table in a backup: its columns' kinds by name, how many rows, in how many parts."""

    name: str
    columns: dict[str, str]
    rows: int
    parts: int

    @property
    def shape(self) -> Shape:
        """The table as rows are written."""
        return Shape(self.name, self.columns)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``members`` are SHA-256s by name; ``missing`` the files that were referred to and not there."""

    id: str
    made_at: datetime
    version: str
    revision: str
    tables: tuple[CopiedTable, ...]
    members: Mapping[str, str]
    missing: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the photos' files."""
        return tuple(name for name in self.members if FILE.fullmatch(name))

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(table.rows for table in self.tables)


@dataclass(slots=True)
class Writer:
    """Writes the members of a backup into an open tar."""

    tar: tarfile.TarFile
    vault: Vault
    id: str
    made_at: datetime
    members: dict[str, str] = field(default_factory=dict)
    tables: list[CopiedTable] = field(default_factory=list)

    def put(self, name: str, data: bytes) -> None:
        """Add a member."""
        self.members[name] = hashlib.sha256(data).hexdigest()
        self._add(name, data)

    def put_table(self, shape: Shape, rows: Iterator[Row]) -> None:
        """Add a table, in sealed parts."""
        lines: list[bytes] = []
        count, parts, held = 0, 0, 0
        for row in rows:
            lines.append(json.dumps(row).encode())
            count += 1
            held += len(lines[-1])
            if held >= _PART_BYTES:
                parts += 1
                self._put_part(shape.name, parts, lines)
                lines, held = [], 0
        if lines:
            parts += 1
            self._put_part(shape.name, parts, lines)
        self.tables.append(CopiedTable(shape.name, dict(shape.columns), count, parts))

    def end(self, version: str, revision: str, missing: Sequence[str]) -> Manifest:
        """Write the manifest, without which the file is no backup."""
        made = Manifest(
            self.id, self.made_at, version, revision, tuple(self.tables), dict(self.members), tuple(missing)
        )
        written = json.dumps({"format": FORMAT, **asdict(made), "made_at": self.made_at.isoformat()}, indent=1)
        self._add(MANIFEST, written.encode())
        self._add(MARK, _mark(self.vault, written).encode())
        return made

    def _put_part(self, table: str, number: int, lines: list[bytes]) -> None:
        name = _part(table, number)
        self.put(name, self.vault.seal(zlib.compress(b"\n".join(lines)), _purpose(self.id, name)))

    def _add(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(data), 0o600, int(self.made_at.timestamp())
        self.tar.addfile(member, io.BytesIO(data))


@dataclass(frozen=True, slots=True)
class Reader:
    """A backup that was looked through: every member is there, whole, and of this key."""

    tar: tarfile.TarFile
    vault: Vault
    manifest: Manifest

    def get(self, name: str) -> bytes:
        """A member; BackupUnfit where it is not as the manifest says."""
        data = _member(self.tar, self.tar.getmember(name))
        if hashlib.sha256(data).hexdigest() != self.manifest.members[name]:
            raise BackupUnfit(f"The backup is damaged: {name} is not what was written.")
        return data

    def parts(self, table: CopiedTable) -> Iterator[list[Row]]:
        """The rows of a table, a part at a time."""
        for number in range(1, table.parts + 1):
            name = _part(table.name, number)
            try:
                opened = self.vault.open(self.get(name), _purpose(self.manifest.id, name))
            except SealBroken:
                raise BackupUnfit(f"The backup is damaged: {name} cannot be opened with this key.") from None
            yield [json.loads(line) for line in zlib.decompress(opened).split(b"\n")]


@contextmanager
def writing(path: Path, vault: Vault, copy_id: str, made_at: datetime) -> Iterator[Writer]:
    """Writes a backup into a file that is open for its owner alone."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        yield Writer(tar, vault, copy_id, made_at)


@contextmanager
def opened(path: Path, key: bytes) -> Iterator[Reader]:
    """The backup, once all of it was looked through. BackupUnfit, in words, where it cannot be used."""
    vault = Vault(key)
    try:
        with tarfile.open(path, "r:") as tar:
            reader = Reader(tar, vault, _manifest(tar, vault))
            _look_through(reader)
            yield reader
    except FileNotFoundError:
        raise BackupUnfit(f"There is no file {path}.") from None
    except (tarfile.TarError, EOFError):
        raise BackupUnfit("This is not a backup of Fledgling, or it was cut off.") from None


def _manifest(tar: tarfile.TarFile, vault: Vault) -> Manifest:
    try:
        written = _member(tar, tar.getmember(MANIFEST)).decode()
        mark = _member(tar, tar.getmember(MARK)).decode()
        said = json.loads(written)
        if said.pop("format") != FORMAT:
            raise BackupUnfit("The backup was made by a newer version of Fledgling: use that one or a newer one.")
        tables = tuple(CopiedTable(**table) for table in said.pop("tables"))
        made_at = datetime.fromisoformat(said.pop("made_at"))
        made = Manifest(made_at=made_at, tables=tables, missing=tuple(said.pop("missing")), **said)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BackupUnfit("This is not a backup of Fledgling, or it was cut off.") from None
    if mark != _mark(vault, written):
        raise BackupUnfit(
            "The backup is of another key than the one here, or its manifest was changed. Put the key that it was made "
            "with in the data folder, or in FLEDGLING_KEY.",
            slug="backup-of-another-key",
        )
    return made


def _look_through(reader: Reader) -> None:
    """BackupUnfit unless every member is there, as written, and none beside them."""
    names = [member.name for member in reader.tar.getmembers()]
    expected = {*reader.manifest.members, MANIFEST, MARK}
    if len(names) != len(set(names)) or set(names) != expected:
        raise BackupUnfit("The backup is damaged: files are missing, or there are some that do not belong to it.")
    parts = {_part(table.name, number) for table in reader.manifest.tables for number in range(1, table.parts + 1)}
    for name in reader.manifest.members:
        if name in parts:
            continue
        if name not in {TOMBSTONES, KEY_CHECK} and not FILE.fullmatch(name):
            raise BackupUnfit("The backup holds a file that cannot be one of ours.")
        reader.get(name)
    for table in reader.manifest.tables:
        if sum(len(rows) for rows in reader.parts(table)) != table.rows:
            raise BackupUnfit(f"The backup is damaged: rows of {table.name} are missing.")


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    known = member.name in {MANIFEST, MARK, TOMBSTONES, KEY_CHECK}
    if not member.isreg() or not (known or FILE.fullmatch(member.name) or _PART.fullmatch(member.name)):
        raise BackupUnfit("The backup holds a file that cannot be one of ours.")
    if member.size > _MOST_BYTES and not known:
        raise BackupUnfit("The backup holds a file that is larger than any of ours.")
    found = tar.extractfile(member)
    data = found.read() if found is not None else b""
    if len(data) != member.size:
        raise BackupUnfit("The backup was cut off.")
    return data


def _part(table: str, number: int) -> str:
    return f"tables/{table}/{number:06d}"


def _purpose(copy_id: str, name: str) -> str:
    return f"backup {copy_id} {name}"


def _mark(vault: Vault, written: str) -> str:
    return vault.mark(written, "manifest of a backup")


def as_lines(data: bytes) -> list[str]:
    """The lines of a file of tombstones."""
    return [line for line in data.decode("ascii", "replace").splitlines() if line.strip()]
