"""Guessing passwords and searching names are slowed down: who did it often has to wait. Kept in memory, and bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

FAILURES = 5
WINDOW = timedelta(minutes=5)
ADDRESSES = 10_000
"""How many addresses are remembered at most; those that failed longest ago are forgotten first."""


class Throttle:
    """Failures by address, or whatever else is to be done no more than ``limit`` times in ``window``; safe to share
    between threads."""

    def __init__(self, limit: int = FAILURES, window: timedelta = WINDOW) -> None:
        self._limit, self._window = limit, window
        self._failed: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def must_wait(self, address: str, now: datetime) -> bool:
        """Whether that address has failed too often lately."""
        with self._lock:
            times = self._failed.get(address)
            return times is not None and len(times) == self._limit and now - times[0] < self._window

    def note_failure(self, address: str, now: datetime) -> None:
        """Remember a failure; only the last few of an address count."""
        self.note(address, now)

    def note(self, address: str, now: datetime) -> None:
        """Remember that it was done."""
        with self._lock:
            self._failed.setdefault(address, deque(maxlen=self._limit)).append(now)
            self._failed.move_to_end(address)
            while len(self._failed) > ADDRESSES:
                self._failed.popitem(last=False)

    def forget(self, address: str) -> None:
        """The person of that address has signed in."""
        with self._lock:
            self._failed.pop(address, None)
