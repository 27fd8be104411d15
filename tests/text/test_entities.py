"""Entities: what twitter-text's suites leave open, properties of all texts, and links made by a forgotten space."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import Entity
from app.text.entities import Entities, accidental_links, answers, extract, urls
from app.text.valid import is_address, is_handle, is_hashtag, is_list

PIECES = [
    "a", "foo", ".", "..", "-", "_", "/", ":", "@", "＠", "#", "＃", "$", "(", ")", "&", "http://", "HTTPS://", "www.", "com",
    ".com", "co.uk", "It", "today.It", "みんな", "嘉里大酒店", "é", "あ", "。", "t.co/", "xn--", "RT", "rt:", "/list", "12", "😀",
    "👨\u200d👩\u200d👧", "🇬🇧", "\ufe0f", "\u200d", "\u202a", "\ufeff", "\uffff", "\u0301", "\r\n", "\0", "\ud800", "\udfff",
    "©", "$TEST", ".T", "?q=1", "foo.com/a(b)", "x@y.z", " ", "\n",
]  # fmt: skip
texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
)


def everything(found: Entities) -> list[Entity]:
    return [*found.urls, *found.mentions, *found.lists, *found.hashtags, *found.cashtags]


def test_a_school_post() -> None:
    text = "@FarmTrust thank you! #Year2 loved it, see https://x.com/FarmTrust/status/1 and $TSLA @farm/lists"
    assert extract(text) == Entities(
        urls=(Entity(43, 75, "https://x.com/FarmTrust/status/1", "farmtrust"),),
        mentions=(Entity(0, 10, "FarmTrust", "farmtrust"),),
        hashtags=(Entity(22, 28, "Year2"),),
        cashtags=(Entity(80, 85, "TSLA"),),
        lists=(Entity(86, 97, "farm/lists", "farm"),),
        answers="farmtrust",
    )


def test_nothing_in_an_empty_text() -> None:
    assert extract("") == Entities()


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("hello@there", []),
        ("@a@b", []),
        ("@a/b-@c", []),
        ("@" + "a" * 25, ["a" * 20]),
        ("RT@a", ["a"]),
        ("xRT@a -RT@a", []),
        ("(RT@a", ["a"]),
        ("@RT@RT", []),
        ("@é", []),
        ("@aé", []),
        ("@a://b", []),
        ("http://example.com/@user", []),
    ],
)
def test_mentions(text: str, mentions: list[str]) -> None:
    assert [one.value for one in extract(text).mentions] == mentions


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("#Year2 #2 #_ ##b a#c &#d", ["Year2", "b"]),
        ("#a#b", []),
        ("#a\ufe0f#b", []),  # a selector may stand before a hashtag, but the first one took it
        ("☀\ufe0f#sun", ["sun"]),
        ("#\ufe0fa #\u20e3a", []),
        ("#http://a.co", []),
        ("http://a.co/#b", []),
        ("\ud800#a", []),
        ("#日本語", ["日本語"]),
    ],
)
def test_hashtags(text: str, hashtags: list[str]) -> None:
    assert [one.value for one in extract(text).hashtags] == hashtags


def test_of_two_that_overlap_the_earlier_stays() -> None:
    found = extract("#あfoo.com")
    assert [one.value for one in found.hashtags] == ["あfoo"]
    assert found.urls == ()
    assert [one.value for one in urls("#あfoo.com")] == ["foo.com"]


@pytest.mark.parametrize(
    ("text", "handle"), [(" @Miss_H hi", "miss_h"), (".@a", None), ("@a@b", None), ("hi @a", None)]
)
def test_answers(text: str, handle: str | None) -> None:
    assert answers(text) == handle


@settings(deadline=None)
@given(texts)
def test_spans_lie_in_the_text_apart_and_show_the_value(text: str) -> None:
    found = extract(text)
    for entity in found.urls:
        assert text[entity.start : entity.end] == entity.value
    for signs, entities in (("@＠", found.mentions + found.lists), ("#＃", found.hashtags), ("$", found.cashtags)):
        for entity in entities:
            assert text[entity.start] in signs
            assert text[entity.start + 1 : entity.end] == entity.value
    ends = 0
    for entity in sorted(everything(found), key=lambda one: one.start):
        assert ends <= entity.start < entity.end <= len(text)
        ends = entity.end


@settings(deadline=None)
@given(texts)
def test_accidental_links_are_some_of_the_urls(text: str) -> None:
    found = extract(text).urls
    assert set(accidental_links(text, found)) <= set(found)


@pytest.mark.parametrize(
    "text",
    [
        "We planted seeds today.It was muddy",
        "Cakes for tea.Team Oak won",
        "All done.It was fun",
        "ALL DONE.IT WAS FUN",
        "We had fun today.it was great",
        "Thanks to Mrs Smith.It was lovely",
        "Lovely to see you.So proud",
        "see bbc.co.uk.It is good",
        "We went home.School is out",
        "Well done today.Mr Smith is proud",
        "Great day for Oak.Team work won",
        "so much fun.so proud",
    ],
)
def test_a_forgotten_space_makes_a_link(text: str) -> None:
    assert len(accidental_links(text, extract(text).urls)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "see bbc.co.uk",
        "see whitehouseprimary.org.uk",
        "SEE BBC.CO.UK TODAY",
        "See BBC.Co.Uk",
        "see https://today.It",
        "see today.It/now",
        "see www.today.It",
        "visit Whitehouse.School",
        "watch MLB.tv on youtu.be",
        "watch MLB.TV",
        "we use bit.do and about.me",
        "see about.it today",
        "see about.it",
        "see bitesIze.iT",
        "Mr.Smith came. Play day.Please come",
    ],
)
def test_a_deliberate_address_is_no_accident(text: str) -> None:
    assert accidental_links(text, extract(text).urls) == ()


def test_an_accident_is_pointed_at() -> None:
    text = "See bbc.co.uk. Fun today.It was."
    assert accidental_links(text, extract(text).urls) == (Entity(19, 27, "today.It"),)


def test_validators() -> None:
    assert is_handle("@whitehouseps")
    assert not is_handle("whitehouseps")
    assert not is_handle("@a @b")
    assert is_list("@a/b")
    assert not is_list("@a")
    assert is_hashtag("#Year2")
    assert not is_hashtag("#2")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://user:pw@example.com:80/a/b;c?d=%20#e", True),
        ("example.com", True),
        ("http://1.2.3.10/", True),
        ("http://[::1]:80/", True),
        ("", False),
        ("ftp://example.com", False),
        ("http://example.com/a b", False),
        ("http://example.com/?a b", False),
        ("http://example.com/#a b", False),
        ("http://example", False),
        ("http://a_b.com", False),
        ("http://a_b.c.com", True),
        ("http://example.1com", False),
        ("http://example..com", False),
        ("http://example.com:port", False),
        ("http://us er@example.com", False),
    ],
)
def test_addresses_as_a_whole(text: str, good: bool) -> None:
    assert is_address(text) is good
