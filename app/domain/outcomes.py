"""What findings ask for, and the one-word answer that follows."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Outcome(IntEnum):
    """What a finding asks for, from least to worst; the worst decides the verdict."""

    ADVISE = 1
    REFER = 2
    REJECT = 3

    @property
    def word(self) -> str:
        """The outcome as policies and reports write it: ``advise``, ``refer``, ``reject``."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Outcome:
        """The outcome that ``word`` names; ValueError if none does."""
        for outcome in cls:
            if outcome.word == word:
                return outcome
        raise ValueError(f"{word!r} is not one of advise, refer, reject")


class Answer(StrEnum):
    """The one-word verdict on a draft."""

    APPROVE = "approve"
    REFER = "refer"
    REJECT = "reject"
