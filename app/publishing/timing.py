"""When a draft is due: as soon as it may be, at the time wanted, after its event, within the school's hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain import Event
from app.errors import Fault, Malformed
from app.policy import Policy
from app.store.publications import Plan, WhyThen


def due(wanted_at: datetime | None, event: Event | None, policy: Policy, now: datetime) -> Plan:
    """The first moment that everything allows, and what it was that put it off."""
    at, why = now, WhyThen.NOW
    if wanted_at is not None and wanted_at > at:
        at, why = wanted_at, WhyThen.WANTED
    if event is not None and event.ends_at > at:
        at, why = event.ends_at, WhyThen.EVENT
    opens = policy.publishing.hours.next_open(at, ZoneInfo(policy.timezone))
    if opens > at:
        at, why = opens, WhyThen.HOURS
    return Plan(at, why, wanted_at)


def lapses_at(approved_at: datetime, wanted_at: datetime | None, policy: Policy) -> datetime:
    """Until when an approval holds: it counts from the time that was asked for, where that is the later."""
    return max(approved_at, wanted_at or approved_at) + timedelta(days=policy.publishing.approval_days)


def instant_of(written: str, policy: Policy) -> datetime:
    """The instant of a day and time on the school's clock (``2027-03-28T16:30``).

    Malformed for what is none, and for the hour that is left out in spring. Of the hour that comes twice in autumn the first.
    """
    zone = ZoneInfo(policy.timezone)
    try:
        local = datetime.fromisoformat(written.strip())
        instant = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
        back = instant.astimezone(zone)
    except (ValueError, OverflowError):
        fault = Fault("#/publish_at", "is no day and time")
        raise Malformed("That is not a day and time.", slug="no-such-time", errors=(fault,)) from None
    if local.tzinfo is None and back.replace(tzinfo=None) != local:
        fault = Fault("#/publish_at", "does not exist on that day")
        raise Malformed(
            "The clocks go forward that night: there is no such time on that day.", slug="no-such-time", errors=(fault,)
        )
    return instant
