"""Phrases that a school allows: what can be kept as one, and what would unguard a pupil."""

from __future__ import annotations

import pytest

from app.domain import Pupil
from app.text import NameIndex
from app.text.allowed import LONGEST, allowing, fault_of, is_name, sameness, tidy
from app.text.names import find

PUPILS = [
    Pupil("grace", "", "Grace", "Adeyemi", year="4", class_name="Oak", middle="Florence"),
    Pupil("rose", "", "Rose", "Long", year="1"),
    Pupil("hill", "", "Tom", "Hill", year="2"),
    Pupil("liz", "", "Elizabeth", "O'Neill-Smith"),
    Pupil("may", "", "Will", "May"),
    Pupil("amy", "", "Amy", "Jones"),
    Pupil("lucas", "", "Lucas", "Fletcher"),
]
INDEX = NameIndex.build(PUPILS)


@pytest.mark.parametrize(
    "phrase",
    [
        *("Grace", "grace", "GRACE", "Gr4ce", "G*ace", "Gr.ace", "G r a c e", "Gr\u0430ce", "Grace's", "Graces"),
        *("Adeyemi", "Florence", "Gracie", "Liz", "O'Neill", "Smith", "Oneill Smith", "Will", "May", "Will May"),
        *("Grace Adeyemi", "Adeyemi, Grace", "GraceAdeyemi", "#GraceAdeyemi", "Grace Florence Adeyemi"),
        *("Grace Ruby Adeyemi", "grace ruby adeyemi", "Grace A", "G. Adeyemi", "Elizabeth O'Neill"),
        *("our Grace", "the Rose", "Congratulations Grace", "Well done Grace", "Grace and Rose", "Grace, Rose"),
        *("Grace Year 4", "Grace in Oak"),
    ],
)
def test_nothing_but_a_pupils_name(phrase: str) -> None:
    assert is_name(phrase, INDEX)


def test_a_phrase_is_passed_over_with_an_s_at_its_end() -> None:
    assert find("Well done Amy Jones!", INDEX)
    assert find("Well done Amy Jones!", NameIndex.build(PUPILS, allowed=["Amy Jone"])) == ()
    assert is_name("Amy Jone", INDEX)


@pytest.mark.parametrize(
    "phrase",
    [
        *("Grace Darling Hall", "Amazing Grace", "say Grace", "Rose Hill", "Rose Court", "Miss Rose", "Tom's Field"),
        *("Tom Fletcher", "Marcus Rashford", "Grace the dog", "DT", "Year 4", "Oak", "the", "hot cross buns"),
        *("Romeo and Juliet", "校"),
    ],
)
def test_more_than_a_pupils_name(phrase: str) -> None:
    assert not is_name(phrase, INDEX)


def test_phrases_are_allowed_but_for_names() -> None:
    text = "Well done Grace! We sang in Grace Adeyemi Hall."
    index = allowing(INDEX, ["Grace", "Grace Adeyemi Hall"])
    assert [text[one.where.start : one.where.end] for one in find(text, INDEX)] == ["Grace", "Grace Adeyemi"]
    assert [text[one.where.start : one.where.end] for one in find(text, index)] == ["Grace"]
    assert INDEX.allowed == {}


def test_a_child_of_elsewhere_is_passed_over_too() -> None:
    text = "Well done Zofia from Year 2!"
    assert find(text, INDEX)
    assert find(text, allowing(INDEX, ["Zofia"])) == ()
    assert find(text, allowing(INDEX, ["Zofia Court"]))


@pytest.mark.parametrize(
    ("phrase", "fault"),
    [
        ("", "is empty"),
        (" \u00a0 ", "is empty"),
        ("x" * LONGEST, ""),
        ("x" * (LONGEST + 1), f"has more than {LONGEST} characters"),
        ("12 & 3", "has no letter"),
        ("🎉", "has no letter"),
        ("🎉 hooray", ""),
        ("Jose\u0301", ""),
        ("क्या", ""),
        ("a\u200bb", "holds a sign that cannot be seen"),
        ("a\u202eb", "holds a sign that cannot be seen"),
        ("a\u3164", "holds a sign that cannot be seen"),
        ("a\x00", "holds a sign that cannot be seen"),
        ("\ud800a", "holds a sign that cannot be seen"),
    ],
)
def test_what_can_be_kept(phrase: str, fault: str) -> None:
    assert fault_of(tidy(phrase)) == fault


def test_phrases_are_tidied_and_known_again() -> None:
    assert tidy("  Alice \u00a0\n Jose\u0301  ") == "Alice José"
    assert sameness("Alice  Holt") == sameness("ALICE HÓLT")
    assert sameness("Alice Holt") != sameness("Alice Hall")
