"""Days that a text mentions: dates, weekdays, and words such as ``tomorrow`` and ``next week``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.text.clocks import at_digits

__all__ = ["Days", "days_in"]


@dataclass(frozen=True, slots=True)
class Days:
    """Words from ``start`` to ``end`` that mean the days ``first`` to ``last``; see ``app.text.dates.When``.

    ``part`` are the hours from and to which words such as ``this afternoon`` mean.
    """

    start: int
    end: int
    first: date
    last: date
    loose: bool = False
    past: bool = False
    part: tuple[int, int] | None = None


_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(("monday mon", "tuesday tues tue", "wednesday wed weds", "thursday thurs thur thu", "friday fri", "saturday sat", "sunday sun"))
    for name in names.split()
}  # fmt: skip
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sept sep", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_NAMED_DAYS: Final = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "boxing day": (12, 26), "new year's eve": (12, 31),
    "new year's day": (1, 1), "halloween": (10, 31), "bonfire night": (11, 5), "valentine's day": (2, 14),
}  # fmt: skip
_WEEKDAY_WORDS: Final = frozenset(name + ending for name in _WEEKDAYS for ending in ("", "s"))
_MONTH_NAMES: Final = frozenset(_MONTHS)
_TOMORROW: Final = frozenset(
    ["tomorrow", "tomorow", "tommorow", "tommorrow", "tomoz", "tomoro", "tomo", "tmrw", "tmrow", "tmro", "tmoz", "2moro", "2morro", "2morrow", "2moz", "2mrw", "2mo"]
)  # fmt: skip
_TODAY: Final = frozenset(["today", "2day", "tonight", "tonite", "2nite", "2night"])
_NEAR_DAY_WORDS: Final = frozenset(
    word.lstrip("2") for word in (*_TOMORROW, *_TODAY, "yesterday", "this", "last")
)  # of 2moro only the letters are looked for
_NEAR_SPAN_WORDS: Final = frozenset(["this", "next", "last", "coming", "past", "previous", "nxt"])
_SPANS: Final = frozenset(["week", "weekend", "wk", "wkend", "fortnight", "month", "term", "year"])
_UNITS: Final = frozenset(["day", "days", "week", "weeks", "fortnight", "fortnights", "month", "months"])
_NAMED_DAY_WORDS: Final = frozenset(word for name in _NAMED_DAYS for word in name.replace("'", " ").split())

_WORD: Final = re.compile(r"[a-z]+|\d")
_A_WEEKDAY: Final = "(?:" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + ")"
_A_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DAY_NUMBER: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR: Final = r"(?:20\d\d|'?\d\d)"

_DAY_AND_MONTH: Final = re.compile(
    rf"\b(?:(?P<weekday>{_A_WEEKDAY})\.?,? )?(?:the )?(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)?"
    rf"(?: ?(?:-|–|to|and|&|until) ?(?P<to>{_DAY_NUMBER})(?:st|nd|rd|th)?)?(?: of)?[ -]?(?P<month>{_A_MONTH})\b"
    rf"(?:\.?,?[ -](?P<year>20\d\d)\b)?"
)
_MONTH_AND_DAY: Final = re.compile(
    rf"\b(?:(?P<weekday>{_A_WEEKDAY})\.?,? )?(?P<month>{_A_MONTH})\.? (?:the )?(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)?(?![\d:.]\d|\w)(?:,? (?P<year>20\d\d)\b)?"
)
_NUMERIC: Final = re.compile(
    rf"(?<![\d/.£\-])(?:(?P<iso>20\d\d)-(?P<imonth>0\d|1[0-2])-(?P<iday>[0-3]\d)|(?P<day>{_DAY_NUMBER})(?P<sep>[/.\-])(?P<month>0?[1-9]|1[0-2])(?:(?P=sep)(?P<year>{_YEAR}))?)(?![\d/\-%]|\.\d)"
)
_ANNOUNCED: Final = re.compile(
    rf"(?:\bon|\bfrom|\buntil|\btill?|\bby|date:?|when:?|\bw/[cbe]|\bwc|\bcommencing|\bbeginning|\b{_A_WEEKDAY}\.?,?)(?: the)? $"
    r"|\d(?:[ap]m|[:.]\d\d),? $"
)
_BEFORE_A_TIME: Final = re.compile(r"[ ,;:|@–—-]{1,3}(?:at |from )?(?:[01]?\d|2[0-3])(?:[:.][0-5]\d(?!\d)| ?[ap]m\b)")
_AT_A_LINE: Final = re.compile(r"(?:^|\n) ?$")
_AS_A_HEADING: Final = re.compile(r" ?[:–—]| - ")
_WEEKDAY: Final = re.compile(
    rf"\b(?:(?P<which>this coming|the coming|this|next|coming|last|past|previous|every|each|(?:a |one )?week on|a week|(?:a )?fortnight on|two weeks on) )?(?P<day>{_A_WEEKDAY})(?P<many>s)?\b\.?"
    rf"(?P<after> just gone| gone| last| coming| week| fortnight| next| after next)?(?:,? (?:the )?(?P<number>{_DAY_NUMBER})(?:st|nd|rd|th))?"
)
_ORDINAL: Final = re.compile(
    rf"\b(?:on|from|until|till?|for|to|is|by) the (?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)\b(?! (?:century|anniversary|birthday|floor|place|time|day|year|of|in|minute|hole|lap|round|grade|team|row|page|letter|number|book|step|class|world))"
)
_NEAR_DAY: Final = re.compile(
    rf"\b(?P<part>{'|'.join(sorted(_TOMORROW | _TODAY, key=len, reverse=True))}"
    r"|this (?:morning|afternoon|aft|arvo|evening|eve|lunchtime)|yesterday|last night)"
    r"(?: (?P<hours>morning|afternoon|aft|evening|eve|night|lunchtime))?\b"
)
_NEAR_SPAN: Final = re.compile(
    r"\b(?P<which>this|next|nxt|last|the coming|this coming|the coming|the last|the past|previous)"
    r" (?P<span>week ?end|wkend|week|wk|fortnight|month|(?:half )?term|year|half term)\b"
)
_LATER: Final = re.compile(
    r"\blater (?P<later>today|this (?:week|month|term|year))\b|\bat the end of the (?P<end>day|week)\b"
)
_AHEAD: Final = re.compile(
    r"\bin (?P<count>a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|\d{1,2}) (?P<unit>day|week|fortnight|month)s?'?s?(?P<time> time)?\b"
)
_WEEK_FROM: Final = re.compile(
    r"\b(?:(?P<count>a|one|two|three) (?P<unit>week|fortnight)s? (?P<from>today|tonight|tomorrow)|(?P<day>today|tonight|tomorrow) (?P<after>week|fortnight))\b"
)
_AGO: Final = re.compile(r"\b[\w']+ (?:days?|weeks?|fortnights?|months?|years?) ago\b")
_IN_MONTH: Final = re.compile(
    rf"\b(?P<which>in|this|next|last|late|early|mid|during|throughout)[ -](?P<month>{_A_MONTH})\b(?:,? (?P<year>20\d\d)\b)?"
)
_NAMED_DAY: Final = re.compile(r"\b(?:" + "|".join(name.replace("'", "['’]?") for name in _NAMED_DAYS) + r")\b")
_NUMBERS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "a couple of": 2}  # fmt: skip
_UNIT_DAYS: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30}
_PARTS: Final = {"morning": (6, 12), "afternoon": (12, 17), "aft": (12, 17), "arvo": (12, 17), "evening": (17, 22), "eve": (17, 22), "night": (18, 23), "lunchtime": (12, 14)}  # fmt: skip
_CAPITAL_NEEDED: Final = frozenset({"may", "march", "mar", "sun", "sat", "wed", "mon", "jan"})
"""Words that are as often something else, unless they begin with a capital."""


def days_in(lower: str, text: str, words: frozenset[str], today: date) -> Iterator[Days]:
    """The days in a text, given in lower case and as written, and by its words; overlaps included."""
    if not words.isdisjoint(_MONTH_NAMES):
        yield from _by_month(lower, text, today)
    if any(map(str.isdigit, words)):
        yield from _by_number(lower, today)
    if not words.isdisjoint(_WEEKDAY_WORDS):
        yield from _by_weekday(lower, text, today)
    yield from _by_nearness(lower, words, today)
    if not words.isdisjoint(_NAMED_DAY_WORDS):
        for named in _NAMED_DAY.finditer(lower):
            month, day = _NAMED_DAYS[_plain_name(named.group())]
            yield _dated(named, _nearest(month, day, today), loose=True)


def _plain_name(name: str) -> str:
    plain = name.replace("’", "'")
    return plain if plain in _NAMED_DAYS else re.sub(r"s (day|eve)$", r"'s \1", plain)


def _dated(found: re.Match[str], day: date | None, *, loose: bool = False, last: date | None = None) -> Days:
    first = day or date.min
    return Days(found.start(), found.end(), first, max(last or first, first), loose)


def _nearest(month: int, day: int, today: date) -> date | None:
    """The day of that month nearest to today, in this year or those beside it."""
    near = [made for year in (today.year - 1, today.year, today.year + 1) if (made := _made(year, month, day))]
    return min(near, key=lambda each: abs(each - today), default=None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _by_month(lower: str, text: str, today: date) -> Iterator[Days]:
    for pattern in (_DAY_AND_MONTH, _MONTH_AND_DAY):
        for found in pattern.finditer(lower):
            if found["month"] in _CAPITAL_NEEDED and not text[found.start("month")].isupper():
                continue
            month = _MONTHS[found["month"]]
            year = int(found["year"]) if found["year"] else None
            first = _made(year, month, int(found["day"])) if year else _nearest(month, int(found["day"]), today)
            ahead = year is None and _NEXT.search(lower[: found.start()]) is not None
            if ahead and first is not None and first < today:
                first = _made(first.year + 1, month, int(found["day"]))
            if first is not None:
                to = found.groupdict().get("to")
                last = _made(first.year, month, int(to)) if to else None
                yield _dated(found, first, loose=year is None and not ahead, last=last)
    for found in _IN_MONTH.finditer(lower):
        if not text[found.start("month")].isupper():
            continue
        yield _whole_month(found, today)


def _whole_month(found: re.Match[str], today: date) -> Days:
    month, which = _MONTHS[found["month"]], found["which"]
    if found["year"]:
        first = date(int(found["year"]), month, 1)
    elif which == "next":
        first = date(today.year + (month <= today.month), month, 1)
    elif which == "last":
        first = date(today.year - (month >= today.month), month, 1)
    else:
        first = _nearest(month, 1, today) or today
    over = which == "last" or _OVER.search(found.string[: found.start()]) is not None
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Days(
        found.start(),
        found.end(),
        first,
        last,
        loose=not found["year"] and which not in ("next", "last"),
        past=over,
    )


_NEXT: Final = re.compile(r"\b(?:next|coming) $")
_OVER: Final = re.compile(r"\b(?:back|ever since|since) $")


def _by_number(lower: str, today: date) -> Iterator[Days]:
    for found in at_digits(_NUMERIC, lower):
        day: date | None
        if found["iso"]:
            day = _made(int(found["iso"]), int(found["imonth"]), int(found["iday"]))
        elif found["year"]:
            year = int(found["year"].lstrip("'"))
            day = _made(year + 2000 if year < 100 else year, int(found["month"]), int(found["day"]))
        elif found["sep"] != "-" and _is_announced(found, lower):
            day = _nearest(int(found["month"]), int(found["day"]), today)
        else:
            continue
        if day is not None:
            yield _dated(found, day, loose=not (found["iso"] or found["year"]))
    for found in _ORDINAL.finditer(lower):
        day = _coming_day_of_month(int(found["day"]), today)
        yield _dated(found, day, loose=True)


def _is_announced(found: re.Match[str], lower: str) -> bool:
    """Whether ``19/11`` is a date and no mark or score: by the words before it, a time beside it, or as a heading."""
    if _ANNOUNCED.search(lower[: found.start()]):
        return True
    if found["sep"] != "/":
        return False
    heads = _AT_A_LINE.search(lower[: found.start()]) and _AS_A_HEADING.match(lower, found.end())
    return bool(heads or _BEFORE_A_TIME.match(lower, found.end()))


def _coming_day_of_month(number: int, today: date) -> date:
    """The next day with that number: this month's, or the first month's after it that has one."""
    ahead = (today + timedelta(days=days) for days in range(62))
    return next(day for day in ahead if day.day == number)


def _by_weekday(lower: str, text: str, today: date) -> Iterator[Days]:
    for found in _WEEKDAY.finditer(lower):
        name, which, after = found["day"], found["which"] or "", (found["after"] or "").strip()
        if name in _CAPITAL_NEEDED and not text[found.start("day")].isupper():
            continue
        if found["many"] or which in ("every", "each"):
            continue
        ahead = (_WEEKDAYS[name] - today.weekday()) % 7
        day = today + timedelta(days=ahead)
        if which in ("last", "past", "previous") or after in ("gone", "just gone", "last"):
            yield Days(found.start(), found.end(), day - timedelta(days=7), day - timedelta(days=7), past=True)
            continue
        if after in ("week", "fortnight", "after next") or which in _WEEKS_ON:
            day += timedelta(days=14 if after == "fortnight" else _WEEKS_ON.get(which, 7))
        elif which == "next" and ahead == 0:
            day += timedelta(days=7)
        settled = after in ("week", "fortnight", "coming", "next", "after next") or which in _TO_COME
        if found["number"]:
            day = _coming_day_of_month(int(found["number"]), today)
        yield Days(found.start(), found.end(), day, day, loose=not settled)


_WEEKS_ON: Final = {"a week on": 7, "one week on": 7, "week on": 7, "a week": 7, "a fortnight on": 14, "fortnight on": 14, "two weeks on": 14}  # fmt: skip
_TO_COME: Final = frozenset({"next", "coming", "this coming", "the coming", *_WEEKS_ON})


def _by_nearness(lower: str, words: frozenset[str], today: date) -> Iterator[Days]:
    if not words.isdisjoint(_NEAR_DAY_WORDS):
        for found in _NEAR_DAY.finditer(lower):
            yield _near_day(found, today)
    if not words.isdisjoint(_NEAR_SPAN_WORDS) and not words.isdisjoint(_SPANS):
        for found in _NEAR_SPAN.finditer(lower):
            yield _near_span(found, today)
    yield from _by_distance(lower, words, today)


def _by_distance(lower: str, words: frozenset[str], today: date) -> Iterator[Days]:
    if "later" in words or "end" in words:
        for found in _LATER.finditer(lower):
            ahead = {"day": 0, "today": 0, "month": 30, "term": 90, "year": 300}.get(found.group().split()[-1])
            last = today + timedelta(days=6 - today.weekday() if ahead is None else ahead)
            yield Days(*found.span(), today, last, loose=found["end"] is not None)
    if not words.isdisjoint(_UNITS) and not words.isdisjoint(_NEAR_DAY_WORDS):
        for found in _WEEK_FROM.finditer(lower):
            unit, base = found["unit"] or found["after"], found["from"] or found["day"]
            days = _NUMBERS[found["count"] or "a"] * _UNIT_DAYS[unit]
            day = today + timedelta(days=days + (base == "tomorrow"))
            yield Days(*found.span(), day, day, part=_PARTS["night"] if base == "tonight" else None)
    if "in" in words and not words.isdisjoint(_UNITS):
        for found in _AHEAD.finditer(lower):
            day = today + timedelta(
                days=(_NUMBERS.get(found["count"]) or int(found["count"])) * _UNIT_DAYS[found["unit"]]
            )
            yield Days(*found.span(), day, day, loose=found["time"] is None)
    if "ago" in words:
        for found in _AGO.finditer(lower):
            yield Days(*found.span(), today - timedelta(days=1), today - timedelta(days=1), past=True)


def _near_day(found: re.Match[str], today: date) -> Days:
    part = found["part"]
    word = part.split()[-1]
    ahead = 1 if word in _TOMORROW else -1 if part in ("yesterday", "last night") else 0
    hours = _PARTS.get(found["hours"] or ("night" if word in _TONIGHT else word))
    day = today + timedelta(days=ahead)
    return Days(*found.span(), day, day, loose=ahead == 0, past=ahead < 0, part=hours)


_TONIGHT: Final = frozenset(["tonight", "tonite", "2nite", "2night"])


def _near_span(found: re.Match[str], today: date) -> Days:
    start, end = found.span()
    which, span = found["which"].replace("nxt", "next"), found["span"].replace(" ", "").replace("wk", "week")
    monday = today - timedelta(days=today.weekday())
    step = {"next": 1, "last": -1, "the last": -1, "the past": -1, "previous": -1}.get(which, 0)
    if step < 0:
        return Days(start, end, today - timedelta(days=30), today - timedelta(days=1), past=True)
    if span == "weekend":
        saturday = monday + timedelta(days=5 + 7 * step)
        return Days(start, end, saturday, saturday + timedelta(days=1), loose=step == 0)
    if span == "week":
        return Days(
            start, end, monday + timedelta(days=7 * step), monday + timedelta(days=6 + 7 * step), loose=step == 0
        )
    far = {"fortnight": 14, "month": 30, "year": 365}.get(span, 90)
    return Days(start, end, today + timedelta(days=step), today + timedelta(days=far * (1 + step)), loose=step == 0)
