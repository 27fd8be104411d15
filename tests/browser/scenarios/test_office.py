"""The office in September: the yearly round opened, slips typed in by keyboard, a file of answers, and who is still to be asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from app import register
from app.domain import Pupil
from app.store import permissions, roster
from app.store.people import Person
from app.store.permissions import Permission
from tests.browser.chromium import DESKTOP
from tests.browser.scenarios.acting import person, picture, tab_to
from tests.browser.serving import Desk

SEPTEMBER = datetime(2027, 9, 6, 8, 0, tzinfo=UTC)
YEAR = "2027-28"
CHANNELS = 6
PERMISSIONS = "Families' answers"


@pytest.fixture
def office(desk: Desk) -> Person:
    """Somebody of the office, in a school year of which no family has said anything."""
    desk.clock.time = SEPTEMBER
    return person(desk, "Mr Daley", "office")


def children_of(desk: Desk, class_name: str) -> list[Pupil]:
    with desk.school.read() as store:
        return [one for one in roster.every(store) if one.class_name == class_name and one.left_on is None]


def silent(desk: Desk) -> set[str]:
    return {one.pupil.id for one in register.unanswered(desk.school.office, desk.clock())}


def answers_for(desk: Desk, pupil_id: str) -> dict[str, Permission]:
    with desk.school.read() as store:
        return {one.channel: one for one in permissions.current(store, YEAR) if one.pupil == pupil_id}


def answers_file(rows: Sequence[tuple[str, str]]) -> FilePayload:
    text = io.StringIO()
    csv.writer(text).writerows([("UPN", "Social media"), *rows])
    return {"name": "answers.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def figure(page: Page, words: str) -> str:
    """A number of the round's page by its words."""
    return page.locator(".counts > div", has_text=words).locator("dd").first.inner_text()


def test_a_permission_round_is_opened_answered_by_keyboard_and_by_file_and_chased(
    desk: Desk, office: Person, open_page: Callable[..., Page]
) -> None:
    everybody = len(silent(desk))
    page = open_page(office, "/permission-round", size=DESKTOP)
    expect(page.get_by_text("round has not been opened")).to_be_visible()
    picture(page, "office-1-not-opened")
    page.get_by_role("link", name="Open it below.").click()
    page.get_by_label("Opened on").fill("2027-09-06")
    page.get_by_label("Families answer by").fill("2027-09-24")
    page.get_by_role("button", name="Open the round").click()
    expect(page.get_by_text("Opened on 6 September")).to_be_visible()
    with desk.school.read() as store:
        opened = permissions.round_of(store, YEAR)
    assert opened is not None
    assert figure(page, "Not answered") == str(everybody) == "420"
    picture(page, "office-2-opened")
    entered = type_in_slips(desk, page)
    rows = import_the_rest(desk, page, entered)
    follow_up(page, everybody - len(entered) - len(rows))
    assert len(silent(desk)) == everybody - len(entered) - len(rows)


def type_in_slips(desk: Desk, page: Page) -> list[Pupil]:
    """Three slips of Oak, by keys alone: all yes, all no, and yes but for the last."""
    page.get_by_role("link", name="Oak", exact=True).click()
    name = page.locator("#in-hand")
    done = page.get_by_role("status").filter(has_text="Recorded for")
    seen: list[str] = []

    def turn(*keys: str) -> None:
        page.wait_for_load_state()  # the keys are a script's
        seen.append(name.inner_text())
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        expect(done).to_contain_text(seen[-1])

    turn("y")
    picture(page, "office-3-slips")
    turn("n")
    tab_to(page, page.get_by_label("Who signed?"))
    page.keyboard.type("mother")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("y")
    turn("6")
    oak = {register.called(one).name: one for one in children_of(desk, "Oak")}
    first, second, third = (oak[one] for one in seen)
    assert {one.answer.value for one in answers_for(desk, first.id).values()} == {"granted"}
    assert {one.answer.value for one in answers_for(desk, second.id).values()} == {"refused"}
    said = answers_for(desk, third.id)
    assert len(said) == CHANNELS
    assert sorted(one.answer.value for one in said.values()) == ["granted"] * (CHANNELS - 1) + ["refused"]
    assert {one.told_by for one in said.values()} == {"mother"}
    assert silent(desk).isdisjoint({first.id, second.id, third.id})
    return [first, second, third]


def import_the_rest(desk: Desk, page: Page, entered: Sequence[Pupil]) -> list[tuple[str, str]]:
    """The other families of Oak answered online: a file, whose difference is shown before anything is done."""
    rest = [one for one in children_of(desk, "Oak") if one not in entered]
    rows = [(one.upn or "", "No" if number == 0 else "Yes") for number, one in enumerate(rest)]
    page.get_by_role("link", name="Back to the round").click()
    page.get_by_role("link", name="Load a file of answers").click()
    card = page.get_by_role("region", name=PERMISSIONS)
    card.get_by_label("File").set_input_files(answers_file(rows))
    before = silent(desk)
    card.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("nothing is done yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text(register.called(rest[0]).name)
    picture(page, "office-4-difference")
    assert silent(desk) == before
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status")).to_contain_text("the file is taken in")
    picture(page, "office-5-applied")
    assert before - silent(desk) == {one.id for one in rest}
    assert answers_for(desk, rest[0].id)["social-media"].answer.value == "refused"
    return rows


def follow_up(page: Page, left: int) -> None:
    """The chase list is shorter by those who answered, on the page and as a file."""
    page.goto("/permission-round")
    assert figure(page, "Not answered") == str(left)
    oak = page.get_by_role("row", name="Oak")
    expect(oak).to_contain_text("all have")
    with page.expect_download() as given:
        page.get_by_role("link", name="Chase list (CSV)").click()
    listed = list(csv.reader(Path(given.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert len(listed) == left + 1
    page.get_by_role("link", name="Not answered").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(left))
    expect(page.get_by_label("Class").get_by_role("option", name="Oak")).to_have_count(0)
    picture(page, "office-6-chase-list")


def test_a_file_that_cannot_be_read_changes_nothing(desk: Desk, office: Person, open_page: Callable[..., Page]) -> None:
    page = open_page(office, "/imports", size=DESKTOP)
    card = page.get_by_role("region", name=PERMISSIONS)
    wrong: FilePayload = {"name": "answers.xlsx", "mimeType": "text/csv", "buffer": b"PK\x03\x04 no CSV at all"}
    card.get_by_label("File").set_input_files(wrong)
    before = silent(desk)
    card.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, "office-7-unreadable")
    expect(page.get_by_role("button", name="Apply")).to_have_count(0)
    assert silent(desk) == before
