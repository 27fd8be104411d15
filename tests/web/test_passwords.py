"""Which passwords are taken, and that hashes are of today's kind."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from app.web.passwords import hash_password, is_outdated, matches, why_not

OWN, SCHOOL = ("Ruth Lane", "r.lane"), ("Whitehouse Primary School", "whitehouse")


@pytest.mark.parametrize(
    "password",
    [
        *("correct horse battery staple", "marmalade kettle fjord", "coffee-tin-fish", "sunshine monkey dragon"),
        *(
            "839201748263",
            "Ruth likes trampolines",
            "whitehouse river trampoline",
            "Year4 Roman road!",
            "каравелла и чай",
        ),
        "x9#Kq2vLp0!z" * 5,
    ],
)
def test_nothing_is_asked_but_length_and_not_being_guessed_first(password: str) -> None:
    assert why_not(password, 12, own=OWN, school=SCHOOL) == ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "has 5 characters; it needs at least 12"),
        ("x" * 300, "longer than 256"),
        ("marmalade\nkettle", "cannot be typed again"),
        ("marmalade\ud800kettle", "cannot be typed again"),
        ("aaaaaaaaaaaa", "a row or a repetition"),
        ("abcabcabcabc", "a row or a repetition"),
        ("123456789012", "a row or a repetition"),
        ("lkjhgfdsapoiuytrewq", "a row or a repetition"),
        ("password1234", "among those that are guessed first"),
        ("P@ssw0rd!!2024", "among those that are guessed first"),
        ("L1verp00l2024!!", "among those that are guessed first"),
        ("WELCOMEwelcome", "a row or a repetition"),
        ("ruthlane2024", "your own name or address"),
        ("Ruth-Läne-2024!", "your own name or address"),
        ("whitehouseps24", "the school's name"),
        ("primary2026!!", "the school's name"),
    ],
)
def test_why_a_password_is_not_taken(password: str, why: str) -> None:
    assert why in why_not(password, 12, own=OWN, school=SCHOOL)


def test_the_policy_sets_the_length() -> None:
    assert why_not("kettle fjord", 12) == ""
    assert "at least 13" in why_not("kettle fjord", 13)


def test_hashes_are_argon2id_and_of_todays_kind() -> None:
    kept = hash_password("marmalade")
    assert kept.startswith("$argon2id$")
    assert not is_outdated(kept)
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("marmalade"))


def test_no_hash_matches_nothing_and_accents_are_one_however_they_were_typed() -> None:
    assert matches(hash_password("caf\u00e9 kettle"), "cafe\u0301 kettle")
    assert not matches(None, "nobody has this password")
    assert not matches("", "nobody has this password")
    assert not matches("not a hash", "x")
