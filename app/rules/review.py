"""Review: the policy itself is kept up to date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from app.domain import Evidence, Outcome
from app.policy import MatchingMode, Policy
from app.rules.rule import SCHOOL, Remark, given, rule


@rule(
    id="policy.review-overdue",
    title="The policy is reviewed in time",
    clause="review-2",
    outcome=Outcome.ADVISE,
    fails=[
        given(now=datetime(2020, 12, 1, 0, tzinfo=UTC)),
        given(school=replace(SCHOOL, dpia_review_on=date(2020, 1, 31)), now=datetime(2020, 2, 1, tzinfo=UTC)),
    ],
    passes=[
        given(now=datetime(2020, 11, 30, 23, 59, tzinfo=UTC)),
        given(school=replace(SCHOOL, dpia_review_on=date(2020, 11, 30)), now=datetime(2020, 11, 30, 23, tzinfo=UTC)),
    ],
)
def review_overdue(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """What was right when the policy was ratified may not be so now; its governors said when to look again."""
    if policy.day_of(evidence.now) > policy.review_on:
        yield Remark(
            f"The policy was to be reviewed by {policy.review_on.day} {policy.review_on:%B %Y}.",
            "Ask the governors to review it, and load the new one.",
        )
    due = evidence.school.dpia_review_on
    if due is not None and policy.matching is not MatchingMode.OFF and policy.day_of(evidence.now) > due:
        yield Remark(
            f"The data-protection assessment of face matching was to be reviewed by {due.day} {due:%B %Y}.",
            "Ask the data protection officer to review it, and record the outcome.",
        )
