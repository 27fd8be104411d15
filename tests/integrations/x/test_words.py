"""Whether words at X are ours: addresses shortened, pictures' addresses added, signs escaped, letters composed."""

from __future__ import annotations

import pytest

from app.integrations.x.words import has_words

LINK = "Read https://whitehouse.example/a?b=1 now"
AT = [(5, 37)]


@pytest.mark.parametrize(
    ("told", "text", "urls", "photos"),
    [
        ("Good news", "Good news", [], False),
        ("Good news https://t.co/AbC123xyz0", "Good news", [], True),
        ("https://t.co/AbC123xyz0", "", [], True),
        ("Tea &amp; cake &lt;3", "Tea & cake <3", [], False),
        ("Caf\u00e9", "Cafe\u0301", [], False),
        ("Read https://t.co/AbC123xyz0 now", LINK, AT, False),
        (LINK, LINK, AT, False),
        ("Read https://t.co/AbC123xyz0 now https://t.co/Zzz", LINK, AT, True),
        ("Good news", "  Good news\n", [], False),
    ],
)
def test_the_same_words(told: str, text: str, urls: list[tuple[int, int]], photos: bool) -> None:
    assert has_words(told, text, urls, photos=photos)


@pytest.mark.parametrize(
    ("told", "text", "urls", "photos"),
    [
        ("Good news!", "Good news", [], True),
        ("Good news https://t.co/AbC123xyz0", "Good news", [], False),
        ("Good news https://t.co/A https://t.co/B", "Good news", [], True),
        ("Read https://evil.example now", LINK, AT, False),
        ("Read  now", LINK, AT, False),
        ("good news", "Good news", [], False),
    ],
)
def test_other_words(told: str, text: str, urls: list[tuple[int, int]], photos: bool) -> None:
    assert not has_words(told, text, urls, photos=photos)
