"""Guessing passwords is slowed down: after some failures an address has to wait. Kept in memory, and bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

FAILURES = 5
WINDOW = timedelta(minutes=5)
ADDRESSES = 10_000
"""How many addresses are remembered at most; those that failed longest ago are forgotten first."""


class Throttle:
    """Failures by address; safe to share between threads."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def must_wait(self, address: str, now: datetime) -> bool:
        """Whether that address has failed too often lately."""
        with self._lock:
            times = self._failed.get(address)
            return times is not None and len(times) == FAILURES and now - times[0] < WINDOW

    def note_failure(self, address: str, now: datetime) -> None:
        """Remember a failure; only the last few of an address count."""
        with self._lock:
            self._failed.setdefault(address, deque(maxlen=FAILURES)).append(now)
            self._failed.move_to_end(address)
            while len(self._failed) > ADDRESSES:
                self._failed.popitem(last=False)

    def forget(self, address: str) -> None:
        """The person of that address has signed in."""
        with self._lock:
            self._failed.pop(address, None)
