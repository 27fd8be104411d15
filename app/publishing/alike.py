"""Whether a post that stands at X is the one that was sent: X shortens addresses, escapes signs and adds a picture's link."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from app.integrations.publisher import Recent
from app.text.urls import find_urls

_ADDRESS = "\N{OBJECT REPLACEMENT CHARACTER}"
_EARLIER = timedelta(minutes=5)
"""X's clock and ours may differ by so much."""


def find(text: str, photos: int, sent_at: datetime, posts: Iterable[Recent], known: Collection[str]) -> Recent | None:
    """The post among the recent ones that is this one; ``known`` are posts that are other drafts."""
    wanted = _bare(text, [_ADDRESS] * photos)
    for post in posts:
        if post.id in known or post.at < sent_at - _EARLIER:
            continue
        if post.photos is not None and post.photos != photos:
            continue
        if _bare(html.unescape(post.text), []) in {wanted, _bare(text, []), _bare(text, [_ADDRESS])}:
            return post
    return None


def _bare(text: str, more: list[str]) -> str:
    """The text with one sign for each address, whatever it is, and ``more`` after it."""
    told = unicodedata.normalize("NFC", text)
    for span in reversed(find_urls(told)):
        told = f"{told[: span.start]}{_ADDRESS}{told[span.end :]}"
    return re.sub(r"\s+", " ", " ".join([told, *more])).strip()
