"""The values of reading names: what may be one name, what may name a child, and the years and classes named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from app.text.gazetteer import Commonness
from app.text.name_index import Role

__all__ = ["Both", "Form", "Group", "Naming", "Piece"]


class Form(Enum):
    """How a child is named."""

    SINGLE = auto()
    FULL = auto()
    INITIALLED = auto()  # one of the two names by its letter
    INITIALS = auto()
    NEARLY = auto()  # a surname beside an unknown or misspelt first name


@dataclass(frozen=True, slots=True)
class Piece:
    """Words ``first`` to ``last`` that stand for one name of the pupils ``numbers``."""

    first: int
    last: int
    role: Role
    numbers: Sequence[int]
    key: str
    level: Commonness
    note: str
    cost: float


Both = Callable[[Piece, Piece], tuple[int, ...]]
"""Who bears two names together."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Words ``first`` to ``last`` that may name one of the pupils ``numbers``, with what speaks for it by itself."""

    first: int
    last: int
    form: Form
    role: Role
    numbers: tuple[int, ...]
    level: Commonness
    base: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A year or class named by the word at ``place``."""

    place: int
    year: str = ""
    class_name: str = ""
