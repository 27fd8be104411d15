"""Signing in and out, and what other sites, guesses and odd input come to."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from app.jobs import Here
from app.main import open_service, serve
from app.store import people
from app.vision import paper
from app.web.pages.throttle import ADDRESSES, FAILURES, FROM_ONE_PLACE, Throttle
from app.web.security import COOKIE, SECURE_COOKIE
from app.web.service import Service
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


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("colleague", "/ask-to-post"),
        ("author", "/compose"),
        ("approver", "/queue"),
        ("office", "/permission-round"),
        ("dsl", "/queue"),
        ("dpo", "/audit"),
        ("administrator", "/queue"),
        ("trust", "/trust"),
    ],
)
def test_signing_in_leads_to_where_the_work_is(client: TestClient, school: School, role: str, place: str) -> None:
    school.sign_in(client, school.person(role))
    assert client.get("/").headers["location"] == place
    assert client.get("/sign-in").headers["location"] == place
    assert client.get("/sign-in?next=/rules").headers["location"] == "/rules"


@pytest.mark.parametrize(
    ("role", "path", "ways"),
    [
        ("colleague", "/compose", {"/ask-to-post": "Ask for the right to post"}),
        ("author", "/queue", {"/compose": "Back to writing"}),
        ("office", "/queue", {"/permission-round": "Back to the permissions", "/compose": "back to writing"}),
        ("dpo", "/compose", {"/audit": "Back to the audit"}),
    ],
)
def test_whoever_is_refused_is_told_the_way_on(
    client: TestClient, school: School, role: str, path: str, ways: dict[str, str]
) -> None:
    school.sign_in(client, school.person(role))
    answer = client.get(path)
    assert answer.status_code == 403
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', main)) == ways


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
        session = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SECURE_COOKIE))
        assert "; secure" in session.lower()
        assert "; path=/;" in session.lower()
        assert "domain" not in session.lower(), "such a name is for this host alone"

    def test_a_session_ends_after_its_hours(self, client: TestClient, school: School, clock: Clock) -> None:
        school.sign_in(client, school.person("author"))
        clock.go_on(hours=1.9)
        assert client.get("/compose").status_code == 200
        clock.go_on(hours=0.2)
        assert client.get("/compose").headers["location"] == "/sign-in?next=/compose"


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


@both_databases
def test_guessing_makes_an_address_wait_whether_it_exists_or_not(
    client: TestClient, school: School, clock: Clock
) -> None:
    school.person("author", ADDRESS)
    for email in (ADDRESS, "nobody@whitehouse.example"):
        for _ in range(FAILURES):
            assert _try(client, email, "wrong").status_code == 403
        waiting = _try(client, email)
        assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "60")
        assert "Wait 1 minute," in waiting.text
    clock.go_on(minutes=1)
    assert _try(client, password="wrong").status_code == 403
    assert _try(client).headers["retry-after"] == "120", "it grows"
    clock.go_on(minutes=2)
    assert _try(client).status_code == 303


def test_a_wait_never_grows_beyond_a_quarter_of_an_hour_nor_by_trying_meanwhile(
    client: TestClient, school: School, clock: Clock
) -> None:
    school.person("author", ADDRESS)
    for _ in range(FAILURES + 12):
        _try(client, password="wrong")
        clock.go_on(minutes=15)
    clock.go_on(minutes=-14)
    assert _try(client).headers["retry-after"] == "840"
    assert _try(client).headers["retry-after"] == "840"
    clock.go_on(minutes=14)
    assert _try(client).status_code == 303


@both_databases
def test_the_wait_holds_for_every_process(client: TestClient, school: School, service: Service) -> None:
    school.person("author", ADDRESS)
    other = open_service(service.settings, crew=Here(paper.engine), clock=service.clock)
    with TestClient(serve(other), follow_redirects=False) as elsewhere:
        for number in range(FAILURES):
            assert _try((client, elsewhere)[number % 2], password="wrong").status_code == 403
        assert _try(client).status_code == _try(elsewhere).status_code == 429


@both_databases
def test_many_guesses_at_once_gain_nothing(school: School, new_client: Callable[[], TestClient]) -> None:
    school.person("author", ADDRESS)
    clients = [new_client() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda one: _try(one, password="wrong").status_code, clients))
    assert sorted(statuses) == [403] * FAILURES + [429] * (12 - FAILURES)


def test_a_stranger_makes_nobody_wait_in_a_browser_that_is_known(
    new_client: Callable[[], TestClient], school: School
) -> None:
    school.person("author", ADDRESS)
    own, stranger = new_client(), new_client()
    assert _try(own).status_code == 303
    own.cookies.delete(COOKIE)
    for _ in range(FAILURES):
        _try(stranger, password="wrong")
    assert _try(stranger).status_code == 429
    assert _try(own).status_code == 303
    own.cookies.delete(COOKIE)
    assert _try(own, "nobody@whitehouse.example", "wrong").status_code == 403, "known for that one address alone"
    for _ in range(FAILURES):
        assert _try(own, password="wrong").status_code == 403
    assert _try(own).status_code == 429, "whoever sits at that browser may not guess either"


def test_a_made_up_cookie_makes_no_browser_known(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    client.cookies.set("fledgling_known", f"{'0' * 16}-{'0' * 64}")
    for _ in range(FAILURES):
        _try(client, password="wrong")
    assert _try(client).status_code == 429


def test_trying_many_addresses_from_one_place_has_an_end(client: TestClient, school: School, clock: Clock) -> None:
    school.person("author", ADDRESS)
    for number in range(FROM_ONE_PLACE):
        assert _try(client, f"a{number}@whitehouse.example", "wrong").status_code == 403
    assert _try(client).status_code == 429
    clock.go_on(minutes=1)
    assert _try(client).status_code == 303


def test_signing_in_forgets_failures(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    for _ in range(FAILURES - 1):
        _try(client, password="wrong")
    assert _try(client).status_code == 303
    client.cookies.clear()
    assert _try(client, password="wrong").status_code == 403
    assert _try(client).status_code == 303


def test_what_is_done_too_often_is_remembered_within_a_bound() -> None:
    throttle = Throttle(3)
    for number in range(ADDRESSES + 1):
        for _ in range(3):
            throttle.note(str(number), NOW)
    assert not throttle.must_wait("0", NOW)
    assert throttle.must_wait("1", NOW)
    assert throttle.must_wait(str(ADDRESSES), NOW)


def test_a_token_that_was_planted_is_nobodys(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    client.cookies.set(COOKIE, "planted-by-somebody")
    planted = client.cookies[COOKIE]
    answer = _try(client)
    given = answer.cookies[COOKIE]
    assert given != planted
    client.cookies.clear()
    client.cookies.set(COOKIE, planted)
    assert client.get("/compose").headers["location"] == "/sign-in?next=/compose"


@both_databases
def test_signing_in_again_ends_the_session_before(client: TestClient, school: School) -> None:
    school.person("author", ADDRESS)
    first = _try(client).cookies[COOKIE]
    second = _try(client).cookies[COOKIE]
    assert first != second
    client.cookies.clear()
    client.cookies.set(COOKIE, first)
    assert client.get("/compose").status_code == 303
    client.cookies.set(COOKIE, second)
    assert client.get("/compose").status_code == 200


def test_a_password_hashed_with_older_parameters_is_hashed_anew(client: TestClient, school: School) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with school.write() as store:
        person = people.add(store, "Ruth", ADDRESS, "author", weak, by="test", now=NOW)
    assert _try(client).status_code == 303
    with school.read() as store:
        kept = people.find(store, person.id)
    assert kept is not None
    assert kept.password_hash != weak
    client.cookies.clear()
    assert _try(client).status_code == 303


def test_somebody_without_a_password_cannot_sign_in(client: TestClient, school: School) -> None:
    with school.write() as store:
        people.add(store, "Ruth", ADDRESS, "author", "", by="test", now=NOW)
    assert _try(client, password="").status_code == 403
    assert _try(client).status_code == 403


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
    assert answer.headers["location"] == "/sign-in?done=out"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "You are signed out" in client.get("/sign-in?done=out").text
    client.cookies.set(COOKIE, token)
    assert client.get("/compose").headers["location"] == "/sign-in?next=/compose"


@pytest.mark.parametrize("path", ["/compose", "/drafts", "/queue", "/drafts/x"])
def test_pages_are_for_people_who_are_signed_in_and_not_for_keys(client: TestClient, school: School, path: str) -> None:
    for headers in ({}, school.key("admin")):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    client.cookies.set(COOKIE, "made-up")
    assert client.get(path).headers["location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", ["/compose", "/sign-out", "/drafts/x/decision", "/drafts/x/vet"])
def test_nothing_is_done_for_nobody(client: TestClient, path: str) -> None:
    assert client.post(path, data={"csrf": ""}).headers["location"].startswith("/sign-in")


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
