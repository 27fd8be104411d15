"""On which line of a TOML text each key stands, so that problems can be shown where they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

Path = tuple[str, ...]

_LONGEST_STATEMENT = 200  # lines; each is parsed again for every further line, so somewhere it must end


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, on which each table and key of a well-formed TOML text is first given.

    What comes after a statement of more than 200 lines is not placed.
    """
    places: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = tuple(_header(parsed))
            found = [table[:depth] for depth in range(1, len(table) + 1)]
        else:
            found = [table + path for path in _paths(parsed)]
        for path in found:
            places.setdefault(path, line)
    return places


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and assignments with their first line: the fewest lines that are TOML by themselves."""
    held: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        held.append(line)
        if len(held) > _LONGEST_STATEMENT:
            return
        statement = "\n".join(held)
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if parsed:
            yield number - len(held) + 1, statement
        held = []


def _header(parsed: Mapping[str, object]) -> Iterator[str]:
    """The keys of a lone table header, outermost first."""
    inner: object = parsed
    while isinstance(inner, dict) and inner:
        key, inner = next(iter(inner.items()))
        yield key


def _paths(parsed: Mapping[str, object]) -> Iterator[Path]:
    waiting: list[tuple[Path, object]] = [((), parsed)]
    while waiting:
        path, value = waiting.pop()
        if path:
            yield path
        if isinstance(value, dict):
            waiting.extend(((*path, key), inner) for key, inner in value.items())
