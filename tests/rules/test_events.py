"""Events: when they are over, and told once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain import Cue, Event, EventNamed, TextFacts, Topic, Words
from app.rules import events
from app.rules.rule import DRAFT, NOW, SCHOOL, given
from tests.rules.trying import remarks

FAIR = Event("fair", "Summer fair", NOW, NOW + timedelta(hours=2, minutes=30))
TRIP = Event("trip", "Trip", NOW + timedelta(days=1), NOW + timedelta(days=2))
OVER = Event("over", "Play", NOW - timedelta(days=1), NOW)
AHEAD = replace(SCHOOL, events=(FAIR, TRIP, OVER))
SOON = Cue(Topic.TO_COME, Words(0, 4), "tomorrow")


def test_says_when_it_is_over_by_the_schools_clock() -> None:
    (remark,) = remarks(events.not_yet_over, given(draft=replace(DRAFT, event_id="fair"), school=AHEAD))

    assert remark.message == "The event is not over until 12 June 2019 at 15:30."
    assert not remark.unmade


def test_one_finding_an_event_at_its_first_words() -> None:
    text = TextFacts(
        events=(
            EventNamed("trip", Words(0, 4)),
            EventNamed("fair", Words(5, 9), dated=True),
            EventNamed("trip", Words(10, 14), dated=True),
            EventNamed("fair", Words(15, 19), dated=True),
            EventNamed("over", Words(20, 24), dated=True),
        ),
        cues=(SOON,),
    )
    found = remarks(events.not_yet_over, given(text=text, draft=replace(DRAFT, event_id="fair"), school=AHEAD))

    assert sorted(str(remark.where) for remark in found) == sorted([str(Words(5, 9)), str(Words(10, 14))])


def test_words_of_something_to_come_count_by_themselves_and_once() -> None:
    text = TextFacts(events=(EventNamed("over", Words(5, 9), dated=True),), cues=(SOON, replace(SOON, note="soon")))
    (remark,) = remarks(events.not_yet_over, given(text=text, school=AHEAD))

    assert remark.where == SOON.where


def test_an_event_gone_from_the_calendar_could_not_be_checked() -> None:
    (remark,) = remarks(events.not_yet_over, given(draft=replace(DRAFT, event_id="gone"), school=AHEAD))

    assert remark.unmade
