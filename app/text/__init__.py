"""What the words of a draft say: everything that is read in text, alt texts, file names, metadata and pictures.

``read`` gathers facts and judges nothing. A part that fails is named in ``TextFacts.unread``; the others go on.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from app.domain import (
    Certainty,
    Cue,
    Draft,
    Entity,
    Event,
    EventNamed,
    Field,
    NameFound,
    PhotoFacts,
    TextFacts,
    Topic,
    Words,
)
from app.text.dates import When, mentions
from app.text.entities import Entities, accidental_links, extract
from app.text.fold import fold
from app.text.happenings import calendar_of, named_events
from app.text.length import Lengths, measure
from app.text.name_index import FullNames, NameIndex
from app.text.names import find
from app.text.passage import Passage, passage
from app.text.whereabouts import NOT_APART, Apart, places
from app.text.wording import Reading, cues

__all__ = ["FullNames", "Guide", "NameIndex", "read"]


@dataclass(frozen=True, slots=True)
class Guide:
    """What must be known of the school to read a draft.

    ``accounts`` are the school's own handles, folded; ``published`` its own telephone numbers, e-mail and postal
    addresses; ``allowed_wording`` phrases that are neither offensive nor undermining here. ``never_named`` are pupils
    who are taken to be meant by whatever may name them; of the classes ``apart`` no post says where they are.
    """

    names: NameIndex
    events: tuple[Event, ...] = ()
    accounts: frozenset[str] = frozenset()
    published: tuple[str, ...] = ()
    allowed_wording: tuple[str, ...] = ()
    never_named: frozenset[str] = frozenset()
    apart: Apart = NOT_APART


@dataclass(frozen=True, slots=True)
class _Writing:
    """One text of a draft, and where it belongs."""

    text: str
    field: Field
    photo: int | None = None


# Signs that Unicode counts as letters or symbols and that show nothing: Hangul fillers, the blank Braille cell.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"})
_SPOKEN: Final = frozenset({Field.TEXT, Field.ALT_TEXT, Field.PICTURE_TEXT})
_STRAY: Final = 2
_log = logging.getLogger(__name__)

_T = TypeVar("_T")


def read(draft: Draft, photos: Sequence[PhotoFacts], guide: Guide, now: datetime) -> TextFacts:
    """Everything that can be read in the words of a draft; ``photos`` runs parallel to those of the draft."""
    reader = _Reader(guide, now)
    entities = reader.attempt("entities", lambda: extract(draft.text), Entities())
    lengths = reader.attempt("length", lambda: measure(draft.text), Lengths(0, 0, 0))
    reader.cues += reader.attempt("links", lambda: _accidents(draft.text, entities.urls), ())
    for writing in _writings(draft, photos):
        if writing.text.strip():
            reader.take(writing, entities)
    whereabouts = (*reader.places, *_events_told(draft, reader.events))
    return TextFacts(
        visible=any(map(_shows, draft.text)),
        weighted_length=lengths.weighted,
        weighted_reference=lengths.reference,
        policy_length=lengths.policy,
        urls=entities.urls,
        mentions=tuple(sorted((*entities.mentions, *entities.lists), key=lambda each: each.start)),
        hashtags=entities.hashtags,
        cashtags=entities.cashtags,
        answers=entities.answers,
        names=tuple(reader.names),
        cues=(*reader.cues, *(whereabouts if guide.apart.concerns(draft) else ())),
        events=tuple(reader.events),
        unread=tuple(dict.fromkeys(reader.unread)),
    )


class _Reader:
    """Gathers from one text after the other, and remembers which part of the reading failed."""

    def __init__(self, guide: Guide, now: datetime) -> None:
        self.guide = guide
        self.now = now
        self.names: list[NameFound] = []
        self.cues: list[Cue] = []
        self.events: list[EventNamed] = []
        self.places: list[Cue] = []
        self.unread: list[str] = []

    def attempt(self, part: str, work: Callable[[], _T], otherwise: _T) -> _T:
        """What ``work`` gives; if it fails, ``otherwise``, and the part counts as unread."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001  # whatever fails is a fact, and the rest is still read
            # The kind alone: what an error says, or its trace, may quote the draft.
            _log.error("%s could not be read: %s", part, type(error).__name__)
            self.unread.append(part)
            return otherwise

    def take(self, writing: _Writing, entities: Entities) -> None:
        """Reads one text."""
        self.names += self.attempt("names", lambda: _names(writing, self.guide, entities), ())
        words = self.attempt("wording", lambda: passage(fold(writing.text)), None)
        if words is None:
            return
        times = self.attempt("dates", lambda: mentions(words.cased, self.now), _NO_TIMES)
        self.cues += self.attempt("wording", lambda: cues(words, times, self._reading(writing), self.now), ())
        self.events += self.attempt("events", lambda: _events(writing, words, times, self.guide.events), ())
        # Always gathered, whoever it is for: how long reading takes tells nothing.
        self.places += self.attempt("wording", lambda: _places(writing, words), ())

    def _reading(self, writing: _Writing) -> Reading:
        guide = self.guide
        return Reading(writing.field, writing.photo, guide.accounts, guide.published, guide.allowed_wording)


_NO_TIMES: Final[tuple[When, ...]] = ()


def _writings(draft: Draft, photos: Sequence[PhotoFacts]) -> Iterator[_Writing]:
    yield _Writing(draft.text, Field.TEXT)
    for number, photo in enumerate(draft.photos):
        yield _Writing(photo.alt_text, Field.ALT_TEXT, number)
        yield _Writing(photo.file_name, Field.FILE_NAME, number)
        yield from (_Writing(text, Field.METADATA, number) for _, text in photo.metadata)
    for number, facts in enumerate(photos):
        yield _Writing(facts.picture_text, Field.PICTURE_TEXT, number)


def _accidents(text: str, urls: tuple[Entity, ...]) -> Iterable[Cue]:
    return [Cue(Topic.ACCIDENTAL_LINK, Words(url.start, url.end), url.value) for url in accidental_links(text, urls)]


def _names(writing: _Writing, guide: Guide, entities: Entities) -> Iterable[NameFound]:
    signs = (*entities.hashtags, *entities.mentions) if writing.field is Field.TEXT else ()
    found = find(writing.text, guide.names, field=writing.field, photo=writing.photo, entities=signs)
    return [_sure(one, writing, guide) for one in found]


def _sure(found: NameFound, writing: _Writing, guide: Guide) -> NameFound:
    """How sure the name of a child is who must never be named, and letters that a picture may only seem to hold."""
    if writing.field is Field.PICTURE_TEXT and found.where.end - found.where.start <= _STRAY:
        # Edges and covered faces are read as one or two letters now and then: a person looks, nothing is stopped.
        return replace(found, certainty=min(found.certainty, Certainty.AMBIGUOUS))
    if guide.never_named.isdisjoint(found.pupils):
        return found
    return replace(found, certainty=max(found.certainty, Certainty.LIKELY))


def _places(writing: _Writing, words: Passage) -> Iterable[Cue]:
    if writing.field not in _SPOKEN:
        return []
    return [_somewhere(Words(*span, writing.field, writing.photo)) for span in places(words, writing.text)]


def _events_told(draft: Draft, events: Sequence[EventNamed]) -> Iterator[Cue]:
    """Every event that a draft is about: an event is somewhere."""
    yield from (_somewhere(one.where) for one in events)
    if draft.event_id is not None:
        yield _somewhere(Words(0, len(draft.text)))


def _somewhere(where: Words) -> Cue:
    return Cue(Topic.TO_COME, where, "a place, and no time")


def _events(
    writing: _Writing, words: Passage, times: Sequence[When], events: tuple[Event, ...]
) -> Iterable[EventNamed]:
    if writing.field not in _SPOKEN:
        return []
    return [
        EventNamed(event, Words(start, end, writing.field, writing.photo), dated)
        for event, start, end, dated in named_events(words, times, calendar_of(events))
    ]


def _shows(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN and character not in _BLANK
