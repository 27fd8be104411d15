"""What is barbed without a set phrase, over drafts of both kinds, and each thing that is weighed."""

import json
import re
from pathlib import Path

import pytest

from app.text.fold import fold
from app.text.passage import passage
from app.text.phrases import book
from app.text.undermining import underminings

DRAFTS = Path(__file__).parent.parent / "data" / "wording"


def barbs(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], note) for start, end, note in underminings(passage(fold(text)))]


def drafts(use: str, undermines: bool) -> list[str]:
    lines = (DRAFTS / "sideways.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows if row["use"] == use and row["undermines"] is undermines]


@pytest.mark.parametrize(("use", "least", "most"), [("fit", 48, 0), ("check", 22, 0), ("later", 24, 1)])
def test_most_barbed_drafts_are_found_and_hardly_an_innocent_one(use: str, least: int, most: int) -> None:
    assert sum(bool(barbs(text)) for text in drafts(use, undermines=True)) >= least
    assert sum(bool(barbs(text)) for text in drafts(use, undermines=False)) <= most


def test_posts_about_names_are_not_barbed() -> None:
    rows = [
        json.loads(line)
        for path in sorted((DRAFTS.parent / "names").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    innocent = [row["text"] for row in rows if not row["leaks"]]
    assert len(innocent) > 400
    barbed = [text for text in innocent if barbs(text)]
    assert len(barbed) <= len(innocent) / 50, barbed


@pytest.mark.parametrize(
    ("text", "words", "note"),
    [
        ("Lovely day. No thanks to the council.", "No thanks to", "a barbed turn of phrase beside a public body"),
        ("Sorry not sorry", "Sorry not sorry", "a barbed turn of phrase"),
        ("Some parents 🙄", "parents", "a mocking emoji beside people who are not named"),
        ("🙄 Some parents", "Some", "a mocking emoji beside people who are not named"),
        ("The SLT and their 'leadership'", "leadership", "a word in doubting quotation marks beside those who run the school"),
        ("County hall have not mended the shoddy roof", "not mended the shoddy", "something left undone beside a public body"),
        ("There is more sense in Year 2 than in the council", "more sense in Year 2 than", "an unkind comparison beside a public body"),
        ("Larkfield's team were hopeless", "hopeless", "a belittling word beside another school"),
        ("We won 14-0. Embarrassing and hopeless", "Embarrassing and hopeless", "a belittling word beside another school"),
    ],
)  # fmt: skip
def test_what_is_weighed(text: str, words: str, note: str) -> None:
    assert (words, note) in barbs(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙄",
        "The council came to plant trees.",
        "The parents were hopeless!",
        "Thank you to the parents for coming, hopeless as we are at tennis!",
        "The hopeless giant frightened the parents, said the author. At least he tried.",
        "The council visited. We could not wait!",
        "The council visited. Not a cloud in the sky!",
        "Better late than never, says Year 4.",
        "We sang 'Jingle Bells' to the parents. Délicieux!",
        "The children’s “best mistake” is a weekly prize.",
    ],
)
def test_what_weighs_too_little(text: str) -> None:
    assert barbs(text) == []


def test_the_sentence_with_most_sting_is_marked_once() -> None:
    text = "The council came late. No thanks to the council, clearly. Year 3 are back."
    assert [words for words, _ in barbs(text)] == ["No thanks to the council, clearly"]


def test_every_phrase_can_be_looked_for() -> None:
    slights = book("slights")
    patterns = {phrase.pattern for phrases in slights._by_word.values() for phrase in phrases}
    unless = {phrase.unless for phrases in slights._by_word.values() for phrase in phrases}
    assert all(re.compile(pattern) for pattern in patterns | unless)
