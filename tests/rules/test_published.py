"""The school's own details, however they are written."""

from __future__ import annotations

import pytest

from app.rules.published import is_published

ADDRESS = "Whitehouse Primary School, 112 School Lane, Milton Keynes MK8 1AB"


@pytest.mark.parametrize(
    ("words", "published"),
    [
        ("01908 123456", "01908 123456"),
        ("(01908) 123-456", "01908123456"),
        ("+44 1908 123456", "01908 123456"),
        ("+44 (0)1908 123456", "01908 123456"),
        ("0044 1908 123456", "01908 123456"),
        ("01908 123456", "+44 1908 123456"),
        ("Office@Example.org", "office@example.org"),
        ("112 School Lane", ADDRESS),
        ("mk8 1ab", ADDRESS),
    ],
)
def test_is_published(words: str, published: str) -> None:
    assert is_published(words, ("something else", published))


@pytest.mark.parametrize(
    ("words", "published"),
    [
        ("01908 123457", "01908 123456"),
        ("1908 12345", "01908 123456"),
        ("12 School Lane", ADDRESS),
        ("112 School Lane, MK8 1AB", ADDRESS),
        ("112", ADDRESS),
        ("head@example.org", "office@example.org"),
        ("", ""),
        ("...", "..."),
    ],
)
def test_is_not_published(words: str, published: str) -> None:
    assert not is_published(words, (published,))


def test_nothing_is_published_by_default() -> None:
    assert not is_published("01908 123456", ())
