"""A session ends while somebody works: what was typed and answered is there again after signing in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.domain import Stage
from app.store.people import Person
from app.store.verdicts import DecisionKind
from tests.browser.chromium import PHONE
from tests.browser.furnishing import ON_PAPER, Hand
from tests.browser.scenarios.acting import (
    decisions_on,
    give_code,
    give_password,
    person,
    photo,
    picture,
    set_up_phone,
    stage_of,
    written_by,
)
from tests.browser.serving import Desk

REHEARSAL = "Oak and Rowan rehearse for the winter concert. What a sound!"
BULBS = "Maple planted forty bulbs by the gate today."


@pytest.fixture
def author(desk: Desk) -> Person:
    return person(desk, "Ms Ferreira", "author")


def lie_idle(desk: Desk) -> None:
    """Nobody touches anything for longer than a session lasts."""
    desk.clock.go_on(minutes=desk.school.service.settings.idle_minutes + 1)


def test_a_review_that_was_interrupted_goes_on_where_it_was(
    desk: Desk, author: Person, open_context: Callable[..., BrowserContext]
) -> None:
    approver = person(desk, "Mrs Whitlock", "approver")
    sent = (ON_PAPER.without, "Children in rows")
    draft = Hand(desk, author).write(REHEARSAL, *sent, classes=["Oak", "Rowan"])
    page = open_context().new_page()
    page.goto(f"/drafts/{draft}")
    give_password(page, approver)
    phone = set_up_phone(page, desk)
    expect(page).to_have_url(re.compile(f"/drafts/{draft}$"))
    children = page.locator("[data-child]")
    expect(children).to_have_count(2)
    children.first.get_by_role("radio", name="Not in the photos").check()
    children.last.get_by_role("radio", name="In the photos", exact=True).check()
    page.get_by_role("checkbox", name="Choose another photo.").check()
    page.get_by_label("In your own words").fill("Tom is on the left.\nThe other take is fine.")

    lie_idle(desk)
    page.get_by_role("button", name="Return to the author").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Locked, because nobody touched it for 30 minutes")
    expect(page.get_by_label("E-mail address")).to_have_value(approver.email)
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    picture(page, "expired-1-locked")
    assert stage_of(desk, draft) is Stage.REFERRED
    give_password(page, approver)
    give_code(page, phone)

    expect(page).to_have_url(re.compile(f"/drafts/{draft}$"))
    expect(page.get_by_role("status").first).to_contain_text("what you had written is here")
    expect(page.get_by_label("In your own words")).to_have_value("Tom is on the left.\nThe other take is fine.")
    expect(page.get_by_role("checkbox", name="Choose another photo.")).to_be_checked()
    expect(children.first.get_by_role("radio", name="Not in the photos")).to_be_checked()
    expect(children.last.get_by_role("radio", name="In the photos", exact=True)).to_be_checked()
    expect(page.locator("[data-progress]")).to_have_text("2")
    picture(page, "expired-2-back")
    assert decisions_on(desk, draft) == ()

    page.get_by_role("button", name="Return to the author").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    (decided,) = decisions_on(desk, draft)
    assert (decided.decision, decided.decided_by) == (DecisionKind.RETURN, approver.id)
    assert decided.reason == "Choose another photo.\nTom is on the left.\nThe other take is fine."


def test_what_was_answered_but_not_sent_is_there_after_a_reload(
    desk: Desk, author: Person, open_page: Callable[..., Page]
) -> None:
    approver = person(desk, "Mrs Whitlock", "approver")
    sent = (ON_PAPER.without, "Children in rows")
    draft = Hand(desk, author).write(REHEARSAL, *sent, classes=["Oak"])
    page = open_page(approver, f"/drafts/{draft}")
    page.locator("[data-child]").get_by_role("radio", name="Not in the photos").check()
    page.get_by_label("In your own words").fill("Half a thought")
    lie_idle(desk)
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    give_password(page, approver)
    set_up_phone(page, desk)
    expect(page).to_have_url(re.compile(f"/drafts/{draft}$"))
    expect(page.locator("[data-child]").get_by_role("radio", name="Not in the photos")).to_be_checked()
    expect(page.get_by_label("In your own words")).to_have_value("Half a thought")
    assert stage_of(desk, draft) is Stage.REFERRED


def test_a_post_goes_on_after_signing_in_in_another_tab(
    desk: Desk, author: Person, open_context: Callable[..., BrowserContext]
) -> None:
    context = open_context(size=PHONE)
    page = context.new_page()
    page.goto("/compose")
    give_password(page, author)
    words = page.get_by_label("What happened?")
    words.fill("Maple planted ")
    expect(page.locator("#kept")).to_contain_text("Kept at")

    lie_idle(desk)
    words.press_sequentially("forty bulbs by the gate today.")
    banner = page.locator("#connection")
    expect(banner).to_contain_text("You were signed out. What you wrote is still here.")
    picture(page, "expired-3-composing")
    with context.expect_page() as opened:
        banner.get_by_role("link", name="Sign in in another tab").click()
    give_password(opened.value, author)
    expect(opened.value.get_by_role("heading", name="My drafts")).to_be_visible()
    opened.value.close()
    page.bring_to_front()
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(banner).to_be_hidden()
    expect(page.locator("#kept")).to_contain_text("Kept at")
    expect(words).to_have_value(BULBS)
    page.get_by_role("button", name="Check and submit").click()
    expect(page).to_have_url(re.compile("/drafts/[0-9a-f]+$"))
    (kept,) = written_by(desk, author)
    assert kept.draft.text == BULBS


def test_a_post_that_is_sent_after_the_end_comes_back_with_its_photo(
    desk: Desk, author: Person, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(size=PHONE).new_page()
    page.goto("/compose")
    give_password(page, author)
    expect(page.get_by_text("Add photos")).to_be_visible()
    page.locator("#choose-photos").set_input_files(photo(ON_PAPER.without, "IMG_0413.png"))
    alt_text = page.locator("#cards").get_by_label("What photo 1 shows")
    alt_text.fill("Children planting bulbs")
    page.get_by_label("What happened?").fill(BULBS)
    page.get_by_text("Choose classes").click()
    page.get_by_role("checkbox", name="Maple").check()
    expect(page.locator("#kept")).to_contain_text("Kept at")
    expect(page.locator("#live .verdict")).to_be_visible()

    lie_idle(desk)
    page.get_by_role("button", name="Check and submit").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert written_by(desk, author) == []
    give_password(page, author)
    expect(page.get_by_role("status").first).to_contain_text("what you had written is here")
    expect(page.get_by_label("What happened?")).to_have_value(BULBS)
    expect(alt_text).to_have_value("Children planting bulbs")
    expect(page.get_by_role("checkbox", name="Maple")).to_be_checked()
    picture(page, "expired-4-post-back")
    page.get_by_role("button", name="Check and submit").click()
    expect(page).to_have_url(re.compile("/drafts/[0-9a-f]+$"))
    (kept,) = written_by(desk, author)
    assert (kept.draft.text, kept.draft.classes, len(kept.draft.photos)) == (BULBS, ("Maple",), 1)
