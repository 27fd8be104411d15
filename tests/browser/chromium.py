"""Headless Chromium, driven by Playwright: Debian's, or the one that ``FLEDGLING_CHROMIUM`` names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.store.people import Person
from app.web.security import COOKIE
from tests.browser.serving import Desk

DESKTOP, PHONE, NARROW = (1280, 900), (390, 844), (320, 700)
"""Sizes of windows, in CSS pixels."""

Scheme = Literal["light", "dark"]

_PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
_ARGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--lang=en-GB", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


def executable() -> Path | None:
    """Where Chromium is, or None."""
    places = [os.environ["FLEDGLING_CHROMIUM"]] if os.environ.get("FLEDGLING_CHROMIUM") else _PLACES
    return next((Path(place) for place in places if Path(place).is_file()), None)


@contextmanager
def launched(path: Path) -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    desk: Desk,
    person: Person | None = None,
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: Scheme = "light",
    bypass_csp: bool = False,
    touch: bool = False,
) -> Iterator[BrowserContext]:
    """A browser of somebody's own: its cookies, its window, and whoever is signed in there."""
    context = browser.new_context(
        base_url=desk.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        bypass_csp=bypass_csp,
        has_touch=touch,
        is_mobile=touch,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
    if person is not None:
        sign_in(context, desk, person)
    try:
        yield context
    finally:
        context.close()


def sign_in(context: BrowserContext, desk: Desk, person: Person) -> str:
    """Put a session of theirs into the browser; returns the token that forms carry."""
    csrf, token = session_of(desk, person)
    context.add_cookies([{"name": COOKIE, "value": token, "url": desk.url, "httpOnly": True, "sameSite": "Lax"}])
    return csrf


def session_of(desk: Desk, person: Person) -> tuple[str, str]:
    """A new session of theirs: the token of its forms, and the one of its cookie."""
    jar = _Jar()
    csrf = desk.school.sign_in(jar, person)  # type: ignore[arg-type]
    return csrf, jar.cookies.token


class _Cookies:
    token = ""

    def set(self, _name: str, token: str) -> None:
        self.token = token


class _Jar:
    """What `School.sign_in` puts the cookie into."""

    def __init__(self) -> None:
        self.cookies = _Cookies()
