"""Recalls and the roll-call as they go in and out as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.store.recalls import Recall
from app.web.schemas import UNSTORABLE, Incoming, Outgoing

REASON_CHARACTERS = 500


def _clean(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("must not hold NUL characters or lone surrogates")
    return text


class RecallOutcomeIn(Incoming):
    """How a recall ends."""

    outcome: Literal["taken_down", "kept"]
    reason: Annotated[str, StringConstraints(max_length=REASON_CHARACTERS), AfterValidator(_clean)] = Field(
        description="Who took it down and when, or why it may stay; never why a child may not be shown."
    )


class RecallOut(Outgoing):
    """A published draft that may show children who must not be shown any more."""

    id: str
    draft: str
    pupils: list[str]
    why_found: Literal["class", "roll-call", "match"]
    opened_at: datetime
    outcome: Literal["taken_down", "kept"] | None
    reason: str
    decided_by: str | None
    decided_at: datetime | None


class RecallPage(Outgoing):
    """A page of recalls."""

    items: list[RecallOut]
    next: str | None


def recall_out(one: Recall) -> RecallOut:
    """A recall as JSON."""
    return RecallOut(
        id=one.id,
        draft=one.draft,
        pupils=list(one.pupils),
        why_found=one.why_found.value,
        opened_at=one.opened_at,
        outcome=one.outcome.value if one.outcome else None,
        reason=one.reason,
        decided_by=one.decided_by or None,
        decided_at=one.decided_at,
    )


class LikestOut(Outgoing):
    """The faces of one photo, likest to a child first."""

    photo: int
    faces: list[int]


class ChildAskedOut(Outgoing):
    """A child to look for."""

    pupil: str
    name: str
    class_name: str
    has_reference_photo: bool = Field(description="Whether there is a picture to compare with at `…/reference-photo`.")
    likest: list[LikestOut] = Field(description="Empty where faces were not compared.")


class RollCallOut(Outgoing):
    """The children whom an approver must answer for, and what the answers are bound to."""

    digest: str
    children: list[ChildAskedOut]
