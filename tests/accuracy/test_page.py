"""docs/accuracy.md tells what is measured today."""

from tests.accuracy.page import ALL, PAGE, STEADY, written


def test_figures_are_those_of_today() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- measured: {name} -->" in page for name in ALL)
    assert written(page, STEADY) == page, "measure again: make accuracy"
