"""One table of a policy file, read key by key; what is wrong with it is noted with its line, not raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong on a line of a policy file; lines count from 1."""

    line: int
    detail: str


class Table:
    """A table being read. Every reader answers with something of the right type, and notes what was amiss.

    ``sound`` is true while nothing was amiss. ``close`` must come last: it notes the keys that nobody asked for.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        lines: Mapping[tuple[str, ...], int],
        problems: list[Problem],
        path: tuple[str, ...] = (),
    ) -> None:
        self._values = values
        self._lines = lines
        self._problems = problems
        self._path = path
        self._asked: set[str] = set()
        self.sound = True

    def note(self, detail: str, key: str | None = None) -> None:
        """Note a problem at ``key``, or at the table itself."""
        path = self._path if key is None else (*self._path, key)
        while path and path not in self._lines:
            path = path[:-1]
        self.sound = False
        self._problems.append(Problem(self._lines.get(path, 1), detail))

    def names(self) -> tuple[str, ...]:
        """The keys the table has, in order."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether the key is given, for what may be left out."""
        self._asked.add(key)
        return key in self._values

    def text(self, key: str) -> str:
        """Words, not blank."""
        value = self._value(key, str, "text in quotation marks")
        if value is not None and not value.strip():
            self.note(f"{self._name(key)} is empty.", key)
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, possibly empty."""
        value = self._value(key, list, 'a list such as ["one", "two"]')
        if value is not None and not all(isinstance(one, str) and one.strip() for one in value):
            self.note(f"{self._name(key)} must hold only texts that are not empty.", key)
            return ()
        return tuple(value or ())

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self._value(key, int, "a whole number")
        if value is not None and not least <= value <= most:
            self.note(f"{self._name(key)} is {value}; it must lie between {least} and {most}.", key)
            return least
        return least if value is None else value

    def number(self, key: str, least: float, most: float) -> float:
        """A number from ``least`` to ``most``."""
        value = self._value(key, (int, float), "a number")
        if value is not None and not least <= value <= most:
            self.note(f"{self._name(key)} is {value}; it must lie between {least:g} and {most:g}.", key)
            return least
        return least if value is None else float(value)

    def day(self, key: str) -> date:
        """A day, written without quotation marks."""
        value = self._value(key, date, "a day such as 2026-11-30, without quotation marks")
        return date.max if value is None else value

    def choice(self, key: str, choices: Iterable[str]) -> str:
        """One of a few words."""
        words = [str(one) for one in choices]
        value = self._value(key, str, f"one of {', '.join(words)}")
        if value is not None and value not in words:
            self.note(
                f'{self._name(key)} is "{value}"; it must be one of {", ".join(words)}.{meant(value, words)}', key
            )
            value = None
        return value or words[0]

    def table(self, key: str) -> Table:
        """A table within this one."""
        value = self._value(key, dict, "a table")
        return Table(value or {}, self._lines, self._problems, (*self._path, key))

    def close(self) -> None:
        """Note every key that was given and not asked for."""
        for key in self._values:
            if key not in self._asked:
                self.note(f"{self._name(key)} is not something a policy says.{meant(key, sorted(self._asked))}", key)

    def _name(self, key: str) -> str:
        return ".".join((*self._path, key))

    def _value(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            self.note(f"{self._name(key)} is missing; it must be {wanted}.")
            return None
        value = self._values[key]
        # bool is an int to Python and a datetime a date; to a reader they are neither.
        if not isinstance(value, kind) or isinstance(value, (bool, datetime)):
            self.note(f"{self._name(key)} must be {wanted}.", key)
            return None
        return value


def meant(word: str, known: list[str]) -> str:
    """A question that offers the likest known word, with a blank before it; empty where none is like."""
    likest = get_close_matches(word, known, n=1)
    return f' Did you mean "{likest[0]}"?' if likest else ""
