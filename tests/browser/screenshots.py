"""Pictures of every page: ``python -m tests.browser.screenshots OUT``, light and dark, phone and desktop.

A school like the demo's is served with something in every list; each role signs in and opens what it may. The faces are the
two public-domain portraits of the demo where the engine's weights are there, else drawn on paper.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from app.db import Database
from app.demo.pictures import group_photo, reference_photo
from app.errors import FledglingError
from app.jobs import Here
from app.settings import Settings
from app.vision import Engine, models, paper
from tests.browser.chromium import DESKTOP, PHONE, Scheme, executable, launched, opened
from tests.browser.furnishing import ON_PAPER, Furnished, Pictures, furnish
from tests.browser.places import NOBODY, VISITORS, pages_of
from tests.browser.serving import desk_over
from tests.web.conftest import found

LOOKS: tuple[tuple[str, tuple[int, int], Scheme], ...] = (
    ("desktop-light", DESKTOP, "light"),
    ("desktop-dark", DESKTOP, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
)
MOST_PX = 4000
"""A page is pictured down to here."""


def main(arguments: list[str]) -> int:
    """Make the pictures; 1 where there is no browser."""
    asked = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--only", default="", help="pages whose address or visitor holds this")
    asked.add_argument("--look", default="", help="looks whose name holds this, such as phone or light")
    given = asked.parse_args(arguments)
    path = executable()
    if path is None:
        sys.stderr.write("There is no Chromium: install Debian's package chromium, or set FLEDGLING_CHROMIUM.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, _school(Path(folder)) as furnished, launched(path) as browser:
        made = take_all(browser, furnished, given.out, only=given.only, looks=given.look)
    sys.stdout.write(f"{len(made)} pictures in {given.out}\n")
    return 0


@contextmanager
def _school(folder: Path) -> Iterator[Furnished]:
    database = Database(f"sqlite:///{folder / 'school.db'}")
    database.upgrade()
    found(database, folder)
    database.dispose()
    engine, pictures = _engine(folder)
    with desk_over(folder / "school.db", folder / "desk", crew=Here(lambda: engine)) as desk:
        yield furnish(desk, pictures)


def _engine(folder: Path) -> tuple[Engine, Pictures]:
    settings = Settings()
    try:
        engine = models.ready(folder / "models", settings.shared, settings.embedder)
        return engine, Pictures(reference_photo(), group_photo(opted_out=True), group_photo(opted_out=False))
    except FledglingError:
        return paper.engine(), ON_PAPER


def take_all(browser: Browser, furnished: Furnished, out: Path, *, only: str = "", looks: str = "") -> list[Path]:
    """A picture of every page for every visitor in every look, in a folder a look."""
    made = []
    for look, size, scheme in [one for one in LOOKS if looks in one[0]]:
        folder = out / look
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for visitor in VISITORS:
            pages = [page for page in pages_of(furnished, visitor) if only in page or only in visitor]
            person = None if visitor == NOBODY else furnished.people[visitor]
            with opened(browser, furnished.desk, person, size=size, scheme=scheme) as context:
                made += [_take(context, page, folder / f"{visitor}{_name(furnished, page)}.png") for page in pages]
    return made


def _take(context: BrowserContext, address: str, file: Path) -> Path:
    page = context.new_page()
    page.goto(address, wait_until="load")
    width, height = page.evaluate("() => [innerWidth, document.documentElement.scrollHeight]")
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, MOST_PX)})
    page.close()
    return file


def _name(furnished: Furnished, address: str) -> str:
    for name, draft in furnished.drafts.items():
        address = address.replace(draft, name)
    for name, value in furnished.ids.items():
        address = address.replace(value, name) if len(value) > 8 else address
    return re.sub(r"[^A-Za-z0-9]+", "-", address).rstrip("-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
