"""What X last said of its limits: how many calls of a kind an account has left until the window ends.

X tells it in the headers of every answer (docs.x.com, "Rate limits"). It is kept in the process that asked, and nowhere
else: it is stale within a quarter of an hour, and how much credit is left X does not tell at all.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

_log = logging.getLogger(__name__)
_ID = re.compile(r"(?<=[a-z])/[0-9]+(?=/|$)")  # the first number is the interface's version
_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be asked before ``resets_at``."""

    remaining: int
    resets_at: datetime


class Allowances:
    """What is left by account and call, such as ``POST /2/tweets``. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[tuple[str, str], Left] = {}

    def note(self, account: str, answer: httpx.Response) -> None:
        """Keep what the answer says, if it says it."""
        told = [answer.headers.get(f"x-rate-limit-{name}", "") for name in ("remaining", "reset")]
        if not all(one.isascii() and one.isdigit() and len(one) <= _DIGITS for one in told):
            return
        call = f"{answer.request.method} {_ID.sub('/{id}', answer.request.url.path)}"
        left = Left(int(told[0]), datetime.fromtimestamp(int(told[1]), UTC))
        with self._lock:
            self._told[account, call] = left
        if left.remaining == 0:
            _log.info("X takes no more of %s until %s", call, left.resets_at.isoformat())

    def at(self, now: datetime) -> Mapping[tuple[str, str], int]:
        """What is left in the windows that have not ended; of others nothing is known."""
        with self._lock:
            return {key: left.remaining for key, left in self._told.items() if left.resets_at > now}


ALLOWANCES = Allowances()
"""Those of this process."""
