"""Proof that a child is gone: every table and every file of the installation, searched for their names.

The names are gone from the register, so whoever asks gives them. What is sealed is opened where its key still exists;
what nobody can open any more proves itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.register.child_keys import open_reason, vault_of
from app.register.office import Office
from app.register.traces import Traces
from app.store import Store, searching
from app.store.pupil_keys import KeyPurpose
from app.store.searching import Hit, Sought
from app.vault import CHECK_FILE, KEY_FILE, PhotoFiles, PhotoLost, SealBroken, Vault

_ID = re.compile("[0-9a-f]{32}")
_SHA256 = re.compile("[0-9a-f]{64}")
_SURE_BYTES = 6
"""In bytes that are no text a shorter word turns up by chance."""
_PASSED_OVER = frozenset({KEY_FILE, CHECK_FILE})
_WITH_IDS = frozenset({"tombstones.jsonl"})


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: columns of tables, and files by their path in the data folder. ``unopened`` counts what is
    sealed and could not be opened."""

    hits: tuple[Hit, ...]
    files: tuple[str, ...]
    searched_files: int
    unopened: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found but ids where ids are kept by design."""
        return not self.files and all(hit.by_design for hit in self.hits)


def search(office: Office, photos: PhotoFiles, terms: Sequence[str]) -> Searched:
    """Look for names, UPNs and ids of ours everywhere. ``photos`` are the drafts'; the folder of both is gone through."""
    words = [term.strip() for term in terms if term.strip()]
    ids = frozenset(word for word in words if _ID.fullmatch(word))
    looking = _Looking(Traces(word for word in words if word not in ids), ids, tuple(w for w in words if w not in ids))
    office.database.settle()
    # What opens reasons has a session of its own: it stands at one school after another, the search at all.
    with office.database.read() as session, office.database.read() as beside:
        openers = {("holds", "reason_sealed"): _reason_opener(office, beside)}
        hits = searching.search(session, Sought(looking.names.found_in, looking.has_id), openers)
    files = list(_files(office, photos))
    found = [path for path, data in files if data is not None and looking.found_in_file(path, data)]
    folder = photos.folder.parent
    names = tuple(sorted(str(path.relative_to(folder)) for path in found))
    return Searched(hits, names, len(files), sum(data is None for _, data in files))


@dataclass(frozen=True, slots=True)
class _Looking:
    """What is looked for."""

    names: Traces
    ids: frozenset[str]
    words: tuple[str, ...]

    def has_id(self, text: str) -> bool:
        return any(one in text for one in self.ids)

    def found_in_file(self, path: Path, data: bytes) -> bool:
        """By the rules for text where the file is text; else byte for byte, for words long enough to mean anything."""
        by_design = path.name in _WITH_IDS or path.suffix in {".db", ".db-wal", ".db-shm"}
        if not by_design and (self.has_id(path.as_posix()) or self.has_id(data.decode("ascii", "ignore"))):
            return True
        try:
            return self.names.found_in(data.decode("utf-8"))
        except UnicodeDecodeError:
            lowered = data.lower()
            return any(form in lowered for word in self.words for form in _forms(word))


def _forms(word: str) -> Iterator[bytes]:
    """How a word may stand in bytes, in lower case."""
    small = word.lower()
    for form in (small.encode(), small.encode("utf-16-le"), small.encode("ascii", "backslashreplace")):
        if len(form) >= _SURE_BYTES:
            yield form


def _files(office: Office, photos: PhotoFiles) -> Iterator[tuple[Path, bytes | None]]:
    """Every file of the data folder but keys and weights, as its maker wrote it; None where it cannot be opened."""
    folder = photos.folder.parent
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name in _PASSED_OVER or "models" in path.relative_to(folder).parts[:1]:
            continue
        yield path, _content(office, photos, path)


def _content(office: Office, photos: PhotoFiles, path: Path) -> bytes | None:
    if not _SHA256.fullmatch(path.name):
        return path.read_bytes()
    try:
        return _home(office, photos, path).get(path.name)
    except (SealBroken, PhotoLost):
        return None


def _home(office: Office, photos: PhotoFiles, path: Path) -> PhotoFiles:
    """The files among which a photo lies; a child's own are sealed with the child's own key."""
    home = path.parents[2]
    if not _ID.fullmatch(home.name):
        return PhotoFiles(home, photos.vault)
    with office.database.read() as session:
        own = vault_of(Store(session, office.school_id), office.vault, home.name, KeyPurpose.FACES).own
    return PhotoFiles(home, own or _nobodys())


def _nobodys() -> Vault:
    """Opens nothing: the child's key is gone."""
    return Vault(bytes(32))


def _reason_opener(office: Office, session: Any) -> searching.Opener:
    def opened(row: Mapping[str, Any], column: str) -> str | None:
        try:
            return open_reason(office, Store(session, row["school_id"]), row["pupil_id"], bytes(row[column]))
        except SealBroken:
            return None

    return opened
