"""The school's calendar, from CSV or iCalendar (RFC 5545): every occurrence within a year either way is an event."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from app.domain import Event
from app.integrations.cells import parse_day, parse_moment
from app.integrations.sheets import (
    Column,
    Problem,
    Row,
    Sheet,
    UnreadableError,
    decode,
    read_sheet,
)

HOME = ZoneInfo("Europe/London")
"""The zone of every time that names none."""

MAX_EVENTS = 20_000
"""The most events kept, occurrences of repeated ones included."""

MAX_STEPS = 500_000
"""The most repetitions counted in one file, those long past included: some two seconds."""

REACH = timedelta(days=366)
"""How far before and after the day of reading a repeated event is followed."""


@dataclass(frozen=True, slots=True)
class EventSheet:
    """What a calendar file holds; use no row of it if `has_errors` of the problems."""

    rows: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_events(data: bytes, content_type: str, now: datetime) -> EventSheet:
    """The events of a calendar file; ``now`` (aware) is the middle of the span in which repetitions are followed."""
    is_calendar = content_type.partition(";")[0].strip().lower() == "text/calendar"
    sheet = _read_calendar(data, now) if is_calendar else _read_rows(data)
    if len(sheet.rows) > MAX_EVENTS:
        return EventSheet(problems=(*sheet.problems, Problem(0, f"the file has more than {MAX_EVENTS:,} events")))
    return sheet


# ---------------------------------------------------------------- CSV

_COLUMNS = (
    Column("id", ("id", "uid", "event id", "event_id"), required=True),
    Column("title", ("title", "summary", "subject", "name", "event"), required=True),
    Column("starts_at", ("starts_at", "start", "starts", "start time", "begins"), required=True),
    Column("ends_at", ("ends_at", "end", "ends", "end time", "finishes"), required=True),
    Column("place", ("place", "location", "where", "venue")),
    Column("synonyms", ("synonyms", "also known as", "other names")),
)


def _read_rows(data: bytes) -> EventSheet:
    sheet = read_sheet(data, _COLUMNS)
    problems = list(sheet.problems)
    events: dict[str, Event] = {}
    lines: dict[str, int] = {}
    for row in sheet.rows:
        blank = [name for name in ("id", "title") if not row[name]]
        problems += [Problem(row.line, "this may not be blank", sheet.heading(name)) for name in blank]
        starts_at = _moment(row, "starts_at", sheet, problems.append)
        ends_at = _moment(row, "ends_at", sheet, problems.append)
        if starts_at and ends_at and ends_at < starts_at:
            problems.append(Problem(row.line, "the event ends before it starts", sheet.heading("ends_at")))
        if row["id"] in events:
            problems.append(Problem(row.line, f"the id is the same as on line {lines[row['id']]}", sheet.heading("id")))
        synonyms = tuple(dict.fromkeys(part.strip() for part in row["synonyms"].split(";") if part.strip()))
        if starts_at and ends_at:
            events[row["id"]] = Event(row["id"], row["title"], starts_at, ends_at, row["place"], synonyms)
            lines.setdefault(row["id"], row.line)
    return EventSheet(tuple(events.values()), tuple(problems))


def _moment(row: Row, name: str, sheet: Sheet, complain: Callable[[Problem], None]) -> datetime | None:
    """The instant in a cell; a bare day begins at midnight, and ends at the next one."""
    try:
        return in_utc(parse_moment(row[name]))
    except (ValueError, OverflowError):
        pass
    try:
        day = parse_day(row[name])
        if day is not None:
            return in_utc(day + timedelta(days=1) if name == "ends_at" else day)
    except (ValueError, OverflowError):
        pass
    detail = "not a time; write it as 2026-12-12T14:00:00Z, 2026-12-12 14:00 or 12/12/2026 14:00"
    complain(Problem(row.line, detail, sheet.heading(name)))
    return None


def in_utc(moment: date | datetime) -> datetime:
    """The instant in UTC; a naive time is local to the school, a bare day is its midnight."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=HOME)).astimezone(UTC)


# ---------------------------------------------------------------- iCalendar

# What icalendar and dateutil raise on values that are not as RFC 5545 has them; OSError for the zone "Europe",
# which is a folder.
_BROKEN = (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError, RecursionError, OSError)
_TELLING = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "UID"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one reading carries along: its day, where complaints go, and the steps of repetition taken so far."""

    now: datetime
    problems: list[Problem] = field(default_factory=list)
    steps: Iterator[int] = field(default_factory=count)

    def complain(self, line: int, detail: str, pointer: str = "") -> None:
        self.problems.append(Problem(line, detail, pointer))

    def warn(self, line: int, detail: str, pointer: str = "") -> None:
        self.problems.append(Problem(line, detail, pointer, warning=True))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One VEVENT, with the line it begins on; ``occurrence`` is the day whose repetition it replaces."""

    line: int
    uid: str
    event: icalendar.Event
    occurrence: str = ""

    @property
    def cancelled(self) -> bool:
        return str(self.event.get("STATUS", "")).strip().upper() == "CANCELLED"


def _read_calendar(data: bytes, now: datetime) -> EventSheet:
    try:
        text = decode(data)
    except UnreadableError as error:
        return EventSheet(problems=(error.problem,))
    try:
        # Bytes, not str: icalendar takes a str of one line for the path of a file, and opens it.
        calendars = icalendar.Calendar.from_ical(text.encode(), multiple=True)
    except _BROKEN as error:
        return EventSheet(problems=(Problem(0, f"this is not a calendar that can be read: {_why(error)}"),))
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        return EventSheet(problems=(Problem(0, "this is not a calendar: it has no BEGIN:VCALENDAR"),))
    reading = _Reading(now)
    events = tuple(_occurrences(list(_entries(calendars, text, reading)), reading))
    return EventSheet(events, tuple(reading.problems))


def _why(error: Exception) -> str:
    """The first words of an error, in one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def _entries(calendars: Sequence[icalendar.Component], text: str, reading: _Reading) -> Iterator[_Entry]:
    lines = [at for at, line in enumerate(re.split("\r\n|\r|\n", text), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    at = 0
    for calendar in calendars:
        withdrawn = str(calendar.get("METHOD", "")).strip().upper() == "CANCEL"
        for event in calendar.walk("VEVENT"):
            line = lines[at] if at < len(lines) else 0
            at += 1
            if withdrawn or not isinstance(event, icalendar.Event):
                continue
            broken = [(name, why) for name, why in event.errors if name in _TELLING]
            for name, why in broken:
                reading.complain(line, f"this cannot be read: {_why(ValueError(why))}", str(name))
            uid = str(event.get("UID", "")).strip()
            if not uid:
                reading.complain(line, "an event without a UID", "UID")
            elif not broken:
                replaced = event.get("RECURRENCE-ID")
                yield _Entry(line, uid, event, _day(replaced.dt) if replaced else "")


def _day(moment: date | datetime) -> str:
    """The school's day of an occurrence, as ids carry it."""
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone(HOME)
    return moment.strftime("%Y-%m-%d")


def _occurrences(entries: Sequence[_Entry], reading: _Reading) -> Iterator[Event]:
    """All events: single ones, and repeated ones once for each day, those days that were changed as changed."""
    changed = {(entry.uid, entry.occurrence): entry for entry in entries if entry.occurrence}
    lines: dict[str, int] = {}
    for entry in entries:
        if entry.cancelled:
            continue
        if not entry.occurrence and entry.uid in lines:
            reading.complain(entry.line, f"the UID is the same as on line {lines[entry.uid]}", "UID")
            continue
        try:
            if entry.occurrence:
                starts, ends = _span(entry, reading)
                yield from _event(entry, f"{entry.uid}/{entry.occurrence}", starts, ends, reading)
                continue
            lines[entry.uid] = entry.line
            for event in _repeated(entry, reading):
                if (entry.uid, event.id.removeprefix(f"{entry.uid}/")) not in changed:
                    yield event
        except _BROKEN as error:
            reading.complain(entry.line, f"this event cannot be read: {_why(error)}")


def _span(entry: _Entry, reading: _Reading) -> tuple[date | datetime, date | datetime]:
    """Start and end as written; raises one of `_BROKEN`."""
    starts, ends = entry.event.start, entry.event.end
    if in_utc(ends) < in_utc(starts):
        reading.complain(entry.line, "the event ends before it starts", "DTEND")
    return starts, ends


def _event(
    entry: _Entry, event_id: str, starts: date | datetime, ends: date | datetime, reading: _Reading
) -> Iterator[Event]:
    title = " ".join(str(entry.event.get("SUMMARY", "")).split())
    if not title:
        reading.warn(entry.line, "an event without a title cannot be known again in a post", "SUMMARY")
        return
    place = " ".join(str(entry.event.get("LOCATION", "")).split())
    yield Event(event_id, title, in_utc(starts), in_utc(ends), place)


def _repeated(entry: _Entry, reading: _Reading) -> Iterator[Event]:
    """The event, or each of its repetitions within `REACH` of ``now``."""
    starts, ends = _span(entry, reading)
    rules, added = entry.event.rrules, entry.event.rdates
    if not rules and not added:
        yield from _event(entry, entry.uid, starts, ends, reading)
        return
    dropped = {_day(moment) for moment in entry.event.exdates}
    lasting = _wall(ends) - _wall(starts)
    days: dict[str, datetime] = {}
    for begins in (*_repetitions(entry, starts, rules, reading), *(_wall_beside(each, starts) for each, _ in added)):
        days.setdefault(_day(_dressed(begins, starts)), begins)
    for day, begins in sorted(days.items()):
        if day not in dropped and abs(_dressed(begins, starts) - reading.now) <= REACH:
            ends_at = _dressed(begins + lasting, starts)
            yield from _event(entry, f"{entry.uid}/{day}", _dressed(begins, starts), ends_at, reading)


def _wall(moment: date | datetime) -> datetime:
    """What the clock on the wall says: repetitions keep to it across the change to summer time."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())


def _wall_beside(moment: date | datetime, starts: date | datetime) -> datetime:
    """What the clock says at that moment where the event's own start was written."""
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone((starts.tzinfo if isinstance(starts, datetime) else None) or HOME)
    return _wall(moment)


def _dressed(wall: datetime, like: date | datetime) -> datetime:
    """A wall time as an instant, in the zone of ``like``."""
    zone = like.tzinfo if isinstance(like, datetime) else None
    return wall.replace(tzinfo=zone or HOME)


# ---------------------------------------------------------------- repetition

_RULE_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_EARLIEST_YEAR = 1990


def _repetitions(
    entry: _Entry,
    starts: date | datetime,
    rules: Sequence[icalendar.vRecur],
    reading: _Reading,
) -> Iterator[datetime]:
    """The wall times at which an event begins, its start among them."""
    begins = _wall(starts)
    yield begins
    last = _wall(reading.now + REACH)
    for rule in rules:
        why_not = _not_followed(rule, begins)
        if why_not:
            reading.warn(entry.line, f"{why_not}; only its first day is kept", "RRULE")
            continue
        until = min([last, *(_until(each, starts) for each in rule.get("UNTIL", []))])
        bare = icalendar.vRecur({part: value for part, value in rule.items() if part not in ("COUNT", "UNTIL")})
        each = rrulestr(_written(bare), dtstart=begins).replace(until=until)
        for wall in islice(each, int(rule["COUNT"][0]) if "COUNT" in rule else None):
            step = next(reading.steps)
            if step == MAX_STEPS:
                reading.complain(entry.line, "the calendar repeats its events too often to be followed", "RRULE")
            if step >= MAX_STEPS:
                return
            yield wall


def _written(rule: icalendar.vRecur) -> str:
    written: bytes = rule.to_ical()  # type: ignore[no-untyped-call]
    return written.decode()


def _until(until: date | datetime, starts: date | datetime) -> datetime:
    """The last moment of a rule as a wall time of the event's own zone; a bare day counts whole."""
    return _wall_beside(until, starts) if isinstance(until, datetime) else datetime.combine(until, time.max)


def _not_followed(rule: icalendar.vRecur, begins: datetime) -> str:
    """Why a rule is not followed, or ``""``.

    Refused is what school calendars do not use and what could keep the search running for a day
    that never comes (30 February): dateutil looks for it until the year 9999.
    """
    parts = {str(part).upper() for part in rule}
    if not parts <= _RULE_PARTS or str(rule["FREQ"][0]).upper() not in _FREQUENCIES:
        return "this kind of repetition is not followed"
    if begins.year < _EARLIEST_YEAR:
        return f"a repetition that began before {_EARLIEST_YEAR} is not followed"
    months, days = rule.get("BYMONTH", []), rule.get("BYMONTHDAY", [])
    in_month = (begins.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    fits = (not months or begins.month in map(int, months)) and (
        not days or begins.day in map(int, days) or begins.day - in_month.day - 1 in map(int, days)
    )
    if not fits:
        return "the repetition does not fit the event's own start"
    if "BYSETPOS" in parts and (days or "BYDAY" not in parts or any(abs(int(one)) > 4 for one in rule["BYSETPOS"])):
        return "this kind of repetition is not followed"
    return ""
