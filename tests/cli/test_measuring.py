"""accuracy: a report is written; what is wrong with a folder is told by file, with status 3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.vision import paper
from tests.cli.conftest import CommandLine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two empty sheets, which are scenes without a face to a real engine."""
    place = tmp_path / "labelled"
    place.mkdir()
    for name in ("one.png", "two.png"):
        (place / name).write_bytes(paper.png())
    entries = [{"file": "one.png", "boxes": []}, {"file": "two.png", "boxes": []}]
    (place / "manifest.json").write_text(json.dumps(entries))
    return place


def test_a_report_is_written(bare: CommandLine, folder: Path, tmp_path: Path) -> None:
    done = bare.done("accuracy", "--photos", str(folder), "--out", str(tmp_path / "out"))
    report = tmp_path / "out" / "report.md"
    assert done.out.strip() == str(report)
    assert "2 scenes with 0 faces; no portraits" in report.read_text(encoding="utf-8")
    assert "the default policy" in report.read_text(encoding="utf-8")


def test_a_report_lies_in_the_data_folder_and_tries_the_policy_of_the_school(
    command: CommandLine, folder: Path
) -> None:
    done = command.done("accuracy", "--photos", str(folder), "--school", "whitehouse-primary-school")
    report = command.folder / "accuracy" / "report.md"
    assert done.out.strip() == str(report)
    assert "the school's policy" in report.read_text(encoding="utf-8")


def test_faults_are_told_by_file(bare: CommandLine, folder: Path) -> None:
    entries = [{"file": "one.png", "boxes": [[0, 0, 9000, 40]]}, {"file": "gone.png", "person": "a"}]
    (folder / "manifest.json").write_text(json.dumps(entries))
    done = bare("accuracy", "--photos", str(folder))
    assert (done.status, done.out) == (3, "")
    assert "entry 1 (one.png): box 1 lies outside the picture of 640 x 480" in done.err
    assert "entry 2 (gone.png): there is no such file in the folder" in done.err
    assert not bare.folder.exists()


@pytest.mark.parametrize("args", [(), ("--references", "--photos", "."), ("--photos", "nowhere at all")])
def test_what_cannot_be_measured_is_told(bare: CommandLine, args: tuple[str, ...]) -> None:
    done = bare("accuracy", *args)
    assert (done.status, done.out) == (3, "")
    assert "Traceback" not in done.err


def test_a_school_without_reference_photos_is_told(command: CommandLine) -> None:
    done = command("accuracy", "--references")
    assert done.status == 3
    assert "No child with valid biometric consent" in done.err
