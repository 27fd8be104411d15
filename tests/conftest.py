"""What all tests share: the data sets beside the project, where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.databases", "tests.listening"]

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets that are not part of the project; skips where it is absent."""
    folder = Path(os.environ.get("FLEDGLING_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"data sets not found at {folder} (set FLEDGLING_SHARED)")
    return folder
