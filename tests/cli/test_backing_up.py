"""backup and restore."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import CommandLine


def elsewhere(command: CommandLine, folder: Path) -> CommandLine:
    """An empty data folder with the same key."""
    folder.mkdir(mode=0o700)
    shutil.copy2(command.folder / "key", folder / "key")
    return CommandLine(folder, command.environment)


def test_a_backup_is_made_looked_through_and_restored(command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    made = command.done("backup", str(file))
    assert f"{file}: " in made.out
    assert " rows of " in made.out
    assert "without the key nobody can open it" in made.err
    whole = command.done("restore", "--check", str(file))
    assert whole.out.startswith("whole, made at ")
    other = elsewhere(command, tmp_path / "other")
    done = other.done("restore", str(file))
    assert "schools: whitehouse-primary-school\nchildren erased again: 0\naudit trail: in order\n" in done.out
    assert "Publishing is held" in done.err
    assert "all in order" in other.done("audit", "verify").out
    assert "school.backup" not in done.out


def test_what_is_there_is_not_lost_by_accident(command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    command.done("backup", str(file))
    before = command.files()
    refused = command("restore", str(file))
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == (
        "Conflict: Nothing was restored: here are schools already. Restore into an empty installation, or say --force "
        "and lose what is there.\n"
    )
    assert {name: data for name, data in command.files().items() if not name.endswith(".lock")} == before
    assert command.done("restore", str(file), "--force").status == 0


def test_without_its_key_a_backup_is_worth_nothing(command: CommandLine, bare: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    command.done("backup", str(file))
    other = CommandLine(tmp_path / "other", command.environment)
    assert "There is no key" in other("restore", str(file)).err
    other.done("init", "--school", "Blackhouse", "--account", "blackhouse")
    assert "of another key" in other("restore", str(file), "--force").err
    assert "Blackhouse" not in other("restore", "--check", str(file)).out


def test_a_lost_photo_is_named_by_its_place(command: CommandLine, tmp_path: Path) -> None:
    assert "missing" not in command.done("backup", str(tmp_path / "b.tar")).out
