"""A policy in words, for the command line and for people who must sign it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from app.policy.values import KeptBy, Policy

_KEPT_BY = {KeptBy.RULE: "Fledgling", KeptBy.PEOPLE: "people"}


def describe(policy: Policy) -> tuple[str, ...]:
    """The policy line by line: its papers, its limits, how faces are handled, then every clause by section."""
    return (
        f"{policy.title} ({policy.reference})",
        f"Ratified on {policy.ratified_on}, to be reviewed by {policy.review_on}.",
        f"A post has at most {policy.limits.policy_length} characters and {policy.limits.photos} photos.",
        f"The roster is out of date after {policy.staleness.roster_days} days.",
        f"Comparing faces: {policy.matching}. A family that has not answered: {policy.not_answered}.",
        f"Days kept: {', '.join(f'{name} {days}' for name, days in asdict(policy.retention).items())}.",
        *_clauses(policy),
        *(f"{rule}: {outcome.word}" for rule, outcome in policy.outcomes.items()),
    )


def _clauses(policy: Policy) -> Iterator[str]:
    section = ""
    for clause in policy.clauses.values():
        if clause.section != section:
            section = clause.section
            yield section
        yield f"  {clause.id}: {clause.text} (kept by {_KEPT_BY[clause.kept_by]})"
