"""Events of the school's calendar that a text means, by title or synonym."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from app.domain import Event
from app.text.dates import When
from app.text.fold import fold
from app.text.passage import Passage

__all__ = ["Calendar", "calendar_of", "named_events"]

_EMPTY_TEXT: Final = "a an and at by for from in into of on our the their to with your this that's s whole annual"
_EMPTY: Final = frozenset(_EMPTY_TEXT.split())
_GROUP: Final = re.compile(r"(?:year|class|reception|nursery|ks\d|y\d|\d)\w*")
_ALIKE: Final = 88  # rapidfuzz ratio of the whole name; "chrismas fair" is 96, "christmas fare" 93, "spring fair" 67
_FUZZY_LETTERS: Final = 8  # shorter names are too easily like something else
_GAP_WORDS: Final = 2  # other words that may stand among those of a name
_BREAKS: Final = frozenset({"is", "are", "was", "were", "will", "has", "have", "had", "but", "isn't"})
_KEY_LETTERS: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Name:
    event: Event
    words: tuple[str, ...]  # stems that carry its meaning, in order
    runs: frozenset[str]  # how it looks written as one word
    place: str  # as in a passage, with blanks around; empty if none


class Calendar:
    """The names of events, ready to be looked for."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._by_key: dict[str, list[_Name]] = {}
        for event in events:
            place = " ".join(_stems(event.place))
            for title in (event.title, *event.synonyms):
                words = _meaningful(title)
                runs = frozenset({"".join(words), _stem("".join(_WORD.findall(fold(title).text)) or ".")})
                name = _Name(event, words, runs, place)
                for key in {word[:_KEY_LETTERS] for word in (*words, *runs)} if words else ():
                    self._by_key.setdefault(key, []).append(name)

    def named(self, words: Sequence[str]) -> Iterator[tuple[_Name, int, int]]:
        """Names among the stems of a text, each with the first and one past the last word of it."""
        seen: set[int] = set()
        for key in {word[:_KEY_LETTERS] for word in words}:
            for name in self._by_key.get(key, ()):
                if id(name) not in seen:
                    seen.add(id(name))
                    if (span := _span(name, words)) is not None:
                        yield name, *span


_latest: list[tuple[tuple[Event, ...], Calendar]] = []
_KEPT: Final = 8


def calendar_of(events: tuple[Event, ...]) -> Calendar:
    """The calendar of these very events; those asked for last are kept."""
    for known, calendar in _latest:
        if known is events:
            return calendar
    made = Calendar(events)
    _latest.insert(0, (events, made))
    del _latest[_KEPT:]
    return made


def named_events(passage: Passage, times: Sequence[When], calendar: Calendar) -> Iterator[tuple[str, int, int, bool]]:
    """Event id, start and end in the source, and whether its time or place is given too; the first naming of each."""
    pieces = [
        (place, stem) for place, word in enumerate(passage.text.split()) if (stem := _stem(word)) and stem not in _EMPTY
    ]
    stems = [stem for _, stem in pieces]
    best: dict[str, tuple[str, int, int, bool]] = {}
    for name, first, last in calendar.named(stems):
        begins, ends = pieces[first][0], pieces[last - 1][0]
        start = passage.begins[begins]
        end = passage.begins[ends] + 1
        dated = _is_dated(name, passage, times, start, end)
        found = (name.event.id, *passage.source(start, end), dated)
        if name.event.id not in best or dated:
            best[name.event.id] = found
    yield from best.values()


def _stem(word: str) -> str:
    """A word without its ending: of the plural, of the genitive; nothing for a mark."""
    if not word[0].isalnum():
        return ""
    plain = word.removesuffix("'s").replace("'", "") if "'" in word else word
    if not plain.endswith("s") or plain.endswith("ss") or len(plain) < _KEY_LETTERS:
        return plain
    return plain[:-3] + "y" if plain.endswith("ies") and len(plain) > _KEY_LETTERS else plain[:-1]


def _stems(text: str) -> list[str]:
    return [stem for word in re.findall(r"[^\W_]+(?:'[^\W_]+)*", fold(text).text) if (stem := _stem(word))]


def _meaningful(text: str) -> tuple[str, ...]:
    """The words that carry a name; which class it is only where little else is left."""
    words = tuple(word for word in _stems(text) if word not in _EMPTY)
    lean = tuple(word for word in words if not _GROUP.fullmatch(word))
    return lean if len(lean) >= _LEAN_WORDS else words


_LEAN_WORDS: Final = 2


def _span(named: _Name, words: Sequence[str]) -> tuple[int, int] | None:
    """Where the words of a name stand: in order and together, run into one, or nearly so spelt."""
    name = named.words
    for first, word in enumerate(words):
        if word == name[0] and (last := _in_order(name, words, first)):
            return first, last
        if word in named.runs:
            return first, first + 1
    whole = " ".join(name)
    return _nearly(name, whole, words) if len(whole) >= _FUZZY_LETTERS else None


def _nearly(name: Sequence[str], whole: str, words: Sequence[str]) -> tuple[int, int] | None:
    size = len(name)
    for first in range(len(words) - size + 1):
        if words[first][0] != name[0][0]:
            continue
        window = words[first : first + size]
        if _same_numbers(name, window) and fuzz.ratio(whole, " ".join(window), score_cutoff=_ALIKE):
            return first, first + size
    return None


def _in_order(name: Sequence[str], words: Sequence[str], first: int) -> int:
    """One past the last word of the name, if all of it follows from ``first`` with little between; else 0."""
    place = first
    for wanted in name[1:]:
        near = words[place + 1 : place + 2 + _GAP_WORDS]
        if wanted not in near or not _BREAKS.isdisjoint(near[: near.index(wanted)]):
            return 0
        place += 1 + near.index(wanted)
    return place + 1


def _same_numbers(name: Sequence[str], window: Sequence[str]) -> bool:
    """Years and dates must agree, and no word may be another of the language's (``spring`` for ``string``)."""
    return [word for word in name if word[0].isdigit()] == [word for word in window if word[0].isdigit()] and all(
        wanted[0] == word[0] for wanted, word in zip(name, window, strict=True)
    )


def _is_dated(name: _Name, passage: Passage, times: Sequence[When], start: int, end: int) -> bool:
    sentence = passage.sentence(start, end)
    if name.place and f" {name.place} " in f" {' '.join(_stems(passage.text))} ":
        return True
    if _AT_A_PLACE.search(sentence.replace(passage.text[start - 1 : end], " ")):
        return True
    return any(_belongs(when, name.event) for when in times)


_AT_A_PLACE: Final = re.compile(
    r" (?:at|in|on|outside) (?:the|our|st) (?:\w+ ){0,2}(?:hall|church|playground|field|studio|gym|library|park|theatre|centre|garden|gardens|classroom|foyer|green|pool|museum|zoo|castle|school|cathedral|stadium) "
)


def _belongs(when: When, event: Event) -> bool:
    """Whether a time in the text may be that of the event: within its days, or a time of day alone."""
    if when.past:
        return False
    if not when.day:
        return True
    return when.starts_at <= event.ends_at and when.ends_at >= event.starts_at
