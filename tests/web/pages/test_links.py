"""Passwords set by a link that works once, forgotten ones, and what stands on one's own account page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.policy import DEFAULT_FILE
from app.store import audit, links, people, policies
from app.store.links import Purpose
from app.store.people import Person
from app.tables import OneTimeLinkRow
from app.web.pages.entering import browser_of
from app.web.security import COOKIE
from tests.mail_server import Post, running
from tests.seeing import PAPER_DISTANCES
from tests.web.conftest import NOW, PASSWORD, Clock, School, both_databases
from tests.web.pages.forms import open_browser

NEW = "marmalade kettle fjord"


def _link(school: School, person: Person, purpose: Purpose = Purpose.WELCOME) -> str:
    with school.write() as store:
        return links.path_of(links.create(store, person.id, purpose, by="test", now=school.service.clock()))


def _choose(client: TestClient, place: str, password: str = NEW) -> Any:
    return client.post(place, data={"new_password": password})


def _signs_in(client: TestClient, email: str, password: str) -> bool:
    client.cookies.clear()
    return bool(client.post("/sign-in", data={"email": email, "password": password}).status_code == 303)


@both_databases
def test_a_link_sets_a_password_once(client: TestClient, school: School) -> None:
    with school.write() as store:
        ann = people.add(store, "Ann Fisher", "ann@whitehouse.example", "author", "", by="test", now=NOW)
    place = _link(school, ann)
    for _ in range(3):
        page = client.get(place)
        assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
    assert 'autocomplete="new-password"' in page.text
    answer = _choose(client, place)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=password")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert _signs_in(client, ann.email, NEW)
    for again in (client.get(place), _choose(client, place, "another kettle fjord")):
        assert again.status_code == 404
        assert "used already" in again.text
        assert again.headers["referrer-policy"] == "no-referrer"
    with school.read() as store:
        row = store.session.query(OneTimeLinkRow).one()
        assert row.token_hash not in place
        told = [line.action for line in audit.about(store, ann.id)]
        assert told == ["access.person.add", "access.link.create", "access.link.use", "access.person.change"]


@both_databases
def test_links_that_hold_no_longer(client: TestClient, school: School, clock: Clock) -> None:
    person = school.person("author")
    first, newer = _link(school, person), _link(school, person)
    assert client.get(first).status_code == 404, "a newer one took its place"
    other = _link(school, person, Purpose.RESET)
    assert client.get(newer).status_code == 200, "one that anybody can ask for does not"
    clock.go_on(hours=2)
    assert client.get(other).status_code == 404
    clock.go_on(hours=69.9)
    assert client.get(newer).status_code == 200
    clock.go_on(hours=0.2)
    assert client.get(newer).status_code == _choose(client, newer).status_code == 404
    gone = _link(school, person)
    with school.write() as store:
        people.change(store, person.id, active=False, by="test", now=clock())
    assert _choose(client, gone).status_code == 404
    assert client.get("/welcome/é%00").status_code == 404


def test_using_a_link_ends_sessions_and_other_links(new_client: Callable[[], TestClient], school: School) -> None:
    browser = open_browser(new_client(), school, "author")
    welcome, reset = _link(school, browser.person), _link(school, browser.person, Purpose.RESET)
    client = new_client()
    assert _choose(client, welcome).status_code == 303
    assert browser.get("/compose").status_code == 303
    assert client.get(reset).status_code == 404


@pytest.mark.parametrize("password", ["short", "password123456", "author123456", "whitehouse123", "a\x00" * 10, ""])
def test_a_password_that_is_refused_uses_nothing_up(client: TestClient, school: School, password: str) -> None:
    place = _link(school, school.person("author"))
    answer = _choose(client, place, password)
    assert answer.status_code == 422
    assert "That password" in answer.text
    assert _choose(client, place).status_code == 303


def test_trying_links_has_an_end(client: TestClient, school: School) -> None:
    statuses = [client.get(f"/welcome/{number}").status_code for number in range(61)]
    assert statuses == [404] * 60 + [429]
    assert client.get(_link(school, school.person("author"))).status_code == 200


def test_another_site_can_neither_choose_nor_ask(client: TestClient, school: School) -> None:
    place = _link(school, school.person("author"))
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(place, data={"new_password": NEW}, headers=headers).status_code == 403
    assert client.post("/forgotten", data={"email": "x@y.example"}, headers=headers).status_code == 403
    assert client.get(place).status_code == 200


def test_without_a_mail_server_the_page_says_whom_to_ask(client: TestClient, school: School) -> None:
    person = school.person("author")
    for page in (client.get("/forgotten"), client.post("/forgotten", data={"email": person.email})):
        assert "Ask an administrator of your school" in page.text
    with school.read() as store:
        assert store.session.query(OneTimeLinkRow).count() == 0


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server, and what it took."""
    with running() as running_post:
        yield running_post


class TestWithMail:
    @pytest.fixture
    def more_settings(self, post: Post) -> dict[str, Any]:
        return {
            "public_url": "http://posts.whitehouse.example",
            "smtp_host": "localhost",
            "smtp_port": post.port,
            "smtp_tls": "none",
            "smtp_sender": "fledgling@whitehouse.example",
        }

    def test_the_answer_is_the_same_and_the_letter_goes_to_its_person(
        self, client: TestClient, school: School, post: Post
    ) -> None:
        person = school.person("author")
        with school.write() as store:
            people.add(store, "Provider", "by.provider@whitehouse.example", "author", "", by="test", now=NOW)
        pages = set()
        for email in (person.email, "nobody@whitehouse.example", "by.provider@whitehouse.example", "\x00", ""):
            answer = client.post("/forgotten", data={"email": email})
            assert answer.status_code == 200
            pages.add(answer.text)
        assert len(pages) == 1
        (letter,) = post.taken
        assert letter.recipients == [person.email]
        body = str(message_from_bytes(letter.data, policy=default).get_content())
        place = next(line for line in body.split() if line.startswith("http://posts.whitehouse.example/welcome/"))
        assert _choose(client, place.removeprefix("http://posts.whitehouse.example")).status_code == 303
        assert _signs_in(client, person.email, NEW)

    def test_nobody_is_flooded_with_letters(self, client: TestClient, school: School, post: Post) -> None:
        person = school.person("author")
        for _ in range(8):
            assert client.post("/forgotten", data={"email": person.email}).status_code == 200
        assert len(post.taken) == 3


# ---- one's own account


def test_the_account_page_says_who_one_is_and_where(new_client: Callable[[], TestClient], school: School) -> None:
    person = school.person("dpo", "d.po@whitehouse.example")
    client, other = new_client(), new_client()
    school.sign_in(client, person)
    csrf = school.sign_in(other, person)
    page = client.get("/account").text
    assert "d.po@whitehouse.example" in page
    assert "Data protection officer" in page
    assert page.count("(this one)") == 1
    assert page.count('data-label="Since"') == 2
    assert other.post("/account/sessions", data={"csrf": "wrong"}).status_code == 403
    assert other.post("/account/sessions", data={"csrf": csrf}).headers["location"] == "/account?done=others"
    assert client.get("/account").status_code == 303
    assert "signed out everywhere else" in other.get("/account?done=others").text


@both_databases
def test_changing_the_password_needs_the_present_one(new_client: Callable[[], TestClient], school: School) -> None:
    browser, other = open_browser(new_client(), school, "author"), new_client()
    school.sign_in(other, browser.person)
    for present, new, words in (
        ("wrong", NEW, "present password"),
        (PASSWORD, "short", "it needs at least 12"),
        (PASSWORD, PASSWORD, "is your present password"),
    ):
        answer = browser.post("/account/password", present_password=present, new_password=new)
        assert answer.status_code == 422
        assert words in answer.text
    before = browser.client.cookies[COOKIE]
    answer = browser.post("/account/password", present_password=PASSWORD, new_password=NEW)
    assert answer.headers["location"] == "/account?done=password"
    assert answer.cookies[COOKIE] != before
    browser.client.cookies.clear()
    browser.client.cookies.set(COOKIE, answer.cookies[COOKIE])
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert _signs_in(new_client(), browser.person.email, NEW)
    assert not _signs_in(new_client(), browser.person.email, PASSWORD)


def test_an_old_password_is_changed_first_where_the_policy_says_so(
    client: TestClient, school: School, clock: Clock
) -> None:
    person = school.person("author")
    policy = DEFAULT_FILE.read_text(encoding="utf-8") + PAPER_DISTANCES
    with school.write() as store:
        changed = policy.replace("password_change_days = 0 ", "password_change_days = 90 ")
        policies.add(store, changed, by="test", now=NOW)
    clock.go_on(days=91)
    given = {"email": person.email, "password": PASSWORD, "next": "/drafts"}
    assert client.post("/sign-in", data=given).headers["location"] == "/new-password?next=/drafts"
    assert client.get("/compose").headers["location"] == "/sign-in?next=/compose"
    assert client.get("/v1/drafts").status_code == 401
    page = client.get("/new-password?next=/drafts").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    fields = {"csrf": csrf, "next": "/drafts", "new_password": NEW}
    assert client.post("/new-password", data=fields | {"present_password": "wrong"}).status_code == 422
    answer = client.post("/new-password", data=fields | {"present_password": PASSWORD})
    assert answer.headers["location"] == "/drafts"
    assert client.get("/drafts").status_code == 200


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("", ""),
        ("curl/8", ""),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36", "Chrome on a Chromebook"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"),
    ],
)
def test_browsers_are_told_coarsely(agent: str, told: str) -> None:
    assert browser_of(agent) == told


@both_databases
def test_links_last_as_long_as_they_say(school: School) -> None:
    person = school.person("author")
    with school.write() as store:
        token = links.create(store, person.id, Purpose.WELCOME, by="test", now=NOW)
        found = links.find(store.session, token, now=NOW + timedelta(hours=71))
        assert found is not None
        assert links.find(store.session, token, now=NOW + timedelta(hours=72)) is None
        assert links.use(store, found, "hash", now=NOW)
        assert not links.use(store, found, "other", now=NOW)
        kept = people.find(store, person.id)
        assert kept is not None
        assert (kept.password_hash, kept.password_set_at) == ("hash", NOW)
