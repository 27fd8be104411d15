"""erase, export and purge."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db import Database
from app.register import tombstones
from app.store import Store, audit, everywhere, roster, schools
from app.tables import Base
from tests.cli.conftest import CommandLine

ALICE = "B823403726001"
NAMES = f"Alice Smith\n{ALICE}\n"


@pytest.fixture
def database(command: CommandLine) -> Iterator[Database]:
    made = command.database()
    yield made
    made.dispose()


def child(database: Database, upn: str = ALICE) -> str:
    with database.read() as session:
        (school,) = schools.every(session)
        return next(one.id for one in roster.every(Store(session, school.id)) if one.upn == upn)


def erase(command: CommandLine, database: Database) -> str:
    from app import register
    from app.cli.office import now
    from app.main import here, open_service
    from app.settings import Settings
    from app.web.schoolwork import office_of

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", command.variables)
        settings = Settings()
        service = open_service(settings, crew=here(settings))
    pupil = child(database)
    with service.database.read() as session:
        (school,) = schools.every(session)
    register.erase_pupil(office_of(service, school.id), pupil, by="test", now=now())
    service.close()
    return pupil


def test_verify_says_where_a_child_is_found_and_names_nobody(command: CommandLine) -> None:
    found = command("erase", "verify", stdin=NAMES.encode())
    assert found.status == 1
    assert "pupils.upn: 1 row\n" in found.out
    assert "file: fledgling.db" in found.out
    assert "Alice" not in found.out + found.err


def test_after_an_erasure_nothing_is_found_but_the_id(command: CommandLine, database: Database, tmp_path: Path) -> None:
    pupil = erase(command, database)
    database.dispose()
    gone = command("erase", "verify", pupil, stdin=NAMES.encode())
    assert (gone.status, gone.out.splitlines()[-1]) == (0, "Nothing was found.")
    assert "audit.subject: 1 row (ids are kept there by design)" in gone.out
    listed = tmp_path / "names.txt"
    listed.write_text(NAMES, encoding="utf-8")
    assert command("erase", "verify", "--file", str(listed)).status == 0
    assert command("erase", "verify").status == 3, "nothing to look for"


def test_a_file_left_in_the_data_folder_is_found(command: CommandLine, database: Database) -> None:
    erase(command, database)
    database.dispose()
    (command.folder / "old-roster.csv").write_text("Smith;Alice\n", encoding="utf-8")
    packed = io.BytesIO(b"\x89\xff" + "Alice Smith".encode("utf-16-le"))
    (command.folder / "notes.bin").write_bytes(packed.getvalue())
    found = command("erase", "verify", stdin=b"Alice Smith\nSmith Alice\n")
    assert found.status == 1
    assert found.out.splitlines() == ["file: notes.bin", "file: old-roster.csv"]


def test_replay_erases_again_from_a_copy_of_the_file(command: CommandLine, database: Database, tmp_path: Path) -> None:
    before = (command.folder / "fledgling.db").read_bytes()
    pupil = erase(command, database)
    database.dispose()
    copy = tmp_path / "copy.jsonl"
    (command.folder / tombstones.FILE).rename(copy)
    for journal in ("fledgling.db-wal", "fledgling.db-shm"):
        (command.folder / journal).unlink(missing_ok=True)
    (command.folder / "fledgling.db").write_bytes(before)
    assert child(command.database()) == pupil
    assert command.done("erase", "replay").out == "whitehouse-primary-school: 0 erased again\n"
    assert command.done("erase", "replay", "--file", str(copy)).out == "whitehouse-primary-school: 1 erased again\n"
    assert pupil in (command.folder / tombstones.FILE).read_text(encoding="ascii")
    assert command("erase", "verify", pupil, stdin=NAMES.encode()).status == 0


def test_a_damaged_file_of_tombstones_is_told(command: CommandLine) -> None:
    (command.folder / tombstones.FILE).write_text('{"school": 1}\n', encoding="ascii")
    told = command("erase", "replay")
    assert told.status == 3
    assert "is damaged" in told.err


def test_export_writes_a_folder_and_only_into_an_empty_one(
    command: CommandLine, database: Database, tmp_path: Path
) -> None:
    out = tmp_path / "held"
    command.done("export", "pupil", child(database), "--out", str(out))
    assert {"index.html", "data.json", "child.csv", "permissions.csv"} <= {one.name for one in out.iterdir()}
    assert "Alice" in (out / "index.html").read_text(encoding="utf-8")
    if os.name == "posix":
        assert {one.stat().st_mode & 0o077 for one in out.iterdir()} == {0}
    again = command("export", "pupil", child(database), "--out", str(out))
    assert again.status == 3
    assert "not empty" in again.err


def test_holds_are_exported_by_the_lead_alone(command: CommandLine, database: Database, tmp_path: Path) -> None:
    def person(role: str) -> str:
        added = command.done("person", "add", "--email", f"{role}@school.example", "--name", "X", "--role", role)
        return added.out.strip()

    secrets = {role: person(role) for role in ("dsl", "administrator")}

    def export(email: str, password: str, name: str) -> int:
        order = ("export", "pupil", child(database), "--with-holds", "--lead", email, "--out", str(tmp_path / name))
        return command(*order, stdin=password.encode() + b"\n").status

    assert export("administrator@school.example", secrets["administrator"], "a") == 3
    assert export("dsl@school.example", "wrong", "b") == 3
    assert export("", "", "c") == 3
    assert export("dsl@school.example", secrets["dsl"], "d") == 0
    assert (tmp_path / "d" / "holds.csv").exists()
    assert not (tmp_path / "a").exists()


def test_purge_says_first_what_it_would_do(command: CommandLine, database: Database) -> None:
    with database.write() as session:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        (school,) = schools.every(session)
        everywhere(session).execute(Base.metadata.tables["pupils"].update().where(
            Base.metadata.tables["pupils"].c.upn == ALICE
        ).values(left_on=long_ago.date()))  # fmt: skip
    dry = command.done("purge", "--dry-run").out
    assert "would be deleted\n" in dry
    assert "  leavers: 1\n" in dry
    assert child(database)
    assert "  leavers: 1\n" in command.done("purge").out
    with database.read() as session:
        store = Store(session, school.id)
        assert ALICE not in {one.upn for one in roster.every(store)}
        assert audit.verify(store).problems == ()
    assert "  leavers: 0\n" in command.done("purge", "--dry-run").out
