"""Private details, and what is none."""

from datetime import UTC, datetime

import pytest

from app.text.details import is_pupil_number, private_details
from app.text.fold import fold
from app.text.phones import plain_number

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def kinds(text: str, *published: str) -> set[tuple[str, str]]:
    return {(text[each.start : each.end], each.kind) for each in private_details(fold(text), published, NOW)}


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("Ring ０７７００ ９００１２３ now", "０７７００ ９００１２３", "a phone number"),
        ("Mail jane.smith@gmail.com!", "jane.smith@gmail.com", "an e-mail address"),
        ("at SW1A 1AA.", "SW1A 1AA", "a postcode"),
        ("B1 2ND", "B1 2ND", "a postcode"),
        ("GIR 0AA", "GIR 0AA", "a postcode"),
        ("14 Acacia Avenue", "14 Acacia Avenue", "a street address"),
        ("Flat 2 High Street", "Flat 2 High Street", "a street address"),
        ("UPN: A123456789012", "A123456789012", "a pupil number (UPN)"),
        ("D.O.B: 3/4/2016", "D.O.B: 3/4/2016", "a date of birth"),
        ("NHS no. 943 476 5919", "943 476 5919", "an NHS number"),
        ("QQ 12 34 56 C no, AB123456C yes", "AB123456C", "a National Insurance number"),
    ],
)
def test_kinds(text: str, words: str, kind: str) -> None:
    assert (words, kind) in kinds(text)


def test_check_letter_of_a_pupil_number() -> None:
    good = next(
        letter + "123456789012" for letter in "ABCDEFGHJKLMNPQRTUVWXYZ" if is_pupil_number(letter + "123456789012")
    )
    bad = ("B" if good[0] != "B" else "C") + good[1:]
    assert kinds(good) == {(good, "a pupil number (UPN)")}
    assert kinds(bad) == {(bad, "what looks like a pupil number (UPN)")}
    assert is_pupil_number("T12345678901A") in (True, False)


@pytest.mark.parametrize(
    "number",
    [
        "07700 900123",
        "01632 960999",
        "020 7946 0123",
        "0113 496 0123",
        "0808 157 0123",
        "0909 879 0123",
        "03069 990123",
    ],
)
def test_numbers_for_drama_count(number: str) -> None:
    assert (number, "a phone number") in kinds(f"Call {number}.")


@pytest.mark.parametrize(
    "way", ["01632 960001", "+44 1632 960001", "0044 1632 960 001", "(01632) 960001", "01632960001"]
)
def test_the_schools_number_in_whatever_way_it_is_written(way: str) -> None:
    assert kinds(f"Ring {way}", "01632 960001") == set()
    assert kinds(f"Ring {way}", "01632 960002") != set()


def test_published_addresses_are_known_in_whole_words() -> None:
    published = ("1 School Lane, Whitehouse, ZE1 0AA", "office@whitehouse.sch.uk")
    assert kinds("Visit 1 School Lane, ZE1 0AA or OFFICE@whitehouse.sch.uk", *published) == set()
    assert ("21 School Lane", "a street address") in kinds("21 School Lane", *published)
    assert kinds("head.office@whitehouse.sch.uk", *published) != set()


def test_plain_numbers() -> None:
    assert plain_number("+44 (0)1632 960001") == "01632960001"
    assert plain_number("o1632 96ooo1") == "01632960001"
    assert plain_number("office") == ""


@pytest.mark.parametrize(
    "text",
    [
        "Tel 12/12/2026",
        "Order no. 07123456789",
        "Year B1 2nd place",
        "Our lambs were born on 3/4/2026",
        "Queen Elizabeth was born on 21 April 2016",
        "born on 3 April 1906",
        "birthday 3 April 1906",
        "one two three four five six seven eight nine ten",
        "the 14 children of Acacia Avenue",
        "look @ 3 for one dot two",
        "They lived in a shoe on the road",
        "one at a time",
        "lunch (at noon) at school",
        "Call 12.12.2026",
        "Oh! one two three four five six seven eight nine",
    ],
)
def test_none_of_these(text: str) -> None:
    assert kinds(text) == set()
