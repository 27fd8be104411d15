"""Events of the calendar, named in a text."""

from datetime import UTC, datetime

import pytest

from app.domain import Event
from app.text.dates import mentions
from app.text.fold import fold
from app.text.happenings import Calendar, calendar_of, named_events
from app.text.passage import passage

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def event(title: str, *synonyms: str, place: str = "", day: int = 4) -> Event:
    return Event(
        title, title, datetime(2026, 12, day, 14, tzinfo=UTC), datetime(2026, 12, day, 16, tzinfo=UTC), place, synonyms
    )


EVENTS = (
    event("Christmas Fair", "winter market"),
    event("Year 3 trip to Kew Gardens", place="Kew"),
    event("Sports Day", day=10),
    event("Nativity", place="St John's Church"),
    event("Year 3 Assembly"),
    event("Year 4 Assembly"),
    event("The"),
    event("Choir at the Town Hall"),
)


def named(text: str) -> dict[str, tuple[str, bool]]:
    words = passage(fold(text))
    found = named_events(words, mentions(words.cased, NOW), calendar_of(EVENTS))
    return {each: (text[start:end], dated) for each, start, end, dated in found}


@pytest.mark.parametrize(
    ("text", "title", "words"),
    [
        ("We loved the Christmas Fair.", "Christmas Fair", "Christmas Fair"),
        ("CHRISTMAS FAIRS everywhere", "Christmas Fair", "CHRISTMAS FAIRS"),
        ("The Christmas fair's stalls", "Christmas Fair", "Christmas fair's"),
        ("Our Chrismas Fair", "Christmas Fair", "Chrismas Fair"),
        ("Our Christmas Fayre", "Christmas Fair", "Christmas Fayre"),
        ("Our Christmas craft fair", "Christmas Fair", "Christmas craft fair"),
        ("The winter market", "Christmas Fair", "winter market"),
        ("#SportsDay", "Sports Day", "SportsDay"),
        ("#sportsday", "Sports Day", "sportsday"),
        ("Sports-day!", "Sports Day", "Sports-day"),
        ("our trip to Kew Gardens", "Year 3 trip to Kew Gardens", "trip to Kew Gardens"),
        ("Year 3's assembly", "Year 3 Assembly", "Year 3's assembly"),
        ("Ｎａｔｉｖｉｔｙ", "Nativity", "Ｎａｔｉｖｉｔｙ"),
        ("nativities", "Nativity", "nativities"),
        ("Nativitty", "Nativity", "Nativitty"),
    ],
)
def test_named(text: str, title: str, words: str) -> None:
    assert named(text)[title][0] == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Christmas is a fair way off",
        "The spring fair",
        "a day of sports",
        "Kew",
        "native plants",
        "Year 5 assembly",
        "the",
    ],
)
def test_not_named(text: str) -> None:
    assert named(text) == {}


def test_years_are_told_apart() -> None:
    assert set(named("Year 4 assembly")) == {"Year 4 Assembly"}


@pytest.mark.parametrize(
    "text",
    [
        "Christmas Fair, 4 December",
        "Christmas Fair at 2pm",
        "The Christmas Fair is next month",
        "The Christmas Fair will be in the school hall",
        "The nativity is at St John's Church",
        "Christmas Fair! Friday 4 Dec",
    ],
)
def test_with_its_time_or_place(text: str) -> None:
    assert [dated for _, dated in named(text).values()] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "We are making baubles for the Christmas Fair",
        "Yesterday we made baubles for the Christmas Fair",
        "See you at the Christmas Fair",
        "On 12 May we began to plan the Christmas Fair",
    ],
)
def test_without(text: str) -> None:
    assert [dated for _, dated in named(text).values()] == [False]


def test_the_dated_naming_counts() -> None:
    calendar = Calendar((event("Fair", "winter fair", place="Field"),))
    words = passage(fold("A fair. The winter fair is on the field."))
    assert [dated for *_, dated in named_events(words, (), calendar)] == [True]


def test_the_first_naming_stays() -> None:
    calendar = Calendar((event("Winter Fair", "market day"),))
    words = passage(fold("Winter fair or market day?"))
    assert len(list(named_events(words, (), calendar))) == 1


def test_calendars_are_kept_for_the_very_same_events() -> None:
    assert calendar_of(EVENTS) is calendar_of(EVENTS)
    others = [(event(f"Fair {number}"),) for number in range(10)]
    first = calendar_of(others[0])
    for each in others:
        calendar_of(each)
    assert calendar_of(others[0]) is not first
