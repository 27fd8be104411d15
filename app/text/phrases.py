"""A small language for phrases, so that what the checks look for is data that a school's people can read.

A phrase is written word by word, with a blank between the parts:

- ``a|two_words`` either; ``pupil(s)`` with or without the ending; ``very?`` may be missing;
- ``<name>`` one of a list (its entries may be several words), ``<name>?`` or none;
- ``~3`` up to three words of any kind, ``~3!name`` but none of that list;
- ``*`` any one word, ``#`` one that begins with a digit, ``£`` a sum of money;
- ``^`` the beginning and ``$`` the end of a sentence.

Every word may carry ``'s``. A comma in the text is no obstacle, the end of a sentence is.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from app.text.passage import Passage

__all__ = ["Found", "PhraseBook", "book"]

_FOLDER: Final = Path(__file__).parent / "data" / "wording"
_BLANK: Final = " (?:, )?"  # the blank first, so that the engine looks for it alone
_ANYTHING: Final = r"[^ .,]+"
# Too common to look phrases up by.
_COMMON_TEXT: Final = (
    "a all an and any are as at be been but by can do for from had has have he her his i if in is it its me my no "
    "not of on or our she so some that the their them they this to up us was we were what who will with you your"
)
_COMMON: Final = frozenset(_COMMON_TEXT.split())


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of ``kind`` between ``start`` and ``end`` of a passage's text; ``note`` says what it means."""

    start: int
    end: int
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    kind: str
    note: str
    needs: tuple[frozenset[str], ...]  # of each, a word must occur beside the one it is looked up by
    pattern: str
    unless: str


class PhraseBook:
    """Phrases of one file, by kind; ``lists`` are its named lists of words."""

    def __init__(self, contents: Mapping[str, Any]) -> None:
        self.lists: dict[str, tuple[str, ...]] = {}
        for name, words in contents.get("lists", {}).items():
            self.lists[name] = tuple(self._entries(words))
        self._by_word: dict[str, list[_Phrase]] = {}
        for section in contents.get("about", ()):
            self._add(section)
        self._anchors = frozenset(self._by_word)

    def find(self, passage: Passage) -> Iterator[Found]:
        """The phrases of the book that stand in the passage, in no order, overlaps included."""
        seen: set[int] = set()
        for word in passage.vocabulary & self._anchors:
            for phrase in self._by_word[word]:
                if id(phrase) not in seen and _has_all(passage.vocabulary, phrase.needs):
                    seen.add(id(phrase))
                    yield from _stands(phrase, passage)

    def _entries(self, words: str) -> Iterator[str]:
        """The entries of a list; ``<name>`` among them stands for all of another, given before."""
        for entry in words.replace("\n", " ").split(","):
            text = " ".join(entry.split())
            if text.startswith("<"):
                yield from self.lists[text[1:-1]]
            elif text:
                yield text

    def _add(self, section: Mapping[str, Any]) -> None:
        exceptions = "|".join(self._pattern(each)[0] for each in section.get("unless", ()))
        unless = f"(?:{exceptions})(?= )" if exceptions else ""
        for written in section["says"]:
            source, needs = self._pattern(written)
            if not needs:
                raise ValueError(f"nothing to look {written!r} up by")
            anchor = min(needs, key=lambda words: (len(words & _COMMON), len(words)))
            others = sorted((words for words in needs if words is not anchor), key=len)
            phrase = _Phrase(section["kind"], section["note"], tuple(others), f"{source}(?= )", unless)
            for word in anchor:
                self._by_word.setdefault(word, []).append(phrase)

    def _pattern(self, written: str) -> tuple[str, list[frozenset[str]]]:
        """A phrase as a regular expression, and the sets of words of each of which one is needed."""
        source, needs = "", []
        for part in written.split():
            if part == "^":
                source += r"(?:^|(?<= \.))"
                continue
            if part == "$":
                source += _SENTENCE_END
                continue
            optional = part.endswith("?")
            piece, words = self._part(part.removesuffix("?"))
            source += f"(?:{piece})?" if optional else piece
            if words and not optional:
                needs.append(words)
        return source, needs

    def _part(self, part: str) -> tuple[str, frozenset[str]]:
        """One part as a regular expression, and the words of which one must occur; none if it may be any word."""
        if gap := re.fullmatch(r"~(\d+)(?:!(\w+))?", part):
            barrier = f"(?!{_BLANK}(?:{_any(self.lists[gap[2]])}) )" if gap[2] else ""
            return f"(?:{barrier}{_BLANK}{_ANYTHING}){{0,{gap[1]}}}", frozenset()
        entries = [entry for either in _EITHER.split(part) for entry in self._named(either)]
        source = f"{_BLANK}(?:{_any(tuple(entry for entry in entries if entry != '$'))})"
        if "$" in entries:
            return f"(?:{source}|{_SENTENCE_END})", frozenset()
        spellings = [_spellings(entry) for entry in entries]
        return source, frozenset().union(*spellings) if all(spellings) else frozenset()

    def _named(self, entry: str) -> tuple[str, ...]:
        return self.lists[entry[1:-1]] if entry.startswith("<") else (entry.replace("_", " "),)


def _has_all(vocabulary: frozenset[str], needs: Iterable[frozenset[str]]) -> bool:
    for needed in needs:  # noqa: SIM110 - all() with its generator takes twice the time
        if vocabulary.isdisjoint(needed):
            return False
    return True


def _stands(phrase: _Phrase, passage: Passage) -> Iterator[Found]:
    for match in _compiled(phrase.pattern).finditer(passage.text):
        sentence = passage.sentence(*match.span()) if phrase.unless else ""
        if not sentence or not _compiled(phrase.unless).search(sentence):
            yield Found(match.start() + 1, match.end(), phrase.kind, phrase.note)


_SENTENCE_END: Final = r"(?= $| \.)"
_SHAPES: Final = {"*": _ANYTHING, "#": r"\d[^ ]*", "£": r"£\d[^ ]*"}
_EITHER: Final = re.compile(r"\|(?![^(]*\))")
_ENDING: Final = re.compile(r"\(([^)]*)\)")


@cache
def _any(entries: tuple[str, ...]) -> str:
    """The entries as alternatives, longest first.

    Of entries that begin with different letters only one can match, so those of one letter may stand together: the engine
    passes over all of them at one look.
    """
    written = sorted((_entry(entry) for entry in entries), key=len, reverse=True)
    alternatives: list[str] = []
    for is_plain, run in groupby(written, key=lambda each: each[0].isalpha()):
        group = list(run)
        alternatives += _by_letter(group) if is_plain else group
    return "|".join(alternatives)


def _by_letter(entries: Iterable[str]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry[0], []).append(entry)
    return (f"(?:{'|'.join(group)})" for group in groups.values())


def _entry(entry: str) -> str:
    """An entry as a regular expression: ``year #``, ``pupil(s)``, ``don(')t``."""
    words = (_SHAPES.get(word) or _ENDING.sub(r"(?:\1)?", word) + "(?:'s)?" for word in entry.split())
    return _BLANK.join(words)


@cache
def _spellings(entry: str) -> frozenset[str]:
    """All spellings of an entry's most telling word: ``pupil(s)`` gives both. None if it may be any word."""
    words = [word for word in entry.split() if word not in _SHAPES]
    word = max(words, key=lambda each: (each not in _COMMON, len(each)), default="")
    spellings = [""]
    for piece in re.split(r"(\([^)]*\))", word):
        ends = ["", *piece[1:-1].split("|")] if piece.startswith("(") else [piece]
        spellings = [spelling + end for spelling in spellings for end in ends]
    return frozenset(spellings) - {""}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: most phrases never are, and all of them together take a second."""
    return re.compile(pattern)


@cache
def book(name: str) -> PhraseBook:
    """The phrase book ``name`` of the data folder."""
    text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return PhraseBook(tomllib.loads(text))
