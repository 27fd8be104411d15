"""Offensive words and their disguises; the tables are in test_wording.py."""

import pytest

from app.text.fold import fold
from app.text.offence import offences
from app.text.passage import passage


def said(text: str) -> set[str]:
    return {text[start:end] for start, end, _ in offences(passage(fold(text)))}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what the f***", "f***"),
        ("f*****g rain", "f*****g"),
        ("sh*tshow", "sh*tshow"),
        ("s**t", "s**t"),
        ("tw_t", "tw_t"),
        ("b#stard", "b#stard"),
        ("wan ker", "wan ker"),
        ("a p r i c k", "a p r i c k"),
        ("sh!te", "sh!te"),
        ("5h1t", "5h1t"),
        ("craaaap", "craaaap"),
        ("#bullshitschool", "bullshitschool"),
        ("motherfu77er", "motherfu77er"),
        ("You dick Smith", "dick"),
        ("🖕", "🖕"),
        ("#$@&%*!", "#$@&%*!"),
        ("Moby Dick is by a dick", "dick"),
    ],
)
def test_disguises(text: str, words: str) -> None:
    assert words in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dick Smith came",
        "Moby Dick",
        "P155",
        "b2b",
        "****",
        "!!!!",
        "@@@@@@",
        "w*rld",
        "a*",
        "5* review",
        "x-ray",
        "s-t-o-p",
        "well-known",
        "so fu nny",
        "push it off",
        "#scunthorpeunited",
        "@scunthorpe",
        "hmmm",
        "wooooow",
        "4x4",
        "12345",
        "A B C D E F",
        "b--- and c-d",
    ],
)
def test_innocent(text: str) -> None:
    assert said(text) == set()
