"""Somebody says no: found in two presses by any member of staff, who sees a name and a class and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.store import permissions
from app.web.pages.no import SEARCHES
from tests.web.api.test_permissions import shown
from tests.web.api.test_register import NEW, PUPILS, put, sheet
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import open_browser

UPN = PUPILS[9][0]


def called(school: School) -> str:
    pupil = school.pupil(UPN)
    return f"{pupil.preferred_first or pupil.legal_first} {pupil.preferred_surname or pupil.legal_surname}"


@both_databases
@pytest.mark.parametrize("role", ["author", "approver", "office", "dsl"])
def test_a_no_is_found_pressed_and_confirmed(
    new_client: Callable[[], TestClient], school: School, clock: Clock, role: str
) -> None:
    browser, office = open_browser(new_client(), school, role), school.key("register:write")
    assert shown(browser.client, office, UPN)
    assert 'href="/say-no"' in browser.get("/say-no").text
    page = browser.get(f"/say-no?q={called(school)[:9]}").text
    pupil = school.pupil(UPN)
    assert f'<a href="/say-no/{pupil.id}">{called(school)}, {pupil.class_name}</a>' in page
    confirm = browser.get(f"/say-no/{pupil.id}").text
    assert called(school) in confirm
    for hidden in (pupil.upn, str(pupil.born_on), "granted", "May be shown"):
        assert hidden not in page + confirm
    clock.go_on(seconds=1)
    done = browser.post(f"/say-no/{pupil.id}", told_by="child")
    assert (done.status_code, done.headers["location"]) == (303, "/say-no?done=true")
    assert "counts from now on" in browser.get("/say-no?done=true").text
    assert not shown(browser.client, office, UPN)
    with school.read() as store:
        latest = permissions.history(store, pupil.id)[-1]
    assert (latest.told_by, latest.channel, latest.recorded_by) == ("child", "social-media/child", browser.person.id)


def test_whoever_is_not_named_counts_as_not_noted(
    new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    browser = open_browser(new_client(), school, "author")
    clock.go_on(seconds=1)
    browser.post(f"/say-no/{school.pupil(UPN).id}", told_by="<script>")
    with school.read() as store:
        assert permissions.history(store, school.pupil(UPN).id)[-1].told_by == "not noted"


@pytest.mark.parametrize("q", ["a", " a ", "1 2", "'.'"])
def test_two_letters_are_needed(new_client: Callable[[], TestClient], school: School, q: str) -> None:
    answer = open_browser(new_client(), school, "author").client.get("/say-no", params={"q": q})
    assert answer.status_code == 422
    assert "at least 2 letters" in answer.text
    assert "/say-no/" not in answer.text.replace('action="/say-no"', "")


def test_numbers_and_names_that_staff_do_not_use_find_nobody(
    new_client: Callable[[], TestClient], school: School
) -> None:
    browser = open_browser(new_client(), school, "author")
    put(new_client(), school.key("register:write"), "roster", sheet([*PUPILS, NEW]))
    assert "Ellie Fairweather, Oak" in browser.get("/say-no?q=ellie%20fair").text
    assert "/say-no/" not in browser.client.get("/say-no", params={"q": UPN}).text
    for q in ("Elowen", "Nobody"):
        assert "No child on roll is called that" in browser.client.get("/say-no", params={"q": q}).text


def test_at_most_twenty_are_shown_and_searches_are_counted(
    new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    browser, other = (open_browser(new_client(), school, "author") for _ in range(2))
    for _ in range(SEARCHES):
        assert browser.get("/say-no?q=ma").status_code == 200
    assert len(re.findall('href="/say-no/', browser.client.get("/say-no?q=a").text)) == 0
    waiting = browser.get("/say-no?q=ma")
    assert waiting.status_code == 429
    assert other.get("/say-no?q=ma").status_code == 200
    clock.go_on(minutes=6)
    assert browser.get("/say-no?q=ma").status_code == 200


def test_who_may_not_and_what_is_not_there(new_client: Callable[[], TestClient], school: School) -> None:
    dpo = open_browser(new_client(), school, "dpo")
    assert dpo.get("/say-no").status_code == dpo.get(f"/say-no/{school.pupil(UPN).id}").status_code == 403
    assert dpo.post(f"/say-no/{school.pupil(UPN).id}").status_code == 403
    author = open_browser(new_client(), school, "author")
    assert author.get("/say-no/nobody").status_code == author.post("/say-no/nobody").status_code == 404
    stranger = author.client.post(f"/say-no/{school.pupil(UPN).id}", data={"csrf": "wrong"})
    assert stranger.status_code == 403
    assert new_client().get("/say-no").headers["location"] == "/sign-in?next=/say-no"
