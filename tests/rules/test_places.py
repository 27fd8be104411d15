"""How messages say where something is, and which photos may show a child."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain import Box, Composition, Evidence, Face, Field, Photo, PhotoFacts, Region, Unseen, Where, Words
from app.rules.places import hides_faces, listed, looks, may_show_children, place, quoted
from app.rules.rule import DRAFT, given

PHOTOS = (Photo("0" * 64, "A castle"), Photo("1" * 64, "A bean"))


def shown() -> Evidence:
    draft = replace(DRAFT, photos=PHOTOS)
    return given("Beans are up.", draft=draft, photos=(PhotoFacts(), PhotoFacts(picture_text="Class rules")))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Words(0, 5), "Beans"),
        (Words(2, 8, Field.ALT_TEXT, 0), "castle"),
        (Words(2, 6, Field.ALT_TEXT, 1), "bean"),
        (Words(0, 5, Field.PICTURE_TEXT, 1), "Class"),
        (Words(0, 5, Field.ALT_TEXT, 2), ""),
        (Words(0, 5, Field.PICTURE_TEXT, 2), ""),
        (Words(0, 5, Field.FILE_NAME, 0), ""),
        (Region(0, Box(0, 0, 1, 1)), ""),
        (None, ""),
    ],
)
def test_words_are_quoted_from_where_they_stand(where: Where, words: str) -> None:
    assert quoted(shown(), where) == words


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Words(0, 5), "the text"),
        (Words(0, 5, Field.ALT_TEXT, 1), "the alt text of photo 2"),
        (Words(0, 5, Field.METADATA, 0), "what is stored inside the file of photo 1"),
    ],
)
def test_places_are_said_as_people_count(where: Words, said: str) -> None:
    assert place(where) == said


@pytest.mark.parametrize(
    ("things", "said"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_things_are_listed(things: tuple[str, ...], said: str) -> None:
    assert listed(things) == said


def test_every_photo_of_the_draft_is_gone_through_whether_looked_at_or_not() -> None:
    evidence = given(draft=replace(DRAFT, photos=PHOTOS), photos=(PhotoFacts(),))

    assert list(looks(evidence)) == [(0, PhotoFacts()), (1, None)]


@pytest.mark.parametrize("part", list(Unseen))
def test_whatever_is_unseen_may_hide_a_face_but_words_and_likeness(part: Unseen) -> None:
    photo = PhotoFacts(unseen=(part,))

    assert hides_faces(photo) is (part not in (Unseen.WORDS, Unseen.MATCHER, Unseen.UNMEASURED))
    assert may_show_children(photo) is hides_faces(photo)


@pytest.mark.parametrize(
    ("photo", "may"),
    [
        (None, True),
        (PhotoFacts(), False),
        (PhotoFacts(composition=Composition.INDIVIDUAL), True),
        (PhotoFacts(faces=(Face(Box(0, 0, 9, 9), possible=True),)), True),
    ],
)
def test_a_face_that_is_only_possible_may_be_a_childs(photo: PhotoFacts | None, may: bool) -> None:
    assert may_show_children(photo) is may
