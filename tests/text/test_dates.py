"""Days and times, against Sunday 22 November 2026, 10:00."""

from datetime import UTC, datetime

import pytest

from app.text.dates import LONDON, When, mentions

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def one(text: str, now: datetime = NOW) -> When:
    found = mentions(text, now)
    assert len(found) == 1, found
    return found[0]


def said(text: str, now: datetime = NOW) -> str:
    when = one(text, now)
    return f"{when.starts_at.astimezone(LONDON):%a %d %b %Y %H:%M}"


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("tomorrow at 2pm", "Mon 23 Nov 2026 14:00"),
        ("2pm tomorrow", "Mon 23 Nov 2026 14:00"),
        ("this Saturday at 2", "Sat 28 Nov 2026 14:00"),
        ("12 December", "Sat 12 Dec 2026 00:00"),
        ("12th of Dec at 14:00", "Sat 12 Dec 2026 14:00"),
        ("December 12th", "Sat 12 Dec 2026 00:00"),
        ("Dec 12, 2027", "Sun 12 Dec 2027 00:00"),
        ("12/12/2026", "Sat 12 Dec 2026 00:00"),
        ("on 12/12", "Sat 12 Dec 2026 00:00"),
        ("12.12.26", "Sat 12 Dec 2026 00:00"),
        ("2026-12-12", "Sat 12 Dec 2026 00:00"),
        ("half past three on Friday", "Fri 27 Nov 2026 15:30"),
        ("quarter to four tomorrow", "Mon 23 Nov 2026 15:45"),
        ("ten past 9 tomorrow", "Mon 23 Nov 2026 09:10"),
        ("half two tomorrow", "Mon 23 Nov 2026 14:30"),
        ("3 o'clock", "Sun 22 Nov 2026 15:00"),
        ("nine o'clock", "Sun 22 Nov 2026 09:00"),
        ("midday tomorrow", "Mon 23 Nov 2026 12:00"),
        ("after school on Tuesday", "Tue 24 Nov 2026 15:15"),
        ("at lunchtime tomorrow", "Mon 23 Nov 2026 12:15"),
        ("Sat 12 Dec, 2-4pm", "Sat 12 Dec 2026 14:00"),
        ("Saturday 28 November from 10am to 12.30", "Sat 28 Nov 2026 10:00"),
        ("Friday 10-2pm", "Fri 27 Nov 2026 10:00"),
        ("tonight at 6", "Sun 22 Nov 2026 18:00"),
        ("this afternoon", "Sun 22 Nov 2026 12:00"),
        ("tomorrow morning", "Mon 23 Nov 2026 06:00"),
        ("next Thursday", "Thu 26 Nov 2026 00:00"),
        ("next Sunday", "Sun 29 Nov 2026 00:00"),
        ("Sunday", "Sun 22 Nov 2026 00:00"),
        ("Friday 27th at 3.15", "Fri 27 Nov 2026 15:15"),
        ("on the 12th", "Sat 12 Dec 2026 00:00"),
        ("a week on Saturday", "Sat 05 Dec 2026 00:00"),
        ("Saturday week", "Sat 05 Dec 2026 00:00"),
        ("Saturday fortnight", "Sat 12 Dec 2026 00:00"),
        ("next week", "Mon 23 Nov 2026 00:00"),
        ("this week", "Mon 16 Nov 2026 00:00"),
        ("this weekend", "Sat 21 Nov 2026 00:00"),
        ("next month", "Mon 23 Nov 2026 00:00"),
        ("in two weeks' time", "Sun 06 Dec 2026 00:00"),
        ("in 3 days", "Wed 25 Nov 2026 00:00"),
        ("later today", "Sun 22 Nov 2026 00:00"),
        ("later this month", "Sun 22 Nov 2026 00:00"),
        ("at the end of the week", "Sun 22 Nov 2026 00:00"),
        ("in December", "Tue 01 Dec 2026 00:00"),
        ("next May", "Sat 01 May 2027 00:00"),
        ("next December", "Tue 01 Dec 2026 00:00"),
        ("in December 2027", "Wed 01 Dec 2027 00:00"),
        ("Christmas Eve", "Thu 24 Dec 2026 00:00"),
        ("New Years Day", "Fri 01 Jan 2027 00:00"),
        ("14-16 December", "Mon 14 Dec 2026 00:00"),
        ("12 March", "Fri 12 Mar 2027 00:00"),
        ("Ｆriday", "Fri 27 Nov 2026 00:00"),
        ("İn town on Friday", "Fri 27 Nov 2026 00:00"),
    ],
)
def test_meaning(text: str, starts: str) -> None:
    assert said(text.replace("Ｆ", "F")) == starts


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Sat 12 Dec, 2-4pm", "12 Dec 16:00"),
        ("Saturday 28 November from 10am to 12.30", "28 Nov 12:30"),
        ("10am-2 tomorrow", "23 Nov 14:00"),
        ("tomorrow", "23 Nov 23:59"),
        ("tomorrow at 2", "23 Nov 16:00"),
        ("tomorrow at 11pm", "23 Nov 23:59"),
        ("tomorrow 3pm-3pm", "23 Nov 17:00"),
        ("14-16 December", "16 Dec 23:59"),
        ("next week", "29 Nov 23:59"),
    ],
)
def test_end(text: str, ends: str) -> None:
    assert f"{one(text).ends_at.astimezone(LONDON):%d %b %H:%M}" == ends


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "last week",
        "last Friday",
        "Friday last",
        "last night",
        "two weeks ago",
        "the past month",
        "last December",
    ],
)
def test_past(text: str) -> None:
    when = one(text)
    assert when.past
    assert not when.loose


@pytest.mark.parametrize(
    "text", ["on Friday", "12 July", "in December", "at 2pm", "this week", "on the 12th", "today", "in 3 days"]
)
def test_loose(text: str) -> None:
    assert one(text).loose


@pytest.mark.parametrize(
    "text", ["tomorrow", "next Friday", "12/12/2026", "12 December 2026", "in 3 days' time", "next week"]
)
def test_settled(text: str) -> None:
    assert not one(text).loose


@pytest.mark.parametrize(
    "text",
    [
        "we won 3-2",
        "10/10 for effort",
        "Year 4",
        "aged 7 to 11",
        "on Fridays",
        "every Friday",
        "we may 3 times",
        "3 march past",
        "the sun 3 may",
        "31 June",
        "31/02/2026",
        "£2.50",
        "at 10",
        "we sat on the mat",
        "3.14",
        "30 February 2027",
        "scored 2.30",
        "at 12 children",
        "half past 20",
        "in may 12 things",
        "a total of 5-6",
    ],
)
def test_no_day_or_time(text: str) -> None:
    assert mentions(text, NOW) == ()


def test_years_of_long_ago_are_past() -> None:
    assert one("It began on 1 September 1939").ends_at < NOW


def test_days_and_times_apart() -> None:
    found = mentions("On Monday we sang, and on Tuesday at 3pm we danced until 4pm. Tomorrow, Tuesday!", NOW)
    assert [(when.day, when.clock) for when in found] == [
        (True, False),
        (True, True),
        (False, True),
        (True, False),
        (True, False),
    ]


def test_the_clock_is_that_of_the_school() -> None:
    summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # already 1 July in London
    assert said("today", summer) == "Wed 01 Jul 2026 00:00"
    assert one("today at 2pm", summer).starts_at == datetime(2026, 7, 1, 13, tzinfo=UTC)


def test_spans() -> None:
    text = "Fair: Sat 12 Dec, 2-4pm!"
    when = one(text)
    assert text[when.start : when.end] == "Sat 12 Dec, 2-4pm"
