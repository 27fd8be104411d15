"""The wording checks over drafts in the voices of many, and the times and addresses that those use."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain import Topic
from app.text.clocks import clocks_in
from app.text.dates import mentions
from app.text.details import private_details
from app.text.fold import fold
from app.text.passage import passage
from app.text.to_come import to_come
from app.text.wording import Reading, cues

FRIDAY = datetime(2026, 11, 13, 15, 40, tzinfo=UTC)
DRAFTS = Path(__file__).parent.parent / "data" / "wording" / "wider.jsonl"
TOPICS = {
    "wording.offensive": Topic.OFFENSIVE,
    "wording.private-details": Topic.PRIVATE_DETAIL,
    "wording.sensitive-fact": Topic.SENSITIVE,
    "accounts.private-discussion": Topic.PRIVATE_TALK,
    "events.not-yet-over": Topic.TO_COME,
    "wording.letter-home": Topic.LETTER_HOME,
}
FOUND = {
    Topic.OFFENSIVE: 7,
    Topic.PRIVATE_DETAIL: 36,
    Topic.SENSITIVE: 120,
    Topic.PRIVATE_TALK: 63,
    Topic.TO_COME: 100,
    Topic.LETTER_HOME: 48,
}


def topics(text: str) -> set[Topic]:
    words = passage(fold(text))
    return {cue.topic for cue in cues(words, mentions(words.cased, FRIDAY), Reading(), FRIDAY)}


def told(text: str) -> list[tuple[str, str]]:
    words = passage(fold(text))
    found = to_come(words, mentions(words.cased, FRIDAY), FRIDAY)
    return [(text[start:end], note) for start, end, note in found]


def test_most_are_found() -> None:
    found: Counter[Topic] = Counter()
    for row in map(json.loads, DRAFTS.read_text(encoding="utf-8").splitlines()):
        found.update({TOPICS[rule] for rule in row["trips"]} & topics(row["text"]))
    assert {topic: found[topic] for topic, least in FOUND.items() if found[topic] < least} == {}


def test_ordinary_drafts_are_left_alone() -> None:
    rows = map(json.loads, DRAFTS.read_text(encoding="utf-8").splitlines())
    clean = [row["text"] for row in rows if not row["trips"]]
    assert len(clean) > 150
    assert [text for text in clean if topics(text) & (set(TOPICS.values()) - {Topic.LETTER_HOME})] == []


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Xmas fayre 2moro", "Saturday 14 November 2026"),
        ("Disco 2nite 6pm", "Friday 13 November 2026, 18:00"),
        ("Our fair is nxt wk", "16 November to 22 November 2026"),
        ("Choir sings at the shopping centre a week today", "Friday 20 November 2026"),
        ("Author visit tomorrow week", "Saturday 21 November 2026"),
        ("Carols round the tree a fortnight tonight", "Friday 27 November 2026"),
        ("The gala moves to the 24th", "Tuesday 24 November 2026"),
        ("Cake sale Mon 3.30", "Monday 16 November 2026, 15:30"),
        ("Quiz night tonight, doors 7", "Friday 13 November 2026, 19:00"),
        ("Our council lights the tree on 1 December at five", "Tuesday 1 December 2026, 17:00"),
        ("Santa lands on the field 11 December at dusk", "Friday 11 December 2026, 16:00"),
        ("The bookmobile arrives Sat at half 4", "Saturday 14 November 2026, 16:30"),
        ("The mayor is visiting, Monday at 2", "Monday 16 November 2026, 14:00"),
        ("Worms and wellies in the woods tomorrow", "Saturday 14 November 2026"),
        ("On the coach! Next stop Whitby", "under way now"),
        ("Y5 at the lego league rn, robot has lost a wheel", "under way now"),
    ],
)
def test_when_it_is(text: str, note: str) -> None:
    assert note in [said for _, said in told(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Odd socks on for World Down Syndrome Day back in March",
        "On the coach Year 3 sang for two hours last Friday",
        "We sat on the coach and waited for the museum",
        "We start the Romans on Monday at 9",
        "School opens on Monday at 8.40",
    ],
)
def test_what_is_over_or_daily_work_is_not_to_come(text: str) -> None:
    assert told(text) == []


def test_a_past_verb_that_is_a_day() -> None:
    assert told("Jumble sale, Sat, in the hall") != []
    assert told("We sat at the jumble sale all morning") == []


def test_an_hour_in_words_needs_a_day() -> None:
    words = frozenset({"at", "five"})
    assert [clock.opens.hour for clock in clocks_in("at five.", words, beside_days=True)] == [17]
    assert list(clocks_in("at five.", words, beside_days=False)) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tell Jan, oh seven seven double-oh, nine hundred, three three one", "a phone number"),
        ("ring 07700 nine hundred 123", "a phone number"),
        ("our PTA chair: 07700 nine double-oh, one four two", "a phone number"),
        ("Collect from Mrs Lee, 4 The Spinney", "a street address"),
        ("It belongs to one of our mums in Harlow Rd, number 88", "a street address"),
        ("he lives two doors from the chippy on Elm Street", "a street address"),
        ("The head turned fifty this week. 11 November 1976 was a good vintage", "a date of birth"),
    ],
)
def test_details_in_other_words(text: str, kind: str) -> None:
    assert kind in {detail.kind for detail in private_details(fold(text), (), FRIDAY)}


@pytest.mark.parametrize(
    "text",
    [
        "one, two, buckle my shoe",
        "oh one, oh two, oh three",
        "0 1 2 3 4 5 6",
        "Our school turned 50 this week. Opened 12 November 1976!",
        "Happy birthday Roald Dahl, 13 September 1916",
        "King Street won, number 4 of 12",
    ],
)
def test_what_only_looks_like_a_detail(text: str) -> None:
    assert list(private_details(fold(text), (), FRIDAY)) == []
