"""docs/reliability.md says what was measured, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.reliability_page import PAGE, RESULTS, ROWS, page

CLEAN = dict.fromkeys(
    ("lost", "doubled", "unapproved", "undelivered", "untold", "unsigned", "hidden", "audit_problems", "died", "errors"), 0
) | {"kills": 200, "drafts": 500, "approved": 400, "events": 1400, "held": {"held: fault": 3}, "killed_at": {"posting": 9}}  # fmt: skip


def told(folder: Path, name: str, figures: dict[str, Any]) -> str:
    kept = {"measured_on": "2026-11-22", "machine": "m", "busy": [1, 2], "command": "c", "figures": figures}
    (folder / f"{name}.json").write_text(json.dumps(kept))
    return next(line for line in page(folder).splitlines() if line.startswith(f"| {ROWS[name][0]} |"))


def test_the_page_is_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(RESULTS), "run python -m benchmarks.reliability --only page"


@pytest.mark.parametrize(
    ("name", "figures", "met"),
    [
        ("crashes-sqlite", CLEAN, True),
        ("crashes-sqlite", CLEAN | {"doubled": 1}, False),
        ("crashes-sqlite", CLEAN | {"kills": 199}, False),
        ("faults-sqlite", CLEAN, True),
        ("faults-sqlite", CLEAN | {"held": {}}, False),
        ("takeover", {"took_s": [4.0, 15.1]}, False),
        ("photos", {"rates": {"1": 1.0, "2": 1.6}, "photos": 9}, True),
        ("drafts-sqlite", {"rate": 201.0, "p50_ms": 30.0, "p99_ms": 151.0}, False),
    ],
)
def test_a_figure_that_was_not_reached_is_told_as_such(
    tmp_path: Path, name: str, figures: dict[str, Any], met: bool
) -> None:
    assert ("**not met**" in told(tmp_path, name, figures)) is not met
