"""What an address in a post leads to: a post, or somebody's page on one of the common networks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain import X_SITE, account_of, fold_handle

__all__ = ["handles_in", "is_post"]

_POST: Final = re.compile(r"/(?:[^?#]*/)?status(?:es)?/\d", re.IGNORECASE)
# Where people keep pages of their own, and sites that show the same pages under other names; known generally in 2026.
_NETWORKS_TEXT: Final = (
    "instagram.com instagr.am ddinstagram.com kkinstagram.com imginn.com picuki.com threads.net threads.com "
    "tiktok.com vxtiktok.com facebook.com fb.com fb.me bsky.app bsky.social fxbsky.app snapchat.com youtube.com "
    "linkedin.com pinterest.com pinterest.co.uk reddit.com tumblr.com twitch.tv t.me telegram.me linktr.ee medium.com "
    "substack.com vimeo.com soundcloud.com flickr.com strava.com github.com patreon.com vsco.co goodreads.com "
    "mastodon.social mstdn.social mas.to ko-fi.com onlyfans.com beacons.ai kick.com last.fm letterboxd.com"
)
_NETWORKS: Final = frozenset(_NETWORKS_TEXT.split())
_NAMING: Final = frozenset({"screen_name", "username", "user", "u", "via", "handle"})  # parameters that name a page
_PROTOCOL: Final = re.compile(r"https?://", re.IGNORECASE)


def is_post(url: str) -> bool:
    """Whether an address is of one post on Twitter/X, whoever wrote it."""
    address = unquote(url.strip())
    site = X_SITE.match(address)
    return site is not None and _POST.match(address, site.end()) is not None


def handles_in(url: str) -> Iterator[str]:
    """Folded handles that an address may lead to: of Twitter/X, of the networks known here, of any site's ``/@name``.

    An address within another, as archives write it, counts too. Some of the words given are no handles at all: they
    are to be compared with handles, not shown.
    """
    for address in _within(unquote(url.strip())):
        if account := account_of(address):
            yield account
        yield from _named(address)


def _within(address: str) -> Iterator[str]:
    """The address without its protocol, and those that it holds after another ``http://``."""
    yield from (part for part in _PROTOCOL.split(address) if part)


def _named(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(f"//{address}")
    except ValueError:  # a host in brackets that is no host
        return
    labels = (parts.hostname or "").rstrip(".").split(".")
    known = next((place for place in range(len(labels)) if ".".join(labels[place:]) in _NETWORKS), None)
    segments = [segment for segment in f"{parts.path}/{parts.fragment}".split("/") if segment]
    if known is None:
        yield from (fold_handle(segment) for segment in segments if segment.startswith("@"))
        return
    words = [*labels[:known], *segments, *(value for key, value in parse_qsl(parts.query) if key.lower() in _NAMING)]
    for word in map(fold_handle, words):
        # Facebook reads names over their dots; a server's name may follow a handle.
        yield from (word, word.replace(".", ""), word.removesuffix(".bsky.social"), word.partition("@")[0])
