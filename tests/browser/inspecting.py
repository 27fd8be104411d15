"""Looks over a page in the browser: axe-core, sideways scrolling, focus, errors, weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

from app.store.people import Person
from tests.browser.chromium import DESKTOP, NARROW, PHONE, Scheme, opened
from tests.browser.places import MISSING
from tests.browser.serving import Desk

MOST_ASSET_BYTES = 150_000

LOOKS: tuple[tuple[tuple[int, int], Scheme], ...] = ((DESKTOP, "light"), (PHONE, "dark"))
"""Sizes and colours that every page is looked over in; the colours themselves are measured in `test_colours`."""

_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}

_OPEN_ALL = "() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_WIDEST = """() => [...document.querySelectorAll('body *')].filter((one) => {
  if (one.closest('.unseen, .skip, .line-up, .scroll, [data-scrolls]')) return false;
  const box = one.getBoundingClientRect();
  return box.width > 0 && box.right > document.documentElement.clientWidth + 1;
}).slice(-1).map((one) => one.outerHTML.slice(0, 120)).join('')"""
_WEIGHT = """() => performance.getEntriesByType('resource')
  .filter((one) => new URL(one.name).pathname.startsWith('/static/'))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
_UNFOCUSED = """() => {
  const found = [];
  const able = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex="-1"])';
  for (const one of document.querySelectorAll(able)) {
    if (one.disabled || !one.checkVisibility({visibilityProperty: true})) continue;
    one.focus({preventScroll: true});
    if (document.activeElement !== one) { found.push('not focusable: ' + one.outerHTML.slice(0, 100)); continue; }
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    if (!outlined) found.push('focus unseen: ' + one.outerHTML.slice(0, 100));
  }
  for (const one of document.querySelectorAll('[tabindex]'))
    if (one.tabIndex > 0) found.push('tabindex above 0: ' + one.outerHTML.slice(0, 100));
  return found;
}"""


@dataclass
class Report:
    """What is amiss, by kind, as lines that begin with the page's address; and each page's bytes of assets."""

    violations: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    focus: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    bytes_of: dict[str, int] = field(default_factory=dict)


@cache
def axe() -> str:
    """axe-core, as a package brings it."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], "axe.min.js").read_text(encoding="utf-8")


def inspect(browser: Browser, desk: Desk, person: Person | None, addresses: Iterable[str]) -> Report:
    """Open each page as that person and look it over."""
    report = Report()
    with opened(browser, desk, person) as context:
        page = context.new_page()
        page.on("console", lambda told: report.errors.extend(_told(page, told)))
        page.on("pageerror", lambda error: report.errors.append(f"{page.url}: {error}"))
        for address in addresses:
            _look_over(page, address, report)
    return report


def _told(page: Page, told: ConsoleMessage) -> list[str]:
    # A page to print has no icon, and browsers ask for one all the same. They complain of a page that is not there.
    expected = str(told.location.get("url", "")).endswith(("/favicon.ico", MISSING))
    if expected or (told.type != "error" and "Permissions-Policy" not in told.text):
        return []
    return [f"{page.url}: {told.text}"]


def _look_over(page: Page, address: str, report: Report) -> None:
    page.set_viewport_size(_size(DESKTOP))
    page.emulate_media(color_scheme="light")
    page.goto(address, wait_until="load")
    report.bytes_of[address] = page.evaluate(_WEIGHT)
    page.evaluate(_OPEN_ALL)
    page.evaluate(axe())
    for size, scheme in LOOKS:
        page.set_viewport_size(_size(size))
        page.emulate_media(color_scheme=scheme)
        report.violations += violations(page, f"{address} at {size[0]} px, {scheme}")
    for size in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size(_size(size))
        if page.evaluate(_SIDEWAYS) > 0:
            report.sideways.append(f"{address} at {size[0]} px: {page.evaluate(_WIDEST)}")
    page.set_viewport_size(_size(DESKTOP))
    page.keyboard.press("Tab")
    report.focus += [f"{address}: {one}" for one in page.evaluate(_UNFOCUSED)]


def violations(page: Page, where: str) -> list[str]:
    """What axe-core, already in the page, finds there."""
    found: dict[str, Any] = page.evaluate("(rules) => axe.run(document, rules)", _RULES)
    return [
        f"{where}: {one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}
