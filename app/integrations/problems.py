"""What is wrong with a file, told by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ALIKE_KEPT = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file.

    ``line`` is the physical line, counting from 1 (0: the file as a whole); ``pointer`` the column's
    heading or the property. The detail never repeats a cell that may hold a name.
    """

    line: int
    detail: str
    pointer: str = ""
    warning: bool = False


class UnreadableError(ValueError):
    """The bytes are no file of rows at all; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def has_errors(problems: Sequence[Problem]) -> bool:
    """Whether the file must be refused."""
    return any(not problem.warning for problem in problems)


def condense(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, of each kind of warning only the first `_ALIKE_KEPT` and how many more there are."""
    kept: list[Problem] = []
    alike: Counter[tuple[str, str]] = Counter()
    for problem in problems:
        kind = (problem.detail, problem.pointer)
        alike[kind] += problem.warning
        if alike[kind] <= _ALIKE_KEPT:
            kept.append(problem)
    for (detail, pointer), times in alike.items():
        if times > _ALIKE_KEPT:
            kept.append(Problem(0, f"{times - _ALIKE_KEPT} more lines: {detail}", pointer, warning=True))
    return tuple(kept)
