"""A policy in words, for the command line and for people who must sign it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from app.policy.values import WEEKDAYS, Hours, KeptBy, Policy

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
        f"Approvers are told at most every {policy.desk.digest_minutes} minutes, and reminded after {policy.desk.nudge_hours} hours.",
        f"A second factor is asked of: {', '.join(policy.sign_in.second_factor) or 'nobody'}.",
        f"A password has at least {policy.sign_in.password_min_length} characters{_changed(policy)}.",
        f"Posts go out {_hours(policy.publishing.hours)}. An approval holds for {policy.publishing.approval_days} days.",
        *_clauses(policy),
        *(f"{rule}: {outcome.word}" for rule, outcome in policy.outcomes.items()),
    )


def _changed(policy: Policy) -> str:
    days = policy.sign_in.password_change_days
    return f" and is changed after {days} days" if days else ""


def _hours(hours: Hours) -> str:
    if hours == Hours():
        return "at any hour"
    days = ", ".join(name.title() for number, name in enumerate(WEEKDAYS) if number in hours.weekdays)
    return f"from {hours.opens}:00 until {hours.closes}:00, {days}"


def _clauses(policy: Policy) -> Iterator[str]:
    section = ""
    for clause in policy.clauses.values():
        if clause.section != section:
            section = clause.section
            yield section
        yield f"  {clause.id}: {clause.text} (kept by {_KEPT_BY[clause.kept_by]})"
