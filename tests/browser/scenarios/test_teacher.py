"""A teacher with a phone at half past four: a post that names a pupil, a real photo, a poor line, a closed browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from app.demo import pictures
from app.domain import Answer, Stage
from app.jobs import Here
from app.store import unfinished
from app.store.people import Person
from app.vision import Engine
from tests.browser.chromium import PHONE
from tests.browser.scenarios.acting import (
    give_password,
    person,
    photo,
    picture,
    picture_of,
    stage_of,
    verdict_on,
    written_by,
)
from tests.browser.serving import Desk, desk_over
from tests.web.conftest import PASSWORD

NAMED = "Well done Alice Smith, who planted forty bulbs by the gate today!"
MENDED = "Well done to a Year 4 pupil, who planted forty bulbs by the gate today!"


@pytest.fixture
def desk(founded_file: Path, tmp_path: Path, real_engine: Engine) -> Iterator[Desk]:
    """A desk whose engine sees real faces."""
    with desk_over(founded_file, tmp_path / "desk", crew=Here(lambda: real_engine)) as running:
        yield running


@pytest.fixture
def teacher(desk: Desk) -> Person:
    return person(desk, "Ms Ferreira", "author")


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Page:
    """A phone on which nobody is signed in."""
    return open_context(size=PHONE, touch=True).new_page()


def write(page: Page, words: str) -> None:
    page.get_by_label("What happened?").tap()
    page.get_by_label("What happened?").press_sequentially(words)


def add_photo(page: Page, data: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Add photos").tap()
    chooser.value.set_files(photo(data))


def hold(page: Page) -> list[Route]:
    """Stop photos on their way; they go on when the test says so."""
    stopped: list[Route] = []
    page.route("**/compose/photos", lambda route: stopped.append(route))
    return stopped


def described_photos(desk: Desk, person: Person) -> int:
    with desk.school.read() as store:
        return sum(len(one.photos) for one in unfinished.every(store, by=person.id))


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Let the page go on until that holds, ten seconds at most."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to hold")


def unfinished_of(desk: Desk, person: Person) -> int:
    with desk.school.read() as store:
        return len(unfinished.every(store, by=person.id))


def test_a_teacher_names_a_pupil_mends_it_adds_a_real_photo_and_submits(
    desk: Desk, teacher: Person, phone: Page
) -> None:
    phone.goto("/")
    picture(phone, "teacher-1-sign-in")
    give_password(phone, teacher)
    expect(phone).to_have_url(re.compile("/compose$"))
    name_a_pupil_and_mend_it(phone)
    send_the_photo(phone)
    describe_it_and_say_who_is_pictured(phone)
    assert phone.evaluate("() => document.documentElement.scrollWidth") == PHONE[0]
    assert written_by(desk, teacher) == []

    phone.get_by_role("button", name="Check and submit").tap()
    expect(phone).to_have_url(re.compile("/drafts/[0-9a-f]+$"))
    expect(phone.locator(".standing")).to_contain_text("Ready")
    expect(phone.get_by_text(MENDED)).to_be_visible()
    picture(phone, "teacher-6-submitted")
    (kept,) = written_by(desk, teacher)
    assert (kept.draft.text, kept.draft.classes) == (MENDED, ("Maple",))
    assert [one.alt_text for one in kept.draft.photos] == ["Three gardeners stand in the school hall"]
    assert kept.stage is Stage.READY
    assert verdict_on(desk, kept.id).verdict.answer is Answer.APPROVE
    assert picture_of(desk, kept.id)[1].startswith(b"\xff\xd8")
    assert unfinished_of(desk, teacher) == 0


def name_a_pupil_and_mend_it(phone: Page) -> None:
    """The name is marked and told of while it is typed, and put in other words in one press."""
    write(phone, NAMED)
    expect(phone.locator("#backdrop mark.reject")).to_have_text("Alice Smith")
    found = phone.get_by_label("What was found")
    expect(found).to_contain_text("Stop")
    expect(found).to_contain_text("names.pupil-named")
    picture(phone, "teacher-2-named")
    found.get_by_role("button", name="Say “a Year 4 pupil” instead").tap()
    expect(phone.get_by_label("What happened?")).to_have_value(MENDED)
    expect(phone.locator("#backdrop mark")).to_have_count(0)
    expect(phone.get_by_role("button", name="Undo")).to_be_focused()
    expect(phone.locator("#done")).to_contain_text("Now reads:")
    expect(phone.locator("#done q")).to_be_in_viewport()
    assert (phone.locator("#done q").text_content() or "") in MENDED
    picture(phone, "teacher-3-mended")


def send_the_photo(phone: Page) -> None:
    """It is seen on its way, and then small."""
    stopped = hold(phone)
    add_photo(phone, pictures.group_photo(opted_out=False))
    sending = phone.get_by_role("progressbar", name="Sending IMG_0412.jpg")
    expect(sending).to_be_visible()
    sending.scroll_into_view_if_needed()
    picture(phone, "teacher-4-sending")
    stopped[0].continue_()
    thumbnail = phone.locator("#cards img")
    expect(thumbnail).to_be_visible()
    expect(sending).to_have_count(0)
    assert thumbnail.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 90


def describe_it_and_say_who_is_pictured(phone: Page) -> None:
    """The description is asked for until it is there; a class is chosen; then nothing stops the post."""
    of_photos = phone.locator("#live-photos")
    expect(of_photos).to_contain_text("photos.no-alt-text")
    phone.locator("#cards").get_by_label("What photo 1 shows").tap()
    phone.keyboard.type("Three gardeners stand in the school hall")
    expect(of_photos).not_to_contain_text("photos.no-alt-text")
    phone.get_by_text("Choose classes").tap()
    phone.get_by_role("checkbox", name="Maple").check()
    expect(phone.get_by_text("Choose classes: 1 chosen")).to_be_visible()
    expect(phone.locator("#live .verdict")).to_contain_text("Ready")
    picture(phone, "teacher-5-whole-form", whole=True)


def test_a_closed_browser_loses_neither_words_nor_photo(
    desk: Desk, teacher: Person, open_context: Callable[..., BrowserContext]
) -> None:
    before = open_context(size=PHONE, touch=True)
    page = before.new_page()
    page.goto("/compose")
    give_password(page, teacher)
    write(page, "Maple built a bridge of spaghetti that carries four bags of sugar.")
    add_photo(page, pictures.single_photo())
    page.locator("#cards").get_by_label("What photo 1 shows").fill("A smiling engineer beside the bridge")
    expect(page.locator("#kept")).to_contain_text("Kept at")
    expect(page.locator("#live-photos")).to_contain_text("photos.individual")
    wait_until(page, lambda: described_photos(desk, teacher) == 1)  # a second after the last key
    before.close()
    assert unfinished_of(desk, teacher) == 1

    desk.clock.go_on(hours=3)
    page = open_context(size=PHONE, touch=True).new_page()
    page.goto("/compose")
    give_password(page, teacher)
    page.get_by_text("Unfinished posts (1)").tap()
    picture(page, "teacher-7-unfinished")
    page.get_by_role("link", name="Continue").tap()
    expect(page.get_by_label("What happened?")).to_have_value(re.compile("^Maple built a bridge"))
    expect(page.locator("#cards").get_by_label("What photo 1 shows")).to_have_value(
        "A smiling engineer beside the bridge"
    )
    assert page.locator("#cards img").evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 90
    page.get_by_text("Choose classes").tap()
    page.get_by_role("checkbox", name="Maple").check()
    page.get_by_role("button", name="Check and submit").tap()
    expect(page.locator(".standing")).to_contain_text("Check")
    (kept,) = written_by(desk, teacher)
    assert stage_of(desk, kept.id) is Stage.REFERRED
    assert len(kept.draft.photos) == 1
    assert unfinished_of(desk, teacher) == 0


def test_a_photo_gets_through_a_poor_line_by_itself_and_only_once(desk: Desk, teacher: Person, phone: Page) -> None:
    phone.goto("/compose")
    give_password(phone, teacher)
    tries: list[str] = []

    def poor(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort("connectionfailed")
        else:
            route.continue_()

    phone.route("**/compose/photos", poor)
    add_photo(phone, pictures.single_photo())
    said = phone.locator("#sending")
    expect(said).to_contain_text("The connection is poor")
    expect(said.get_by_role("button", name="Try again now")).to_be_visible()
    said.scroll_into_view_if_needed()
    picture(phone, "teacher-8-poor-line")
    expect(phone.locator("#cards img")).to_have_count(1)
    expect(said).to_be_empty()
    assert len(tries) == 2

    phone.route("**/compose/live", lambda route: route.abort("internetdisconnected"))
    phone.get_by_label("What happened?").fill("The bridge held.")
    expect(phone.locator("#connection")).to_contain_text("No connection")
    phone.unroute("**/compose/live")
    phone.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#connection")).to_be_hidden()
    expect(phone.get_by_label("What was found")).to_be_visible()


def test_what_was_typed_before_the_script_came_is_kept_too(desk: Desk, teacher: Person, phone: Page) -> None:
    late: list[Route] = []
    phone.route("**/static/compose.js", lambda route: late.append(route))
    phone.goto("/sign-in?next=/compose")
    phone.get_by_label("E-mail address").fill(teacher.email)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click(no_wait_after=True)
    phone.get_by_label("What happened?").fill("The bridge held.")
    assert len(late) == 1
    late[0].continue_()
    expect(phone.locator("#kept")).to_contain_text("Kept at")
    assert unfinished_of(desk, teacher) == 1
