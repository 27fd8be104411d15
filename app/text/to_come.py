"""Whether a text tells, with its time or place, of an event that has not ended.

Days and times alone say little: what only sounds like the future is no event, and a weekday may be the last one or the
next. So every sentence is asked for its event, its invitation, its tense, its time and its place.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Final

from app.text.dates import LONDON, When
from app.text.fold import source_span
from app.text.passage import Passage
from app.text.phrases import Found, book

__all__ = ["to_come"]

# Words in -ed that tell nothing of the past.
_NOT_PAST_TEXT: Final = (
    "need needed indeed excited invited delighted pleased interested united limited reserved advanced heated "
    "mixed talented required booked planned scheduled organised arranged confirmed expected prepared requested "
    "provided served sponsored speed exceed proceed succeed hundred bleed breed greed creed tweed agreed red bed "
    "feed seed weed wanted supposed welcomed geared located based cancelled postponed themed advised "
    "unprecedented ofsted relaxed dressed themed extended guided timed ticketed unlimited sponsored staggered blended"
)
_NOT_PAST: Final = frozenset(_NOT_PAST_TEXT.split())
_SHORTEST_PAST: Final = 5
_YEAR: Final = timedelta(days=365)
_LONG_AGO: Final = timedelta(days=3)
_NOTICE_WORDS: Final = 3  # in each of the sentences of a notice: "Wed 25 Nov. 6pm. Studio."
_FRAGMENT_WORDS: Final = 9  # a sentence no longer than this may complete the one before it


@dataclass(slots=True)
class _Sentence:
    """What one sentence says. ``start`` and ``end`` are places in the passage's text."""

    start: int
    end: int
    words: tuple[str, ...]
    kinds: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    times: list[When] = field(default_factory=list)
    heads_a_notice: bool = False

    @property
    def is_past(self) -> bool:
        """Whether it reports: a verb in the past and nothing that looks ahead."""
        if self.kinds["future"] or self.kinds["going"]:
            return False
        return bool(self.kinds["past"]) or _in_the_past(self.words)


def to_come(passage: Passage, times: Sequence[When], now: datetime) -> Iterator[tuple[int, int, str]]:
    """Start and end in the source, and what was understood: a day and time, or that only a place is given."""
    sentences = _sentences(passage, times)
    former: _Sentence | None = None
    for sentence, latter in zip_longest(sentences, sentences[1:]):
        yielded = False
        for when in _telling(sentence.times):
            meant = _still_to_come(when, sentence, former, now)
            if meant is not None:
                yielded = True
                yield *source_span(passage.folded, when.start, when.end), _said(meant)
        over = latter is not None and latter.is_past and not sentence.kinds["invite"]
        if not yielded and not over and _somewhere(sentence):
            yield *passage.source(*_place_of(sentence)), "a place, and no time"
        elif not yielded and (under_way := _under_way(sentence)) is not None:
            yield *passage.source(under_way.start, under_way.end), "under way now"
        former = sentence


def _under_way(sentence: _Sentence) -> Found | None:
    """The words that say that people are out and about at this moment."""
    kinds = sentence.kinds
    told = kinds["now"] or ([] if kinds["past"] or _in_the_past(sentence.words) else kinds["under-way"])
    return told[0] if told and not any(when.past for when in sentence.times) else None


def _in_the_past(words: tuple[str, ...]) -> bool:
    return any(word.endswith("ed") and len(word) >= _SHORTEST_PAST and word not in _NOT_PAST for word in words)


def _telling(times: Sequence[When]) -> Sequence[When]:
    """The days; times of day alone only where no day is given."""
    return [when for when in times if when.day] or times


def _sentences(passage: Passage, times: Sequence[When]) -> list[_Sentence]:
    sentences = []
    start = 0
    for part in passage.text.split(" ."):
        sentences.append(_Sentence(start, start + len(part), tuple(part.split())))
        start += len(part) + 2
    days = {_place_in(passage, when.start) for when in times if when.day}
    found = list(book("under-way").find(passage))
    if times or found or _may_tell_place(passage):
        found += book("to-come").find(passage)
    for each in found:
        # ``Sat`` is a day, or what somebody did.
        if each.kind != "past" or not any(each.start <= day < each.end for day in days):
            _at(sentences, each.start).kinds[each.kind].append(each)
    for when in times:
        _at(sentences, _place_in(passage, when.start)).times.append(when)
    for former, latter in pairwise(sentences):
        former.heads_a_notice = (
            len(former.words) <= _NOTICE_WORDS >= len(latter.words)
            and any(when.day for when in former.times)
            and any(when.clock for when in latter.times)
        )
    return sentences


def _may_tell_place(passage: Passage) -> bool:
    return not passage.vocabulary.isdisjoint(_AHEAD)


_AHEAD_TEXT: Final = (
    "join come will going off heading headed way arrived arriving currently now live here visiting forward wait "
    "excited until till sleeps countdown soon ready luck spending doors travelling setting leaving performing "
    "singing tickets welcome invited invite miss counting enjoying greetings aboard boarding route are having "
    "upcoming"
)
_AHEAD: Final = frozenset(_AHEAD_TEXT.split())


def _at(sentences: list[_Sentence], place: int) -> _Sentence:
    return next((each for each in reversed(sentences) if each.start <= place), sentences[0])


def _place_in(passage: Passage, folded_place: int) -> int:
    """Where in the passage's text the piece stands that holds a place of the folded text."""
    pieces = zip(passage.begins, passage.spans, strict=True)
    return next((begin for begin, (_, end) in pieces if end > folded_place), 0)


def _still_to_come(when: When, sentence: _Sentence, former: _Sentence | None, now: datetime) -> When | None:
    """The time as it is meant, if it has not ended and belongs to an event."""
    if when.past or not _is_of_event(when, sentence, former):
        return None
    looks_ahead = bool(sentence.kinds["future"] or sentence.kinds["going"] or sentence.kinds["invite"])
    if when.ends_at <= now:
        return _next_year(when) if when.loose and when.day and looks_ahead and now - when.ends_at > _LONG_AGO else None
    if not when.loose or looks_ahead:
        return when
    if sentence.is_past or (when.starts_at <= now and not when.clock):
        return None
    weekday_or_today = when.starts_at - now < timedelta(days=7)
    return None if weekday_or_today and sentence.kinds["praise"] else when


def _next_year(when: When) -> When:
    return When(
        when.start, when.end, when.starts_at + _YEAR, when.ends_at + _YEAR, when.day, when.clock, when.loose, when.past
    )


def _is_of_event(when: When, sentence: _Sentence, former: _Sentence | None) -> bool:
    kinds = sentence.kinds
    event = bool(kinds["event"])
    if kinds["rhetoric"] and not (when.clock and (event or kinds["place"])):
        return False
    if not when.day:
        return bool(kinds["invite"]) or (
            event and bool(kinds["future"] or kinds["going"] or kinds["place"]) and not sentence.is_past
        )
    if event or kinds["invite"] or kinds["going"]:
        return True
    if kinds["routine"] or sentence.is_past:
        return False
    if kinds["happening"] or sentence.heads_a_notice or (when.clock and not kinds["learning"]):
        return True
    if kinds["place"] and (when.clock or not when.loose):
        return True
    completes = former is not None and former.kinds["event"] and not former.is_past
    return bool(completes) and len(sentence.words) <= _FRAGMENT_WORDS


def _somewhere(sentence: _Sentence) -> bool:
    """An event without a time, whose place is given, or people who are on their way or there now."""
    kinds = sentence.kinds
    if kinds["ongoing"] and kinds["place"] and not kinds["past"]:
        return True
    if sentence.times or sentence.is_past or kinds["rhetoric"]:
        return False
    ahead = kinds["invite"] or kinds["going"] or (kinds["future"] and kinds["event"])
    return bool(ahead and kinds["place"])


def _place_of(sentence: _Sentence) -> tuple[int, int]:
    found = min(sentence.kinds["place"], key=lambda place: (place.start, -place.end))
    return found.start, found.end


def _said(when: When) -> str:
    starts, ends = when.starts_at.astimezone(LONDON), when.ends_at.astimezone(LONDON)
    if when.clock:
        return f"{starts:%A} {starts.day} {starts:%B %Y, %H:%M}"
    if ends.date() > starts.date():
        return f"{starts.day} {starts:%B} to {ends.day} {ends:%B %Y}"
    return f"{starts:%A} {starts.day} {starts:%B %Y}"
