"""Events from CSV and iCalendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain import Event
from app.integrations import calendars
from app.integrations.calendars import EventSheet, read_events
from app.integrations.sheets import has_errors

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rows(*lines: str) -> EventSheet:
    return read_events(
        "\n".join(["id,title,starts_at,ends_at,place,synonyms", *lines]).encode(), "text/csv; charset=utf-8", NOW
    )


def ics(*lines: str, zone: str = "") -> EventSheet:
    body = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", zone, *lines, "END:VCALENDAR", ""])
    return read_events(body.replace("\r\n\r\n", "\r\n").encode(), "text/calendar", NOW)


def vevent(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "UID:fair", "SUMMARY:Winter Fair", *lines, "END:VEVENT")


def spans(sheet: EventSheet) -> list[tuple[str, str, str]]:
    return [(event.id, f"{event.starts_at:%Y-%m-%dT%H:%M}", f"{event.ends_at:%Y-%m-%dT%H:%M}") for event in sheet.rows]


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-06-12T13:00:00Z", "2026-06-12T15:00:00Z"),
        ("2026-06-12T14:00:00+01:00", "2026-06-12T16:00:00+01:00"),
        ("2026-06-12 14:00", "2026-06-12 16:00"),
        ("12/06/2026 14:00", "12/06/2026 16:00:00"),
    ],
)
def test_times_without_offset_are_local_to_the_school(starts: str, ends: str) -> None:
    sheet = rows(f"e1,Sports Day,{starts},{ends},Field,Games; Sports;Games")
    begin, end = datetime(2026, 6, 12, 13, tzinfo=UTC), datetime(2026, 6, 12, 15, tzinfo=UTC)
    assert sheet == EventSheet((Event("e1", "Sports Day", begin, end, "Field", ("Games", "Sports")),))


def test_bare_days_last_until_midnight() -> None:
    assert spans(rows("e1,Trip,12/12/2026,13/12/2026,,")) == [("e1", "2026-12-12T00:00", "2026-12-14T00:00")]


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (",Trip,2026-12-12 10:00,2026-12-12 11:00,,", "id"),
        ("e2,,2026-12-12 10:00,2026-12-12 11:00,,", "title"),
        ("e2,Trip,soon,2026-12-12 11:00,,", "starts_at"),
        ("e2,Trip,2026-12-12 10:00,,,", "ends_at"),
        ("e2,Trip,2026-12-12 10:00,9999-12-31,,", "ends_at"),
        ("e2,Trip,2026-12-12 10:00,2026-12-12 09:00,,", "ends_at"),
        ("e1,Trip,2026-12-12 10:00,2026-12-12 11:00,,", "id"),
    ],
)
def test_rows_that_cannot_stand(line: str, pointer: str) -> None:
    sheet = rows("e1,Fair,2026-12-12 10:00,2026-12-12 11:00,,", line)
    assert [(problem.line, problem.pointer, problem.warning) for problem in sheet.problems] == [(3, pointer, False)]


def test_an_empty_calendar_is_a_calendar() -> None:
    assert rows() == ics() == EventSheet()


# ---------------------------------------------------------------- iCalendar


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART;VALUE=DATE:20261212",), ("2026-12-12T00:00", "2026-12-13T00:00")),
        (("DTSTART;VALUE=DATE:20260612", "DTEND;VALUE=DATE:20260614"), ("2026-06-11T23:00", "2026-06-13T23:00")),
        (("DTSTART:20260612T130000Z", "DTEND:20260612T150000Z"), ("2026-06-12T13:00", "2026-06-12T15:00")),
        (("DTSTART:20260612T130000", "DURATION:PT2H"), ("2026-06-12T12:00", "2026-06-12T14:00")),
        (("DTSTART;TZID=Europe/London:20260612T130000", "DURATION:P1D"), ("2026-06-12T12:00", "2026-06-13T12:00")),
        (("DTSTART;TZID=GMT Standard Time:20260612T130000", "DURATION:PT1H"), ("2026-06-12T12:00", "2026-06-12T13:00")),
        (("DTSTART:20260612T130000Z",), ("2026-06-12T13:00", "2026-06-12T13:00")),
    ],
)
def test_starts_and_ends(lines: tuple[str, ...], span: tuple[str, str]) -> None:
    assert spans(ics(*vevent(*lines))) == [("fair", *span)]


def test_title_and_place_are_unescaped_and_unfolded() -> None:
    sheet = ics(
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:Fair\\, the\r\n  big one",
        "LOCATION:Hall\\nA",
        "DTSTART:20261212T100000Z",
        "END:VEVENT",
    )
    assert [(event.title, event.place) for event in sheet.rows] == [("Fair, the big one", "Hall A")]


def test_repetitions_keep_to_the_clock_on_the_wall() -> None:
    sheet = ics(*vevent("DTSTART;TZID=Europe/London:20261023T150000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"))
    assert spans(sheet) == [
        ("fair/2026-10-23", "2026-10-23T14:00", "2026-10-23T15:00"),
        ("fair/2026-10-30", "2026-10-30T15:00", "2026-10-30T16:00"),
    ]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;UNTIL=20261214", ["12", "13", "14"]),
        ("FREQ=DAILY;UNTIL=20261214T100000Z", ["12", "13", "14"]),
        ("FREQ=DAILY;UNTIL=20261214T095959Z", ["12", "13"]),
        ("FREQ=WEEKLY;BYDAY=SA,SU;COUNT=3", ["12", "13", "19"]),
        ("FREQ=MONTHLY;BYDAY=2SA;COUNT=1", ["12"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-1;UNTIL=20261231T230000Z", ["12", "31"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=12;COUNT=5", ["12"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-20;COUNT=1", ["12"]),
    ],
)
def test_rules(rule: str, days: list[str]) -> None:
    sheet = ics(*vevent("DTSTART:20261212T100000Z", f"RRULE:{rule}"))
    assert [event.id.rpartition("-")[2] for event in sheet.rows if event.id.startswith("fair/2026-12")] == days
    assert sheet.problems == ()


def test_days_dropped_added_changed_and_called_off() -> None:
    sheet = ics(
        *vevent(
            "DTSTART:20261212T100000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=5",
            "EXDATE:20261213T100000Z",
            "RDATE:20261225T090000Z",
        ),
        *vevent("RECURRENCE-ID:20261214T100000Z", "DTSTART:20261214T150000Z", "DURATION:PT1H"),
        *vevent("RECURRENCE-ID:20261215T100000Z", "DTSTART:20261215T100000Z", "STATUS:cancelled"),
    )
    assert sorted(spans(sheet)) == [
        ("fair/2026-12-12", "2026-12-12T10:00", "2026-12-12T11:00"),
        ("fair/2026-12-14", "2026-12-14T15:00", "2026-12-14T16:00"),
        ("fair/2026-12-16", "2026-12-16T10:00", "2026-12-16T11:00"),
        ("fair/2026-12-25", "2026-12-25T09:00", "2026-12-25T10:00"),
    ]
    assert sheet.problems == ()


def test_days_may_be_added_without_a_rule() -> None:
    sheet = ics(*vevent("DTSTART:20261212T100000Z", "RDATE;VALUE=PERIOD:20261213T100000Z/PT1H"))
    assert [event.id for event in sheet.rows] == ["fair/2026-12-12", "fair/2026-12-13"]


def test_an_added_day_is_told_in_its_own_zone() -> None:
    sheet = ics(*vevent("DTSTART;TZID=Europe/London:20270601T100000", "DURATION:PT1H", "RDATE:20270602T090000Z"))
    assert spans(sheet)[1] == ("fair/2027-06-02", "2027-06-02T09:00", "2027-06-02T10:00")


def test_whole_days_repeat_too() -> None:
    sheet = ics(*vevent("DTSTART;VALUE=DATE:20270320", "RRULE:FREQ=WEEKLY;COUNT=2", "RDATE;VALUE=DATE:20270325"))
    assert spans(sheet) == [
        ("fair/2027-03-20", "2027-03-20T00:00", "2027-03-21T00:00"),
        ("fair/2027-03-25", "2027-03-25T00:00", "2027-03-26T00:00"),
        ("fair/2027-03-27", "2027-03-27T00:00", "2027-03-28T00:00"),
    ]


def test_a_club_that_began_long_ago_is_followed_around_today_only() -> None:
    sheet = ics(*vevent("DTSTART:20150105T153000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"))
    assert 100 < len(sheet.rows) < 110
    assert sheet.rows[0].starts_at.year == 2025
    assert sheet.rows[-1].starts_at.year == 2027


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ("20261212T100000Z", "FREQ=HOURLY;COUNT=3"),
        ("20261212T100000Z", "FREQ=DAILY;BYHOUR=9,10"),
        ("20261212T100000Z", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        ("20261212T100000Z", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300"),
        ("19000101T100000Z", "FREQ=DAILY"),
    ],
)
def test_rules_that_are_not_followed_are_warned_of(start: str, rule: str) -> None:
    sheet = ics(*vevent(f"DTSTART:{start}", f"RRULE:{rule}"))
    assert [(problem.line, problem.pointer, problem.warning) for problem in sheet.problems] == [(4, "RRULE", True)]
    assert len(sheet.rows) == (1 if start.startswith("2026") else 0)


def test_a_calendar_that_repeats_without_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MAX_STEPS", 100)
    assert has_errors(ics(*vevent("DTSTART:20261201T100000Z", "RRULE:FREQ=DAILY")).problems)


def test_a_calendar_of_too_many_events_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MAX_EVENTS", 3)
    sheet = ics(*vevent("DTSTART:20261201T100000Z", "RRULE:FREQ=DAILY;COUNT=4"))
    assert sheet.rows == ()
    assert has_errors(sheet.problems)


@pytest.mark.parametrize(
    ("lines", "pointer"),
    [
        (("DTSTART:2026121",), "DTSTART"),
        (("DTSTART:20261212T100000Z", "RRULE:FREQ=NEVER"), "RRULE"),
        (("DTSTART:20261212T100000Z", "DTEND:20261212T090000Z"), "DTEND"),
        (("SEQUENCE:1",), ""),
        (("DTSTART:20261212T100000Z", "DTEND:20261212T110000Z", "DURATION:PT1H"), ""),
        (("DTSTART:20261212T100000Z", "DTEND;VALUE=DATE:20261213"), ""),
        (("DTSTART:20261212T100000Z", "RDATE:20261213T100000Z", "EXDATE:9"), "EXDATE"),
    ],
)
def test_events_that_cannot_be_read_are_problems_with_their_line(lines: tuple[str, ...], pointer: str) -> None:
    sheet = ics("BEGIN:VEVENT", "UID:ok", "SUMMARY:Ok", "DTSTART:20261212T100000Z", "END:VEVENT", *vevent(*lines))
    assert [(problem.line, problem.pointer, problem.warning) for problem in sheet.problems] == [(9, pointer, False)]


def test_uids_are_needed_and_may_not_repeat() -> None:
    nameless = ("BEGIN:VEVENT", "SUMMARY:x", "DTSTART:20261212T100000Z", "END:VEVENT")
    sheet = ics(*vevent("DTSTART:20261212T100000Z"), *nameless, *vevent("DTSTART:20261213T100000Z"))
    assert [(problem.line, problem.pointer) for problem in sheet.problems] == [(9, "UID"), (13, "UID")]


def test_an_event_without_title_is_left_out_with_a_warning() -> None:
    sheet = ics("BEGIN:VEVENT", "UID:1", "DTSTART:20261212T100000Z", "END:VEVENT")
    assert sheet.rows == ()
    assert [problem.warning for problem in sheet.problems] == [True]


def test_cancelled_events_and_calendars_are_dropped() -> None:
    assert ics(*vevent("DTSTART:20261212T100000Z", "STATUS:CANCELLED")) == EventSheet()
    assert ics("METHOD:CANCEL", *vevent("DTSTART:20261212T100000Z")) == EventSheet()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"/etc/passwd",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe:20261212T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        b"\x00\x01",
        b"id,title\n1,x",
    ],
)
def test_what_is_no_calendar_is_a_problem_and_no_exception(data: bytes) -> None:
    sheet = read_events(data, "text/calendar", NOW)
    assert sheet.rows == ()
    assert has_errors(sheet.problems)
