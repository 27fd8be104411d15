"""Lengths: emoji new and old, URLs, the policy's own count, and that no text breaks the scales."""

from __future__ import annotations

import pytest
from emoji import EMOJI_DATA
from hypothesis import given, settings

from app.text.length import CURRENT, V1, V2, V3, Lengths, Weighed, measure, weigh
from tests.text.test_entities import texts

SANTA = "🧑\u200d🎄"  # Emoji 13
FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", (0, 0, 0)),
        ("Hello", (5, 5, 5)),
        ("a\u0301", (1, 1, 1)),
        ("a\r\nb", (4, 4, 4)),
        ("日本", (4, 4, 2)),
        (FAMILY, (2, 2, 7)),
        (SANTA, (5, 2, 3)),
        ("👏🏽", (2, 2, 2)),
        ("🇬🇧🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", (4, 4, 9)),
        ("1\ufe0f\u20e3#\u20e3", (4, 4, 5)),
        ("12#*", (4, 4, 4)),
        ("⚽\ufe0f", (2, 2, 2)),  # needless selectors: the reference takes 42 of them
        ("✅\ufe0f", (4, 2, 2)),
        ("©", (1, 2, 1)),
        ("©\ufe0f", (2, 2, 2)),
        ("\ud800\0", (3, 3, 2)),
        ("see bbc.co.uk", (27, 27, 27)),
        ("https://www.whitehouseprimary.org.uk/news/2026/farm-visit", (23, 23, 23)),
        ("http://a.co/1\ufe0f\u20e3", (27, 27, 25)),  # the address ends within the emoji
        ("our.music", (9, 23, 9)),
        ("#あfoo.com", (26, 26, 25)),  # the address counts although the hashtag has it
    ],
)
def test_lengths(text: str, lengths: tuple[int, int, int]) -> None:
    measured = measure(text)
    assert (measured.reference, measured.current, measured.policy) == lengths
    assert measured.weighted == max(lengths[:2])


def test_every_emoji_of_current_unicode_is_two() -> None:
    assert [spelling for spelling in EMOJI_DATA if weigh(spelling, CURRENT).weighted != 2] == []
    assert [
        spelling
        for spelling in EMOJI_DATA
        if weigh(f"a{spelling}\ufe0fa", CURRENT).weighted != 4 and spelling[-1] != "\ufe0f"
    ] == []


def test_the_reference_never_counts_an_emoji_it_does_not_know_as_less_than_two() -> None:
    few = {spelling for spelling in EMOJI_DATA if weigh(spelling, V3).weighted < 2}
    assert few == {"©", "®"}


@pytest.mark.parametrize(
    ("text", "config", "weighed"),
    [
        ("", V3, Weighed(0, 0, False)),
        ("a" * 280, V3, Weighed(280, 280, True)),
        ("a" * 281, V3, Weighed(281, 280, False)),
        ("a" * 141, V1, Weighed(141, 140, False)),
        ("日" * 141, V2, Weighed(282, 140, False)),
        ("a" * 279 + FAMILY, V3, Weighed(281, 279, False)),
        ("a" * 259 + " bbc.co.uk", V3, Weighed(283, 260, False)),
        (f"see {FAMILY} ok", V3, Weighed(9, 14, True)),
        (FAMILY, V2, Weighed(11, 7, True)),
        ("see bbc.co.uk", V1, Weighed(27, 13, True)),
        ("ab\ufeffcd", V3, Weighed(6, 2, False)),
        ("ab bbc.co.uk\uffff", V3, Weighed(28, 12, False)),
    ],
)
def test_weighing(text: str, config: object, weighed: Weighed) -> None:
    assert isinstance(config, type(V3))
    assert weigh(text, config) == weighed


@settings(deadline=None)
@given(texts)
def test_every_text_has_a_length(text: str) -> None:
    measured = measure(text)
    assert measured == Lengths(weigh(text, V3).weighted, weigh(text, CURRENT).weighted, measured.policy)
    assert bool(measured.weighted) == bool(measured.policy) == bool(text)
    for config in (V1, V2, V3, CURRENT):
        weighed = weigh(text, config)
        assert 0 <= weighed.fits <= len(text) * 4
        assert not weighed.valid or weighed.weighted <= config.limit
