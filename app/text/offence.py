"""Offensive and abusive words, however they are disguised.

Plain words and phrases come from the phrase book; what is spelt with signs and digits, drawn out, masked or taken
apart is turned back into what it may spell and looked up again.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from app.text.fold import deleet, joined_runs, masked_words, squeeze
from app.text.passage import Passage
from app.text.phrases import book

__all__ = ["offences"]

_FILE: Final = Path(__file__).parent / "data" / "wording" / "offensive.toml"
_MASK: Final = re.compile(r"(?<![^\W_])([^\W\d_]+)([*#@$%_·•.\-]+)([^\W\d_]*)(?![^\W_])")
_BLOTTED_AGAIN: Final = re.compile(r"(?<![^\W_])[^\W\d_]+\*+[^\W\d_]+\*+[^\W\d_*]*(?![^\W_])")
_BLOT: Final = re.compile(r"\*|[#@$%_·•.\-](?=[^\W\d_])")  # in all that is masked
_DRAWN_OUT: Final = re.compile(r"([a-z])\1\1")
_SIGNS_FOR_A_WORD: Final = re.compile(r"[@#$%&*!]{4,}")
_LETTERLIKE: Final = frozenset("#$%&@")
_MARKDOWN_SIGNS: Final = 2  # no more different signs make a mere row of marks or stars
_GESTURE: Final = "🖕"
_SHORTEST_DISGUISED: Final = 4  # letters; shorter words hide in too many others
_SHORTEST_TAKEN_APART: Final = 4
_WORD_NOTE: Final = "an offensive word"
_DISGUISED_NOTE: Final = "an offensive word in disguise"

Offence = tuple[int, int, str]
"""Start and end in the source, and what was seen."""


class _Words(NamedTuple):
    roots: re.Pattern[str]
    innocent: re.Pattern[str]
    always: frozenset[str]
    hidden: frozenset[str]  # those that are looked for behind a disguise


@cache
def _words() -> _Words:
    contents = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    roots = contents["roots"].split()
    always = frozenset(contents["always"].split())
    return _Words(
        roots=re.compile("|".join(roots)),
        innocent=re.compile("|".join(contents["innocent_words"].split())),
        always=always,
        hidden=always | frozenset(roots) | frozenset(book("offensive").lists["doubtful"]) | {"fucking", "fucker"},
    )


def offences(passage: Passage) -> Iterator[Offence]:
    """Offensive words and phrases, in no order; the same stretch may come more than once."""
    yield from _plain(passage)
    yield from _phrases(passage)
    yield from _disguised(passage)
    yield from _masked(passage)
    yield from _taken_apart(passage)
    yield from _signs(passage)
    yield from _spread(passage)


def _plain(passage: Passage) -> Iterator[Offence]:
    words = _words()
    for word in passage.vocabulary & words.always:
        yield from _places(passage, word, _WORD_NOTE)
    if words.roots.search(passage.text):
        for word in passage.vocabulary - words.always:
            if any(_rooted(word)):
                yield from _places(passage, word, _WORD_NOTE)


def _places(passage: Passage, word: str, note: str) -> Iterator[Offence]:
    for found in re.finditer(rf"(?<= ){re.escape(word)}(?:'s)?(?= )", passage.text):
        yield *passage.source(*found.span()), note


def _phrases(passage: Passage) -> Iterator[Offence]:
    found = list(book("offensive").find(passage))
    innocent = [each for each in found if each.kind == "innocent"]
    for each in found:
        if each.kind == "innocent":
            continue
        start, end = passage.source(each.start, each.end)
        if each.kind == "doubtful":
            covered = any(other.start <= each.start and each.end <= other.end for other in innocent)
            if covered or _is_a_name(passage, start, end):
                continue
        yield start, end, each.note


def _is_a_name(passage: Passage, start: int, end: int) -> bool:
    """Whether the word is written like a first name before a surname: ``Dick Smith``."""
    source = passage.folded.source
    return source[start:end].istitle() and re.match(r" [A-Z][a-z]+", source[end:]) is not None


def _disguised(passage: Passage) -> Iterator[Offence]:
    """Letters drawn out (``craaap``), digits and signs for letters (``sh1t``, ``@rse``)."""
    for token in masked_words(passage.folded):
        if not _hidden(deleet(token.key)).isdisjoint(_words().hidden):
            yield token.start, token.end, _DISGUISED_NOTE
    drawn_out = _DRAWN_OUT.search(passage.text)
    for word in passage.vocabulary:
        if word.isalpha() and not drawn_out:
            continue
        readings = deleet(word) if _mixed(word) else ()
        if drawn_out:
            readings += squeeze(word)
        if readings and not _hidden(readings).isdisjoint(_words().hidden):
            yield from _places(passage, word, _DISGUISED_NOTE)


def _mixed(word: str) -> bool:
    """Whether digits stand among at least as many letters; ``P155`` is a place on a shelf."""
    if word.isalpha():
        return False
    letters = sum(character.isalpha() for character in word)
    return letters * 2 >= len(word) > letters


def _hidden(readings: Iterable[str]) -> set[str]:
    """The readings of a disguise that are long enough, and what is left of them without drawn out letters."""
    longer = [reading for reading in readings if len(reading) >= _SHORTEST_DISGUISED]
    return {each for reading in longer for each in (reading, *squeeze(reading), *_rooted(reading))}


def _rooted(reading: str) -> Iterator[str]:
    if found := _words().roots.search(_words().innocent.sub("", reading)):
        yield found.group()


def _masked(passage: Passage) -> Iterator[Offence]:
    """Letters blotted out: ``f**k``, ``sh*t``, ``b*****d``, ``f***``."""
    folded = passage.folded
    if not _BLOT.search(folded.text):
        return
    for mask in _MASK.finditer(folded.text):
        first, blots, last = mask.groups()
        if "*" not in blots and not last:
            continue
        if _blotted(first, len(blots), last, sure="*" in blots or "#" in blots):
            yield folded.at[mask.start()], folded.at[mask.end() - 1] + 1, _DISGUISED_NOTE
    for mask in _BLOTTED_AGAIN.finditer(folded.text):
        spelt = re.sub(r"\*+", lambda blots: f"[a-z]{{1,{len(blots.group()) + 1}}}", mask.group())
        if any(re.fullmatch(spelt, word) for word in _blottable().get(spelt[0], ())):
            yield folded.at[mask.start()], folded.at[mask.end() - 1] + 1, _DISGUISED_NOTE


@cache
def _blottable() -> dict[str, tuple[str, ...]]:
    """Words that get blotted out, by their first letter."""
    words = {word + ending for word in _MOSTLY_BLOTTED for ending in _ENDINGS}
    return {
        letter: tuple(sorted(word for word in words if word[0] == letter)) for letter in {word[0] for word in words}
    }


_MOSTLY_BLOTTED: Final = (
    "fuck", "shit", "shite", "cunt", "twat", "wank", "wanker", "bastard", "bollocks", "bitch", "arse", "arsehole",
    "asshole", "dick", "dickhead", "cock", "prick", "piss", "crap", "slut", "whore", "tosser", "nigger", "paki",
    "bloody", "bullshit", "motherfucker", "bugger", "knobhead", "pussy", "faggot", "retard", "idiot", "moron", "fuckin",
    "clusterfuck", "mindfuck", "absofuckinglutely", "fuckwit", "fuckup", "shitshow", "shithole", "shitstorm", "shithead",
    "dipshit", "horseshit", "batshit", "apeshit", "jackass", "dumbass", "smartarse", "gobshite", "bellend", "arsewipe",
    "bollock", "bollocking", "nobhead", "spastic", "wazzock", "scumbag", "pillock", "slag",
)  # fmt: skip
_ENDINGS: Final = ("", "s", "ing", "er", "ers", "ed", "y", "face", "head")


def _blotted(first: str, blots: int, last: str, *, sure: bool) -> bool:
    """Whether a word begins and ends so, with about as many letters between.

    Nothing but stars after one letter is only taken for the two commonest words.
    """
    if not last:
        return blots >= 2 and any(
            word.startswith(first) and len(word) == len(first) + blots
            for word in (("fuck", "shit", "cunt", "fucking") if len(first) == 1 else _blottable().get(first[0], ()))
        )
    return any(_covers(word, first, blots, last, sure=sure) for word in _blottable().get(first[0], ()))


def _covers(word: str, first: str, blots: int, last: str, *, sure: bool) -> bool:
    """Whether letters, blots and letters may be the word, or with stars begin a longer one (``sh*tshow``)."""
    if not word.startswith(first):
        return False
    hidden = len(word) - len(first) - len(last)
    if word.endswith(last) and (hidden == blots or (sure and hidden >= 1 and abs(hidden - blots) <= 1)):
        return True
    rest = word[len(first) + blots :]
    return sure and bool(rest) and last.startswith(rest)


def _taken_apart(passage: Passage) -> Iterator[Offence]:
    """A word with a blank or a sign in its middle: ``fu ck``, ``wan.ker``."""
    words = passage.text.split()
    place = 1
    for former, latter in pairwise(words):
        joined = former + latter
        if joined in _APART and former not in _WHOLE and latter not in _WHOLE:
            yield *passage.source(place, place + len(joined) + 1), _DISGUISED_NOTE
        place += len(former) + 1


_WHOLE: Final = frozenset({"it", "its", "off", "in", "s"})
_APART_TEXT: Final = (
    "fuck fucks fucking fucked fucker shit shitty bullshit cunt cunts wank wanker wankers twat twats bastard "
    "bastards bollocks bitch bitches arsehole asshole arseholes nigger slut whore tosser dickhead bellend"
)
_APART: Final = frozenset(_APART_TEXT.split())


def _spread(passage: Passage) -> Iterator[Offence]:
    """Letters that stand apart, of which the first or last may be a word by itself: ``a p r i c k``."""
    for run in joined_runs(passage.folded):
        for part in (run.key, run.key[1:], run.key[:-1], run.key[1:-1]):
            if len(part) >= _SHORTEST_DISGUISED and part in _words().hidden:
                yield run.start, run.end, _DISGUISED_NOTE


def _signs(passage: Passage) -> Iterator[Offence]:
    """A row of signs in the place of a word (``@#$%!``), and a rude gesture."""
    source = passage.folded.source
    if _GESTURE in source:
        place = source.index(_GESTURE)
        yield place, place + 1, "a rude gesture"
    for row in _SIGNS_FOR_A_WORD.finditer(source):
        if not _LETTERLIKE.isdisjoint(row.group()) and len(set(row.group())) > _MARKDOWN_SIGNS:
            yield *row.span(), "signs in the place of a word"
