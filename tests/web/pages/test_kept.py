"""A session that lay idle is locked; what was typed meanwhile is kept for its person, and the way leads back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.store import people
from app.tables import KeptFormRow
from app.web.pages import kept
from app.web.pages.kept import own_path
from app.web.pages.rendering import Visitor
from app.web.schoolwork import policy_of
from app.web.security import COOKIE, person_of
from tests.web.conftest import PASSWORD, Clock, School, both_databases
from tests.web.pages.forms import Browser, open_browser

REFERRER = {"Referer": "http://testserver/compose?account=whitehouseps"}


def _sign_in(browser: Browser, path: str) -> str:
    given = {"email": browser.person.email, "password": PASSWORD, "next": path}
    answer = browser.client.post("/sign-in", data=given)
    assert answer.status_code == 303, answer.text
    token = answer.cookies[COOKIE]
    browser.client.cookies.clear()
    browser.client.cookies.set(COOKIE, token)
    return str(answer.headers["location"])


def _visitor(browser: Browser, school: School) -> Visitor:
    principal = person_of(school.service, browser.client.cookies[COOKIE], school.service.clock())
    assert principal is not None
    return Visitor(principal, "Whitehouse", policy_of(school.service, school.id))


def _send(browser: Browser, **fields: str) -> str:
    data = {"csrf": browser.csrf, "text": "Bulbs\r\nand birds", "classes": ["Oak", "Holly"], **fields}
    answer = browser.client.post("/compose", data=data, headers=REFERRER)
    assert answer.status_code == 303
    return str(answer.headers["location"])


@both_databases
def test_a_form_outlives_an_idle_session(client: TestClient, school: School, clock: Clock) -> None:
    browser = open_browser(client, school, "author")
    clock.go_on(minutes=31)
    place = _send(browser, password="not kept", code="123456")
    assert place == "/sign-in?next=/compose%3Faccount%3Dwhitehouseps"
    page = client.get(place).text
    assert '<div class="alert check" role="status"><p>Locked, because nobody touched it for 30 minutes' in page
    assert f'value="{browser.person.email}"' in page
    assert _sign_in(browser, "/compose?account=whitehouseps") == "/compose?account=whitehouseps"
    visitor = _visitor(browser, school)
    assert kept.take(school.service, visitor, "/drafts") is None
    fields = kept.take(school.service, visitor, "/compose")
    assert fields == {"text": ["Bulbs\nand birds"], "classes": ["Oak", "Holly"]}
    assert kept.take(school.service, visitor, "/compose") is None, "once"


def test_nobody_else_gets_it_and_not_for_ever(
    new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    browser, other = open_browser(new_client(), school, "author"), school.person("author")
    clock.go_on(hours=13)
    assert "You were signed out" in browser.client.get(_send(browser)).text
    someone = Browser(browser.client, other, "")
    _sign_in(someone, "")
    assert kept.take(school.service, _visitor(someone, school), "/compose") is None
    _sign_in(browser, "")
    clock.go_on(hours=12)
    school.sign_in(browser.client, browser.person)
    assert kept.take(school.service, _visitor(browser, school), "/compose") is None


def test_what_is_kept_is_sealed_and_bounded(client: TestClient, school: School, clock: Clock) -> None:
    browser = open_browser(client, school, "author")
    clock.go_on(minutes=31)
    _send(browser, text="x" * 200_000)
    for number in range(12):
        data = {"csrf": browser.csrf, "text": "Bulbs"}
        client.post("/compose", data=data, headers={"Referer": f"http://testserver/drafts/{number}"})
    with school.read() as store:
        rows = store.session.query(KeptFormRow).all()
        assert len(rows) == 10
        assert not any(b"Bulbs" in row.sealed for row in rows)


@pytest.mark.parametrize("change", ["token", "closed", "inactive", "other site", "json"])
def test_what_is_not_kept(client: TestClient, school: School, clock: Clock, change: str) -> None:
    browser = open_browser(client, school, "author")
    if change == "closed":
        client.post("/sign-out", data={"csrf": browser.csrf})
        client.cookies.set(COOKIE, "gone")
    if change == "inactive":
        with school.write() as store:
            people.change(store, browser.person.id, active=False, by="test", now=clock())
    clock.go_on(minutes=31)
    if change == "json":
        client.post("/compose", json={"csrf": browser.csrf}, headers=REFERRER)
    else:
        headers = {"Referer": "https://elsewhere.example/x"} if change == "other site" else REFERRER
        csrf = "wrong" if change == "token" else browser.csrf
        client.post("/compose", data={"csrf": csrf, "text": "x"}, headers=headers)
    with school.read() as store:
        assert store.session.query(KeptFormRow).count() == 0


def test_a_script_is_led_to_the_whole_page(client: TestClient, school: School) -> None:
    answer = client.get("/drafts", headers={"HX-Request": "true", "Referer": "http://testserver/queue"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=/queue")


def test_without_a_referrer_the_page_is_that_of_the_same_path(client: TestClient, school: School) -> None:
    assert client.post("/compose", data={}).headers["location"] == "/sign-in?next=/compose"
    assert client.post("/account/sessions", data={}).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "path",
    [
        *("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example"),
        *("/\t/elsewhere.example", "/a//elsewhere.example", "elsewhere", "javascript:alert(1)", "", " /compose"),
        *(
            "/compose\r\nSet-Cookie: x=1",
            "/é",
            "/" + "a" * 500,
            "/v1/drafts",
            "/sign-in",
            "/sign-out",
            "/second-factor",
        ),
        *("/static/x.js", "/welcome/x", "/compose#x", "//", "/x\x00"),
    ],
)
def test_ways_back_that_are_none_of_ours(client: TestClient, school: School, path: str) -> None:
    assert own_path(path) == ""
    browser = Browser(client, school.person("author"), "")
    assert _sign_in(browser, path) == "/compose"


@pytest.mark.parametrize("path", ["/compose", "/drafts?cursor=a%20b&limit=2", "/drafts/01ab/", "/a/@b"])
def test_ways_back_that_are_ours(client: TestClient, school: School, path: str) -> None:
    assert own_path(path) == path
    assert _sign_in(Browser(client, school.person("author"), ""), path) == path
