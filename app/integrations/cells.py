"""What single cells mean: yes and no, days and instants, as people and British school systems write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time

YES = frozenset({"y", "yes", "true", "t", "1", "✓", "✔", "☑", "granted", "received", "given", "agreed", "consented"})
"""Answers that mean yes. A bare ``x`` is not among them: it may be a cross as well as a tick."""

NO = frozenset(
    {"n", "no", "false", "f", "0", "✗", "✘", "refused", "not granted", "not given", "withdrawn", "declined", "denied"}
)
"""Answers that mean no."""

NOT_YET = frozenset({"", "pending", "requested", "not answered", "no response", "awaiting", "unknown", "-", "n/a"})
"""Answers that mean that nobody has answered."""


def parse_flag(cell: str) -> bool | None:
    """Whether a cell says yes or no; None for anything else."""
    word = cell.casefold()
    return True if word in YES else False if word in NO else None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DAY_MONTH_NAME = re.compile(r"(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})", re.IGNORECASE)
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?Z?$")


def parse_day(cell: str) -> date | None:
    """The day a cell names: ``31/12/2018``, ``31-Dec-2018`` or ISO, a midnight after it ignored; None if blank.

    Raises ValueError. Day before month always, as every British system writes it; a year of two
    figures is refused as ambiguous.
    """
    text = _MIDNIGHT.sub("", cell)
    if not text:
        return None
    found = _DAY_FIRST.fullmatch(text)
    if found:
        return date(int(found[3]), int(found[2]), int(found[1]))
    found = _DAY_MONTH_NAME.fullmatch(text)
    if found and found[2].casefold() in _MONTHS:
        return date(int(found[3]), _MONTHS.index(found[2].casefold()) + 1, int(found[1]))
    return date.fromisoformat(text)


def parse_moment(cell: str) -> datetime:
    """The instant or local time a cell names: RFC 3339, ``2026-12-12 14:00`` or ``12/12/2026 14:00``.

    Naive where no offset was written. Raises ValueError, also for a bare day.
    """
    found = re.fullmatch(r"(\d{1,2}[/.]\d{1,2}[/.]\d{4})[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?", cell)
    if found:
        day = parse_day(found[1]) or date.min
        return datetime.combine(day, time(int(found[2]), int(found[3]), int(found[4] or 0)))
    if ":" not in cell:
        raise ValueError("no time of day")
    return datetime.fromisoformat(cell)
