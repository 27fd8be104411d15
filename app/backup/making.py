"""Making a backup while the service runs: the database in one snapshot first, then the files that it refers to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import __version__
from app.backup.archive import KEY_CHECK, TOMBSTONES, Manifest, Writer, writing
from app.db import new_id
from app.errors import SetUpError
from app.register import tombstones
from app.store import Store, copying, schools
from app.vault import CHECK_FILE
from app.web.service import Service


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made, and how large its file is."""

    manifest: Manifest
    bytes: int


def make(service: Service, path: Path, *, by: str, now: datetime) -> Made:
    """Write a backup to a new file, whole or not at all, readable by its owner alone. SetUpError where there is one.

    What is written meanwhile is not in it, or wholly.
    """
    if path.exists():
        raise SetUpError(f"There is a file {path} already: a backup never takes the place of another.")
    if not path.parent.is_dir():
        raise SetUpError(f"There is no folder {path.parent}.")
    part = path.with_name(f"{path.name}.part")
    copy_id = new_id(now)
    with suppress(FileNotFoundError):
        part.unlink()  # of a backup that was cut off
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with writing(part, service.vault, copy_id, now) as writer:
            manifest = _write(service, writer)
        size = _settle(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _note(service, copy_id, by=by, now=now)
    return Made(manifest, size)


def _write(service: Service, writer: Writer) -> Manifest:
    with service.database.read() as session:
        revision = copying.revision(session)
        for shape in copying.shapes():
            writer.put_table(shape, copying.rows(session, shape))
        photos, references = copying.photo_hashes(session), copying.reference_hashes(session)
    missing = []
    for name, places in _files(service, photos, references):
        found = next((data for place in places if (data := _read(place)) is not None), None)
        if found is None:
            missing.append(name)
        elif name not in writer.members:
            writer.put(name, found)
    data_dir = service.settings.data_dir
    for name, file in ((TOMBSTONES, data_dir / tombstones.FILE), (KEY_CHECK, data_dir / CHECK_FILE)):
        found = _read(file)
        if found is not None:
            writer.put(name, found)
    return writer.end(__version__, revision, missing)


def _files(
    service: Service, photos: tuple[str, ...], references: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """The name of each file in a backup, and where it lies; a reference photo's older place is tried too."""
    for sha256 in photos:
        yield f"photos/{_place(sha256)}", (service.files.folder / _place(sha256),)
    folder = service.references.folder
    for pupil, sha256 in references:
        own, older = folder / pupil / _place(sha256), folder / _place(sha256)
        if own.exists() or not older.exists():
            yield f"references/{pupil}/{_place(sha256)}", (own,)
        else:
            yield f"references/{_place(sha256)}", (older,)


def _place(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _settle(file: Path) -> int:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    return file.stat().st_size


def _note(service: Service, copy_id: str, *, by: str, now: datetime) -> None:
    with service.database.read() as session:
        every = schools.every(session)
    for school in every:
        with service.database.write() as session:
            copying.note_copy(Store(session, school.id), copy_id, by=by, now=now)
