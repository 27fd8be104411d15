"""Feeds of a website (RSS 2.0, Atom): fetched with care, read with feedparser, told as plain items.

What a website sends is not trusted: size and time are limited, entities are refused, words lose their markup, addresses that are none are
dropped.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import httpx

from app.integrations import targets
from app.integrations.targets import Resolve

MOST_BYTES = 2 * 1024 * 1024
MOST_PICTURE_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 30.0
MOST_ITEMS = 200
MOST_PICTURES = 4
_MOST_LEADS = 3
_MOST_WORDS = 4000
_MOST_ALT_TEXT = 1000
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"\s+")
_KINDS = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"


class Came(StrEnum):
    """What became of a fetch."""

    NEW = "new"
    SAME = "same"  # 304
    GONE = "gone"  # 410
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that an item brings."""

    url: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something on the website. ``key`` is its own for ever: its id, else its address, else its words."""

    key: str
    title: str
    link: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. ``word`` says in one word why nothing did."""

    came: Came
    items: tuple[Item, ...] = ()
    etag: str = ""
    last_modified: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class _TooMuch(Exception):
    """More bytes or seconds than are given to one call."""


def client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for feeds and their pictures: what leads elsewhere is followed by hand, each step checked."""
    return targets.client(10.0, transport)


def fetch(
    http: httpx.Client,
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    allowed: Collection[str] = (),
    resolved: Resolve = targets.resolve,
) -> Fetched:
    """Fetch a feed, if it has changed since."""
    headers = {"Accept": _KINDS, "User-Agent": "Fledgling"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    try:
        answer = _get(http, url, headers, MOST_BYTES, allowed, resolved)
    except targets.Forbidden:
        return Fetched(Came.FAILED, word="forbidden-address")
    except _TooMuch:
        return Fetched(Came.FAILED, word="too-much")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return Fetched(Came.FAILED, word="unreachable")
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return Fetched(Came.SAME)
    if answer.status == HTTPStatus.GONE:
        return Fetched(Came.GONE, word="gone")
    if answer.status != HTTPStatus.OK:
        return Fetched(Came.FAILED, word=f"answered-{answer.status}")
    items = read(answer.body, url)
    if items is None:
        return Fetched(Came.FAILED, word="no-feed")
    marks = [answer.headers.get(name, "")[:500] for name in ("etag", "last-modified")]
    return Fetched(Came.NEW, items, *(mark if mark.isascii() and mark.isprintable() else "" for mark in marks))


def fetch_picture(
    http: httpx.Client, url: str, *, allowed: Collection[str] = (), resolved: Resolve = targets.resolve
) -> bytes | None:
    """The bytes of a picture, or None where it cannot be had."""
    try:
        answer = _get(
            http, url, {"Accept": "image/*", "User-Agent": "Fledgling"}, MOST_PICTURE_BYTES, allowed, resolved
        )
    except (targets.Forbidden, _TooMuch, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return None
    return answer.body if answer.status == HTTPStatus.OK and answer.body else None


def _get(
    http: httpx.Client,
    url: str,
    headers: dict[str, str],
    most_bytes: int,
    allowed: Collection[str],
    resolved: Resolve,
) -> _Answer:
    """Follow where it leads, a few steps, each of them checked like the first."""
    until = time.monotonic() + MOST_SECONDS
    for _ in range(_MOST_LEADS + 1):
        target = targets.check(url, allowed, resolved)
        asked = {**headers, "Host": target.host_header}
        with http.stream("GET", target.pinned, headers=asked, extensions={"sni_hostname": target.host}) as answer:
            leads = answer.headers.get("location", "")
            if answer.has_redirect_location and leads:
                url = urljoin(url, leads)
                continue
            return _Answer(answer.status_code, answer.headers, _within(answer, most_bytes, until))
    raise _TooMuch


def _within(answer: httpx.Response, most_bytes: int, until: float) -> bytes:
    parts, size = [], 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > most_bytes or time.monotonic() > until:
            raise _TooMuch
        parts.append(part)
    return b"".join(parts)


def read(data: bytes, address: str) -> tuple[Item, ...] | None:
    """The items of a feed as they stand in it; None where it is no feed, or one that defines entities."""
    if b"<!ENTITY" in data.upper():
        return None
    try:
        found: Any = feedparser.parse(data, response_headers={"content-location": address})
        if not found.get("version") or (found.bozo and not found.entries):
            return None
        items = [_item(one, address) for one in found.entries[:MOST_ITEMS]]
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    return tuple(one for one in items if one is not None)


def _item(entry: Any, address: str) -> Item | None:
    title = _words(entry.get("title"))[:_MOST_WORDS]
    link = _address(entry.get("link"), address)
    key = str(entry.get("id") or "") or link or title
    if not key or not (title or link):
        return None
    return Item(key, title, link, tuple(_pictures(entry, address)))


def _pictures(entry: Any, address: str) -> list[Picture]:
    offered = [*entry.get("media_content", []), *entry.get("enclosures", [])]
    told = _words(next((one.get("content") for one in entry.get("media_text", [])), entry.get("media_description")))
    found: dict[str, Picture] = {}
    for one in offered:
        kind, medium = str(one.get("type") or ""), str(one.get("medium") or "")
        url = _address(one.get("url") or one.get("href"), address)
        if url and (kind.startswith("image/") or medium == "image"):
            found.setdefault(url, Picture(url, told[:_MOST_ALT_TEXT]))
    return list(found.values())[:MOST_PICTURES]


def _words(told: object) -> str:
    if not isinstance(told, str):
        return ""
    return _BLANKS.sub(" ", html.unescape(_TAG.sub(" ", told))).strip()


def _address(told: object, base: str) -> str:
    if not isinstance(told, str):
        return ""
    try:
        url = urljoin(base, told.strip())
        parts = urlsplit(url)
    except ValueError:
        return ""
    fits = parts.scheme in {"http", "https"} and parts.hostname and url.isascii() and url.isprintable()
    return url if fits and len(url) <= targets.LONGEST_ADDRESS else ""
