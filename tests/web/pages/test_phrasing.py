"""Which phrase a finding suggests."""

from __future__ import annotations

import pytest

from app.web.pages.phrasing import phrase_around, phrase_of
from app.web.schemas import BoxOut, FindingOut, RegionWhere, WordsWhere


@pytest.mark.parametrize(
    ("text", "words", "phrase"),
    [
        ("We sang in Alice Smith Hall.", "Alice", "Alice Smith Hall"),
        ("We sang in Alice Smith Hall.", "Alice Smith", "Alice Smith Hall"),
        ("Up on Great Rose Hill we sat", "Rose", "Great Rose Hill"),
        ("a lovely rose. Hill Class drew it", "rose", "rose"),
        ("Rose, Hill and Daisy", "Rose", "Rose"),
        ("see Rose-Hill", "Hill", "Rose-Hill"),
        ("we saw Tom’s Garden", "Tom", "Tom’s Garden"),
        ("#RoseHill Park", "Rose", "RoseHill Park"),
        ("Rose", "Rose", "Rose"),
        ("hooray 🎉", "🎉", ""),
        ("Rose " + "X" * 80, "Rose", "Rose"),
        ("x" * 81, "x" * 81, ""),
    ],
)
def test_the_words_with_their_capitalised_neighbours(text: str, words: str, phrase: str) -> None:
    start = text.index(words)
    assert phrase_around(text, start, start + len(words)) == phrase


def _finding(where: WordsWhere | RegionWhere | None) -> FindingOut:
    said = {"title": "", "clause": "", "clause_text": "", "message": "", "hint": ""}
    return FindingOut.model_validate({"rule": "names.perhaps-pupil", "outcome": "refer", **said, "where": where})


def test_from_the_text_it_points_at() -> None:
    text, alt_texts = "Rose Hill", ["Daisy Lane"]

    def suggested(where: WordsWhere | RegionWhere | None) -> str | None:
        return phrase_of(_finding(where), text, alt_texts, ["Tom\nGarden"])

    assert suggested(WordsWhere(field="text", start=0, end=4)) == "Rose Hill"
    assert suggested(WordsWhere(field="alt_text", photo=0, start=0, end=5)) == "Daisy Lane"
    assert suggested(WordsWhere(field="alt_text", photo=1, start=0, end=5)) == ""
    assert suggested(WordsWhere(field="picture_text", photo=0, start=0, end=10)) == "Tom Garden"
    assert suggested(WordsWhere(field="picture_text", photo=1, start=0, end=3)) == ""
    assert suggested(WordsWhere(field="file_name", photo=0, start=0, end=5)) == ""
    assert suggested(RegionWhere(photo=0, box=BoxOut(left=0, top=0, right=1, bottom=1))) is None
    assert suggested(None) is None
