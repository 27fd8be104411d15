"""An approver at four: a child whose family said no is in the photo, is covered, looked for by name, and the post approved."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from app.demo import pictures
from app.domain import Answer, Box, Stage
from app.jobs import Here
from app.store import comparisons, policies
from app.store.people import Person
from app.store.verdicts import DecisionKind
from app.vision import Engine
from tests.browser.chromium import DESKTOP
from tests.browser.furnishing import Hand
from tests.browser.scenarios.acting import (
    decisions_on,
    draft_of,
    enrol_child,
    give_code,
    give_password,
    person,
    picture,
    picture_of,
    set_up_phone,
    stage_of,
    tab_to,
    verdict_on,
)
from tests.browser.serving import Desk, desk_over

STANDS_IN = Box(770, 260, 1123, 730)
"""Where the group photo shows the child who must not be shown."""
FACE = Box(900, 360, 960, 430)
"""A part of that child's face."""

REHEARSAL = "Oak and Rowan rehearse for the winter concert. What a sound!"


@pytest.fixture
def desk(founded_file: Path, tmp_path: Path, real_engine: Engine) -> Iterator[Desk]:
    """A desk whose engine sees real faces; its policy has no likeness count as certain, so that people look."""
    with desk_over(founded_file, tmp_path / "desk", crew=Here(lambda: real_engine)) as running:
        with running.school.write() as store:
            current = policies.current(store)
            assert current is not None
            source = current.source.replace("{ clear = 0.45,", "{ clear = 0.01,").replace(
                "{ clear = 0.42, possible = 0.57 }", "{ clear = 0.01, possible = 0.57 }"
            )
            assert source.count("clear = 0.01") == 2
            policies.add(store, source, by="test", now=running.clock() - timedelta(minutes=1))
        yield running


@pytest.fixture
def approver(desk: Desk) -> Person:
    return person(desk, "Mrs Whitlock", "approver")


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(size=DESKTOP).new_page()


def face_within(page: Page, box: Box) -> int:
    """The face of the first photo that lies in that box, as it is counted from 0."""
    boxes = page.locator("#photo-0 .a-face").evaluate_all("(all) => all.map((one) => one.dataset.box)")
    for number, written in enumerate(boxes):
        left, top, right, bottom = (int(side) for side in written.split(","))
        if box.left <= left < right <= box.right and box.top <= top < bottom <= box.bottom:
            return number
    raise AssertionError("nobody was seen there")


def colours_in(data: bytes, box: Box) -> int:
    """How many colours there are in that part of a picture; a covered one has next to none."""
    with Image.open(io.BytesIO(data)) as opened:
        part = opened.convert("RGB").crop((box.left, box.top, box.right, box.bottom))
    return len(part.getcolors(1_000_000) or ())


def sign_in_twice(page: Page, desk: Desk, approver: Person) -> None:
    """The first time the phone is set up; from then on its code is asked for."""
    page.goto("/sign-in")
    give_password(page, approver)
    phone = set_up_phone(page, desk)
    page.get_by_text("Signed in: Mrs Whitlock").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    desk.clock.go_on(minutes=5)
    page.goto("/queue")
    give_password(page, approver)
    expect(page.get_by_role("heading", name="The code from your app")).to_be_visible()
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    give_code(page, phone)
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_an_approver_covers_an_opted_out_child_calls_the_roll_by_keys_and_approves(
    desk: Desk, approver: Person, page: Page
) -> None:
    child = enrol_child(desk, pictures.reference_photo())
    author = Hand(desk, person(desk, "Ms Ferreira", "author"))
    alt_text = "Children stand in rows in the hall"
    draft = author.write(REHEARSAL, pictures.group_photo(opted_out=True), alt_text, classes=["Oak", "Rowan"])
    desk.clock.go_on(minutes=20)
    later = author.write("The library is open at lunch on Tuesdays and Thursdays.")
    assert [stage_of(desk, one) for one in (draft, later)] == [Stage.REFERRED, Stage.READY]
    sign_in_twice(page, desk, approver)
    open_the_oldest(page, draft)
    face = face_within(page, STANDS_IN)
    compare(page, face)
    with desk.school.read() as store:
        (said,) = comparisons.latest(store, draft, 1)
    assert (said.pupil, said.face, said.by) == (child, face, approver.id)

    before, (hash_before, picture_before) = draft_of(desk, draft), picture_of(desk, draft)
    cover_by_pressing(page, face)
    covered, (hash_covered, picture_covered) = draft_of(desk, draft), picture_of(desk, draft)
    assert hash_covered != hash_before
    assert covered.digest != before.digest
    assert colours_in(picture_before, FACE) > 100 * colours_in(picture_covered, FACE)
    rules = {one.rule for one in verdict_on(desk, draft).verdict.findings}
    assert "children.roll-call" in rules
    assert not rules & {"children.opted-out", "children.perhaps-opted-out"}

    call_the_roll_by_keys(page)
    approve_by_keys(page)
    expect(page).to_have_url(re.compile(f"/drafts/{later}$"))
    picture(page, "approver-7-next")
    (decided,) = decisions_on(desk, draft)
    kept = draft_of(desk, draft)
    assert kept.stage in {Stage.APPROVED, Stage.SCHEDULED}
    assert (decided.decision, decided.decided_by) == (DecisionKind.APPROVE, approver.id)
    assert decided.digest == kept.digest == covered.digest == kept.draft.digest
    assert picture_of(desk, draft)[0] == hash_covered
    assert len(decided.answers) == 2
    assert verdict_on(desk, draft).verdict.answer is Answer.REFER


def open_the_oldest(page: Page, draft: str) -> None:
    waiting = page.locator("#queue .waiting > li")
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_contain_text("Oak and Rowan rehearse")
    expect(page.locator("header summary").filter(has_text="Review")).to_contain_text("2 waiting")
    picture(page, "approver-1-queue")
    page.get_by_role("link", name="Start with the oldest").click()
    expect(page).to_have_url(re.compile(f"/drafts/{draft}$"))
    expect(page.locator(".standing")).to_contain_text("Check")


def compare(page: Page, face: int) -> None:
    """The box is marked in the photo, and the face stands beside the one on record."""
    expect(page.locator(f"#photo-0 .a-face[data-face='{face}'] text")).to_have_text(f"{face + 1} ?")
    panel = page.get_by_role("group", name=re.compile("Possible match.*Alice Smith"))
    expect(panel).to_have_count(1)
    for shown in panel.locator("img").all():
        shown.scroll_into_view_if_needed()
        assert shown.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 90
    picture(page, "approver-2-compare")
    panel.get_by_role("radio", name="Same child").check()
    expect(page.locator("[data-kept]")).to_have_text("Kept.")


def cover_by_pressing(page: Page, face: int) -> None:
    """The face is pressed in the photo itself; the draft is vetted again and says what changed."""
    box = page.locator(f"#photo-0 .a-face[data-face='{face}']")
    page.evaluate("() => scrollTo(0, 0)")
    page.get_by_role("button", name="Cover…").click()
    place = box.locator("rect").last.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(box).to_have_class(re.compile("chosen"))
    expect(page.get_by_role("checkbox", name=f"face {face + 1}")).to_be_checked()
    picture(page, "approver-3-chosen")
    page.get_by_role("button", name="Cover and check again").click()
    expect(page.get_by_role("heading", name="Changed since you looked")).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("match"))).to_have_count(0)
    picture(page, "approver-4-covered", whole=True)


def call_the_roll_by_keys(page: Page) -> None:
    """Tab to the first child; each answer leads to the next, and the last to the reason."""
    children, answered = page.locator("[data-child]"), page.locator("[data-progress]")
    expect(children).to_have_count(2)
    tab_to(page, children.first.locator("input[type=radio]:checked"))
    page.keyboard.press("1")
    expect(answered).to_have_text("1")
    picture(page, "approver-5-roll-call")
    page.keyboard.press("1")
    expect(answered).to_have_text("2")
    expect(page.get_by_label("In your own words")).to_be_focused()


def approve_by_keys(page: Page) -> None:
    """A letter does nothing in a text field; beside it A asks once more, and Enter approves."""
    page.keyboard.press("a")
    expect(page.get_by_label("In your own words")).to_have_value("a")
    page.keyboard.press("Backspace")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("a")
    asked = page.get_by_role("dialog", name="Approve it although there is something to check?")
    expect(asked).to_be_visible()
    expect(asked.get_by_role("listitem").first).to_be_visible()
    expect(asked.get_by_role("button", name="Approve")).to_be_focused()
    picture(page, "approver-6-confirm")
    page.keyboard.press("Enter")
