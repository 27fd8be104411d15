"""Marks: spans on words, the worst outcome on top, and places in words."""

from __future__ import annotations

from typing import Literal

import pytest

from app.web.pages.marking import mark, other_boxes, place_of
from app.web.schemas import BoxOut, FaceOut, FindingOut, PhotoOut, RegionWhere, WordsWhere

Outcome = Literal["advise", "refer", "reject"]

FACE = BoxOut(left=1, top=2, right=3, bottom=4)
ELSEWHERE = BoxOut(left=5, top=6, right=7, bottom=8)
PHOTO = PhotoOut(
    sha256="",
    width=10,
    height=10,
    composition="individual",
    faces=[FaceOut(box=FACE, height_px=2, identifiable=False)],
    matching="off",
    unseen=[],
)


def _finding(where: WordsWhere | RegionWhere | None, outcome: Outcome = "refer") -> FindingOut:
    return FindingOut(rule="r", outcome=outcome, title="", clause="", clause_text="", message="", hint="", where=where)


def _on(start: int, end: int, outcome: Outcome = "refer") -> FindingOut:
    return _finding(WordsWhere(field="text", start=start, end=end), outcome)


@pytest.mark.parametrize(
    ("findings", "parts"),
    [
        ([], [("Hello 🐣 you", None)]),
        ([_on(6, 7)], [("Hello ", None), ("🐣", "refer"), (" you", None)]),
        (
            [_on(0, 7, "advise"), _on(2, 4, "reject")],
            [("He", "advise"), ("ll", "reject"), ("o 🐣", "advise"), (" you", None)],
        ),
        ([_on(0, 4, "reject"), _on(2, 6, "refer")], [("Hell", "reject"), ("o ", "refer"), ("🐣 you", None)]),
        ([_on(8, 99)], [("Hello 🐣 ", None), ("you", "refer")]),
        ([_on(3, 3)], [("Hello 🐣 you", None)]),
        ([_finding(WordsWhere(field="alt_text", photo=0, start=0, end=3))], [("Hello 🐣 you", None)]),
        ([_finding(RegionWhere(photo=0, box=FACE))], [("Hello 🐣 you", None)]),
    ],
)
def test_the_worst_outcome_wins_where_spans_overlap(
    findings: list[FindingOut], parts: list[tuple[str, str | None]]
) -> None:
    assert mark("Hello 🐣 you", findings, "text") == parts


def test_nothing_is_marked_in_no_text() -> None:
    assert mark("", [_on(0, 1)], "text") == []


def test_each_photos_description_has_its_own_marks() -> None:
    second = _finding(WordsWhere(field="alt_text", photo=1, start=0, end=3))
    assert mark("Tom", [second], "alt_text", 0) == [("Tom", None)]
    assert mark("Tom", [second], "alt_text", 1) == [("Tom", "refer")]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        (None, ""),
        (WordsWhere(field="text", start=0, end=3), "In the post: “Tom”"),
        (WordsWhere(field="text", start=3, end=4), "In the post"),
        (WordsWhere(field="alt_text", photo=0, start=2, end=5), "In the description of photo 1: “Ann”"),
        (WordsWhere(field="alt_text", photo=4, start=2, end=5), "In the description of photo 5"),
        (WordsWhere(field="picture_text", photo=0, start=0, end=3), "In the words on photo 1"),
        (WordsWhere(field="file_name", photo=0, start=0, end=3), "In the file name of photo 1"),
        (WordsWhere(field="metadata", photo=0, start=0, end=3), "In the data inside the file of photo 1"),
        (RegionWhere(photo=0, box=FACE), "In photo 1, face 1"),
        (RegionWhere(photo=0, box=ELSEWHERE), "In photo 1"),
        (RegionWhere(photo=3, box=FACE), "In photo 4"),
    ],
)
def test_where_a_finding_points_is_told_in_words(where: WordsWhere | RegionWhere | None, place: str) -> None:
    assert place_of(_finding(where), "Tom sang", ["A Ann"], [PHOTO]) == place


def test_words_in_a_picture_are_told_where_they_are_at_hand() -> None:
    finding = _finding(WordsWhere(field="picture_text", photo=0, start=2, end=5))
    assert place_of(finding, "", [], [PHOTO], ["A Ann"]) == "In the words on photo 1: “Ann”"
    assert place_of(finding, "", [], [PHOTO], []) == "In the words on photo 1"


def test_long_words_are_cut() -> None:
    place = place_of(_on(0, 200), "x" * 200, [], [])
    assert place == f"In the post: “{'x' * 80}…”"


def test_regions_that_are_no_faces_are_drawn_apart() -> None:
    findings = [_finding(RegionWhere(photo=0, box=FACE)), _finding(RegionWhere(photo=0, box=ELSEWHERE)), _on(0, 1)]
    assert other_boxes(findings, [PHOTO], 0) == [ELSEWHERE]
    assert other_boxes(findings, [PHOTO], 1) == []
