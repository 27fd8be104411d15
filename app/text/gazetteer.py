"""What is known of words and names in general: the dictionary, given names, diminutives, well-known phrases.

The files lie in ``data/names``; the README there says where each comes from. All are read once, when first needed.
"""

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NewType

from app.text.fold import fold

__all__ = [
    "Commonness",
    "PhraseTable",
    "commonness",
    "diminutives",
    "is_given_name",
    "is_people_or_age",
    "is_proper",
    "is_word",
    "key_of",
    "lexicon",
    "match_phrases",
    "phrase_table",
]  # fmt: skip

_DATA: Final = Path(__file__).parent / "data" / "names"
_NO_KEY: Final = re.compile(r"[^\w]|_")

PhraseTable = NewType("PhraseTable", Mapping[str, tuple[tuple[str, ...], ...]])


class Commonness(IntEnum):
    """How likely it is that a word is met as an ordinary word: the higher, the less it says of a person."""

    NO_WORD = 0
    SELDOM = 1
    EVERYDAY = 2
    LITTLE = 3


def key_of(name: str) -> str:
    """A name as it is looked up: folded, letters and digits alone (``O'Neill-Smith`` is ``oneillsmith``)."""
    return _NO_KEY.sub("", fold(name).text)


def _sections(text: str) -> Mapping[str, str]:
    """The text below each ``[heading]``, comments dropped."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            lines.append(line)
    return {heading: "\n".join(body) for heading, body in found.items()}


def _read(name: str) -> Mapping[str, str]:
    return _sections((_DATA / name).read_text("utf-8"))


@cache
def _dictionary() -> Mapping[str, frozenset[str]]:
    with gzip.open(_DATA / "words.txt.gz", "rt", encoding="utf-8") as file:
        return {heading: frozenset(body.split()) for heading, body in _sections(file.read()).items()}


@cache
def lexicon(heading: str) -> frozenset[str]:
    """The words under one heading of ``lexicon.txt``; KeyError if there is none such."""
    return _lexicon()[heading]


@cache
def _lexicon() -> Mapping[str, frozenset[str]]:
    return {heading: frozenset(body.split()) for heading, body in _read("lexicon.txt").items()}


@cache
def _given() -> Mapping[str, frozenset[str]]:
    return {heading: frozenset(body.split()) for heading, body in _read("given_names.txt").items()}


@cache
def commonness(key: str) -> Commonness:
    """How common the word of that key is, leaving aside words that with a capital are nearly always names."""
    if key in lexicon("little-words"):
        return Commonness.LITTLE
    if key in _given()["rarely-words"]:
        return Commonness.NO_WORD
    if key in _dictionary()["everyday"] or key in lexicon("months") or key in lexicon("also-words"):
        return Commonness.EVERYDAY
    return Commonness.SELDOM if key in _dictionary()["seldom"] else Commonness.NO_WORD


@cache
def _lower_case() -> frozenset[str]:
    return _dictionary()["everyday"] | _dictionary()["seldom"] | lexicon("also-words")


def is_word(key: str) -> bool:
    """Whether the dictionary has it in lower case."""
    return key in _lower_case()


def is_proper(key: str) -> bool:
    """Whether the dictionary has it with a capital: a name or a place known to many."""
    return key in _dictionary()["proper"]


_OF_A_PEOPLE: Final = re.compile(r"\w+(?:ians?|ans|ish|ese)")


def is_people_or_age(key: str) -> bool:
    """Whether it is the word for a people, a language or an age of history (``Victorian``, ``Romans``), and no given name."""
    if key in lexicon("peoples"):
        return True
    return is_proper(key) and not is_given_name(key) and _OF_A_PEOPLE.fullmatch(key) is not None


@cache
def _diminutive_groups() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """What each name may be shortened or lengthened to, and how else it is spelt."""
    shorts: dict[str, set[str]] = {}
    spellings: dict[str, set[str]] = {}
    for line in (_DATA / "diminutives.txt").read_text("utf-8").splitlines():
        formal, colon, rest = line.partition(":")
        if line.startswith("= "):
            group = line[2:].split()
            for name in group:
                spellings.setdefault(name, set()).update(group)
        elif colon and not line.startswith("#"):
            for short in rest.split():
                shorts.setdefault(formal, set()).add(short)
                shorts.setdefault(short, set()).add(formal)
    return (
        MappingProxyType({name: frozenset(others) for name, others in shorts.items()}),
        MappingProxyType({name: frozenset(others) for name, others in spellings.items()}),
    )


@cache
def diminutives(key: str) -> frozenset[str]:
    """Other names by which somebody of that name is called: short forms, spellings, and what it is short for.

    Short forms of the formal name count too only by way of the name itself: ``lizzie`` gives ``elizabeth``, not ``beth``.
    """
    shorts, spellings = _diminutive_groups()
    alike = {key} | spellings.get(key, frozenset())
    near = {short for name in alike for short in shorts.get(name, ())}
    respelt = {other for name in near for other in spellings.get(name, ())}
    found = alike | near | respelt
    return frozenset((found | {other for name in found for other in _endings(name)}) - {key})


def _endings(name: str) -> Iterator[str]:
    """``lizzie`` is written ``lizzy`` too, and the other way round."""
    if len(name) > 4 and name.endswith("ie"):
        yield name[:-2] + "y"
    elif len(name) > 4 and name.endswith("y") and name[-2] not in "aeo":
        yield name[:-1] + "ie"


@cache
def _given_names() -> frozenset[str]:
    return _given()["given"].union(*_diminutive_groups())


def is_given_name(key: str) -> bool:
    """Whether it is a given name met in British schools."""
    return key in _given_names()


def phrase_table(phrases: Iterable[str]) -> PhraseTable:
    """The phrases by their first word, longest first."""
    table: dict[str, set[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(filter(None, (_NO_KEY.sub("", word) for word in re.split(r"[\s\-]+", fold(phrase).text))))
        if words:
            table.setdefault(words[0], set()).add(words)
    return PhraseTable({first: tuple(sorted(group, key=len, reverse=True)) for first, group in table.items()})


@cache
def well_known_phrases() -> PhraseTable:
    """Names of people, works, places and days known to all, from ``phrases.txt``."""
    return phrase_table(phrase for body in _read("phrases.txt").values() for phrase in re.split(r"[,\n]", body))


def match_phrases(keys: tuple[str, ...], table: PhraseTable) -> Iterator[tuple[int, int]]:
    """Where (first, last + 1) phrases of the table stand among the words, a possessive s at their end allowed."""
    for place, key in enumerate(keys):
        if key not in table:
            continue
        for phrase in table[key]:
            end = place + len(phrase)
            there = keys[place:end]
            if there[:-1] == phrase[:-1] and len(there) == len(phrase) and there[-1] in (phrase[-1], phrase[-1] + "s"):
                yield place, end
                break
