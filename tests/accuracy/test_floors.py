"""The checks of words keep the accuracy they were measured at, with a little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accuracy import names, wording
from tests.accuracy.demo_school import the_school

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", sorted(names.DRAFTS.glob("*.jsonl")), ids=lambda path: path.name)
def test_names(path: Path) -> None:
    tally = names.measure(names.drafts(path), the_school())
    figures = names.report(path.name, tally)
    assert tally.share_stopped("leaking") >= 0.93, figures
    assert tally.precision >= 0.92, figures
    assert tally.share_stopped("ordinary") <= 0.10, figures
    assert tally.share_rejected("trap") <= 0.08, figures
    assert tally.right_pupil >= 0.97 * tally.with_pupil, figures


@pytest.mark.parametrize("path", sorted(wording.DRAFTS.glob("round-*.jsonl")), ids=lambda path: path.name)
def test_wording(path: Path) -> None:
    tally = wording.measure(wording.drafts(path), the_school())
    figures = wording.report(path.name, tally)
    assert tally.leaking_stopped >= 0.5 * tally.leaking, figures
    assert tally.clean_troubled <= 0.08 * tally.clean, figures
