"""Where a draft stands, and where it may move."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.domain.outcomes import Answer


class Stage(StrEnum):
    """Where a draft stands."""

    RECEIVED = "received"
    REJECTED = "rejected"
    REFERRED = "referred"
    READY = "ready"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


_VETTED = frozenset({Stage.REJECTED, Stage.REFERRED, Stage.READY})
_LEFT = frozenset({Stage.WITHDRAWN, Stage.EXPIRED})

MOVES: Mapping[Stage, frozenset[Stage]] = {
    Stage.RECEIVED: _VETTED | _LEFT,
    Stage.REJECTED: _VETTED | _LEFT,
    Stage.REFERRED: _VETTED | _LEFT | {Stage.APPROVED, Stage.RETURNED},
    Stage.READY: _VETTED | _LEFT | {Stage.APPROVED, Stage.RETURNED},
    Stage.RETURNED: _VETTED | _LEFT,
    Stage.APPROVED: _VETTED | _LEFT | {Stage.SCHEDULED, Stage.PUBLISHING},
    Stage.SCHEDULED: _VETTED | _LEFT | {Stage.APPROVED, Stage.PUBLISHING},
    Stage.PUBLISHING: frozenset({Stage.PUBLISHED, Stage.FAILED, Stage.SCHEDULED, Stage.APPROVED}),
    Stage.FAILED: _VETTED | _LEFT | {Stage.PUBLISHING, Stage.APPROVED, Stage.SCHEDULED},
    Stage.PUBLISHED: frozenset({Stage.WITHDRAWN}),
    Stage.WITHDRAWN: frozenset(),
    Stage.EXPIRED: frozenset(),
}
"""From each stage, the stages a draft may move to. Vetting again leads back to the three vetted stages.

One that was being published goes back to wait where it is certain that nothing is out; a published one is withdrawn by
being taken down.
"""

QUEUED = frozenset({Stage.REFERRED, Stage.READY})
"""The stages in which a draft waits for an approver."""


def stage_of(answer: Answer) -> Stage:
    """The stage a draft reaches by being vetted."""
    return {Answer.APPROVE: Stage.READY, Answer.REFER: Stage.REFERRED, Answer.REJECT: Stage.REJECTED}[answer]
