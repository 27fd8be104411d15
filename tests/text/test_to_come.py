"""Events still to come, by wording; the tables are in test_wording.py."""

from datetime import UTC, datetime

import pytest

from app.text.dates import mentions
from app.text.fold import fold
from app.text.passage import passage
from app.text.to_come import to_come

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def told(text: str, now: datetime = NOW) -> list[tuple[str, str]]:
    words = passage(fold(text))
    return [(text[start:end], note) for start, end, note in to_come(words, mentions(words.cased, now), now)]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Join us tomorrow at 2pm", "Monday 23 November 2026, 14:00"),
        ("Our fair is on 12 December", "Saturday 12 December 2026"),
        ("Our trip is next week", "23 November to 29 November 2026"),
        ("Sports Day will be on 4 July", "Sunday 4 July 2027"),
        ("We'll be climbing the hill next 15 October", "Friday 15 October 2027"),
        ("We'll be climbing the hill next 15 December", "Tuesday 15 December 2026"),
        ("Disco two weeks today", "Sunday 6 December 2026"),
        ("A fortnight on Friday the choir sings at the Guildhall", "Friday 11 December 2026"),
        ("2/12: phonics workshop for parents", "Wednesday 2 December 2026"),
        ("Thurs 3 Dec. 6pm. Studio.", "Thursday 3 December 2026"),
        ("We are on our way to the museum", "a place, and no time"),
        ("Come and see our exhibition in the library", "a place, and no time"),
        ("Spring Fair! Saturday 28 November, 2pm", "Saturday 28 November 2026, 14:00"),
        ("A 2pm start in the hall for our concert", "Sunday 22 November 2026, 14:00"),
        ("Tomorrow, 2pm, in the hall", "Monday 23 November 2026, 14:00"),
        ("Come to Saturday's disco at 6pm", "Saturday 28 November 2026"),
        ("See you all at the park at 4pm today", "Sunday 22 November 2026, 16:00"),
        ("See you tomorrow at the zoo!", "Monday 23 November 2026"),
        ("Park, 4pm today. See you there!", "Sunday 22 November 2026, 16:00"),
    ],
)
def test_what_was_understood(text: str, note: str) -> None:
    assert [said for _, said in told(text)] == [note]


@pytest.mark.parametrize(
    "text",
    [
        "Our fair was on 12 December",
        "Sports Day 4 July",
        "Great nativity on Friday",
        "The fair is today",
        "Off to London! We saw Big Ben.",
        "We loved the trip. Tomorrow is maths.",
        "At 2pm the bell rang",
        "Tomorrow's leaders loved the fair",
        "Maths. Tomorrow we look at the many ways in which numbers can be added up",
        "The concert finished at 4pm on 1 November 2026",
        "We are at the museum and had a good time",
        "Join us today at 8am",
        "See you all at the park at 8am today",
        "See you all tomorrow",
        "See you tomorrow in your new classroom",
    ],
)
def test_nothing_to_come(text: str) -> None:
    assert told(text) == []


def test_an_event_ends_when_its_time_is_over() -> None:
    text = "Join us at the fair today, 2-4pm"
    assert told(text, datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) != []
    assert told(text, datetime(2026, 11, 22, 16, 1, tzinfo=UTC)) == []
