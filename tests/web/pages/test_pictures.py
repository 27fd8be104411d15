"""Pictures of drafts on pages: at paths of one session, for those with a right to the draft, at every call."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.store import audit, drafts, people
from app.web.pages.pictures import LARGE_FACE_PX
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, drawn, open_browser
from tests.web.pages.review_forms import GROUP, enrol_alice, id_of, pictures_on


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


def _full(page: str) -> str:
    (path,) = [one for one in pictures_on(page) if one.endswith("/0/full")]
    return path


@both_databases
def test_photos_are_shown_as_they_would_be_published(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft(DULL, GROUP)
    with school.read() as store:
        (photo,) = drafts.get(store, id_of(place)).draft.photos
    for browser in (author, approver):
        page = browser.get(place).text
        answer = browser.get(_full(page))
        assert answer.status_code == 200
        assert answer.content == school.service.files.get(photo.sha256)
        assert answer.headers["content-type"] in {"image/png", "image/jpeg"}
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert photo.sha256 not in page
        assert f"{place}/photos/0" not in page.replace(f"{place}/photos/0/cover", "")


def test_a_screen_gets_a_smaller_one(author: Browser) -> None:
    page = author.get(author.draft(DULL, GROUP)).text
    (screen,) = [one for one in pictures_on(page) if one.endswith("/screen")]
    answer = author.get(screen)
    assert answer.headers["content-type"] == "image/jpeg"
    whole = Image.open(io.BytesIO(author.get(_full(page)).content))
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert max(shown.size) <= 1280
        assert shown.width * whole.height == pytest.approx(shown.height * whole.width, rel=0.01)


@both_databases
def test_every_picture_on_a_page_is_of_this_session_alone(
    author: Browser, approver: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    enrol_alice(school)
    place = author.draft(DULL, GROUP, classes="Oak")
    asked = author.draft(DULL, [(drawn(without_first=True), "Two children")], classes="Oak")
    paths = [*pictures_on(approver.get(place).text), *pictures_on(approver.get(asked).text)]
    kinds = {path.split("/", 5)[-1] for path in paths}
    assert {"0/full", "0/screen", "0/faces", "0/faces/0"} <= kinds, "the test looks at every kind of picture"
    assert any("/children/" in path for path in paths)
    colleague = open_browser(new_client(), school, "approver")
    stranger = open_browser(new_client(), school, "author")
    for path in paths:
        assert approver.get(path).status_code == 200, path
        assert colleague.get(path).status_code == 404, "another person's session"
        assert stranger.get(path).status_code in {403, 404}, path
        assert author.get(path).status_code in {403, 404}, "the author has paths of their own"
        key = new_client().get(path, headers=school.key("admin"))
        assert key.status_code == 303, "keys are not for pages"
        assert new_client().get(path).status_code == 303, "nobody signed in"
    again = Browser(new_client(), approver.person, "")
    again.csrf = school.sign_in(again.client, approver.person)
    assert again.get(_full(approver.get(place).text)).status_code == 404, "another session of the same person"
    assert again.get(_full(again.get(place).text)).status_code == 200


def test_a_path_leads_to_one_picture_and_no_other(author: Browser, approver: Browser) -> None:
    place, other = author.draft(DULL, GROUP), author.draft("Bulbs again.", [(drawn(4), "Four children")])
    path = _full(approver.get(place).text)
    empty, pictures, mark, draft_id, revision, number, size = path.split("/")
    for wrong in (
        [mark, id_of(other), revision, number, size],
        [mark, draft_id, "2", number, size],
        [mark, draft_id, "0", number, size],
        [mark, draft_id, revision, "1", size],
        [mark, draft_id, revision, "-1", size],
        [mark, draft_id, revision, "x", size],
        [mark, draft_id, revision, "9" * 30, size],
        [mark, draft_id, revision, number, "screen"],
        [mark, draft_id, revision, number, "huge"],
        [mark, draft_id, revision, number, "faces"],
        [mark, draft_id, revision, number, "faces", "0"],
        [mark, draft_id, revision, number, "covered?box=1,1,9,9"],
        [mark, draft_id, "children", "nobody"],
        [mark[:-1] + ("0" if mark[-1] != "0" else "1"), draft_id, revision, number, size],
        ["", draft_id, revision, number, size],
        ["é", draft_id, revision, number, size],
        [mark, "%00", revision, number, size],
    ):
        answer = approver.get("/".join([empty, pictures, *wrong]))
        assert answer.status_code in {404, 422}, wrong
        assert not answer.headers["content-type"].startswith("image/"), wrong
    assert approver.get(path).status_code == 200


def test_log_out_and_an_idle_session_end_every_path(author: Browser, approver: Browser, clock: Clock) -> None:
    path = _full(author.get(author.draft(DULL, GROUP)).text)
    assert author.get(path).status_code == 200
    cookies = dict(author.client.cookies)
    author.post("/sign-out")
    author.client.cookies.update(cookies)
    assert author.get(path).status_code == 303

    path = _full(approver.get(approver.draft(DULL, GROUP)).text)
    clock.go_on(hours=13)
    assert approver.get(path).status_code == 303


def test_a_lost_right_ends_a_path(approver: Browser, author: Browser, school: School) -> None:
    path = _full(approver.get(author.draft(DULL, GROUP)).text)
    assert approver.get(path).status_code == 200
    with school.write() as store:
        people.change(store, approver.person.id, role="author", by="test", now=school.service.clock())
    assert approver.get(path).status_code in {303, 404}


def test_faces_are_cut_out_for_approvers_and_looking_is_audited(
    author: Browser, approver: Browser, school: School
) -> None:
    enrol_alice(school)
    place = author.draft(DULL, GROUP, classes="Oak")
    paths = pictures_on(approver.get(place).text)
    assert not [one for one in pictures_on(author.get(place).text) if "/faces" in one or "/children" in one]
    for path in paths:
        if path.endswith("/faces/0") or "/children/" in path:
            with Image.open(io.BytesIO(approver.get(path).content)) as face:
                assert face.size == (LARGE_FACE_PX, LARGE_FACE_PX), "scaled alike"
    with school.read() as store:
        done = {one.action for one in audit.mentioning(store, id_of(place)) if one.actor == approver.person.id}
    assert {"desk.faces.read", "biometric.photo.read"} <= done


def test_a_lost_photo_is_told_as_a_page(author: Browser, school: School) -> None:
    place = author.draft(DULL, GROUP)
    path = _full(author.get(place).text)
    with school.read() as store:
        (photo,) = drafts.get(store, id_of(place)).draft.photos
    school.service.files.delete(photo.sha256)
    answer = author.get(path)
    assert answer.status_code == 503
    assert "missing from the data folder" in answer.text
