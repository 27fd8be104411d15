"""A draft and its photos, as they were submitted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a draft. ``sha256`` is of the bytes that would be published.

    ``metadata`` are the texts found in the file before it was cleaned, as ``(tag, text)``;
    ``dropped`` says what kinds of metadata were removed (``position``, ``camera``, ``comment`` …),
    ``doubts`` what was odd about the file as it came (words of ``Unseen``).
    """

    sha256: str
    alt_text: str = ""
    file_name: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    id: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that somebody wants published, as it was submitted.

    ``author`` is the id of the person or key; ``account`` the handle as sent.
    """

    text: str
    photos: tuple[Photo, ...] = ()
    account: str = ""
    author: str | None = None
    classes: tuple[str, ...] = ()
    outsiders: bool = False
    event_id: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    publish_at: datetime | None = None
    source_url: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the text, then each photo's alt text and picture hash, length-prefixed."""
        parts = (self.text, *(each for photo in self.photos for each in (photo.alt_text, photo.sha256)))
        return hash_of(*(part.encode("utf-8", "surrogatepass") for part in parts))


def hash_of(*parts: bytes) -> str:
    """SHA-256 (hex) over the parts, each after its length in eight bytes, big end first."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()


X_SITE = re.compile(
    r"(?:https?:)?(?://)?(?:[^/?#@\s]*@)?(?:[a-z0-9-]+\.)*"
    r"(?:(?:(?:fx|vx|fixv|px)?twitter|x|fixupx|fixvx|twittpr|xcancel|twiiit)\.com|nitter(?:\.[a-z0-9-]+)+)\.?(?::\d+)?(?=[/?#]|$)",
    re.IGNORECASE | re.ASCII,
)
"""The beginning of an address of Twitter/X, or of a site that shows its posts under the same paths."""
_PAGE = re.compile(r"/+(?:#!/+)?@?([a-z0-9_]{1,20})(?![a-z0-9_])", re.IGNORECASE | re.ASCII)
_FOLLOW = re.compile(
    r"/+intent/(?:user|follow)/?\?(?:[^#]*&)?screen_name=@?([a-z0-9_]{1,20})", re.IGNORECASE | re.ASCII
)
_NOT_PEOPLE = frozenset(
    {"i", "home", "search", "hashtag", "intent", "share", "explore", "settings", "messages", "login", "privacy", "tos"}
)


def account_of(url: str) -> str | None:
    """The folded handle whose page or post a Twitter/X address leads to, or None; letters may be percent-encoded."""
    address = unquote(url.strip())
    site = X_SITE.match(address)
    found = (_FOLLOW.match(address, site.end()) or _PAGE.match(address, site.end())) if site else None
    handle = found.group(1).lower() if found else None
    return None if handle in _NOT_PEOPLE else handle
