"""Where addresses are found beyond what the conformance suites ask, and that hostile texts cost no more than others."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app.text import emoji, length
from app.text.entities import accidental_links, extract
from app.text.urls import CURRENT, REFERENCE, TopLevel, find_urls


def found(text: str, known: TopLevel = REFERENCE) -> list[str]:
    return [text[start:end] for start, end in find_urls(text, known)]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See bbc.co.uk/bitesize.", ["bbc.co.uk/bitesize"]),
        ("no full stop", []),
        ("Fun today. Really. 3.5 miles", []),
        ("http://a.co:8080/x?y=1.", ["http://a.co:8080/x?y=1"]),
        ("a.co:80 b.co?x=1", ["a.co", "b.co"]),  # without protocol only a path is kept
        ("HTTPS://T.CO/ABC/def", ["HTTPS://T.CO/ABC"]),
        ("http://t.co/ab?x=1.", ["http://t.co/ab?x=1"]),
        ("http://t.co/" + "a" * 40, ["http://t.co/" + "a" * 40]),
        ("http://t.co/" + "a" * 41, []),
        ("xhttp://a.co", []),
        ("http://a.co http://", ["http://a.co"]),
        ("foo.com/a.(b)", ["foo.com/a"]),
        ("foo.com/a(b(c)d)(e).", ["foo.com/a(b(c)d)(e)"]),
        ("foo.com/a.(b)c", ["foo.com/a.(b)c"]),
        ("foo.com/((", ["foo.com/"]),
        ("-foo.com _foo.com .foo.com /foo.com", []),
        ("http://my_class.school.org my_class.school.org a_b.org", ["http://my_class.school.org", "class.school.org"]),
        ("http://my_class.org", []),
        ("ああ.com", []),
        ("é.com", ["é.com"]),
        ("“foo.com”", ["foo.com"]),
        ('"foo.com"', ["foo.com"]),
        ("日本foo.com中国bar.org", ["foo.com", "bar.org"]),
        ("foo.com.ああ/x", ["foo.com"]),
        ("foo.com.x.ああ.みんな", ["foo.com"]),
        ("http://xn--ああ.com", []),
        ("xn--ab.xn--cd", ["xn--ab.xn--cd"]),
        ("foo.xn", []),
        ("foo.vermögensberater foo.vermögens foo.嘉里大酒店 foo.嘉里x", ["foo.vermögensberater", "foo.嘉里大酒店"]),
        ("name@foo.com", []),
        ("foo.com@bar", []),
        (f"http://{'a' * 63}.com http://{'a' * 64}.com", [f"http://{'a' * 63}.com"]),
        (f"http://{'あ' * 30}.com http://{'あ' * 64}.com", [f"http://{'あ' * 30}.com"]),
        (f"http://{'あ' * 57}z.com", []),  # 63 code points at most, but more in Punycode
        ("http://ああ。いい.com", ["http://ああ。いい.com"]),
        ("http://a.co/" + "x" * 4077, ["http://a.co/" + "x" * 4077]),
        ("http://a.co/" + "x" * 4078, []),  # the reference counts the protocol twice
    ],
)
def test_addresses(text: str, addresses: list[str]) -> None:
    assert found(text) == addresses


def test_of_two_starts_the_reference_takes_the_later_first() -> None:
    # The first character stands before an address if it can: only then is the label short enough.
    assert found("é" + "a" * 60 + ".com") == ["a" * 60 + ".com"]


@pytest.mark.parametrize("name", ["kids", "music", "spa", "merck", "hotel"])
def test_newer_top_level_domains_are_found_by_the_current_list_alone(name: str) -> None:
    assert found(f"our.{name}") == []
    assert found(f"our.{name}", CURRENT) == [f"our.{name}"]


def test_lists_hold_what_their_sources_do() -> None:
    size = len(REFERENCE.plain) + sum(map(len, REFERENCE.others.values()))
    assert size == 1574
    assert len(CURRENT.plain - REFERENCE.plain) == 5


HOSTILE = [
    "a.", "@", "#a", "http://", "a.co", "a.co ", "あ", "あ.", "あ.com", ".com", "(", "a.co/(", "a.co/(a(b", "a.co/.(a)",
    "a.co?", "@a", "@a/b-", "$A ", "RT@a ", "-", "_.", "a_.", "a-.com", "。", "xn--", ".xn--", "verm.", "嘉里.", "#1", "\u0301",
    "👨\u200d", "1\ufe0f", "👨\u200d👩\u200d👧", "a.coあ-.", "http://あ.みんな", "a.みんなあ.", "today.It ", "\ud800", "\r\n", "\0",
]  # fmt: skip


def read_all(text: str) -> None:
    entities = extract(text)
    accidental_links(text, entities.urls)
    length.measure(text)
    length.weigh(text, length.V3)


def least_seconds(work: Callable[[str], None], text: str) -> float:
    def once() -> float:
        begun = time.process_time()
        work(text)
        return time.process_time() - begun

    return min(once() for _ in range(3))


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    short, long = (piece * 4000)[:500], (piece * 4000)[:4000]
    # Eight times the text: linear work takes 8 times as long, quadratic 64 times.
    assert least_seconds(read_all, long) < 28 * max(least_seconds(read_all, short), 0.0002)


def test_no_pattern_gives_an_emoji_twice() -> None:
    text = "👨\u200d👩\u200d👧🇬🇧🇫🇷©️"
    assert emoji.CURRENT.find(text) == [(0, 5), (5, 7), (7, 9), (9, 11)]
