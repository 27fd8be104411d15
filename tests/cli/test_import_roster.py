"""import roster: headings of the school's own, and files other than CSV, told by their ending."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from app.cli.progress import shown
from tests.cli.conftest import CommandLine
from tests.cli.test_files import HEADER, NEW, PUPILS, permissions
from tests.integrations.test_transfers import ELLIE, ctf
from tests.integrations.zipped import BULK, oneroster

OWN = HEADER.replace("UPN", "Pupil ref").replace("Legal Forename", "Given")


@pytest.fixture
def roster(tmp_path: Path) -> str:
    file = tmp_path / "roster.csv"
    file.write_text("\n".join([OWN, *PUPILS, NEW]), encoding="utf-8")
    return str(file)


def test_a_map_is_used_and_kept_for_the_next_time(command: CommandLine, roster: str, tmp_path: Path) -> None:
    refused = command("import", "roster", roster)
    assert refused.status == 3
    assert "“Pupil ref”" in refused.err
    assert "--map" in refused.err
    chosen = tmp_path / "map.toml"
    chosen.write_text('"Pupil ref" = "upn"\n"Given" = "legal_first"\n', encoding="utf-8")
    dry = command.done("import", "roster", roster, "--map", str(chosen), "--dry-run")
    assert dry.out.endswith("1 would be added, 0 changed, 0 gone\n")
    assert command("import", "roster", roster).status == 3, "a dry run keeps nothing"
    command.done("import", "roster", roster, "--map", str(chosen))
    assert command.done("import", "roster", roster).out.endswith("0 are added, 0 changed, 0 gone\n")


@pytest.mark.parametrize(("text", "words"), [("a = [", "not a TOML file"), ('"A" = "nothing"', "mapped to no field")])
def test_a_map_that_cannot_be(command: CommandLine, roster: str, tmp_path: Path, text: str, words: str) -> None:
    chosen = tmp_path / "map.toml"
    chosen.write_text(text, encoding="utf-8")
    done = command("import", "roster", roster, "--map", str(chosen))
    assert (done.status, done.out) == (3, "")
    assert words in done.err


def test_a_zip_and_a_transfer_file_are_told_by_their_endings(command: CommandLine, tmp_path: Path) -> None:
    zipped, transfer = tmp_path / "export.ZIP", tmp_path / "8201234_CTF.xml"
    zipped.write_bytes(oneroster(BULK))
    transfer.write_text(ctf(ELLIE), encoding="utf-8")
    done = command.done("import", "roster", str(zipped), "--confirm")
    assert done.out.endswith("2 are added, 0 changed, 420 gone\n")
    assert command.done("import", "roster", str(transfer)).out.endswith("0 are added, 1 changed, 0 gone\n")


def test_those_of_whom_less_is_permitted_are_listed(command: CommandLine, tmp_path: Path) -> None:
    upn = PUPILS[9].partition(",")[0]
    file = tmp_path / "answers.csv"
    file.write_text(permissions(upn), encoding="utf-8")
    assert f"permission now lower for 1: {upn}" in command.done("import", "permissions", str(file), "--dry-run").out


def test_steps_are_shown_on_a_terminal_alone() -> None:
    for terminal in (True, False):
        written = io.StringIO()
        with shown(Console(file=written, force_terminal=terminal)) as heard:
            heard("reading the file")
            heard("writing the register")
        assert ("writing the register" in written.getvalue()) is terminal
