"""Review: the policy itself is kept up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from app.domain import Evidence, Outcome
from app.policy import Policy
from app.rules.rule import Remark, given, rule


@rule(
    id="policy.review-overdue",
    title="The policy is reviewed in time",
    clause="review-2",
    outcome=Outcome.ADVISE,
    fails=[given(now=datetime(2020, 12, 1, 0, tzinfo=UTC))],
    passes=[given(now=datetime(2020, 11, 30, 23, 59, tzinfo=UTC))],
)
def review_overdue(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """What was right when the policy was ratified may not be so now; its governors said when to look again."""
    if policy.day_of(evidence.now) > policy.review_on:
        yield Remark(
            f"The policy was to be reviewed by {policy.review_on.day} {policy.review_on:%B %Y}.",
            "Ask the governors to review it, and load the new one.",
        )
