"""Times of day that a text mentions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Final

__all__ = ["Clock", "at_digits", "clocks_in"]


@dataclass(frozen=True, slots=True)
class Clock:
    """Words from ``start`` to ``end`` that mean the time ``opens``, or ``opens`` to ``closes``, on a clock on the wall."""

    start: int
    end: int
    opens: time
    closes: time | None = None


_DIGITS: Final = re.compile(r"\d+")


def at_digits(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """As ``pattern.finditer``, for a pattern that begins with a digit, without a look at every other place."""
    done = 0
    for digits in _DIGITS.finditer(text):
        if digits.start() >= done and (found := pattern.match(text, digits.start())):
            done = found.end()
            yield found


_HOURS: Final = {
    name: hour
    for hour, name in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_HOUR_NAMES: Final = frozenset(_HOURS)
_AN_HOUR: Final = "(?:" + "|".join(_HOURS) + ")"
_TIME: Final = re.compile(
    r"(?<![\w£$:./\-])(?P<h>[01]?\d|2[0-4])(?:[:.h](?P<m>[0-5]\d))?(?: ?(?P<ap>[ap])(?:m\b|\.m\b\.?))?(?:-?ish\b)?"
    r"(?: ?(?:-|–|—|to|til|till|until|and) ?(?P<h2>[01]?\d|2[0-4])(?:[:.](?P<m2>[0-5]\d))?(?: ?(?P<ap2>[ap])(?:m\b|\.m\b\.?))?)?(?![\w%£:/]|[.\-]\d)"
)
_AT: Final = re.compile(
    r"(?:\bat|@|\bfrom|\bby|\buntil|\btill|\bbetween|\baround|\babout|\bbefore|\bafter|\bfor|starts?|time:?|when:?|[–—-]|,|\|)(?: about| around)? ?$"
)
# After these a number is a time even if no day is named.
_OPENING: Final = re.compile(
    r"\b(?:doors|gates|kick[ -]?off|kicks off|ko|curtain up|curtain)(?: (?:open|opens|from|at|is|up))?:? ?$"
)
_BESIDE_A_DAY: Final = re.compile(
    r"\b(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|[a-z]+day|eve|aft|afternoon|evening|morning|night|today|tonight|2moro|2moz|tmrw|tomoz|opens?)\.? $"
)
_NOT_A_TIME: Final = re.compile(
    r" ?(?:years?|children|pupils|boys|girls|goals?|points|miles?|km|kg|people|parents|cakes|classes|minutes?|mins?|hours?|days?|weeks?|months?|terms?|st|nd|rd|th|of|x|degrees|°|percent|metres?|medals|runs|wickets|nil|all|books|pages|teams|schools|different|adults|seconds?)\b"
)
_OCLOCK: Final = re.compile(rf"\b(?:(?P<h>[01]?\d)|(?P<word>{_AN_HOUR})) ?o['’]? ?clock\b")
_SPOKEN: Final = re.compile(
    rf"\b(?:(?P<part>half|quarter|five|ten|twenty|twenty five) (?P<past>past|to) (?P<word>{_AN_HOUR}|\d{{1,2}})|half (?P<bare>{_AN_HOUR}|\d{{1,2}}(?![\d:./])))\b"
)
_NAMED_TIME: Final = re.compile(
    r"\b(?:noon|midday|midnight|at dusk|after dark|at sunset|after school|straight after school|before school|at (?:lunchtime|playtime|breaktime|home time))\b"
)
_AT_AN_HOUR: Final = re.compile(
    rf"\b(?:at|from|around|about) (?P<word>{_AN_HOUR})(?=[.,!?;)]|$| on\b| in the | sharp| this | tomorrow| tonight| for )"
)
_SPOKEN_WORDS: Final = frozenset({"half", "quarter", "past", "clock"})
_NAMED_TIME_WORDS: Final = frozenset(
    {"noon", "midday", "midnight", "dusk", "dark", "sunset", "school", "lunchtime", "playtime", "breaktime", "home"}
)
_NAMED_TIMES: Final = {"noon": time(12), "midday": time(12), "midnight": time(23, 59), "at dusk": time(16), "after dark": time(17), "at sunset": time(16), "after school": time(15, 15), "straight after school": time(15, 15), "before school": time(8)}  # fmt: skip
_MINUTES: Final = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty five": 25}
_FIRST_HOUR_OF_SCHOOL: Final = 8  # a bare hour before it is of the afternoon


def clocks_in(lower: str, words: frozenset[str], *, beside_days: bool) -> Iterator[Clock]:
    """The times in a text in lower case; bare numbers (``at 2``) only where it has days too. Overlaps included."""
    if any(map(str.isdigit, words)):
        for found in at_digits(_TIME, lower):
            if (clock := _clock(found, lower, bare_counts=beside_days)) is not None:
                yield clock
    yield from _said(lower, words, beside_days=beside_days)


def _said(lower: str, words: frozenset[str], *, beside_days: bool) -> Iterator[Clock]:
    """The times in words: ``half past two``, ``at five``, ``noon``."""
    if not words.isdisjoint(_SPOKEN_WORDS):
        for found in _OCLOCK.finditer(lower):
            yield Clock(*found.span(), time(_of_school(_HOURS.get(found["word"] or "") or int(found["h"]) % 24)))
        for found in _SPOKEN.finditer(lower):
            if (clock := _spoken(found)) is not None:
                yield clock
    if beside_days and not words.isdisjoint(_HOUR_NAMES):
        for found in _AT_AN_HOUR.finditer(lower):
            yield Clock(*found.span(), time(_of_school(_HOURS[found["word"]])))
    if not words.isdisjoint(_NAMED_TIME_WORDS):
        for found in _NAMED_TIME.finditer(lower):
            yield Clock(*found.span(), _NAMED_TIMES.get(found.group(), time(12, 15)))


def _clock(found: re.Match[str], lower: str, *, bare_counts: bool) -> Clock | None:
    """A time in figures; a bare number is one only after ``at`` or the like, and beside a day."""
    exact = found["ap"] or found["ap2"] or (found["m"] and (":" in found.group() or len(found["m"]) == 2))
    before = lower[max(found.start() - 14, 0) : found.start()]
    if not (found["ap"] or found["ap2"] or _OPENING.search(before)):
        beside = found["m"] and bare_counts and (":" in found.group() or _BESIDE_A_DAY.search(before))
        if not _AT.search(before) and not beside:
            return None
        if (not exact and not bare_counts) or _NOT_A_TIME.match(lower, found.end()):
            return None
    half = found["ap"] or found["ap2"]
    opens = _time(int(found["h"]), int(found["m"] or 0), half)
    if not found["h2"]:
        return Clock(*found.span(), opens)
    closes = _time(int(found["h2"]), int(found["m2"] or 0), found["ap2"] or half)
    if closes <= opens and found["ap2"]:  # 10-2pm
        opens = _time(int(found["h"]), int(found["m"] or 0), found["ap"])
    elif closes <= opens:  # 10am-2
        closes = _time(int(found["h2"]), int(found["m2"] or 0), None)
    return Clock(*found.span(), opens, closes if closes > opens else None)


def _time(hour: int, minute: int, half: str | None) -> time:
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif hour < _FIRST_HOUR_OF_SCHOOL:
        hour += 12
    return time(hour % 24, minute)


def _of_school(hour: int) -> int:
    return hour + 12 if hour < _FIRST_HOUR_OF_SCHOOL else hour


def _spoken(found: re.Match[str]) -> Clock | None:
    word = found["word"] or found["bare"]
    hour = _HOURS.get(word) or int(word)
    if hour > 12:
        return None
    minutes = _MINUTES[found["part"] or "half"]
    whole = _of_school(hour) * 60 + (-minutes if found["past"] == "to" else minutes)
    return Clock(*found.span(), time(whole // 60 % 24, whole % 60))
