"""Allowed phrases as they go in and out as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.register.phrases import REASON_CHARACTERS, ListedPhrase
from app.text.allowed import LONGEST
from app.web.schemas import UNSTORABLE, Incoming, Outgoing


def _clean(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("must not hold NUL characters or lone surrogates")
    return text


Reason = Annotated[str, StringConstraints(max_length=REASON_CHARACTERS), AfterValidator(_clean)]


class PhraseIn(Incoming):
    """A phrase to allow."""

    phrase: Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_clean)] = Field(
        description="Words that stand in posts; at least one letter, and more than a pupil's name."
    )
    about: Literal["names", "wording"] = Field(
        description="`names`: no child is meant; `wording`: neither offence nor running down."
    )
    reason: Reason = Field(description="Why; kept with who allowed it and when.")


class WithdrawalIn(Incoming):
    """Why a phrase is taken back."""

    reason: Reason


class PhraseOut(Outgoing):
    """A phrase with its history."""

    id: str
    phrase: str
    about: Literal["names", "wording"]
    reason: str
    allowed_by: str
    allowed_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    in_force: bool = Field(description="Whether the checks pass over it now.")
    why_not: str | None = Field(description="Why it is not in force, in plain words: withdrawn, or a pupil's name now.")


class PhrasePage(Outgoing):
    """A page of phrases, latest first."""

    items: list[PhraseOut]
    next: str | None


def phrase_out(listed: ListedPhrase) -> PhraseOut:
    """A phrase as JSON."""
    one = listed.phrase
    return PhraseOut(
        id=one.id,
        phrase=one.phrase,
        about=one.about.value,
        reason=one.reason,
        allowed_by=one.allowed_by,
        allowed_at=one.allowed_at,
        withdrawn_by=one.withdrawn_by,
        withdrawn_at=one.withdrawn_at,
        withdrawn_reason=one.withdrawn_reason,
        in_force=listed.in_force,
        why_not=listed.why_not or None,
    )
