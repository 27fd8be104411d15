"""The language of phrases, and the passages they are looked for in."""

import re

import pytest

from app.text.fold import fold
from app.text.passage import passage
from app.text.phrases import PhraseBook, book


def finds(phrase: str, text: str, *unless: str, **lists: str) -> list[str]:
    made = PhraseBook({"lists": lists, "about": [{"kind": "k", "note": "n", "says": [phrase], "unless": list(unless)}]})
    words = passage(fold(text))
    return [text[slice(*words.source(found.start, found.end))] for found in made.find(words)]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("useless teacher(s)", "Our useless teachers!", "useless teachers"),
        ("useless teacher", "Our useless teacher's pet", "useless teacher's"),
        ("can(')t sing", "they cant sing", "cant sing"),
        ("can(')t sing", "they can’t sing", "can’t sing"),
        ("useless|hopeless head_teacher", "a hopeless head teacher", "hopeless head teacher"),
        ("useless very? old teacher", "useless old teacher", "useless old teacher"),
        ("useless ~2 teacher", "useless, quite old teacher", "useless, quite old teacher"),
        ("useless * teacher", "useless old teacher", "useless old teacher"),
        ("finish at #", "we finish at 3.15pm.", "finish at 3.15pm"),
        ("bring £", "please bring £1.50", "bring £1.50"),
        ("^ bring", "Hello. Bring hats", "Bring"),
        ("shambles $", "a shambles! Really", "shambles"),
        ("sing at|$", "we sing", "sing"),
        ("useless teachers", "#UselessTeachers", "UselessTeachers"),
        ("useless teachers", "u s e l e s s teachers", "u s e l e s s teachers"),
        ("useless teachers", "#ＵselessＴeachers useless teachers", "useless teachers"),
        ("fineteachers", "#ﬁneTeachers", "ﬁneTeachers"),
        ("dfe report", "#DfEReport the DfE report", "DfE report"),
        ("salt and pepper", "salt & pepper", "salt & pepper"),
    ],
)
def test_found(phrase: str, text: str, found: str) -> None:
    assert found in finds(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("useless teachers", "useless. Teachers"),
        ("useless teachers", "useless old teachers"),
        ("useless ~1 teachers", "useless very old teachers"),
        ("^ bring", "Please bring"),
        ("shambles $", "a shambles indeed"),
        ("bring #", "bring hats"),
        ("teacher", ""),
    ],
)
def test_not_found(phrase: str, text: str) -> None:
    assert finds(phrase, text) == []


def test_lists() -> None:
    assert (
        finds("<bad> <whom>", "rubbish school", bad="useless, rubbish", people="staff,", whom="<people>, school") != []
    )
    assert finds("child ~3!about ill", "child who is ill", about="learns about, helps") != []
    assert finds("child ~3!about ill", "child helps the ill", about="learns about, helps") == []


def test_unless_holds_for_the_sentence() -> None:
    assert finds("waste of time", "Not a waste of time. Fun!", "not ~2 waste") == []
    assert finds("waste of time", "It was not dull. A waste of time!", "not ~2 waste") == ["waste of time"]


def test_a_phrase_needs_a_word_to_be_looked_up_by() -> None:
    with pytest.raises(ValueError, match="nothing to look"):
        finds("~2 *", "anything")


@pytest.mark.parametrize("name", ["undermining", "sensitive", "letter-home", "private-talk", "offensive", "to-come"])
def test_the_books_are_sound(name: str) -> None:
    """Everything in a book can be compiled, and no phrase matches mere blanks."""
    phrases = {id(phrase): phrase for found in book(name)._by_word.values() for phrase in found}
    assert len(phrases) > 30
    for phrase in phrases.values():
        assert not re.compile(phrase.pattern).search(" "), phrase.pattern
        assert not re.compile(phrase.unless or "a").search(" "), phrase.unless


def test_a_passage_leads_back_to_the_source() -> None:
    words = passage(fold("Hi — “Ａ lot”, 3.15pm (ok)… £5 & #TopClass2"))
    assert words.text == " hi , , a lot , , 3.15pm , ok , . £5 and top class 2 "
    assert words.cased.endswith("£5 & #TopClass2")
