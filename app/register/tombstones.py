"""What is left of children who were erased: tombstones, in the database and in a file beside it.

The file outlives a database that is restored from a backup. It holds our own ids and keyed hashes, and nobody's name;
keep a copy of it apart from the backups.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain import Pupil
from app.errors import SetUpError
from app.integrations.sheets import Problem
from app.register.office import Office
from app.store import Store
from app.store import tombstones as kept
from app.store.tombstones import Tombstone

FILE = "tombstones.jsonl"
NAMED_AGAIN = "this child was erased on request; the file names them, so they are taken in anew, as unknown"


@dataclass(frozen=True, slots=True)
class _Line:
    """A tombstone as it stands in the file, with its school."""

    school: str
    tombstone: Tombstone


def file_of(office: Office) -> Path:
    """Where the tombstones of an installation lie, beside the folder of the reference photos."""
    return office.files.folder.parent / FILE


def mark_of(office: Office, upn: str) -> str:
    """What stands for a UPN on a tombstone."""
    return office.vault.mark(upn.strip().upper(), f"upn of school {office.school_id}")


def put(office: Office, store: Store, tombstones: Sequence[Tombstone]) -> None:
    """Keep tombstones in the caller's transaction and in the file; call it last, as the file knows no rollback.

    A tombstone of an erasure that did not come to be does no harm: it was asked for.
    """
    for one in tombstones:
        kept.add(store, one)
    _append(office, tombstones)


def every(office: Office, copy: Path | None = None) -> tuple[Tombstone, ...]:
    """All tombstones of the school: the database's, the file's and those of a copy of the file, by pupil.

    SetUpError for a file that cannot be read.
    """
    with office.database.read() as session:
        found = {one.pupil: one for one in kept.every(Store(session, office.school_id))}
    for file in (file_of(office), copy):
        found |= {one.tombstone.pupil: one.tombstone for one in _read(file) if one.school == office.school_id}
    return tuple(sorted(found.values(), key=lambda one: (one.erased_at, one.pupil)))


def write_missing(office: Office, tombstones: Sequence[Tombstone]) -> None:
    """Make the file and the database have all of these."""
    there = {one.tombstone.pupil for one in _read(file_of(office))}
    _append(office, [one for one in tombstones if one.pupil not in there])
    with office.database.write() as session:
        store = Store(session, office.school_id)
        for one in tombstones:
            kept.add(store, one)


def named_again(office: Office, store: Store, new: Iterable[Pupil], lines: dict[str, int]) -> tuple[Problem, ...]:
    """A warning for each child new to the roster who was erased; ``lines`` are those of the file by UPN."""
    marks = {mark_of(office, pupil.upn): pupil.upn for pupil in new}
    erased = sorted(lines.get(marks[mark], 0) for mark in kept.marked(store, marks.keys()))
    return tuple(Problem(line, NAMED_AGAIN, warning=True) for line in erased)


def _append(office: Office, tombstones: Sequence[Tombstone]) -> None:
    if not tombstones:
        return
    lines = [
        json.dumps(
            {
                "school": office.school_id,
                "pupil": one.pupil,
                "upn_mark": one.upn_mark,
                "erased_at": one.erased_at.isoformat(),
            }
        )
        for one in tombstones
    ]
    file = file_of(office)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="ascii") as opened:
        opened.write("\n".join(lines) + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _read(file: Path | None) -> list[_Line]:
    if file is None or not file.exists():
        return []
    try:
        return [_line(json.loads(line)) for line in file.read_text(encoding="ascii").splitlines() if line.strip()]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SetUpError(
            f"{file} is damaged: restore it from its copy, or the erasures in it are not done again.",
            slug="tombstones-damaged",
        ) from None


def _line(written: dict[str, str]) -> _Line:
    at = datetime.fromisoformat(written["erased_at"])
    return _Line(written["school"], Tombstone(written["pupil"], written["upn_mark"], at))
