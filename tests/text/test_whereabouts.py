"""Where a class is: the words that may say so, and which drafts they matter for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain import Certainty, Draft, Event, Field, Photo, PhotoFacts, Pupil, Topic, Words
from app.text import Guide, NameIndex, read
from app.text.allowed import may_name
from app.text.fold import fold
from app.text.passage import passage
from app.text.whereabouts import NOT_APART, Apart, places

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
APART = Apart(frozenset({"Oak"}), frozenset({"Oak", "Ash"}))
ROSE = Pupil("p1", "A", "Rose", "Fairchild", class_name="Oak")
INDEX = NameIndex.build([ROSE, replace(ROSE, id="p2", legal_first="Tom", legal_surname="Okafor")], [], ["Oak"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Our choir sang in the church hall.", "in the church"),
        ("Oak planted beans in the school garden!", "in the school garden"),
        ("SWIMMING AT THE LOCAL POOL", "AT THE LOCAL POOL"),
        ("We went to Kew Gardens.", "to Kew"),
        ("Visited Norwich", "Visited Norwich"),
        ("Off to St. Albans", "to St. Albans"),
    ],
)
def test_words_that_say_where(text: str, told: str) -> None:
    assert told in [text[start:end] for start, end in places(passage(fold(text)), text)]


@pytest.mark.parametrize(
    "text", ["We love reading.", "In Year 4 we made bread.", "A lovely day in June.", "We did fractions in Maths.", ""]
)
def test_words_that_do_not(text: str) -> None:
    assert list(places(passage(fold(text)), text)) == []


@pytest.mark.parametrize(
    ("apart", "classes", "concerned"),
    [
        (APART, ("Oak",), True),
        (APART, ("class oak", "Ash"), True),
        (APART, ("Ash",), False),
        (APART, (), True),
        (APART, ("Oake",), True),
        (Apart(frozenset({""}), APART.known), ("Ash",), True),
        (NOT_APART, (), False),
    ],
)
def test_which_drafts_it_matters_for(apart: Apart, classes: tuple[str, ...], concerned: bool) -> None:
    assert apart.concerns(Draft("", classes=classes)) is concerned


def told(draft: Draft, guide: Guide) -> list[Words]:
    return [cue.where for cue in read(draft, (), guide, NOW).about(Topic.TO_COME)]


def test_places_and_events_are_told_of_those_drafts_alone() -> None:
    mill = Event("mill", "Mill visit", NOW.replace(month=10), NOW.replace(month=10, hour=15))
    guide = Guide(INDEX, events=(mill,), apart=APART)
    text = "We sang in the church."
    photo = Photo("0" * 64, "We sang in the church", "in the church.jpg")
    assert told(Draft(text, classes=("Oak",), photos=(photo,)), guide) == [
        Words(8, 21),
        Words(8, 21, Field.ALT_TEXT, 0),
    ]
    assert told(Draft(text, classes=("Ash",)), guide) == []
    assert told(Draft(text, classes=("Oak",)), Guide(INDEX)) == []
    assert told(Draft("Our mill visit was fun.", classes=("Oak",)), guide) == [Words(4, 14)]
    assert told(Draft("Flour!", classes=("Oak",), event_id="mill"), guide) == [Words(0, 6)]


def test_one_or_two_letters_in_a_picture_bring_a_person_and_stop_nothing() -> None:
    index = NameIndex.build([replace(ROSE, legal_first="Lu", legal_surname="Okafor")], [], ["Oak"])
    guide = Guide(index, never_named=frozenset({"p1"}))
    photo = (PhotoFacts(picture_text="LU"),)
    (seen,) = read(Draft(""), photo, guide, NOW).names
    assert seen.certainty is Certainty.AMBIGUOUS
    (whole,) = read(Draft(""), (PhotoFacts(picture_text="LU OKAFOR"),), guide, NOW).names
    assert whole.certainty >= Certainty.LIKELY


def test_whatever_may_name_a_child_who_is_never_named_does() -> None:
    text = "A lovely rose from our garden."
    (perhaps,) = read(Draft(text), (), Guide(INDEX), NOW).names
    (named,) = read(Draft(text), (), Guide(INDEX, never_named=frozenset({"p1"})), NOW).names
    (other,) = read(Draft(text), (), Guide(INDEX, never_named=frozenset({"p2"})), NOW).names
    assert (perhaps.certainty, named.certainty) == (Certainty.AMBIGUOUS, Certainty.LIKELY)
    assert other == perhaps
    assert replace(named, certainty=Certainty.AMBIGUOUS) == perhaps


@pytest.mark.parametrize(
    ("phrase", "pupils", "may"),
    [
        ("Rose Fairchild Hall", {"p1"}, True),
        ("Rose", {"p1"}, True),
        ("Rose Fairchild Hall", {"p2"}, False),
        ("Rose Fairchild Hall", set(), False),
        ("Bonfire Night", {"p1", "p2"}, False),
    ],
)
def test_phrases_that_may_name_a_child(phrase: str, pupils: set[str], may: bool) -> None:
    assert may_name(phrase, INDEX, pupils) is may
