"""What runs down the school, its people, another school or the council, without saying so in a set phrase.

Nobody writes "our useless teachers" who can write "some of us were in the room for a change". So phrases that are
harmless apart are weighed together: whom a text is about, words of ill opinion, turns of phrase with a barb, what is
left undone, comparisons, certain emoji; and against them thanks, apologies, a defeat told with grace, a story. A
sentence and its neighbours need ``_ENOUGH`` points.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Final

from app.text.passage import Passage
from app.text.phrases import book

__all__ = ["underminings"]

_HARSH_FILE: Final = Path(__file__).parent / "data" / "wording" / "harsh.txt"
_ENOUGH: Final = 6
# Points of the kinds of slights.toml, fitted by hand to the drafts of tests/data/wording/sideways.jsonl.
_TARGETS: Final = {"aside": 4, "body": 3, "person": 2, "child": 1}
_SLIGHTS: Final = {"sneer": 5, "barb": 3, "hint": 2, "trace": 1}
_RELIEF: Final = {"grace": 3, "story": 3}
_POINTS: Final = {**_TARGETS, **_SLIGHTS, **_RELIEF}
_HARSH: Final = 2
_BESIDE: Final = 12  # letters
_COMPARED: Final = 3
_SCARE: Final = 4
_MOCKING: Final = {4: "🙄🤡😒", 3: "🙃😏🤦", 2: "🤷🐸😬", 1: "👀🤔😉"}
_EMOJI: Final = {sign: points for points, signs in _MOCKING.items() for sign in signs}
_REACH: Final = 28  # letters between people and what they left undone
_NOT: Final = re.compile(
    r" (?:not|never|nobody|nothing|neither|cannot|(?:ca|do|does|did|is|are|was|were|wo|would|could|should|has|have|had|ai)n'?t)"
    r"(?! (?:wait|believe|stop|miss|mind|resist|forget|thank|ask|have (?:been|done|asked)|help|get enough|give up|only|just|to be missed|want (?:it|to (?:leave|go|stop))|be (?:more|happier|prouder))\b)(?= )"
)
_COMPARISON: Final = re.compile(
    r" (?:more|less|fewer|worse|better|\w{3,}er)(?: (?!than )[^ .]+){0,5} than (?!never |ever |last |usual |expected |before )"
)
# Where nobody is glad and nothing is called out, a slight weighs one point more.
_WARM_WORDS: Final = (
    "loved love loves brilliant brilliantly wonderful thank thanks proud fantastic fabulous amazing amazed great "
    "lovely super superb enjoyed enjoying enjoy happy delighted star stars fun laughed treat brave hero heroes "
    "excellent delicious beautiful"
)
_WARM: Final = frozenset(_WARM_WORDS.split())
_WORK: Final = (
    "improvement(s)? training leadership management support help consultation strateg(?:y|ies) polic(?:y|ies) "
    "communication(s)? resources vision busy lunch food meal(s)? teaching teacher(s)? team volunteer(s)? course working "
    "meeting(s)? expert(s)? professional(s)? repair(s|ed)? plan(s)? work coach(es)? defence parking supervision service "
    "engagement excellence outstanding good care cared concern(s)? safety budget cuts savings reading homework "
    "discipline behaviour standards adults parents parenting leader(s)? feedback refurbish(?:ed|ment)? new fixed"
)
_SCARED: Final = re.compile(
    r"(?:(?<=\s)|^)[\"'“](?:[\w-]+ ){0,2}(?:" + "|".join(_WORK.replace("(s)?", "s?").split()) + r")[\"'”](?![\w])"
)
_SIDE: Final = re.compile(
    r" [^ .,]+(?:'s|s') (?:team|boys|girls|lot|side|coach|players|pupils|kids|goalkeeper|supporters|choir)(?= )"
)
_SCORE: Final = re.compile(r"(?<![\w.:/-])\d{1,2} ?[-–] ?\d{1,2}(?![\w:/-])")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words between ``start`` and ``end`` of the passage's text, and what they count for."""

    start: int
    end: int
    kind: str
    note: str
    points: int


def underminings(passage: Passage) -> Iterator[tuple[int, int, str]]:
    """The barbed stretches of the source, in order, each with what is barbed about it."""
    marks = sorted(_marks(passage), key=lambda mark: mark.start)
    if all(mark.kind not in _SLIGHTS for mark in marks):
        return
    sentences = _by_sentence(passage.text, marks)
    cool = "!" not in passage.folded.text and passage.vocabulary.isdisjoint(_WARM)
    story = max((mark.points for mark in marks if mark.kind == "story"), default=0)
    for place, sentence in enumerate(sentences):
        near = sentences[max(place - 1, 0) : place + 2]
        score = sum(map(_sting, near)) + _whom(sentence, near) - story + cool
        if _sting(sentence) and score >= _ENOUGH and _sting(sentence) == max(map(_sting, near)):
            yield _cue(passage, sentence, near)


def _by_sentence(text: str, marks: Iterable[_Mark]) -> list[list[_Mark]]:
    ends = [found.start() for found in re.finditer(r" \.(?= )", text)]
    sentences: list[list[_Mark]] = [[] for _ in range(len(ends) + 1)]
    for mark in marks:
        sentences[bisect_left(ends, mark.start)].append(mark)
    return sentences


def _sting(sentence: Iterable[_Mark]) -> int:
    """The points of a sentence's slights, less what takes the sting out of it."""
    slights = sum(mark.points for mark in sentence if mark.kind in _SLIGHTS)
    relief = max((mark.points for mark in sentence if mark.kind == "grace"), default=0)
    return max(slights - relief, 0)


def _whom(sentence: Sequence[_Mark], near: Sequence[Sequence[_Mark]]) -> int:
    """The points for whom it is about; less if only a neighbouring sentence says so."""
    here = max((mark.points for mark in sentence if mark.kind in _TARGETS), default=0)
    beside = max((mark.points for each in near for mark in each if mark.kind in _TARGETS), default=0)
    return max(here, beside - 1)


def _cue(passage: Passage, sentence: Sequence[_Mark], near: Sequence[Sequence[_Mark]]) -> tuple[int, int, str]:
    slights = [mark for mark in sentence if mark.kind in _SLIGHTS]
    worst = max(slights, key=lambda mark: mark.points)
    targets = [mark for each in (sentence, *near) for mark in each if mark.kind in _TARGETS]
    whom = f" beside {max(targets, key=lambda mark: mark.points).note}" if targets else ""
    start, end = passage.source(min(mark.start for mark in slights), max(mark.end for mark in slights))
    return start, end, worst.note + whom


def _marks(passage: Passage) -> Iterator[_Mark]:
    """All that counts, of phrases that overlap the one with most points."""
    taken = bytearray(len(passage.text))
    found = [*_phrases(passage), *_opponents(passage)]
    targets = [mark for mark in found if mark.kind in _TARGETS]
    found += [
        *_harsh(passage, targets),
        *_undone(passage.text, targets),
        *_compared(passage.text, targets),
        *_scared(passage),
        *_emoji(passage),
    ]
    yield from targets
    for mark in sorted(found, key=lambda one: (-one.points, one.start - one.end)):
        if mark.kind not in _TARGETS and not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = b"x" * (mark.end - mark.start)
            yield mark


def _phrases(passage: Passage) -> Iterator[_Mark]:
    for each in book("slights").find(passage):
        yield _Mark(each.start, each.end, each.kind, each.note, _POINTS[each.kind])


def _harsh(passage: Passage, targets: Sequence[_Mark]) -> Iterator[_Mark]:
    """Words of ill opinion; straight beside people they weigh more: "their team were hopeless"."""
    for word in passage.vocabulary & _harsh_words():
        start = max(passage.text.find(f" {word} "), passage.text.find(f" {word}'s ")) + 1
        beside = any(0 < start - one.end < _BESIDE or 0 < one.start - start - len(word) < _BESIDE for one in targets)
        yield _Mark(start, start + len(word), "hint", "a belittling word", _HARSH + beside)


def _opponents(passage: Passage) -> Iterator[_Mark]:
    """Another school that is named by its team, or given away by a score."""
    if "'" in passage.text:
        for found in _SIDE.finditer(passage.text):
            yield _Mark(found.start() + 1, found.end(), "person", "another school", _POINTS["person"])
    if score := _SCORE.search(passage.folded.text):
        yield _placed(passage, *score.span(), "person", "another school", _POINTS["person"])


def _undone(text: str, targets: Iterable[_Mark]) -> Iterator[_Mark]:
    """What people did not do: "the council have not …"."""
    for target in targets:
        found = _NOT.search(text, target.end, target.end + _REACH)
        if found and " . " not in text[target.end : found.end() + 1]:
            points = 2 if target.points > _POINTS["person"] else 1
            yield _Mark(found.start() + 1, found.end(), "hint", "something left undone", points)


def _compared(text: str, targets: Sequence[_Mark]) -> Iterator[_Mark]:
    """A comparison that somebody comes out of badly: "more sense than the governors"."""
    if " than " not in text:
        return
    begins = sorted(target.start for target in targets)
    for found in _COMPARISON.finditer(text):
        whom = bisect_left(begins, found.end() - 1)
        if whom < len(begins) and begins[whom] < found.end() + _REACH:
            yield _Mark(found.start() + 1, found.end() - 1, "barb", "an unkind comparison", _COMPARED)


def _scared(passage: Passage) -> Iterator[_Mark]:
    """Quotation marks that doubt a word: 'improvements'."""
    folded = passage.folded.text
    if "'" in folded or '"' in folded or "“" in folded:
        for found in _SCARED.finditer(folded):
            yield _placed(passage, *found.span(), "barb", "a word in doubting quotation marks", _SCARE)


def _emoji(passage: Passage) -> Iterator[_Mark]:
    folded = passage.folded.text
    if folded.isascii() or not passage.spans:
        return
    for sign in _EMOJI.keys() & set(folded):
        start = folded.index(sign)
        yield _placed(passage, start, start + 1, "barb", "a mocking emoji", _EMOJI[sign])


def _placed(passage: Passage, start: int, end: int, kind: str, note: str, points: int) -> _Mark:
    """A mark at what stands between ``start`` and ``end`` of the folded text, or at the word before that."""
    last = max(bisect_left(passage.spans, end, key=itemgetter(0)) - 1, 0)
    first = min(bisect_left(passage.spans, start, key=itemgetter(0)), last)
    return _Mark(passage.begins[first], passage.text.index(" ", passage.begins[last]), kind, note, points)


@cache
def _harsh_words() -> frozenset[str]:
    lines = _HARSH_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
