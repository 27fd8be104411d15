"""Whoever opens a page of another role by its address is refused, and sees nothing of what is on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from app.store import drafts, roster
from app.web.pages.navigation import ENTRIES, Entry, menu
from app.web.security import ROLES
from tests.browser.chromium import DESKTOP, opened
from tests.browser.furnishing import Furnished
from tests.browser.scenarios.acting import picture

everybody = pytest.mark.parametrize("role", ROLES)

DEEPER = {
    "/drafts/{opted-out}": {"author", "approver", "dsl", "administrator"},
    "/drafts/{own}": {"approver", "dsl", "administrator"},
    "/pupils/{pupil_id}": {"office", "dsl", "dpo", "administrator"},
    "/pupils/{pupil_id}/holds": {"dsl"},
    "/faces/{pupil_id}": {"office", "dsl", "dpo", "administrator"},
    "/permission-round/answers": {"office", "dsl", "administrator"},
    "/permission-round/unanswered": {"office", "dsl", "administrator"},
}
"""Pages below the menu, and the roles that may open them."""


def may_open(role: str, entry: Entry) -> bool:
    return not entry.scopes or bool(entry.scopes & ROLES[role])


@pytest.fixture
def page(browser: Browser, furnished: Furnished, role: str) -> Iterator[Page]:
    with opened(browser, furnished.desk, furnished.people[role], size=DESKTOP) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def secrets(furnished: Furnished) -> list[str]:
    """Words that stand on pages of the school: children's names, posts, reasons."""
    with furnished.desk.school.read() as store:
        children = [f"{one.legal_first} {one.legal_surname}" for one in roster.every(store)]
        posts = [drafts.get(store, one).draft.text for one in furnished.drafts.values()]
    return [*children, *posts, "Known to the lead.", "Please say which class baked.", "Grace Darling Hall"]


def refused(page: Page, address: str, secrets: list[str]) -> list[str]:
    """What is wrong with the refusal of that page; nothing where it is refused as it should be."""
    answer = page.goto(address)
    assert isinstance(answer, Response)
    words = page.locator("main").inner_text()
    found = [f"{address} shows {secret!r}" for secret in secrets if secret in words]
    if answer.status not in {403, 404}:
        found.append(f"{address} gives {answer.status}")
    if page.locator("main form, main table, main img").count():
        found.append(f"{address} shows more than words")
    if len(words) > 400:
        found.append(f"{address} says too much: {words}")
    return found


@everybody
def test_the_menu_holds_what_a_role_may_open_and_all_else_is_refused(page: Page, role: str, secrets: list[str]) -> None:
    page.goto("/rules")
    offered = page.locator("header nav a").evaluate_all("(all) => all.map((one) => one.pathname)")
    assert offered == [place.path for group in menu(ROLES[role]) for place in group.places]
    others = [entry.path for entry in ENTRIES if not may_open(role, entry)]
    wrong: list[str] = []
    for address in others:
        wrong += refused(page, address, secrets)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
    assert wrong == []
    assert others
    picture(page, f"wrong-{role}")


@everybody
def test_what_lies_below_the_menu_is_refused_too(
    page: Page, role: str, furnished: Furnished, secrets: list[str]
) -> None:
    ids = {**furnished.ids, **furnished.drafts}
    wrong: list[str] = []
    for address, roles in DEEPER.items():
        place = address.format_map(ids)
        if role in roles:
            answer = page.goto(place)
            wrong += [] if answer and answer.ok else [f"{address} does not open"]
        else:
            wrong += refused(page, place, secrets)
    assert wrong == []


def test_nobody_sees_anything_without_signing_in(browser: Browser, furnished: Furnished) -> None:
    with opened(browser, furnished.desk, size=DESKTOP) as context:
        page = context.new_page()
        for entry in ENTRIES:
            page.goto(entry.path)
            assert page.url.partition("?")[0].endswith("/sign-in"), entry.path
            expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
            expect(page.locator("header nav")).to_have_count(0)


def test_a_photo_opens_for_nobody_but_whom_it_was_shown(browser: Browser, furnished: Furnished) -> None:
    draft = furnished.drafts["opted-out"]
    approver = furnished.people["approver"]

    def status(context: BrowserContext, path: str) -> int:
        return context.request.get(path, max_redirects=0).status

    with opened(browser, furnished.desk, approver) as shown:
        page = shown.new_page()
        page.goto(f"/drafts/{draft}")
        path = page.locator("#photo-0").get_attribute("data-full") or ""
        assert status(shown, path) == 200
        found = {}
        for role, person in furnished.people.items():
            with opened(browser, furnished.desk, person) as other:
                found[role] = status(other, path)
        with opened(browser, furnished.desk) as nobody:
            found["nobody"] = status(nobody, path)
    assert {role: code for role, code in found.items() if code < 300} == {}
