"""A text cut into the words in which a name may stand: hashtags, handles, addresses and file names opened up too."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from app.domain import Field
from app.text.fold import Folded, Token, deleet, fold, joined_runs, masked_words, source_span
from app.text.gazetteer import is_given_name, is_proper, is_word, lexicon

__all__ = ["Case", "Word", "Writing", "cut"]

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SOLID: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|#[^\W]+|@[^\W]+(?:\.[^\W]+)*"
)
_SOLID_SIGNS: Final = ("#", "@", "://", "www.")  # one of which is in all that is solid
_SHAPE_PARTS: Final = re.compile(r"A+(?!a)|A?a+|0+")
_NUMBERED: Final = re.compile(r"[Aa]{3,}0+|0+[Aa]{3,}")
_OPENING: Final = re.compile(r"[.!?\n…•:;\"“”«»]")
_ENDING: Final = re.compile(r"\.[a-z0-9]{2,4}")  # of a file's name
_LONGEST: Final = 60  # letters; nothing longer is taken apart, so that the work stays linear
_LONGEST_PART: Final = 18
_SHORTEST_JOINED: Final = 5  # letters of a first name and a surname joined together
_MOST_NAME_PARTS: Final = 5  # ``LucasDeLaCroix`` has four
_TINY: Final = "a i an as at be by do go he if in is it me my no of on or so to up us we"
_TINY_WORDS: Final = frozenset(_TINY.split())
_BREAK: Final = re.compile(r"[.!?\n]")
_ODD_GAPS: Final = frozenset({"So", "Sk", "Sm", "Co", "Cn"})  # emoji, bullets


class Case(Enum):
    """How a word is written."""

    LOWER = auto()
    CAPITAL = auto()
    UPPER = auto()


class Word(NamedTuple):
    """A word and how it stands: ``start`` to ``end`` in the source without a possessive ``'s``.

    ``key`` is folded without apostrophes and possessive, ``full`` with the possessive s; ``gap`` is the folded text since
    the word before; ``opens`` at the start of a sentence or line, ``breaks`` where one ended before; ``solid`` numbers the hashtag, handle, address or file
    name it is part of (0: running text); ``disguise`` says in plain words how it was hidden, if it was.
    """

    start: int
    end: int
    key: str
    full: str
    gap: str
    case: Case
    opens: bool = False
    solid: int = 0
    disguise: str = ""
    possessive: bool = False
    breaks: bool = False

    @property
    def letter(self) -> bool:
        """Whether it is one letter, as an initial is."""
        return len(self.key) == 1 and self.key.isalpha()


@dataclass(frozen=True, slots=True)
class Writing:
    """All words of a text. ``shouting``: nearly all in capitals; ``careless``: no capitals at all."""

    source: str
    words: tuple[Word, ...]
    shouting: bool
    careless: bool


@dataclass(slots=True)
class _Cutter:
    folded: Folded
    knows: Callable[[str], bool]
    joined_at: Callable[[str], int]
    hidden: dict[int, Token]  # disguised words by the place in the source where they begin
    shape: str  # A, a or 0 for each folded character: a capital, a digit, anything else


def cut(
    text: str,
    knows: Callable[[str], bool],
    joined_at: Callable[[str], int],
    field: Field,
    solids: Iterable[tuple[int, int]] = (),
) -> Writing:
    """The words of the text.

    ``knows`` tells whether a key is a name looked for, ``joined_at`` where a key of two names of one person is to be
    cut, or 0. A file name is one solid word; so are ``solids``, stretches of the source, beside the hashtags, handles
    and addresses found here.
    """
    folded = fold(text)
    cutter = _Cutter(folded, knows, joined_at, _hidden_words(folded, knows), _shape(folded))
    words = tuple(_as_words(cutter, _cut_all(cutter, _solid_spans(folded, field, solids), field)))
    cased = [word.case for word in words if word.key.isalpha() and len(word.key) > 1 and not word.solid]
    return Writing(
        text,
        words,
        shouting=bool(cased) and sum(case is Case.UPPER for case in cased) * 3 >= len(cased) * 2,
        careless=all(case is Case.LOWER for case in cased),
    )


def _shape(folded: Folded) -> str:
    signs = folded.source if folded.in_place else "".join([folded.source[place] for place in folded.at[:-1]])
    return signs.translate(_SHAPES)


class _Shapes(dict[int, str]):
    """The shape of a character by its code point; those of ASCII, which are most, are kept."""

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        return "A" if sign.isupper() else "0" if sign.isdigit() else "a"


_SHAPES: Final = _Shapes({point: _Shapes()[point] for point in range(128)})


def _hidden_words(folded: Folded, knows: Callable[[str], bool]) -> dict[int, Token]:
    found: dict[int, Token] = {}
    for token in masked_words(folded):
        if len(token.key) <= _LONGEST and ("*" in token.key or any(knows(key) for key in deleet(token.key))):
            found[token.start] = token
    for token in joined_runs(folded):
        if len(token.key) <= _LONGEST and (knows(token.key) or _names_alone(token.key, knows)):
            found[token.start] = token
    return found


def _names_alone(key: str, knows: Callable[[str], bool]) -> int:
    """Where a word of two known names joined together is to be cut, or 0."""
    return next((place for place in range(2, len(key) - 1) if knows(key[:place]) and knows(key[place:])), 0)


Cut = tuple[int, int, int, str, str]  # folded start and end, solid, disguise, spelt key


def _solid_spans(folded: Folded, field: Field, solids: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is written without blanks, in places of the folded text, in order and apart."""
    if field is Field.FILE_NAME:
        return [(0, len(folded.text))]
    spans = []
    if any(sign in folded.text for sign in _SOLID_SIGNS):
        spans = [match.span() for match in _SOLID.finditer(folded.text)]
    spans += [(bisect_left(folded.at, start), bisect_left(folded.at, end)) for start, end in solids]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _cut_all(cutter: _Cutter, groups: Sequence[tuple[int, int]], field: Field) -> Iterator[Cut]:
    folded = cutter.folded
    number, past = 0, 0
    for match in _WORD.finditer(folded.text):
        start, end = match.span()
        if start < past or (field is Field.FILE_NAME and _ENDING.fullmatch(folded.text, start - 1)):
            continue
        while number < len(groups) and groups[number][1] <= start:
            number += 1
        group = number + 1 if number < len(groups) and groups[number][0] <= start else 0
        hidden = _hidden_at(cutter, start) if cutter.hidden else None
        if hidden is not None and (not group or folded.text[start - 1] == "@"):
            first = start if folded.at[start] == hidden.start else start - 1
            past = first
            while past < len(folded.text) and folded.at[past] < hidden.end:
                past += 1
            yield from _cut_hidden(cutter, hidden, first, past)
        elif not group and _stays_whole(match.group(), cutter.shape[start:end]):
            yield start, end, 0, "", ""
        else:
            yield from _cut_one(cutter, start, end, group)


def _hidden_at(cutter: _Cutter, start: int) -> Token | None:
    """The disguised word that begins at the place of the folded text or with the sign before it."""
    at, text = cutter.folded.at, cutter.folded.text
    return cutter.hidden.get(at[start]) or (
        cutter.hidden.get(at[start - 1]) if start and text[start - 1] in "@$!" else None
    )


def _stays_whole(word: str, shape: str) -> bool:
    """Whether it is a word or name known to all and written like one: most words are, and are not looked at any closer."""
    return (is_word(word) or is_proper(word) or is_given_name(word)) and "aA" not in shape and "0" not in shape


def _cut_hidden(cutter: _Cutter, hidden: Token, first: int, past: int) -> Iterator[Cut]:
    """A word with signs for letters stays whole; spread letters are cut where one name ends and the next begins."""
    if not hidden.key.isalpha():
        yield first, past, 0, "signs stand for letters", hidden.key
        return
    places = [place for place in range(first, past) if cutter.folded.text[place].isalpha()]
    middle = 0 if cutter.knows(hidden.key) else _names_alone(hidden.key, cutter.knows)
    for start, end in pairwise([0, *([middle] if middle else []), len(places)]):
        yield places[start], places[end - 1] + 1, 0, "its letters stand apart", hidden.key[start:end]


def _cut_one(cutter: _Cutter, start: int, end: int, group: int) -> Iterator[Cut]:
    """A word without blanks, cut where one name or word in it ends and the next begins; apostrophes are left aside."""
    text = cutter.folded.text[start:end]
    core = text.removesuffix("'s")
    plain = core.replace("'", "")
    if len(text) > _LONGEST or cutter.knows(plain) or any(cutter.knows(key) for key in deleet(plain)):
        yield start, end, group, "", ""
        return
    places = [start + place for place, sign in enumerate(core) if sign != "'"]
    shape = "".join([cutter.shape[place] for place in places])
    spans = _solid_parts(cutter, plain, shape) if group else _plain_parts(cutter, plain, shape)
    for first, last in spans:
        yield places[first], end if last == len(plain) else places[last - 1] + 1, group, "", ""


Spans = Iterable[tuple[int, int]]


def _plain_parts(cutter: _Cutter, text: str, shape: str) -> Spans:
    if _NUMBERED.fullmatch(shape) or ("aA" in shape and "0" not in shape):
        return _named_parts(cutter, text, shape, lambda first, last: [(first, last)])
    if len(text) < _SHORTEST_JOINED or is_word(text) or is_proper(text) or is_given_name(text):
        return [(0, len(text))]
    middle = cutter.joined_at(text) or (_names_alone(text, cutter.knows) if len(text) > _SHORTEST_JOINED else 0)
    return pairwise(sorted({0, middle, len(text)}))


def _solid_parts(cutter: _Cutter, text: str, shape: str) -> Spans:
    def cut_part(first: int, last: int) -> Spans:
        part = text[first:last]
        if cutter.knows(part) or is_word(part) or is_proper(part) or not part.isalpha():
            return [(first, last)]
        if camel:
            return pairwise(sorted({first, first + _names_alone(part, cutter.knows), last}))
        return [(first + a, first + b) for a, b in _segments(part, cutter.knows)]

    camel = len(list(_parts(shape))) > 1 and "A" in shape
    return _named_parts(cutter, text, shape, cut_part)


def _named_parts(
    cutter: _Cutter, text: str, shape: str, cut_part: Callable[[int, int], Spans]
) -> Iterator[tuple[int, int]]:
    """The parts that capitals and digits show; those that make up a full name together are cut between its two names."""
    parts = list(_parts(shape))
    place = 0
    while place < len(parts):
        first = parts[place][0]
        for _, last in parts[place : place + _MOST_NAME_PARTS][::-1]:
            middle = cutter.joined_at(text[first:last]) if last - first >= _SHORTEST_JOINED else 0
            if middle:
                yield from ((first, first + middle), (first + middle, last))
                break
        else:
            last = parts[place][1]
            yield from cut_part(first, last)
        place = next(number for number, part in enumerate([*parts, (len(text), 0)]) if part[0] >= last)


def _parts(shape: str) -> Iterable[tuple[int, int]]:
    return (part.span() for part in _SHAPE_PARTS.finditer(shape))


def _segments(text: str, knows: Callable[[str], bool]) -> list[tuple[int, int]]:
    """The cheapest cut of letters into names, dictionary words and, at a price, unknown rest."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(text) + 1):
        options = []
        for start in range(max(0, end - _LONGEST_PART), end):
            part = text[start:end]
            price = 1.5 + 0.6 * len(part)
            if len(part) > 2 and knows(part):
                price = 0.9
            elif part in _TINY_WORDS or (len(part) > 2 and (is_word(part) or is_proper(part))):
                price = 1.0
            options.append((best[start][0] + price, start))
        best.append(min(options))
    spans: list[tuple[int, int]] = []
    end = len(text)
    while end:
        start = best[end][1]
        spans.append((start, end))
        end = start
    return spans[::-1]


def _as_words(cutter: _Cutter, cuts: Iterable[Cut]) -> Iterator[Word]:
    folded = cutter.folded
    past = 0
    last: Word | None = None
    for start, end, group, disguise, spelt in cuts:
        full = spelt or folded.text[start:end].replace("'", "")
        possessive = not spelt and folded.text.endswith("'s", start, end)
        name_end = end - 2 if possessive else end
        key = full[:-1] if possessive else full
        gap = folded.text[past:start]
        case = _case(cutter.shape[start:name_end])
        if gap == " " and last is not None:  # as between most words
            opens = breaks = False
        else:
            opens, breaks = _opens(gap, last), _breaks(gap, last)
        first, until = source_span(folded, start, name_end)
        last = Word(first, until, key, full, gap, case, opens, group, disguise, possessive, breaks)
        yield last
        past = end


@lru_cache(maxsize=1024)
def _case(shape: str) -> Case:
    letters = shape.replace("0", "")
    if "A" not in letters or letters[0] != "A":
        return Case.LOWER
    return Case.UPPER if len(letters) > 1 and "a" not in letters else Case.CAPITAL


def _abbreviates(gap: str, last: Word) -> bool:
    """Whether the full stop belongs to the word before: an initial or a title."""
    return gap in (".", ". ") and (last.letter or last.key in lexicon("titles"))


def _breaks(gap: str, last: Word | None) -> bool:
    """Whether a sentence or line ends in the gap."""
    return _BREAK.search(gap) is not None and not (last is not None and _abbreviates(gap, last))


def _opens(gap: str, last: Word | None) -> bool:
    """Whether a sentence or line begins after the gap; not after the full stop of an initial or a title."""
    if last is None:
        return True
    if _abbreviates(gap, last):
        return False
    return bool(_OPENING.search(gap)) or any(
        unicodedata.category(sign) in _ODD_GAPS for sign in gap if not sign.isascii()
    )
