"""The name check keeps the accuracy it was measured at, with a little room."""

import pytest

from app.text.names import NameIndex
from tests.accuracy.measure_names import DRAFTS, drafts, measure, report, school


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return school()


@pytest.mark.parametrize(
    ("name", "stopped", "recall", "precision", "false_alarms", "false_alarms_in_doubt"),
    [
        ("dev.jsonl", 0.98, 0.95, 0.98, 0.02, 0.04),
        ("more.jsonl", 0.98, 0.84, 0.96, 0.03, 0.08),
        ("own.jsonl", 0.96, 0.86, 0.93, 0.07, 0.14),
        ("second.jsonl", 0.93, 0.76, 0.98, 0.02, 0.04),
    ],
)
def test_floors(
    index: NameIndex,
    name: str,
    stopped: float,
    recall: float,
    precision: float,
    false_alarms: float,
    false_alarms_in_doubt: float,
) -> None:
    tally = measure(drafts(DRAFTS / name), index)
    figures = report(name, tally)
    assert tally.recall(1) >= stopped, figures
    assert tally.recall(0) >= recall, figures
    assert tally.precision(0) >= precision, figures
    assert tally.false_alarms(0) <= false_alarms, figures
    assert tally.false_alarms(1) <= false_alarms_in_doubt, figures
    assert tally.right_pupil == tally.with_pupil, figures
