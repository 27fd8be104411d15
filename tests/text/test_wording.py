"""The wording checks, over tables of what must be found and of near misses."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from app.domain import Cue, Field, Topic
from app.text.dates import mentions
from app.text.fold import fold
from app.text.passage import passage
from app.text.wording import Reading, cues

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TABLES = Path(__file__).parent.parent / "data" / "wording"
PUBLISHED = (
    "01632 960001",
    "office@whitehouse.sch.uk",
    "Whitehouse Primary School, White House Lane, Whitehouse, ZE1 0AA",
)
OURS = Reading(accounts=frozenset({"whitehouseps"}), published=PUBLISHED)


def rows(sign: str) -> list[tuple[str, str]]:
    return [
        (path.stem, line[2:])
        for path in sorted(TABLES.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(sign)
    ]


def read(text: str, reading: Reading = OURS, now: datetime = NOW) -> tuple[Cue, ...]:
    words = passage(fold(text))
    return cues(words, mentions(words.cased, now), reading, now)


def about(topic: str, text: str, reading: Reading = OURS) -> list[str]:
    return [text[cue.where.start : cue.where.end] for cue in read(text, reading) if cue.topic == topic]


@pytest.mark.parametrize(("topic", "text"), rows("+"))
def test_found(topic: str, text: str) -> None:
    assert about(topic, text)


@pytest.mark.parametrize(("topic", "text"), rows("-"))
def test_near_miss(topic: str, text: str) -> None:
    assert about(topic, text) == []


@pytest.mark.parametrize("topic", sorted({topic for topic, _ in rows("+")}))
def test_tables_are_long_enough(topic: str) -> None:
    assert sum(found == topic for found, _ in rows("+")) >= (12 if topic == "repost" else 25)
    assert sum(found == topic for found, _ in rows("-")) >= (12 if topic == "repost" else 21)


def test_the_span_is_of_the_text_as_sent() -> None:
    text = "Café 🎉: ｏｕｒ useless\u200b teachers!"
    assert about("undermining", text) == ["useless\u200b teachers"]


def test_cues_of_a_topic_do_not_overlap() -> None:
    text = "You lot are stupid useless idiots and your teachers are pathetic useless idiots"
    spans = sorted((cue.topic, cue.where.start, cue.where.end) for cue in read(text))
    for former, latter in pairwise(spans):
        assert former[0] != latter[0] or former[2] <= latter[1]


def test_allowed_wording_is_neither_offensive_nor_undermining() -> None:
    allowed = Reading(allowed=("Worst Teachers", "Fanny Hill", "  "))
    assert about("undermining", "We are the worst teachers at chess") == ["worst teachers"]
    assert about("undermining", "We are the worst teachers at chess, worst teachers", allowed) == []
    assert about("offensive", "we walked up fanny hill") == ["fanny"]
    assert about("offensive", "we walked up fanny hill", allowed) == []


def test_allowed_wording_hides_nothing_beyond_its_own_words() -> None:
    allowed = Reading(allowed=("e", "fan", "useless", "fanny HILL"))
    assert about("offensive", "we walked up fanny hill with fanny", allowed) == ["fanny"]
    assert about("offensive", "we walked up fanny hillside", allowed) == ["fanny"]
    assert about("offensive", "we walked up Fanny\u00a0 Hill", allowed) == []
    assert about("undermining", "Our useless teachers", allowed) == ["useless teachers"]


def test_allowed_wording_hides_no_offensive_sign() -> None:
    sign = "\N{REVERSED HAND WITH MIDDLE FINGER EXTENDED}"
    assert about("offensive", f"hand {sign}", Reading(allowed=("hand",))) == [sign]


def test_in_file_names_nobody_speaks() -> None:
    name = Reading(Field.FILE_NAME, 2)
    found = read("please_bring_packed_lunch DM us tomorrow fair 07700900123.jpg", name)
    assert [(cue.topic, cue.where.field, cue.where.photo) for cue in found] == [
        (Topic.PRIVATE_DETAIL, Field.FILE_NAME, 2)
    ]


def test_words_of_ones_own_account_are_no_repost() -> None:
    assert about("repost", '"What a lovely day we had" @whitehouseps') == []
    assert about("repost", "Retweeted @whitehouseps") == []
    assert about("repost", "Retweeted: @townlibrary") != []
    assert about("repost", "Retweeted") == ["Retweeted"]


def test_a_note_says_what_was_seen() -> None:
    notes = {cue.topic: cue.note for cue in read("Join us tomorrow at 2pm, or ring 07700 900123")}
    assert notes[Topic.TO_COME] == "Monday 23 November 2026, 14:00"
    assert notes[Topic.PRIVATE_DETAIL] == "a phone number"


@pytest.mark.parametrize(("number", "first_found"), [(1, 12), (2, 12), (3, 13)])
def test_drafts_that_the_rules_were_not_made_for(number: int, first_found: int) -> None:
    """Found when first run: that many of 20 in each round, no false alarm; the rules may only get better."""
    lines = (TABLES / "own.jsonl").read_text(encoding="utf-8").splitlines()
    drafts = [draft for line in lines if (draft := json.loads(line))["round"] == number]
    assert len(drafts) == 40
    assert [draft["text"] for draft in drafts if draft["trips"] is None and read(draft["text"])] == []
    assert sum(bool(draft["trips"] and about(draft["trips"], draft["text"])) for draft in drafts) >= first_found
