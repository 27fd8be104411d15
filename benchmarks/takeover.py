"""Two workers on PostgreSQL, one killed with work in hand: seconds until the other has done all of it.

.venv/bin/python -m benchmarks.takeover --postgres URL [--times 5]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.settings import Settings
from app.store import Store, drafts, publications
from app.store.publications import State
from benchmarks.crashes import found
from benchmarks.doubles import double_of_x, posted
from benchmarks.lives import live, text_of
from benchmarks.places import in_a_process, kill, place

LAST_S = 120.0
_DRAFTS = 6
_X_LATE_S = 20.0  # as long as the service itself waits
_IN_HAND = "SELECT count(*) > 0 FROM dbos.workflow_status WHERE executor_id = 'one' AND status = 'PENDING' AND name = 'publish'"


def takeover(settings: Settings) -> float:
    """Seconds from the kill until all is out, or before a person; raises SystemExit where something is out twice or unapproved."""
    with double_of_x(slow_s=0.2) as x:
        settings = settings.model_copy(update={"x_api": x})
        school_id = found(settings)
        reading, writing = os.pipe()
        worker = partial(live, settings, x, late_s=_X_LATE_S)
        two = in_a_process(partial(worker, 100, "two", drafts=0, told=writing))
        try:
            while b"=launched" not in os.read(reading, 65536):
                pass
            one = in_a_process(partial(worker, 1, "one", drafts=_DRAFTS))
            _until(settings, "one has work in hand", lambda session: bool(session.scalar(text(_IN_HAND))))
            kill(one)
            began = time.monotonic()
            _until(settings, "two has done it", lambda session: _all_settled(session, school_id))
            took = time.monotonic() - began
        finally:
            kill(two)
            os.close(reading)
            os.close(writing)
        times = posted(x)
    if (
        not times
        or max(times.values()) > 1
        or not times.keys() <= {text_of(number) for number in range(1, _DRAFTS + 1)}
    ):
        raise SystemExit(f"doubled, unapproved or none: {times}")
    return took


def _all_settled(session: Session, school_id: str) -> bool:
    store = Store(session, school_id)
    approved = publications.listed(store, list(State), limit=100).items
    return bool(drafts.by_author(store, "author", limit=1).items) and {one.state for one in approved} <= {
        State.PUBLISHED,
        State.UNCERTAIN,
    }


def _until(settings: Settings, what: str, enough: Callable[[Session], bool]) -> None:
    database = Database(settings.url)
    until = time.monotonic() + LAST_S
    try:
        while time.monotonic() < until:
            with database.read() as session:
                if enough(session):
                    return
            time.sleep(0.02)
    finally:
        database.dispose()
    raise SystemExit(f"it never came to that: {what}")


def main() -> None:
    """Print how long it took, each time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", required=True, help="A server's URL.")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    for _ in range(given.times):
        with place(given.postgres) as settings:
            print(f"one of two workers killed: the other had done its work after {takeover(settings):.1f} s")


if __name__ == "__main__":
    main()
