"""Folding undoes disguises and never loses the way back to the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.fold import Folded, deleet, fold, joined_runs, masked_words, source_span, squeeze, tokens

INVISIBLE = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u034f",
    "\ufe0f",
    "\u3164",
    "\u115f",
    "\u202e",
    "\x00",
]
SPELLINGS = [
    "ALICE", "Alice", "Álïcé", "Ali\u0301ce", "Аlісе", "ΑLICE", "Ａｌｉｃｅ", "𝓐𝓵𝓲𝓬𝓮", "𝐀𝐥𝐢𝐜𝐞", "ⒶⓁⒾⒸⒺ", "🅐🅛🅘🅒🅔", "🅰🅻🅸🅲🅴",
    "🇦🇱🇮🇨🇪", "ᴀʟɪᴄᴇ", "ꓮꓡꓲꓚꓰ", "Al\u00adi\u200bce", "A\u034fl\u3164ice",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_folds_to_one(spelling: str) -> None:
    assert fold(spelling).text == "alice"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Wiśniewska", "wisniewska"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("Straße", "strasse"),
        ("D’Souza", "d'souza"),
        ("Mary‑Jane", "mary-jane"),
        ("🇬🇧🇫🇷", "🇬🇧🇫🇷"),
        ("one\x0btwo\u2028three\r\n\tfour", "one\ntwo\nthree\r\n\tfour"),
        ("½ ﬁn", "1/2 fin"),
        ("`quoted`", "'quoted'"),
        ("😀 新年", "😀 新年"),
        ("\ud800", "\ud800"),
    ],
)
def test_what_a_reader_sees_is_what_is_compared(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_places_lead_back_to_the_source() -> None:
    folded = fold("ß\u200bé!")
    assert folded == Folded("sse!", (0, 0, 2, 3, 4), "ß\u200bé!")


def test_a_span_takes_its_last_accent_and_no_more() -> None:
    folded = fold("Jose\u0301\u200b ßa")
    assert source_span(folded, 0, 4) == (0, 5)
    assert source_span(folded, 5, 6) == (7, 8)
    assert source_span(folded, 2, 2) == (2, 2)


@given(st.text())
def test_places_are_ordered_and_in_range(text: str) -> None:
    folded = fold(text)
    assert len(folded.at) == len(folded.text) + 1
    assert folded.at[-1] == len(text)
    assert list(folded.at) == sorted(folded.at)
    for token in (*tokens(folded), *joined_runs(folded), *masked_words(folded)):
        assert 0 <= token.start < token.end <= len(text)
        assert token.raw == text[token.start : token.end]


@given(st.text(alphabet="abcXYZ 'éłа-"), st.data())
def test_invisible_characters_change_nothing_but_places(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    with_it = text[:place] + data.draw(st.sampled_from(INVISIBLE)) + text[place:]
    assert fold(with_it).text == fold(text).text


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_text_folds_one_to_one_but_for_case(text: str) -> None:
    printable = "".join(character for character in text if character.isprintable() and character != "`")
    assert fold(printable) == Folded(printable.lower(), tuple(range(len(printable) + 1)), printable)


def test_words_keep_their_apostrophes_and_their_raw_spelling() -> None:
    words = tokens(fold("O’Neill's Siân_2026 'quoted'"))
    assert [word.key for word in words] == ["o'neill's", "sian", "2026", "quoted"]
    assert words[1].raw == "Siân"


@pytest.mark.parametrize(
    "spread", ["J a c o b", "J.a.c.o.b", "J-A-C-O-B", "j_a_c_o_b", "J. a. c. o. b", "J\na\nc\no\nb"]
)
def test_spread_letters_are_joined(spread: str) -> None:
    (run,) = joined_runs(fold(f"Well done {spread}!"))
    assert (run.key, run.raw) == ("jacob", spread)


def test_two_letters_or_a_whole_word_are_no_run() -> None:
    assert joined_runs(fold("A.S. in Year 4 and a b cat")) == ()


def test_signs_for_letters_are_one_word() -> None:
    found = masked_words(fold("H@mza, $am and f*ck it but not 5+5= or well done! Alice"))
    assert [word.key for word in found] == ["h@mza", "$am", "f*ck", "5+5"]


def test_leetspeak_is_undone_both_ways() -> None:
    assert deleet("j4cob") == ("jacob",)
    assert deleet("h@mza") == ("hamza",)
    assert set(deleet("sh1t")) == {"shit", "shlt"}
    assert deleet("year") == deleet("2026") == deleet("$5") == ()


def test_a_word_full_of_signs_has_few_readings() -> None:
    assert len(deleet("x" + "1" * 40)) == 16


def test_drawn_out_letters_are_cut() -> None:
    assert squeeze("aliiiice") == ("alice", "aliice")
    assert squeeze("annie") == ()
