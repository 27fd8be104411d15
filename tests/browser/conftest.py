"""A browser and a desk to open in it. Without Chromium these tests are skipped, but fail where ``CI`` is true."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.store.people import Person
from tests.browser.chromium import executable, launched, opened
from tests.browser.furnishing import Furnished, furnish
from tests.browser.serving import Desk, desk_over
from tests.web.conftest import founded_file

__all__ = ["founded_file"]


# A machine that does other things as well is slow to show what comes all the same.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. It goes before any test of another package runs: its loop would be in their way."""
    path = executable()
    if path is None:
        reason = "no Chromium (install Debian's package chromium, or set FLEDGLING_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with launched(path) as running:
        yield running


@pytest.fixture
def desk(founded_file: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the demo school, without drafts."""
    with desk_over(founded_file, tmp_path / "desk") as running:
        yield running


@pytest.fixture(scope="package")
def furnished(founded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A desk with something in every list, for tests that change nothing."""
    with desk_over(founded_file, tmp_path_factory.mktemp("furnished") / "desk") as running:
        yield furnish(running)


@pytest.fixture
def open_context(browser: Browser, desk: Desk) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers at ``desk``: ``open_context(person, size=PHONE, touch=True)``."""
    with ExitStack() as stack:
        yield lambda person=None, **more: stack.enter_context(opened(browser, desk, person, **more))


@pytest.fixture
def open_page(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens a page of a browser of its own: ``open_page(person, "/queue", size=PHONE)``."""

    def open_at(person: Person | None = None, path: str = "/", **more: Any) -> Page:
        page = open_context(person, **more).new_page()
        page.goto(path)
        return page

    return open_at
