"""How soon each page can be used, and how heavy it is: ``python -m benchmarks.pages``.

A school of 420 pupils with 200 drafts over real HTTP, in headless Chromium on this machine; of each page the middle one
of several loads with an empty cache. ``interactive`` is the browser's own domInteractive, ``loaded`` the end of its load event.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from app.db import Database
from tests.browser.chromium import DESKTOP, PHONE, executable, launched, opened
from tests.browser.furnishing import GOOD_NEWS, ON_PAPER, Furnished, Hand, furnish
from tests.browser.places import NOBODY, VISITORS, pages_of
from tests.browser.serving import desk_over
from tests.web.conftest import found

DRAFTS, LOADS = 200, 3
MOST_MS = 1000

_TIMES = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const assets = performance.getEntriesByType('resource').filter((one) => new URL(one.name).pathname.startsWith('/static/'));
  return [page.domInteractive, page.loadEventEnd, page.encodedBodySize, assets.reduce((sum, one) => sum + one.encodedBodySize, 0)];
}"""


def main() -> int:
    """Print a row for each page; 1 if one takes longer than a second."""
    path = executable()
    if path is None:
        sys.stderr.write("There is no Chromium: install Debian's package chromium, or set FLEDGLING_CHROMIUM.\n")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'school.db'}")
        database.upgrade()
        found(database, folder)
        database.dispose()
        with desk_over(folder / "school.db", folder / "desk") as desk:
            furnished = furnish(desk)
            _more_drafts(furnished)
            with launched(path) as browser:
                return _measure(browser, furnished)


def _more_drafts(furnished: Furnished) -> None:
    author = Hand(furnished.desk, furnished.people["author"])
    for number in range(DRAFTS - len(furnished.drafts)):
        photo = (ON_PAPER.without, "Children planting bulbs") if number % 10 == 0 else ()
        author.write(f"{GOOD_NEWS} ({number + 1})", *photo, classes=["Oak"])


def _measure(browser: Browser, furnished: Furnished) -> int:
    slowest = 0.0
    sys.stdout.write(f"{'page':58} {'interactive':>11} {'loaded':>8} {'page kB':>8} {'assets kB':>9}\n")
    for visitor in VISITORS:
        person = None if visitor == NOBODY else furnished.people[visitor]
        for address in pages_of(furnished, visitor):
            loads = [_load(browser, furnished, person, address) for _ in range(LOADS)]
            interactive, loaded, page, assets = (statistics.median(values) for values in zip(*loads, strict=True))
            slowest = max(slowest, interactive)
            where = f"{visitor} {address}"[:58]
            sys.stdout.write(
                f"{where:58} {interactive:8.0f} ms {loaded:5.0f} ms {page / 1000:8.1f} {assets / 1000:9.1f}\n"
            )
    sys.stdout.write(f"slowest to be interactive: {slowest:.0f} ms\n")
    return int(slowest > MOST_MS)


def _load(browser: Browser, furnished: Furnished, person: Any, address: str) -> tuple[float, float, float, float]:
    with opened(browser, furnished.desk, person, size=PHONE if person is None else DESKTOP) as context:
        page = context.new_page()
        page.goto(address, wait_until="load")
        page.wait_for_function("() => performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
        interactive, loaded, own, assets = page.evaluate(_TIMES)
        return interactive, loaded, own, assets


if __name__ == "__main__":
    sys.exit(main())
