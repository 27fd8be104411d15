"""Names: who is named, how surely, and beside what."""

from __future__ import annotations

import pytest

from app.domain import Certainty, Composition, Field, NameFound, PhotoFacts, TextFacts, Unseen, Words
from app.rules import names
from app.rules.rule import given
from tests.rules.trying import remarks

SURE = NameFound(Words(0, 8), Certainty.CERTAIN, ("p1", "p2"), ("first name", "with class"), "a Year 4 pupil")
LIKELY = NameFound(Words(9, 12, Field.ALT_TEXT, 0), Certainty.LIKELY, ("p2", "p3"))
AMBIGUOUS = NameFound(Words(0, 4), Certainty.AMBIGUOUS, ("p4",))
NOT_ON_ROSTER = NameFound(Words(5, 9), Certainty.CERTAIN)


def test_each_name_is_pointed_at_with_its_pupils_and_what_to_say_instead() -> None:
    sure, likely = remarks(names.pupil_named, given(text=TextFacts(names=(SURE, AMBIGUOUS, LIKELY, NOT_ON_ROSTER))))

    assert sure.message == "A pupil is named in the text (first name and with class)."
    assert sure.hint == "Say “a Year 4 pupil” instead."
    assert (sure.where, sure.pupils, sure.instead) == (SURE.where, ("p1", "p2"), "a Year 4 pupil")
    assert likely.message == "A pupil is named in the alt text of photo 1."
    assert likely.hint == "Leave the name out."
    assert likely.instead == ""


def test_the_doubtful_go_to_a_person() -> None:
    perhaps, unknown = remarks(names.perhaps_pupil, given(text=TextFacts(names=(SURE, AMBIGUOUS, NOT_ON_ROSTER))))

    assert perhaps.message == "Words in the text may name a pupil."
    assert perhaps.pupils == ("p4",)
    assert perhaps.instead == ""
    assert unknown.message == "Words in the text may name a child who is not on the roster."
    assert unknown.pupils == ()


def test_every_name_found_is_remarked_on_by_exactly_one_of_the_two() -> None:
    for certainty in Certainty:
        for pupils in ((), ("p1",)):
            evidence = given(text=TextFacts(names=(NameFound(Words(0, 4), certainty, pupils),)))
            assert len(remarks(names.pupil_named, evidence) + remarks(names.perhaps_pupil, evidence)) == 1


def test_whatever_was_not_read_may_hold_a_name() -> None:
    (remark,) = remarks(names.perhaps_pupil, given(text=TextFacts(unread=("alt text of photo 1", "metadata"))))

    assert remark.unmade
    assert "alt text of photo 1 and metadata" in remark.message


@pytest.mark.parametrize(
    ("photos", "count"),
    [
        ((), 0),
        ((PhotoFacts(),), 0),
        ((PhotoFacts(), PhotoFacts(composition=Composition.PAIR)), 1),
        ((PhotoFacts(unseen=(Unseen.DETECTOR,)),), 1),
        ((PhotoFacts(unseen=(Unseen.WORDS,)),), 0),
    ],
)
def test_a_name_beside_a_picture_of_pupils_is_one_finding(photos: tuple[PhotoFacts, ...], count: int) -> None:
    found = remarks(names.with_picture, given(text=TextFacts(names=(SURE, LIKELY)), photos=photos))

    assert len(found) == count
    for remark in found:
        assert remark.where == SURE.where
        assert remark.pupils == ("p1", "p2", "p3")


def test_a_doubtful_name_beside_a_picture_is_left_to_the_doubt() -> None:
    evidence = given(text=TextFacts(names=(AMBIGUOUS,)), photos=(PhotoFacts(composition=Composition.GROUP),))

    assert not remarks(names.with_picture, evidence)
