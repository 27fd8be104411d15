"""What carries a post out of the house: five calls, and what can become of each of them, as values.

A publisher never tries a call twice by itself where the first might have been heard: only ``post`` makes something
public, and whoever asked for it looks at the account's recent posts before asking again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

Thing = TypeVar("Thing", covariant=True)


@dataclass(frozen=True, slots=True)
class Done(Generic[Thing]):
    """It was done, for certain; ``value`` is what it gave."""

    value: Thing


@dataclass(frozen=True, slots=True)
class Wait:
    """It was not done, for certain; it may be asked for again from then on, such as after a rate limit."""

    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """It was not done, for certain, and will not be until a person has seen to it.

    ``slug`` is one word for it (``no-credit``, ``disconnected``), ``reason`` a sentence for that person, without
    secrets. ``everything``: no other post of the school would fare better, so all of them are held.
    """

    slug: str
    reason: str
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, for certain, and never will be as it is. ``slug`` and ``reason`` as of a Hold.

    ``duplicate``: because the same text is out already, which may be this very post.
    """

    slug: str
    reason: str
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been done or not: the call was sent and no answer that tells came back."""

    reason: str = ""


Outcome = Done[Thing] | Wait | Hold | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Posted:
    """A post that is out; ``url`` is where people find it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Recent:
    """One of the account's recent posts. ``text`` may carry shortened links and an appended picture link, as X gives it.

    ``photos``: how many pictures it has; None where that was not told.
    """

    id: str
    url: str
    text: str
    at: datetime
    photos: int | None = None


class Publisher(Protocol):
    """One account, ready to be posted to. Safe to use from several threads; opened and closed by whoever made it."""

    @property
    def name(self) -> str:
        """Which kind it is, for the record: ``x``, ``dry-run``, ``manual``."""
        ...

    def upload(self, data: bytes, media_type: str) -> Outcome[str]:
        """Hand over a picture; gives its id, which holds for a day."""
        ...

    def describe(self, media_id: str, alt_text: str) -> Outcome[None]:
        """Say what an uploaded picture shows."""
        ...

    def post(self, text: str, media_ids: Sequence[str]) -> Outcome[Posted]:
        """Make a post of the text and the uploaded pictures. The one call that is never made twice blindly."""
        ...

    def delete(self, post_id: str) -> Outcome[None]:
        """Take a post down; Done too where it is gone already."""
        ...

    def find_recent(self, since: datetime) -> Outcome[tuple[Recent, ...]]:
        """All of the account's posts since then, or Hold, Wait or Unknown where that cannot be told for certain."""
        ...
