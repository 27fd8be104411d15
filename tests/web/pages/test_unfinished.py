"""Unfinished posts: kept while they are written, for their writer alone, and no form overwrites another's."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store import photos, unfinished
from app.web import housekeeping
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, Value, drawn, open_browser

TAB, OTHER_TAB = "a" * 32, "b" * 32


@pytest.fixture
def author(client: TestClient, school: School) -> Browser:
    return open_browser(client, school, "author")


def _save(author: Browser, text: str, tab: str = TAB, kept: dict[str, Any] | None = None, **more: str) -> Any:
    known = {"unfinished": kept["id"], "revision": str(kept["revision"])} if kept else {}
    return author.post("/compose/save", text=text, tab=tab, **known, **more)


def _photo(author: Browser) -> str:
    parts: list[tuple[str, Value]] = [("csrf", author.csrf), ("file", ("a.png", drawn()))]
    return str(author.send(parts, to="/compose/photos").json()["id"])


def _texts(author: Browser) -> list[str]:
    page = author.get("/compose").text
    return [html.unescape(one).strip() for one in re.findall(r'<p class="waiting-words">(.*?) ?(?:<span|<br)', page)]


def _typed(page: str) -> str:
    (text,) = re.findall(r"(?s)<textarea id=\"text\".*?>\n(.*?)</textarea>", page)
    return html.unescape(text)


@both_databases
def test_a_post_survives_a_closed_browser(author: Browser, school: School) -> None:
    photo = _photo(author)
    kept = _save(author, "Bulbs in", classes="Oak", outsiders="true", photo_ids=photo, photo_alt_texts="Holes").json()
    again = _save(
        author, "Bulbs in the rain", kept=kept, classes="Oak", photo_ids=photo, photo_alt_texts="Holes"
    ).json()
    assert (again["id"], again["revision"], again["apart"]) == (kept["id"], 2, False)
    assert _texts(author) == ["Bulbs in the rain"]
    page = author.get(f"/compose?unfinished={kept['id']}").text
    assert _typed(page) == "Bulbs in the rain"
    assert 'name="classes" type="text" value="Oak"' in page
    assert f'name="photo_ids" value="{photo}"' in page
    assert "Holes</textarea>" in page
    with school.read() as store:
        (row,) = unfinished.every(store, by=author.person.id)
    assert b"Bulbs" not in row.sealed


@both_databases
def test_two_tabs_keep_two_posts(author: Browser) -> None:
    kept = _save(author, "One").json()
    _save(author, "One, from here", kept=kept)
    apart = _save(author, "One, from there", OTHER_TAB, kept).json()
    assert apart["apart"]
    assert apart["id"] != kept["id"]
    assert sorted(_texts(author)) == ["One, from here", "One, from there"]
    taken_up = _save(author, "Two", "c" * 32, {"id": kept["id"], "revision": 2}).json()
    assert (taken_up["id"], taken_up["apart"]) == (kept["id"], False)


def test_a_save_whose_answer_was_lost_is_no_other_tab(author: Browser) -> None:
    kept = _save(author, "One").json()
    _save(author, "Two", kept=kept)
    assert not _save(author, "Three", kept=kept).json()["apart"]
    assert _texts(author) == ["Three"]


@both_databases
def test_a_post_that_was_sent_is_not_unfinished_any_more(author: Browser) -> None:
    kept = _save(author, DULL).json()
    _save(author, "Another", OTHER_TAB)
    author.draft(DULL, unfinished=kept["id"], tab="d" * 32)
    assert _texts(author) == ["Another"]
    author.draft("Another", tab=OTHER_TAB)
    assert _texts(author) == []
    late = _save(author, DULL, kept=kept)
    assert (late.status_code, late.json()["type"]) == (404, "/problems/unfinished-gone")
    assert _texts(author) == []


@both_databases
def test_a_post_is_thrown_away_with_its_photos(author: Browser, school: School, clock: Clock) -> None:
    photo = _photo(author)
    kept = _save(author, "One", photo_ids=photo).json()
    clock.go_on(days=2)
    author = Browser(author.client, author.person, school.sign_in(author.client, author.person))
    housekeeping.tidy(school.service)
    with school.read() as store:
        assert photos.find(store, photo) is not None
    answer = author.post(f"/compose/unfinished/{kept['id']}/throw-away")
    assert (answer.status_code, answer.headers["location"]) == (303, "/compose")
    housekeeping.tidy(school.service)
    with school.read() as store:
        assert photos.find(store, photo) is None
    assert author.get(f"/compose?unfinished={kept['id']}").status_code == 404
    assert author.post(f"/compose/unfinished/{kept['id']}/throw-away").status_code == 404


def test_after_a_month_it_goes_with_its_photos(author: Browser, school: School, clock: Clock) -> None:
    photo = _photo(author)
    _save(author, "One", photo_ids=photo)
    clock.go_on(days=29, hours=23)
    housekeeping.tidy(school.service)
    with school.read() as store:
        assert len(unfinished.every(store, by=author.person.id)) == 1
        assert photos.find(store, photo) is not None
    clock.go_on(hours=1)
    housekeeping.tidy(school.service)
    with school.read() as store:
        assert unfinished.every(store, by=author.person.id) == ()
        assert photos.find(store, photo) is None


def test_a_photo_taken_out_stays_a_day_unless_another_post_has_it(
    author: Browser, school: School, clock: Clock
) -> None:
    alone, shared = _photo(author), _photo(author)
    _save(author, "Other", OTHER_TAB, photo_ids=shared)
    parts: list[tuple[str, Value]] = [("csrf", author.csrf), ("text", "One"), ("tab", TAB)]
    kept = author.send([*parts, ("photo_ids", alone), ("photo_ids", shared)], to="/compose/save").json()
    _save(author, "One", kept=kept)
    clock.go_on(days=1, minutes=1)
    housekeeping.tidy(school.service)
    with school.read() as store:
        assert photos.find(store, alone) is None
        assert photos.find(store, shared) is not None


def test_nobody_elses_post_or_photo(author: Browser, new_client: Callable[[], TestClient], school: School) -> None:
    photo = _photo(author)
    kept = _save(author, "Mine", photo_ids=photo).json()
    other = open_browser(new_client(), school, "author")
    assert other.get(f"/compose?unfinished={kept['id']}").status_code == 404
    assert other.post(f"/compose/unfinished/{kept['id']}/throw-away").status_code == 404
    assert _save(other, "Theirs", kept=kept).status_code == 404
    theirs = _save(other, "Theirs", photo_ids=photo).json()
    assert photo not in other.get(f"/compose?unfinished={theirs['id']}").text
    with school.read() as store:
        assert [one.photos for one in unfinished.every(store, by=other.person.id)] == [()]
    assert _texts(author) == ["Mine"]


def test_keeping_works_without_a_script_and_keeps_the_photos(author: Browser, school: School) -> None:
    parts: list[tuple[str, Value]] = [("csrf", author.csrf), ("text", "Later"), ("tab", TAB)]
    chosen: list[tuple[str, Value]] = [("photos", ("a.png", drawn())), ("alt_texts", "Holes")]
    answer = author.send([*parts, *chosen], to="/compose/keep")
    assert (answer.status_code, answer.headers["location"]) == (303, "/compose")
    with school.read() as store:
        (row,) = unfinished.every(store, by=author.person.id)
    assert len(row.photos) == 1
    page = author.get(f"/compose?unfinished={row.id}").text
    assert "Holes</textarea>" in page
    gone: list[tuple[str, Value]] = [("unfinished", "0" * 32), ("revision", "3")]
    assert author.send([*parts[:2], *gone], to="/compose/keep").status_code == 303
    assert len(_texts(author)) == 2
    assert author.send([("csrf", author.csrf), ("text", " ")], to="/compose/keep").status_code == 303
    assert len(_texts(author)) == 2
    broken = author.send([*parts, ("photos", ("a.txt", b"none")), ("alt_texts", "")], to="/compose/keep")
    assert broken.status_code == 415
    assert _typed(broken.text) == "Later"


def test_what_cannot_be_kept_is_told(author: Browser) -> None:
    assert _save(author, "x" * 40_001).status_code == 422
    odd = _save(author, "bulbs\x00", revision="no number", unfinished="", publish_at="soon")
    assert odd.status_code == 200
    assert author.get(f"/compose?unfinished={odd.json()['id']}").status_code == 200
    assert author.client.post("/compose/save", data={"csrf": "made up", "text": "x"}).status_code == 403


def test_nobody_has_more_than_fifty(author: Browser) -> None:
    for number in range(unfinished.MOST):
        assert _save(author, str(number), f"{number:032x}").status_code == 200
    full = _save(author, "one more", "f" * 32)
    assert (full.status_code, full.json()["type"]) == (409, "/problems/unfinished-too-many")


def test_the_page_goes_on_with_the_token_of_a_new_session(
    author: Browser, new_client: Callable[[], TestClient], school: School
) -> None:
    token = school.sign_in(author.client, author.person)
    assert json.loads(author.get("/compose/session").text) == {"person": author.person.id, "csrf": token}
    assert new_client().get("/compose/session").status_code == 303


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(
    author: Browser, school: School, clock: Clock
) -> None:
    clock.go_on(hours=1)
    answer = author.post("/compose", text="Half a post", classes="Oak", tab=TAB)
    assert answer.headers["location"].startswith("/sign-in")
    school.sign_in(author.client, author.person)
    page = author.get("/compose").text
    assert _typed(page) == "Half a post"
    assert "You were signed out; what you had written is here." in page
    assert _typed(author.get("/compose").text) == ""
