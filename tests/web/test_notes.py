"""Notes: what is told beside the verdict, and where nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain import Draft, Entity, TextFacts
from app.policy import load_default
from app.web.notes import notes

PHOENIX = Draft("\U0001f426\u200d\U0001f525 Hello")
LINKED = TextFacts(urls=(Entity(0, 14, "whitehouse.org"),))
POLICY = load_default()


def test_both_counts_are_told_the_smaller_first() -> None:
    assert list(notes(PHOENIX, TextFacts(), POLICY)) == ["X may count 8 or 11 characters; the larger one decides."]
    assert list(notes(Draft("Hello"), TextFacts(), POLICY)) == []


def test_a_length_that_could_not_be_read_is_not_told() -> None:
    assert list(notes(PHOENIX, TextFacts(unread=("length",)), POLICY)) == []


@pytest.mark.parametrize(("facts", "told"), [(LINKED, 1), (TextFacts(), 0)])
def test_a_link_is_told_with_its_price(facts: TextFacts, told: int) -> None:
    assert len(list(notes(Draft("whitehouse.org"), facts, POLICY))) == told


def test_a_school_without_prices_is_told_none() -> None:
    assert list(notes(Draft("whitehouse.org"), LINKED, replace(POLICY, costs=None))) == []


def test_prices_are_told_in_the_schools_currency() -> None:
    assert POLICY.costs is not None
    dearer = replace(POLICY, costs=replace(POLICY.costs, currency="GBP", post=1, post_with_link=2.5))
    (note,) = notes(Draft("whitehouse.org"), LINKED, dearer)
    assert "about £2.50 to publish" in note
    assert note.endswith("one without £1.00.")
