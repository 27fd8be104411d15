"""Wording: lengths, private details and what could not be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain import Cue, Entity, Field, Photo, PhotoFacts, TextFacts, Topic, Words
from app.policy import load_default
from app.rules import wording
from app.rules.rule import DRAFT, given
from tests.rules.trying import remarks

URL = "https://example.org/a-very-long-address-that-counts-as-twenty-three"


def test_too_long_gives_both_numbers_and_points_at_the_rest() -> None:
    words = "b" * 139 + "eans"
    (remark,) = remarks(wording.too_long, given(words, text=TextFacts(weighted_length=143, policy_length=143)))

    assert "143 characters where the school's policy allows 140" in remark.message
    assert "143 for X, which takes 280" in remark.message
    assert remark.where == Words(140, 143)


def test_too_long_for_x_alone_points_at_nothing() -> None:
    (remark,) = remarks(wording.too_long, given(text=TextFacts(weighted_length=281, policy_length=140)))

    assert remark.where is None
    assert "281 for X" in remark.message


def test_a_schools_own_limit_counts() -> None:
    policy = load_default()
    short = replace(policy, limits=replace(policy.limits, policy_length=10))
    (remark,) = remarks(wording.too_long, given("Beans are up.", text=TextFacts(policy_length=13)), short)

    assert remark.where == Words(10, 13)


def test_an_address_counts_23_and_lies_wholly_beyond_or_not_at_all() -> None:
    before = "b" * 120 + " "
    words = before + URL + " end"
    facts = TextFacts(policy_length=121 + 23 + 4, urls=(Entity(121, 121 + len(URL), URL),))
    (remark,) = remarks(wording.too_long, given(words, text=facts))

    assert remark.where == Words(121, len(words))


def test_an_address_within_the_limit_is_passed_over_whole() -> None:
    words = URL + "b" * 117 + "!"
    facts = TextFacts(policy_length=141, urls=(Entity(0, len(URL), URL),))
    (remark,) = remarks(wording.too_long, given(words, text=facts))

    assert remark.where == Words(len(words) - 1, len(words))


def test_marks_on_letters_do_not_count() -> None:
    words = "e\u0301" * 141
    (remark,) = remarks(wording.too_long, given(words, text=TextFacts(policy_length=141)))

    assert remark.where == Words(280, 282)


def test_where_the_count_differs_nothing_is_pointed_at() -> None:
    (remark,) = remarks(wording.too_long, given("short", text=TextFacts(policy_length=141)))

    assert remark.where is None


def private(words: str, detail: str, *published: str) -> int:
    start = words.index(detail)
    cue = Cue(Topic.PRIVATE_DETAIL, Words(start, start + len(detail)), "a phone number")
    policy = replace(load_default(), published=published)
    return len(remarks(wording.private_details, given(words, text=TextFacts(cues=(cue,))), policy))


def test_the_schools_own_details_are_no_ones_private_ones() -> None:
    assert private("Ring 01908 123456.", "01908 123456", "office@example.org", "+44 1908 123456") == 0


def test_anybody_elses_are() -> None:
    assert private("Ring 01908 123457.", "01908 123457", "01908 123456") == 1


def test_details_are_looked_for_where_they_stand() -> None:
    cue = Cue(Topic.PRIVATE_DETAIL, Words(5, 17, Field.ALT_TEXT, 0))
    draft = replace(DRAFT, photos=(Photo("0" * 64, "Ring 01908 123456"),))
    policy = replace(load_default(), published=("01908 123456",))

    assert not remarks(wording.private_details, given(draft=draft, text=TextFacts(cues=(cue,))), policy)


def test_a_cue_is_told_with_its_place_and_note() -> None:
    cue = Cue(Topic.OFFENSIVE, Words(0, 4, Field.PICTURE_TEXT, 1), "a swear word")
    (remark,) = remarks(wording.offensive, given(photos=(PhotoFacts(), PhotoFacts()), text=TextFacts(cues=(cue,))))

    assert remark.message == "Offensive language in the writing in the picture of photo 2: a swear word."
    assert remark.where == cue.where


@pytest.mark.parametrize(("unread", "count"), [((), 0), (("names",), 0), (("wording",), 1), (("names", "dates"), 1)])
def test_what_could_not_be_read_is_remarked_on_unless_it_is_names_alone(unread: tuple[str, ...], count: int) -> None:
    found = remarks(wording.sensitive_fact, given(text=TextFacts(unread=unread)))

    assert [remark.unmade for remark in found] == [True] * count
