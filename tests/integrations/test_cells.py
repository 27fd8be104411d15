"""Days and instants as people and British school systems write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.integrations.cells import parse_day, parse_moment


@pytest.mark.parametrize(
    "cell", ["9/7/2018", "09.07.2018", "09-07-2018", "2018-07-09", "09-Jul-2018", "9 July 2018", "09/07/2018 00:00:00"]
)
def test_days_are_read_as_british_systems_write_them(cell: str) -> None:
    assert parse_day(cell) == date(2018, 7, 9)


@pytest.mark.parametrize("cell", ["07/13/2018", "9/7/18", "31/02/2018", "soon", "9 Brumaire 2018", "2018"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_day(cell)


def test_moments() -> None:
    assert parse_moment("12/06/2026 14:05") == parse_moment("2026-06-12 14:05") == datetime(2026, 6, 12, 14, 5)
    assert parse_moment("2026-06-12T14:05:00Z").utcoffset() is not None
    for wrong in ("2026-06-12", "99/06/2026 14:00", "14:00", "12/06/2026 25:00"):
        with pytest.raises(ValueError, match=r".+"):
            parse_moment(wrong)
