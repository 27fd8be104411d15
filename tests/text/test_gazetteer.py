"""What is known of words and names in general."""

import pytest

from app.text.gazetteer import (
    Commonness,
    commonness,
    diminutives,
    is_given_name,
    is_people_or_age,
    is_proper,
    is_word,
    key_of,
    lexicon,
    match_phrases,
    phrase_table,
    well_known_phrases,
)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("alice", Commonness.NO_WORD),
        ("harry", Commonness.NO_WORD),
        ("troy", Commonness.SELDOM),
        ("hope", Commonness.EVERYDAY),
        ("april", Commonness.EVERYDAY),
        ("will", Commonness.LITTLE),
    ],
)
def test_how_common_a_word_is(word: str, level: Commonness) -> None:
    assert commonness(word) is level


def test_words_with_a_capital_are_known_apart() -> None:
    assert is_word("rose")
    assert is_word("teddy")
    assert not is_word("paris")
    assert is_proper("paris")


def test_keys_have_letters_and_digits_alone() -> None:
    assert key_of("O’Neill-Smith") == "oneillsmith"


@pytest.mark.parametrize(
    ("name", "other"),
    [("william", "bill"), ("bill", "william"), ("katherine", "kate"), ("catherine", "kate"), ("mohammed", "muhammad"),
     ("elizabeth", "lizzy"), ("temitope", "temi"), ("malgorzata", "gosia"), ("barry", "barrie")],
)  # fmt: skip
def test_short_forms_and_spellings(name: str, other: str) -> None:
    assert other in diminutives(name)


@pytest.mark.parametrize(
    ("name", "other"), [("margaret", "emily"), ("amelia", "emily"), ("lizzie", "beth"), ("alice", "alice")]
)
def test_other_names_are_other_names(name: str, other: str) -> None:
    assert other not in diminutives(name)


def test_given_names_of_every_origin() -> None:
    assert all(map(is_given_name, ["barnaby", "priya", "kwame", "oluwaseun", "zosia", "muhammad"]))
    assert not is_given_name("tesco")


def test_peoples_languages_and_ages() -> None:
    assert all(map(is_people_or_age, ["victorian", "romans", "tudors", "spanish", "japanese", "venetian"]))
    assert not any(map(is_people_or_age, ["julian", "victoria", "rowan", "librarian", "smithian"]))


def test_phrases_match_the_longest_and_a_possessive() -> None:
    table = phrase_table(["Rose Hill", "Rose Hill Farm", "", "Ben Nevis"])
    assert list(match_phrases(("at", "rose", "hill", "farms", "ben"), table)) == [(1, 4)]
    assert list(match_phrases(("rose", "hill", "school"), table)) == [(0, 2)]


def test_well_known_phrases_have_no_lone_given_name() -> None:
    lone = {phrase[0] for group in well_known_phrases().values() for phrase in group if len(phrase) == 1}
    assert {name for name in lone if is_given_name(name)} <= {"socrates", "ronaldo", "cleopatra", "lazarus", "aslan"}


def test_an_unknown_heading_is_an_error() -> None:
    with pytest.raises(KeyError):
        lexicon("no such heading")
