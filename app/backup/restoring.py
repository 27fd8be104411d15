"""Putting a backup back: into an empty installation, or in place of what is there if that is asked for.

All of the file is looked through first. Then the photos are laid beside where they belong, the database is filled in one
transaction, and only then do they change places. What happened after the backup was made is unknown, so sessions end,
publishing is held until a person has looked, and children who were erased since are erased again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from app import register
from app.backup.archive import FILE, TOMBSTONES, BackupUnfit, Manifest, Reader, as_lines, opened
from app.db import MIGRATIONS, Database
from app.errors import Conflict
from app.jobs import engine
from app.jobs.watch import FilePost
from app.main import here, open_service
from app.register import tombstones
from app.settings import Settings
from app.store import Store, audit, copying, holding, schools
from app.vault import read_key
from app.web import handed_in
from app.web.schoolwork import office_of
from app.web.service import Service

PROBLEM = "restored"
_FOLDERS = ("photos", "references")
_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. ``erased_again``: children; ``damaged``: schools, by slug, whose audit trail is not in order."""

    manifest: Manifest
    schools: tuple[str, ...]
    erased_again: int
    damaged: tuple[str, ...]


def restore(
    settings: Settings,
    path: Path,
    *,
    force: bool = False,
    copy: Path | None = None,
    by: str,
    clock: Callable[[], datetime],
) -> Restored:
    """Put the backup back. ``copy`` is a file of tombstones that was kept apart; ``force`` replaces what is there.

    BackupUnfit, or Conflict where something is there or somebody serves it, before anything is touched.
    """
    key = read_key(settings.data_dir, settings.key.get_secret_value() if settings.key else None)
    with opened(path, key) as backup:
        _check_revision(backup.manifest)
        database = Database(settings.url)
        try:
            with _alone(database, settings.data_dir):
                if not force:
                    _check_empty(settings, database)
                _put_back(settings, database, backup)
        finally:
            database.dispose()
        manifest = backup.manifest
    service = open_service(settings, crew=here(settings), clock=clock)
    try:
        if service.database.file is None:
            engine.prepare(service.database)
        return _settle(service, manifest, copy, by=by)
    finally:
        service.close()


def _check_revision(manifest: Manifest) -> None:
    try:
        if ScriptDirectory(str(MIGRATIONS)).get_revision(manifest.revision) is not None:
            return
    except CommandError:
        pass
    raise BackupUnfit("The backup was made by a newer version of Fledgling: use that one or a newer one.")


def _check_empty(settings: Settings, database: Database) -> None:
    """Conflict where a school or a photo is there."""
    there = [name for name in _FOLDERS if any(one.is_file() for one in (settings.data_dir / name).rglob("*"))]
    if _holds_schools(database):
        there.insert(0, "schools")
    if there:
        raise Conflict(
            f"Nothing was restored: here are {', '.join(there)} already. Restore into an empty installation, or say --force "
            "and lose what is there.",
            slug="not-empty",
        )


def _holds_schools(database: Database) -> bool:
    if database.file is not None and not database.file.exists():
        return False
    with database.read() as session:
        return copying.holds_schools(session)


@contextmanager
def _alone(database: Database, data_dir: Path) -> Iterator[None]:
    """While nobody serves the database. Conflict, or SetUpError on SQLite, where somebody does."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if database.file is not None:
        database.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        post = FilePost(database)
        try:
            yield
        finally:
            post.leave()
        return
    with database.read() as session:
        others = copying.others_connected(session.connection())
    if others:
        raise Conflict(
            f"{others} others are connected to the database: end `serve`, the workers and whatever else uses it first.",
            slug="in-use",
        )
    yield


# ---------------------------------------------------------------- putting back


def _put_back(settings: Settings, database: Database, backup: Reader) -> None:
    aside = settings.data_dir / f"restoring-{backup.manifest.id}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        _lay_out(backup, aside)
        if database.file is not None:
            _replace_file(database.file, backup)
        else:
            _fill(database, backup, clear=True)
        for name in _FOLDERS:
            shutil.rmtree(settings.data_dir / name, ignore_errors=True)
            if (aside / name).is_dir():
                (aside / name).replace(settings.data_dir / name)
        shutil.rmtree(settings.data_dir / handed_in.FOLDER, ignore_errors=True)
        _join_tombstones(settings.data_dir / tombstones.FILE, backup)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _lay_out(backup: Reader, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
    for name in backup.manifest.files:
        if not FILE.fullmatch(name):
            raise BackupUnfit("The backup holds a file that cannot be one of ours.")
        file = folder / name
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as written:
            written.write(backup.get(name))
            written.flush()
            os.fsync(written.fileno())


def _replace_file(file: Path, backup: Reader) -> None:
    """Fill a new SQLite file, then put it in the place of the old one."""
    part = file.with_name(f"{file.name}.restoring")
    _remove(part)
    fresh = Database(f"sqlite:///{part.absolute()}")
    try:
        _fill(fresh, backup, clear=False)
        fresh.settle()
    except BaseException:
        fresh.dispose()
        _remove(part)
        raise
    fresh.dispose()
    _remove(file)
    part.replace(file)


def _remove(file: Path) -> None:
    for name in (f"{file.name}-wal", f"{file.name}-shm", file.name):
        file.with_name(name).unlink(missing_ok=True)


def _fill(database: Database, backup: Reader, *, clear: bool) -> None:
    """Tables as they were when the backup was made, its rows, then what the tables have become since: all or nothing."""
    with database.migrating() as config:
        connection = config.attributes["connection"]
        if clear:
            copying.clear(connection)
        command.upgrade(config, backup.manifest.revision)
        for table in backup.manifest.tables:
            for rows in backup.parts(table):
                copying.put(connection, table.shape, rows)
            if copying.count(connection, table.name) != table.rows:
                raise BackupUnfit(f"Not all rows of {table.name} could be put back; nothing was changed.")
        command.upgrade(config, "head")


def _join_tombstones(file: Path, backup: Reader) -> None:
    """The lines of both: what lies here may be newer than the backup."""
    if TOMBSTONES not in backup.manifest.members:
        return
    here_already = as_lines(file.read_bytes()) if file.exists() else []
    lines = dict.fromkeys([*as_lines(backup.get(TOMBSTONES)), *here_already])
    part = file.with_name(f"{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as written:
        written.writelines(f"{line}\n" for line in lines)
        written.flush()
        os.fsync(written.fileno())
    part.replace(file)


# ---------------------------------------------------------------- afterwards


def _settle(service: Service, manifest: Manifest, copy: Path | None, *, by: str) -> Restored:
    now = service.clock()
    with service.database.read() as session:
        every = schools.every(session)
    for school in every:
        with service.database.write() as session:
            store = Store(session, school.id)
            copying.come_back(store, manifest.id, manifest.made_at, by=by, now=now)
            holding.pause(store, _reason(manifest.made_at), problem=PROBLEM, by=by, now=now)
    erased, damaged = 0, []
    for school in every:
        erased += register.replay_erasures(office_of(service, school.id), copy, by=by, now=now)
        with service.database.read() as session:
            if audit.verify(Store(session, school.id)).problems:
                damaged.append(school.slug)
    return Restored(manifest, tuple(one.slug for one in every), erased, tuple(damaged))


def _reason(made_at: datetime) -> str:
    when = made_at.astimezone(_LONDON).strftime("%d %B %Y, %H:%M")
    return (
        f"Everything came back from the backup of {when}; what was done later is forgotten. Look on X for posts since "
        "then and take their drafts off here, load the roster and the permissions again, and record again what "
        "families said since. Then go on."
    )
