"""The report says what was measured and what it does not say, and names nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.accuracy import Figures, curves, labels, measure, report
from app.accuracy.report import About
from app.domain import Box
from app.policy import Policy
from tests.accuracy.conftest import ENGINE, FACE, Folder
from tests.accuracy.demo_school import ROOT

ABOUT = About("a made-up folder", "a made-up policy")


@pytest.fixture
def figures(folder: Folder, policy: Policy) -> Figures:
    folder.people(12, 4)
    folder.scene([FACE], [FACE, Box(400, 300, 440, 340)])
    return measure(labels.read(folder.write()), ENGINE, policy)


def test_the_report_tells_all_parts_and_nobodys_name(figures: Figures) -> None:
    words = report.words(figures, ABOUT, None)
    for part in (
        "1 scenes with 2 faces; 48 portraits of 12 people",
        "`paper-1`",
        "| 96 px and more | 100.0 % (1 of 1) |",
        "groups taken for an individual | 100.0 % (1 of 1)",
        "the centre of 3 references",
        "Too few people with pictures enough to list 10, 20, 30 of them and leave 5 over.",
        "### The line-up",
        "### What the policy's thresholds do here",
        "judged\non the other half",
        "matplotlib is not installed whole",
        "Children are harder",
    ):
        assert part in words
    assert "person-" not in words
    assert "picture-" not in words


def test_without_matplotlib_the_report_is_written_and_says_so(
    figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    written = report.write(figures, ABOUT, tmp_path / "new" / "out")
    assert not written.with_curves
    assert [file.name for file in (tmp_path / "new" / "out").iterdir()] == ["report.md"]
    assert "The curves were left out" in written.file.read_text(encoding="utf-8")


def test_with_matplotlib_the_curves_lie_beside_it(figures: Figures, tmp_path: Path) -> None:
    written = report.write(figures, ABOUT, tmp_path)
    words = written.file.read_text(encoding="utf-8")
    for name in (curves.BY_HEIGHT, curves.BY_THRESHOLD, curves.BY_GALLERY):
        assert f"]({name})" in words
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


DRAWING = """
import sys
from pathlib import Path
import app.__main__, app.main
from app.accuracy import curves
from app.accuracy.figures import Figures, Finding, HeightRow, Share
assert "matplotlib" not in sys.modules
rows = (HeightRow(32, 48, Share(9, 10), Share(10, 10)),)
finding = Finding(1, 10, rows, (), Share(0, 0), Share(0, 0), Share(1, 1), 0, 0)
print(curves.draw(Figures("a", "b", weak=False, finding=finding, matching=None), Path(sys.argv[1])))
"""


def test_only_drawing_imports_matplotlib_and_nothing_is_written_at_home(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MPL", "XDG"))}
    done = subprocess.run(
        [sys.executable, "-c", DRAWING, str(out)],
        cwd=ROOT,
        env={**env, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert curves.BY_HEIGHT in done.stdout
    assert (out / curves.BY_HEIGHT).read_bytes().startswith(b"\x89PNG")
    assert [path for path in home.rglob("*") if "matplotlib" in path.name] == []


def test_what_was_not_measured_is_said(folder: Folder, policy: Policy) -> None:
    folder.people(2)
    words = report.words(measure(labels.read(folder.write()), ENGINE, policy), ABOUT, ())
    assert "no scenes" in words
    assert "Too few people to measure matching" in words
    blind = Figures("some-detector", "no-embedder", weak=True, finding=None, matching=None)
    assert "faces are compared with nobody" in report.words(blind, ABOUT, ())
    assert "This detector misses turned and small faces" in report.words(blind, ABOUT, ())
