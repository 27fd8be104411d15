"""Photos: who stands out, what is described, what was not seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain import Box, Composition, Face, Photo, PhotoFacts, Region, Unseen
from app.rules import photos
from app.rules.rule import DRAFT, given
from tests.rules.trying import remarks

SMALL, LARGE = Face(Box(0, 0, 9, 9), possible=True), Face(Box(10, 10, 90, 90))


def test_the_one_who_stands_alone_is_pointed_at_past_what_may_be_no_face() -> None:
    alone = PhotoFacts(composition=Composition.INDIVIDUAL, faces=(SMALL, LARGE))
    (remark,) = remarks(photos.individual, given(photos=(PhotoFacts(), alone)))

    assert remark.message == "One person stands alone in photo 2."
    assert remark.where == Region(1, LARGE.box)


def test_the_one_who_dominates_is_pointed_at() -> None:
    group = PhotoFacts(composition=Composition.GROUP, faces=(SMALL, LARGE, SMALL, SMALL), dominant=1)
    (remark,) = remarks(photos.individual, given(photos=(group,)))

    assert remark.message == "One person dominates photo 1."
    assert remark.where == Region(0, LARGE.box)


def test_every_identifiable_face_is_a_finding_of_its_own() -> None:
    close = replace(LARGE, identifiable=True)
    found = remarks(photos.identifiable, given(photos=(PhotoFacts(faces=(close, SMALL, close)),)))

    assert [remark.where for remark in found] == [Region(0, LARGE.box)] * 2


@pytest.mark.parametrize("alt_text", ["", " ", "\u200b\ufeff\u2060", "\u3164", "...", "📷", "IMG_0001.JPG", " a.heic "])
def test_alt_text_that_says_nothing_is_none(alt_text: str) -> None:
    found = remarks(photos.no_alt_text, given(draft=replace(DRAFT, photos=(Photo("0" * 64, alt_text),))))

    assert [remark.message for remark in found] == ["There is no alt text for photo 1."]


@pytest.mark.parametrize("alt_text", ["Beans", "豆", "7", "A poster that says beans.jpg", "فول"])
def test_alt_text_in_any_language_is_alt_text(alt_text: str) -> None:
    assert not remarks(photos.no_alt_text, given(draft=replace(DRAFT, photos=(Photo("0" * 64, alt_text),))))


def test_all_that_was_not_seen_in_a_photo_is_one_finding_in_plain_words() -> None:
    found = remarks(photos.unseen, given(photos=(PhotoFacts(unseen=tuple(Unseen)), PhotoFacts())))

    assert len(found) == 1
    assert found[0].unmade
    assert found[0].message.startswith("Not seen in photo 1: faces too small to be told apart, ")
    for part in Unseen:
        if "-" in part:
            assert part.value not in found[0].message


def test_a_photo_that_nobody_looked_at_is_found() -> None:
    draft = replace(DRAFT, photos=(Photo("0" * 64, "Beans"), Photo("1" * 64, "Peas")))
    (remark,) = remarks(photos.unseen, given(draft=draft, photos=(PhotoFacts(),)))

    assert remark.unmade
    assert remark.message == "Nothing could be seen in photo 2: it was not looked at."


def test_what_was_stripped_is_told_by_kind() -> None:
    draft = replace(DRAFT, photos=(Photo("0" * 64, "Beans", dropped=("position", "camera", "comment")),))
    (remark,) = remarks(photos.location_stripped, given(draft=draft, photos=(PhotoFacts(),)))

    assert remark.message == "Stored inside photo 1 and now removed: position, camera and comment."
