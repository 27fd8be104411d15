"""Feeds of websites: read with care, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from app.integrations import feeds
from app.integrations.feeds import Came, Picture

ADDRESS = "https://whitehouse.example/news/feed"
RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>News</title>
<item><guid isPermaLink="false">n2</guid><title>Year 4 &amp;amp; the &lt;b&gt;mill&lt;/b&gt;</title><link>/news/mill</link>
  <enclosure url="https://whitehouse.example/a.jpg" type="image/jpeg" length="1"/>
  <media:content url="https://whitehouse.example/b.jpg" medium="image"/></item>
<item><title>Bulbs</title><link>https://whitehouse.example/news/bulbs</link>
  <enclosure url="https://whitehouse.example/a.mp3" type="audio/mpeg" length="1"/></item>
<item><description>nothing to go by</description></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>f</id><updated>2026-11-22T09:00:00Z</updated>
<entry><id>urn:1</id><title type="html">A &lt;i&gt;new&lt;/i&gt; library</title>
<link href="https://whitehouse.example/library"/><updated>2026-11-22T09:00:00Z</updated></entry></feed>"""

Answer = Callable[[httpx.Request], httpx.Response]


def _fetch(answer: Answer, **given: str) -> feeds.Fetched:
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        return feeds.fetch(http, ADDRESS, resolved=lambda _host, _port: ["93.184.216.34"], **given)


def test_rss_gives_items_without_markup_and_with_whole_addresses() -> None:
    found = feeds.read(RSS, ADDRESS)
    assert found is not None
    mill, bulbs = found
    assert (mill.key, mill.title, mill.link) == ("n2", "Year 4 & the mill", "https://whitehouse.example/news/mill")
    assert {one.url for one in mill.pictures} == {
        "https://whitehouse.example/a.jpg",
        "https://whitehouse.example/b.jpg",
    }
    assert (bulbs.key, bulbs.pictures) == ("https://whitehouse.example/news/bulbs", ())


def test_atom_is_read_as_well() -> None:
    found = feeds.read(ATOM, ADDRESS)
    assert found is not None
    (only,) = found
    assert (only.key, only.title, only.link) == ("urn:1", "A new library", "https://whitehouse.example/library")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Not found</body></html>",
        b"{}",
        b"\x00\xff\xfe",
        b'<!DOCTYPE a [<!ENTITY x "y">]><rss version="2.0"><channel/></rss>',
        b'<!doctype a [<!entity x "y">]><rss version="2.0"><channel/></rss>',
        b"<rss" * 5000,
    ],
)
def test_what_is_no_feed_is_none(data: bytes) -> None:
    assert feeds.read(data, ADDRESS) is None


def test_addresses_that_are_none_are_dropped() -> None:
    hostile = RSS.replace(b"/news/mill", b"javascript:alert(1)").replace(
        b"https://whitehouse.example/a.jpg", b"file:///x"
    )
    found = feeds.read(hostile, ADDRESS)
    assert found is not None
    assert found[0].link == ""
    assert found[0].pictures == (Picture("https://whitehouse.example/b.jpg", ""),)


def test_marks_are_sent_back_and_nothing_new_is_told() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"a"':
            assert request.headers["if-modified-since"] == "Sat, 21 Nov 2026 09:00:00 GMT"
            return httpx.Response(304)
        return httpx.Response(
            200, content=RSS, headers={"etag": '"a"', "last-modified": "Sat, 21 Nov 2026 09:00:00 GMT"}
        )

    first = _fetch(answer)
    assert (first.came, len(first.items)) == (Came.NEW, 2)
    assert _fetch(answer, etag=first.etag, last_modified=first.last_modified).came is Came.SAME


@pytest.mark.parametrize(
    ("status", "came", "word"),
    [(410, Came.GONE, "gone"), (404, Came.FAILED, "answered-404"), (500, Came.FAILED, "answered-500")],
)
def test_other_answers_are_told(status: int, came: Came, word: str) -> None:
    found = _fetch(lambda _: httpx.Response(status))
    assert (found.came, found.word) == (came, word)


def test_what_leads_elsewhere_is_followed_and_checked_at_each_step() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["host"] == "whitehouse.example":
            return httpx.Response(301, headers={"location": "https://www.whitehouse.example/feed"})
        return httpx.Response(200, content=RSS)

    assert _fetch(answer).came is Came.NEW
    assert _fetch(lambda _: httpx.Response(302, headers={"location": "http://127.0.0.1/"})).word == "forbidden-address"
    round_and_round = _fetch(lambda _: httpx.Response(302, headers={"location": ADDRESS}))
    assert round_and_round.word == "too-much"


def test_too_much_is_not_read_to_its_end() -> None:
    assert _fetch(lambda _: httpx.Response(200, content=b"a" * (feeds.MOST_BYTES + 1))).word == "too-much"


def test_a_broken_line_is_told() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset")

    assert _fetch(broken).word == "unreachable"


def test_a_picture_comes_or_does_not() -> None:
    def picture(answer: Answer) -> bytes | None:
        with httpx.Client(transport=httpx.MockTransport(answer)) as http:
            return feeds.fetch_picture(http, ADDRESS, resolved=lambda _host, _port: ["93.184.216.34"])

    assert picture(lambda _: httpx.Response(200, content=b"jpeg")) == b"jpeg"
    assert picture(lambda _: httpx.Response(404, content=b"jpeg")) is None
    assert picture(lambda _: httpx.Response(200, content=b"")) is None
    assert picture(lambda _: httpx.Response(302, headers={"location": "http://10.0.0.1/"})) is None
