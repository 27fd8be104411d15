"""What all tests share: the data sets beside the project, where they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.databases", "tests.listening", "tests.walls"]

ROOT = Path(__file__).parent.parent

TOGETHER = ("browser", "acceptance", "demo", "test_operating.py", "test_readme.py")
"""Tests for which something is started that takes long, and then serves them all: one worker runs them."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Gives a worker one test at a time, or all of what runs together."""

    def _split_scope(self, nodeid: str) -> str:
        part = nodeid.partition("::")[0].split("/")[1]
        return part if part in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Our own: the marks of ``--dist loadgroup`` are not seen by every pair of pytest and xdist."""
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets that are not part of the project; skips where it is absent."""
    folder = Path(os.environ.get("FLEDGLING_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"data sets not found at {folder} (set FLEDGLING_SHARED)")
    return folder
