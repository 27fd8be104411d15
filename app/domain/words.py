"""Facts about words: what was read in all texts of a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from app.domain.places import Words


class Certainty(IntEnum):
    """How sure it is that words name a pupil."""

    AMBIGUOUS = 1
    LIKELY = 2
    CERTAIN = 3


@dataclass(frozen=True, slots=True)
class NameFound:
    """Words that name, or may name, a child.

    ``pupils``: up to five ids, likeliest first; empty for a child who is not on the roster.
    ``reasons``: why it was taken so, for people, without the name itself.
    ``instead``: what could be said instead (``a Year 4 pupil``), or empty.
    """

    where: Words
    certainty: Certainty
    pupils: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    instead: str = ""


class Topic(StrEnum):
    """What a stretch of words is about, where a rule asks for it."""

    OFFENSIVE = "offensive"
    UNDERMINING = "undermining"
    PRIVATE_DETAIL = "private-detail"
    SENSITIVE = "sensitive"
    LETTER_HOME = "letter-home"
    ACCIDENTAL_LINK = "accidental-link"
    PRIVATE_TALK = "private-talk"
    REPOST = "repost"
    TO_COME = "to-come"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that concern a topic; ``note`` says in plain words what was seen (``a phone number``)."""

    topic: Topic
    where: Words
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A URL, mention, hashtag or cashtag as twitter-text v3 extracts it.

    ``value`` is without the sign; for a URL the address as written. ``account`` is the folded
    handle of a mention, or that a Twitter/X address leads to.
    """

    start: int
    end: int
    value: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class EventNamed:
    """Words that mean an event of the calendar; ``dated`` when its time or place is given too."""

    event: str
    where: Words
    dated: bool = False


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What was read in all words of a draft: text, alt texts, file names, metadata, picture text.

    ``weighted_length`` is the larger of twitter-text v3's count and the count by current Unicode;
    ``policy_length`` counts code points after NFC, each URL as 23. ``unread`` names what could not be checked.
    """

    visible: bool = True
    weighted_length: int = 0
    weighted_reference: int = 0
    policy_length: int = 0
    urls: tuple[Entity, ...] = ()
    mentions: tuple[Entity, ...] = ()
    hashtags: tuple[Entity, ...] = ()
    cashtags: tuple[Entity, ...] = ()
    answers: str | None = None  # the folded handle the text begins with
    names: tuple[NameFound, ...] = ()
    cues: tuple[Cue, ...] = ()
    events: tuple[EventNamed, ...] = ()
    unread: tuple[str, ...] = ()

    def about(self, topic: Topic) -> Iterator[Cue]:
        """The cues of one topic, in order."""
        return (cue for cue in self.cues if cue.topic is topic)
