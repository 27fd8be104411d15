"""A text with all that is known of it before a possible name in it is weighed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.text.gazetteer import lexicon
from app.text.name_index import NO_APOSTROPHE, NameIndex
from app.text.name_pieces import Group, Naming
from app.text.name_words import Case, Word, Writing

__all__ = ["Scene", "Weights"]

Weights = Iterator[tuple[float, str]]
"""What a rule adds or takes away, and why; the reason never holds the name."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The text of a naming.

    ``groups`` are years and classes named, by place; ``phrases`` and ``allowed`` the places of words of well-known
    phrases and of the school's own; ``keys`` all words; ``years`` and ``classes`` those that the text names.
    """

    writing: Writing
    index: NameIndex
    groups: Mapping[int, Group]
    phrases: frozenset[int]
    allowed: frozenset[int]
    keys: frozenset[str]
    years: frozenset[str]
    classes: frozenset[str]

    def first(self, naming: Naming) -> Word:
        """The first word of the naming."""
        return self.writing.words[naming.first]

    def last(self, naming: Naming) -> Word:
        """The last word of the naming."""
        return self.writing.words[naming.last - 1]

    def key(self, naming: Naming) -> str:
        """The key of its first word."""
        return self.writing.words[naming.first].key

    def before(self, naming: Naming, count: int) -> list[Word]:
        """Up to ``count`` words before it, nearest first, of the same sentence."""
        found: list[Word] = []
        words, place = self.writing.words, naming.first
        while place > 0 and len(found) < count and not words[place].breaks:
            place -= 1
            found.append(words[place])
        return found

    def after(self, naming: Naming, count: int) -> list[Word]:
        """Up to ``count`` words after it, nearest first, of the same sentence."""
        found: list[Word] = []
        words, place = self.writing.words, naming.last
        while place < len(words) and len(found) < count and not words[place].breaks:
            found.append(words[place])
            place += 1
        return found

    def next_to(self, naming: Naming) -> Word | None:
        """The word after it if only a blank parts them and both belong to the same hashtag or to none."""
        if naming.last >= len(self.writing.words):
            return None
        after = self.writing.words[naming.last]
        return after if close(after) and after.solid == self.last(naming).solid else None

    def just_before(self, naming: Naming) -> Word | None:
        """The word before it if only a blank parts them and both belong to the same hashtag or to none."""
        if not naming.first:
            return None
        before = self.writing.words[naming.first - 1]
        return before if close(self.first(naming)) and before.solid == self.first(naming).solid else None

    def in_list(self, naming: Naming) -> list[int]:
        """The places of the nearest words with capitals that stand in one list with it, up to eight on each side."""
        words = self.writing.words
        found: list[int] = []
        place = naming.first
        for _ in range(_LONGEST_LIST):
            last = _before_in_list(words, place)
            if last is None or words[last].case is Case.LOWER:
                break
            found.append(last)
            place = last
        place = naming.last
        for _ in range(_LONGEST_LIST):
            first = _after_in_list(words, place)
            if first is None or words[first].case is Case.LOWER:
                break
            found.append(first)
            place = first + 1
        return found

    def owns(self, naming: Naming) -> bool:
        """Whether the name is possessive, with its apostrophe or without."""
        end = self.last(naming).end
        return (
            self.last(naming).possessive
            or NO_APOSTROPHE in naming.reasons
            or self.writing.source.startswith(("'", "’"), end)
        )

    def starts_capital(self, word: Word) -> bool:
        """Whether it has a capital where that says something."""
        return word.case is not Case.LOWER and not self.writing.shouting

    def is_class_or_year(self, word: Word) -> bool:
        """Whether it is a class of the school or a word for a year."""
        return word.key in self.index.class_names or word.key in lexicon("ages")


_LIST_GAPS: Final = frozenset({", ", " & ", "/", " / ", " + ", "; ", " | "})
_LONGEST_LIST: Final = 8  # on each side, so that the work stays linear
_LIST_WORDS: Final = frozenset({"and", "or", "plus"})


def _before_in_list(words: Sequence[Word], place: int) -> int | None:
    if place and words[place].gap in _LIST_GAPS:
        return place - 1
    joined = place > 1 and words[place - 1].key in _LIST_WORDS and words[place].gap == " "
    return place - 2 if joined else None


def _after_in_list(words: Sequence[Word], place: int) -> int | None:
    if place >= len(words):
        return None
    if words[place].gap in _LIST_GAPS and words[place].key not in _LIST_WORDS:
        return place
    return place + 1 if words[place].key in _LIST_WORDS and place + 1 < len(words) else None


def close(word: Word) -> bool:
    """Whether only a blank, an underscore or a hyphen stands before the word."""
    return word.gap in (" ", "", "_", "-", "\u00a0")
