"""The hours in which somebody may be written to, by the school's clock; all others are quiet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKING_DAYS = frozenset(range(5))
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Reach:
    """From ``opens`` until ``closes`` on those days of the week, 0 (Monday) to 6, in the zone of that name.

    A window that the change of the clocks cuts or stretches is as long as it really is.
    """

    opens: time = time(7, 30)
    closes: time = time(18, 0)
    days: frozenset[int] = WORKING_DAYS
    zone: str = "Europe/London"

    def is_open(self, at: datetime) -> bool:
        """Whether that instant is in the hours."""
        return any(begins <= at < ends for begins, ends in self._windows(at, at))

    def between(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time between those instants was in the hours; of a year at most."""
        since = max(since, until - _FURTHEST)
        overlaps = (min(ends, until) - max(begins, since) for begins, ends in self._windows(since, until))
        return sum((one for one in overlaps if one > timedelta(0)), timedelta(0))

    def last(self, clock: time, at: datetime) -> datetime | None:
        """The last instant up to ``at`` at which it was that time on one of the days; None within the last week."""
        for back in range(8):
            day = at.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=back)
            instant = self._on(day, clock)
            if day.weekday() in self.days and instant <= at:
                return instant
        return None

    def _windows(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.zone)
        day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
        while day <= last:
            if day.weekday() in self.days:
                yield self._on(day, self.opens), self._on(day, self.closes)
            day += timedelta(days=1)

    def _on(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)
