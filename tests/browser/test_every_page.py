"""Every page that anybody can open, looked over in Chromium: with axe-core, by keyboard, narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, NARROW, PHONE, opened
from tests.browser.furnishing import Furnished
from tests.browser.inspecting import MOST_ASSET_BYTES, Report, axe, inspect, violations
from tests.browser.places import NOBODY, VISITORS, pages_of

everybody = pytest.mark.parametrize("visitor", VISITORS)


@pytest.fixture(scope="package")
def inspected(browser: Browser, furnished: Furnished) -> Callable[[str], Report]:
    """What was found on the pages of a visitor; each is looked over once."""
    reports: dict[str, Report] = {}

    def report_of(visitor: str) -> Report:
        if visitor not in reports:
            person = None if visitor == NOBODY else furnished.people[visitor]
            reports[visitor] = inspect(browser, furnished.desk, person, pages_of(furnished, visitor))
        return reports[visitor]

    return report_of


@everybody
def test_axe_finds_nothing(inspected: Callable[[str], Report], visitor: str) -> None:
    assert "\n".join(inspected(visitor).violations) == ""


@everybody
def test_nothing_scrolls_sideways(inspected: Callable[[str], Report], visitor: str) -> None:
    assert inspected(visitor).sideways == []


@everybody
def test_focus_is_seen_wherever_it_is(inspected: Callable[[str], Report], visitor: str) -> None:
    assert inspected(visitor).focus == []


@everybody
def test_the_console_holds_no_error_and_no_breach_of_the_policy(
    inspected: Callable[[str], Report], visitor: str
) -> None:
    assert inspected(visitor).errors == []


@everybody
def test_no_page_loads_more_than_150_kb_of_assets(inspected: Callable[[str], Report], visitor: str) -> None:
    too_heavy = {page: size for page, size in inspected(visitor).bytes_of.items() if not 0 < size < MOST_ASSET_BYTES}
    assert too_heavy == {}


# ---------------------------------------------------------------- the menu


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW])
@pytest.mark.parametrize("role", ["author", "approver", "administrator"])
def test_the_menu_opens_by_keyboard_and_closes_by_escape(
    browser: Browser, furnished: Furnished, role: str, size: tuple[int, int]
) -> None:
    with opened(browser, furnished.desk, furnished.people[role], size=size) as context:
        page = context.new_page()
        page.goto("/compose")
        page.evaluate(axe())
        for group in page.locator("header summary").all():
            group.focus()
            page.keyboard.press("Enter")
            panel = group.locator("xpath=following-sibling::*")
            assert panel.is_visible()
            assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            assert violations(page, f"menu of {role} at {size[0]} px") == []
            page.keyboard.press("Tab")
            assert panel.locator(":focus").count() == 1
            page.keyboard.press("Escape")
            assert panel.is_hidden()
            assert group.evaluate("(one) => one === document.activeElement")


def test_the_menu_works_without_script(browser: Browser, furnished: Furnished) -> None:
    with opened(browser, furnished.desk, furnished.people["administrator"], size=PHONE) as context:
        page = context.new_page()
        page.route("**/*.js", lambda route: route.abort())
        page.goto("/compose")
        page.get_by_role("navigation", name="Main").get_by_text("Register").click()
        page.get_by_role("link", name="Pupils").click()
        assert page.url.endswith("/pupils")
        assert page.locator("header [aria-current=page]").text_content() == "Pupils"


def test_tab_goes_through_a_page_from_the_skip_link_to_the_last_button(browser: Browser, furnished: Furnished) -> None:
    with opened(browser, furnished.desk, furnished.people["author"]) as context:
        page = context.new_page()
        page.goto("/say-no")
        page.keyboard.press("Tab")
        assert page.locator(":focus").text_content() == "Skip to the page"
        tops = []
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement === document.body"):
                break
            if page.locator("main :focus").count():
                tops.append(page.locator(":focus").bounding_box()["y"])  # type: ignore[index]
        assert len(tops) >= 2
        assert tops == sorted(tops)
