"""Days and times that a text mentions, worked out against the clock of a school in the United Kingdom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from app.text.clocks import Clock, clocks_in
from app.text.days import Days, days_in

__all__ = ["LONDON", "When", "mentions"]

LONDON: Final = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class When:
    """A day, a time or both, from ``start`` to ``end`` of the text, meaning ``starts_at`` to ``ends_at`` (UTC).

    ``day`` and ``clock`` say which of the two the words give. ``loose`` means that the words alone do not settle
    whether this is past or to come (``on Monday``, ``12 July``); then the reading given is the coming weekday, the
    nearest such day of a year, or today for a time alone. ``past`` means that they say it is over (``last week``).
    """

    start: int
    end: int
    starts_at: datetime
    ends_at: datetime
    day: bool = True
    clock: bool = False
    loose: bool = False
    past: bool = False


_WORD: Final = re.compile(r"[a-z]+|\d")


def mentions(text: str, now: datetime) -> tuple[When, ...]:
    """The days and times in the text, in order; a day and a time beside each other are one."""
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals grow when they are lowered
        lower = "".join([letter.lower() if len(letter.lower()) == 1 else letter for letter in text])
    words = frozenset(_WORD.findall(lower))
    today = now.astimezone(LONDON).date()
    days = _apart(days_in(lower, text, words, today))
    clocks = _apart(clocks_in(lower, words, beside_days=bool(days)))
    return tuple(_joined(lower, days, clocks, today))


_BETWEEN: Final = re.compile(
    r"[\s,;:|@()–—\-]*(?:(?:at|on|from|in|the|of|around|about|starting|between|for|hall|school|afternoon|aft|morning|evening|eve|night|and|is|by|til|till|doors|gates|opens?|kick|kicks|off|ko|starts?)\b[\s,;:|@()–—\-]*){0,4}"
)
_HOURS_OF_AN_EVENT: Final = timedelta(hours=2)

_Part = TypeVar("_Part", Days, Clock)


def _apart(found: Iterator[_Part]) -> list[_Part]:
    """Without overlaps; the longest of those that begin together stays."""
    kept: list[_Part] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _joined(lower: str, days: list[Days], clocks: list[Clock], today: date) -> Iterator[When]:
    """Days and times in order, a neighbouring pair as one; a time within a date is none."""
    parts: list[Days | Clock] = [*days, *(clock for clock in clocks if not _within(clock, days))]
    parts.sort(key=lambda one: one.start)
    held: Days | Clock | None = None
    for part in parts:
        if held is None:
            held = part
        elif type(held) is not type(part) and _BETWEEN.fullmatch(lower, held.end, part.start):
            yield _when([held, part], today)
            held = None
        else:
            yield _when([held], today)
            held = part
    if held is not None:
        yield _when([held], today)


def _within(clock: Clock, days: list[Days]) -> bool:
    return any(clock.start < day.end and day.start < clock.end for day in days)


def _when(parts: list[Days | Clock], today: date) -> When:
    days = next((part for part in parts if isinstance(part, Days)), None)
    clock = next((part for part in parts if isinstance(part, Clock)), None)
    first, last = (days.first, days.last) if days else (today, today)
    opens, closes = time(0), time(23, 59, 59)
    if clock:
        opens = clock.opens
        after = datetime.combine(last, opens) + _HOURS_OF_AN_EVENT
        closes = clock.closes or (after.time() if after.date() == last else closes)
    elif days and days.part:
        opens, closes = time(days.part[0]), time(days.part[1])
    return When(
        start=parts[0].start,
        end=parts[-1].end,
        starts_at=datetime.combine(first, opens, LONDON).astimezone(UTC),
        ends_at=datetime.combine(last, closes, LONDON).astimezone(UTC),
        day=days is not None,
        clock=clock is not None,
        loose=days is None or days.loose,
        past=days is not None and days.past,
    )
