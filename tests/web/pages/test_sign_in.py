"""Signing in and out, and what other sites, guesses and odd input come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store import people
from app.web.pages.throttle import ADDRESSES, FAILURES, Throttle
from app.web.security import COOKIE
from tests.web.conftest import NOW, PASSWORD, PASSWORD_HASH, Clock, School, both_databases

ADDRESS = "ruth.lane@whitehouse.example"


def _try(client: TestClient, email: str = ADDRESS, password: str = PASSWORD, **headers: str) -> Any:
    return client.post("/sign-in", data={"email": email, "password": password}, headers=headers)


def test_the_front_door_leads_to_the_sign_in_page_and_then_to_work(client: TestClient, school: School) -> None:
    assert client.get("/").headers["location"] == "/sign-in"
    assert client.get("/sign-in").status_code == 200
    school.sign_in(client, school.person("author"))
    assert client.get("/").headers["location"] == "/compose"
    assert client.get("/sign-in").headers["location"] == "/compose"


@both_databases
def test_signing_in_opens_a_session_that_scripts_cannot_read(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    answer = _try(client, " Ruth.Lane@Whitehouse.example ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/compose")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE)
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "secure" not in cookie
    page = client.get("/compose")
    assert page.status_code == 200
    assert "Whitehouse Primary School" in page.text


class TestBehindHttps:
    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {"public_url": "https://posts.whitehouse.example", "session_hours": 2, "idle_minutes": 600}

    def test_the_cookie_is_sent_over_https_alone(self, client: TestClient, school: School) -> None:
        school.person("author", ADDRESS)
        answer = _try(client, Origin="https://posts.whitehouse.example")
        assert answer.status_code == 303
        assert "; secure" in answer.headers["set-cookie"].lower()

    def test_a_session_ends_after_its_hours(self, client: TestClient, school: School, clock: Clock) -> None:
        school.sign_in(client, school.person("author"))
        clock.go_on(hours=1.9)
        assert client.get("/compose").status_code == 200
        clock.go_on(hours=0.2)
        assert client.get("/compose").headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADDRESS, "wrong"),
        (ADDRESS, ""),
        ("nobody@whitehouse.example", PASSWORD),
        ("", PASSWORD),
        ("gone@whitehouse.example", PASSWORD),
    ],
)
def test_all_failures_get_the_same_answer(client: TestClient, school: School, email: str, password: str) -> None:
    school.person("author", ADDRESS)
    gone = school.person("author", "gone@whitehouse.example")
    with school.write() as store:
        people.change(store, gone.id, active=False, by="test", now=NOW)
    answer = _try(client, email, password)
    assert answer.status_code == 403
    assert "do not go together" in answer.text
    assert "set-cookie" not in answer.headers


@both_databases
def test_text_that_no_database_holds_is_a_wrong_password(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    for email in ("ruth\x00lane@whitehouse.example", "long" * 200):
        assert _try(client, email).status_code == 403
    body = (
        b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n\\ud800@x.example\r\n'
        b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n\\ud800\r\n--b--\r\n'
    )
    kind = "multipart/form-data; boundary=b; charset=raw_unicode_escape"
    answer = client.post("/sign-in", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 403
    assert "do not go together" in answer.text


def test_a_form_that_is_none_is_told_as_a_page(client: TestClient) -> None:
    answer = client.post("/sign-in", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Origin": "http://testserver"}, 303),
    ],
)
def test_another_site_cannot_sign_anybody_in(
    client: TestClient, school: School, headers: dict[str, str], status: int
) -> None:
    school.person("author", ADDRESS)
    assert _try(client, **headers).status_code == status


def test_guessing_makes_an_address_wait_whether_it_exists_or_not(
    client: TestClient, school: School, clock: Clock
) -> None:
    school.person("author", ADDRESS)
    for email in (ADDRESS, "nobody@whitehouse.example"):
        for _ in range(FAILURES):
            assert _try(client, email, "wrong").status_code == 403
        waiting = _try(client, email)
        assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "300")
        assert "Wait 5 minutes" in waiting.text
    clock.go_on(minutes=5)
    assert _try(client).status_code == 303


def test_signing_in_forgets_failures(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    for _ in range(FAILURES - 1):
        _try(client, password="wrong")
    assert _try(client).status_code == 303
    assert _try(client, password="wrong").status_code == 403


def test_no_more_addresses_are_remembered_than_the_bound() -> None:
    throttle = Throttle()
    for number in range(ADDRESSES + 1):
        for _ in range(FAILURES):
            throttle.note_failure(str(number), NOW)
    assert not throttle.must_wait("0", NOW)
    assert throttle.must_wait("1", NOW)
    assert throttle.must_wait(str(ADDRESSES), NOW)


def test_people_of_any_school_sign_in_at_theirs(client: TestClient, school: School) -> None:
    from app.store import Store, schools

    with school.service.database.write() as session:
        other = schools.create(session, "Another School", by="test", now=NOW)
        people.add(Store(session, other.id), "Ann", ADDRESS, "author", PASSWORD_HASH, by="test", now=NOW)
    assert _try(client).status_code == 303
    assert "Another School" in client.get("/compose").text


def test_signing_out_ends_the_session(client: TestClient, school: School) -> None:
    csrf = school.sign_in(client, school.person("author"))
    token = client.cookies[COOKIE]
    assert client.post("/sign-out", data={"csrf": "x"}).status_code == 403
    answer = client.post("/sign-out", data={"csrf": csrf})
    assert answer.headers["location"] == "/sign-in"
    client.cookies.set(COOKIE, token)
    assert client.get("/compose").headers["location"] == "/sign-in"


@pytest.mark.parametrize("path", ["/compose", "/drafts", "/queue", "/drafts/x", "/drafts/x/photos/0"])
def test_pages_are_for_people_who_are_signed_in_and_not_for_keys(client: TestClient, school: School, path: str) -> None:
    for headers in ({}, school.key("admin")):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    client.cookies.set(COOKIE, "made-up")
    assert client.get(path).headers["location"] == "/sign-in"


@pytest.mark.parametrize("path", ["/compose", "/sign-out", "/drafts/x/decision", "/drafts/x/vet"])
def test_nothing_is_done_for_nobody(client: TestClient, path: str) -> None:
    assert client.post(path, data={"csrf": ""}).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("role", "refused"),
    [("author", {"/queue"}), ("approver", set()), ("office", {"/queue"}), ("dpo", {"/compose", "/drafts", "/queue"})],
)
def test_each_role_sees_its_pages(
    new_client: Callable[[], TestClient], school: School, role: str, refused: set[str]
) -> None:
    client = new_client()
    school.sign_in(client, school.person(role))
    for path in ("/compose", "/drafts", "/queue"):
        answer = client.get(path)
        assert answer.status_code == (403 if path in refused else 200)
        assert f'href="{path}"' in answer.text or path in refused
        assert answer.headers["cache-control"] == "no-store"
