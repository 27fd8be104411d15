"""How long something has waited, in words, and since when by the school's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.policy import Policy

_LATE, _OVERDUE = timedelta(hours=4), timedelta(hours=24)


def age(since: datetime, now: datetime) -> str:
    """How long that was, roughly: ``less than a minute``, ``12 min``, ``2 h``, ``3 days``."""
    minutes = int((now - since).total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    days = minutes // (24 * 60)
    return "1 day" if days == 1 else f"{days} days"


def since(policy: Policy, instant: datetime, now: datetime) -> str:
    """When that was, as one says it at the school now: ``09:40``, ``yesterday, 15:10``, ``Friday 20 November, 15:10``."""
    then, today = policy.local(instant), policy.day_of(now)
    clock = f"{then:%H:%M}"
    if then.date() == today:
        return clock
    if then.date() == today - timedelta(days=1):
        return f"yesterday, {clock}"
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then:%A} {then.day} {then:%B}{year}, {clock}"


def urgency(since: datetime, now: datetime) -> str:
    """The style of an age: ``late`` after four hours, ``overdue`` after a day, else empty."""
    waited = now - since
    return "overdue" if waited >= _OVERDUE else "late" if waited >= _LATE else ""
