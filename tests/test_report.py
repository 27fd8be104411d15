"""A report on a terminal: the worst first, every place told, and nothing obeyed that a text holds."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from app.domain import (
    Answer,
    Box,
    Composition,
    Face,
    Field,
    Finding,
    Matching,
    Outcome,
    PhotoFacts,
    Region,
    Unseen,
    Verdict,
    Where,
    Words,
)
from app.report import light, marked, photo_line, place, show


def finding(outcome: Outcome, where: Where = None, rule: str = "names.pupil-named") -> Finding:
    return Finding(rule, outcome, "Title", "posting-1", "Clause.", f"It is {outcome.word}.", "Leave it out.", where)


def verdict(*findings: Finding) -> Verdict:
    return Verdict(findings, "whitehouse@1", "paper-1", "0" * 64, datetime(2026, 11, 22, tzinfo=UTC))


def shown(text: str, made: Verdict, *photos: PhotoFacts) -> str:
    held = io.StringIO()
    show(Console(file=held, width=80, highlight=False), text, made, photos)
    return held.getvalue()


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (None, "the whole draft"),
        (Words(3, 9), "text, 3–9"),
        (Words(0, 4, Field.PICTURE_TEXT, 1), "picture text of photo 2, 0–4"),
        (Region(0, Box(1, 2, 3, 4)), "photo 1, box 1,2–3,4"),
    ],
)
def test_every_place_is_told(where: Where, words: str) -> None:
    assert place(finding(Outcome.REFER, where)) == words


def test_the_verdict_is_a_word_and_not_a_colour_alone() -> None:
    assert [light(answer).plain for answer in Answer] == ["READY (approve)", "CHECK (refer)", "STOP (reject)"]


def test_the_worst_comes_first_and_what_says_the_same_comes_together() -> None:
    made = verdict(
        finding(Outcome.ADVISE, rule="wording.letter-home"),
        finding(Outcome.REJECT, Words(0, 2)),
        finding(Outcome.REFER, rule="accounts.reply"),
        finding(Outcome.REJECT, Words(5, 7)),
    )
    lines = shown("Hi there", made).splitlines()
    assert lines[0] == "STOP (reject) Hi there"
    assert [line.split()[0] for line in lines if line.startswith("  ") and line.strip()[0] in "ar"] == [
        "reject",
        "refer",
        "advise",
    ]
    assert "text, 0–2; text, 5–7" in lines[1]
    assert lines[-1] == "  policy whitehouse@1, engine paper-1"


def test_no_finding_is_not_worded_as_safe() -> None:
    text = shown("", verdict())
    assert "(no text)" in text
    assert "Nothing was found. A person still decides." in text
    assert "safe" not in text.casefold()


def test_a_photo_in_a_line() -> None:
    faces = (Face(Box(0, 0, 9, 9)), Face(Box(9, 9, 20, 20), possible=True))
    seen = PhotoFacts("", 800, 600, Composition.INDIVIDUAL, faces, matching=Matching.OFF)
    assert photo_line(1, seen) == "  photo 2: 800 × 600, individual, 1 face and 1 possible, matching off"
    dark = PhotoFacts("", 800, 600, unseen=(Unseen.DARK, Unseen.BLURRED))
    assert photo_line(0, dark).endswith("0 faces, matching off; not seen: dark, blurred")
    assert photo_line(0, dark) in shown("x", verdict(), dark)


def test_marks_lie_on_their_words_whatever_stands_before_them() -> None:
    text = "a\r\n\x07\x1b[2J\x0c Priya\x9b"
    start = text.index("Priya")
    marks = marked(text, [finding(Outcome.REJECT, Words(start, start + 5))])
    (span,) = marks.spans
    assert marks.plain[span.start : span.end] == "Priya"
    assert not any(ord(char) < 32 and char not in "\t\n" for char in marks.plain)
    assert "\x9b" not in marks.plain
    assert "\x1b" not in shown(text, verdict())


def test_notes_and_the_text_without_names_are_printed_and_obeyed_no_more_than_the_text() -> None:
    held = io.StringIO()
    console = Console(file=held, width=80, highlight=False)
    show(console, "x", verdict(), (), notes=["A [b]link[/b] costs."], without_names="A pupil\x1b[2J won")
    lines = held.getvalue().splitlines()
    assert "  note: A [b]link[/b] costs." in lines
    assert "  without names: A pupil␛[2J won" in lines
    assert "without names" not in shown("x", verdict())


def test_brackets_are_brackets() -> None:
    assert "[bold]no[/bold] [/]" in shown("[bold]no[/bold] [/]", verdict())


def test_words_of_other_fields_are_not_marked_in_the_text() -> None:
    assert marked("Priya", [finding(Outcome.REJECT, Words(0, 5, Field.ALT_TEXT, 0))]).spans == []
