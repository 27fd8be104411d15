"""The second factor: owed, set up, shown, replayed, lost, taken away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.policy import DEFAULT_FILE
from app.store import audit, people, policies, second_factors
from app.store.people import Person
from app.tables import RecoveryCodeRow, SecondFactorRow
from app.web.security import COOKIE
from tests.seeing import PAPER_DISTANCES
from tests.web.conftest import NOW, PASSWORD, Clock, School, both_databases
from tests.web.walking import doors

OPEN = {"/", "/sign-in", "/sign-out", "/second-factor", "/second-factor/set-up", "/new-password", "/forgotten"}
"""Paths that somebody may visit who owes a second factor; and those that need no session at all begin with these."""
NO_SESSION = ("/static", "/docs", "/openapi", "/livez", "/readyz", "/metrics", "/welcome", "/sign-in/provider")


def enter(client: TestClient, person: Person, **more: str) -> str:
    """Give the password; where it leads."""
    answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def set_up(client: TestClient, clock: Clock, place: str = "/second-factor", **more: str) -> tuple[pyotp.TOTP, Any]:
    """Go through the page; the app and the answer."""
    page = client.get(place).text
    key = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page)
    assert key
    app = pyotp.TOTP(key[1].replace(" ", ""))
    given = {"csrf": value(page, "csrf"), "sealed": value(page, "sealed"), "code": app.at(clock()), **more}
    return app, client.post("/second-factor/set-up", data=given)


def _code(app: pyotp.TOTP, clock: Clock, steps: int) -> str:
    return app.generate_otp(int(clock().timestamp()) // 30 + steps)


def codes_of(answer: Any) -> list[str]:
    return re.findall(r"<code>([0-9a-z-]{14})</code>", answer.text)


def show(client: TestClient, code: str, **more: str) -> Any:
    csrf = value(client.get("/second-factor").text, "csrf")
    return client.post("/second-factor", data={"csrf": csrf, "code": code, **more})


@both_databases
def test_an_approver_sets_one_up_and_shows_it_from_then_on(client: TestClient, school: School, clock: Clock) -> None:
    approver = school.person("approver")
    assert enter(client, approver, next="/queue") == "/second-factor?next=/queue"
    before = client.cookies[COOKIE]
    app, answer = set_up(client, clock)
    assert answer.status_code == 200
    assert len(set(codes_of(answer))) == 10
    assert client.cookies[COOKIE] != before, "the token is another from then on"
    assert client.get("/queue").status_code == 200
    with school.read() as store:
        kept = store.session.query(SecondFactorRow).one()
        assert app.secret.encode() not in kept.secret
        marks = {row.mark for row in store.session.query(RecoveryCodeRow)}
        assert not marks & set(codes_of(answer))
        assert [line.action for line in audit.about(store, approver.id)][-1] == "access.second-factor.add"

    client.cookies.clear()
    clock.go_on(minutes=1)
    assert enter(client, approver, next="/queue") == "/second-factor?next=/queue"
    before = client.cookies[COOKIE]
    shown = show(client, app.at(clock()), next="/queue")
    assert (shown.status_code, shown.headers["location"]) == (303, "/queue")
    after = client.cookies[COOKIE]
    assert after != before
    client.cookies.clear()
    client.cookies.set(COOKIE, before)
    assert client.get("/queue").status_code == 303, "the token of the password alone is nobody's any more"


@both_databases
def test_a_code_is_good_once_and_for_a_step_either_way(
    new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    client, approver = new_client(), school.person("approver")
    enter(client, approver)
    app, _ = set_up(client, clock)
    at_set_up = app.at(clock())
    other = new_client()
    enter(other, approver)
    assert show(other, at_set_up).status_code == 403, "the code that set it up is used"
    clock.go_on(minutes=2)
    assert show(other, _code(app, clock, -2)).status_code == 403
    assert show(other, _code(app, clock, 2)).status_code == 403
    late = _code(app, clock, -1)
    assert show(other, f"{late[:3]} {late[3:]}").status_code == 303
    third = new_client()
    enter(third, approver)
    assert show(third, late).status_code == 403, "replayed"
    assert show(third, _code(app, clock, 1)).status_code == 303
    fourth = new_client()
    enter(fourth, approver)
    assert show(fourth, app.at(clock())).status_code == 403, "older than the last one used"


@both_databases
def test_a_recovery_code_works_once(new_client: Callable[[], TestClient], school: School, clock: Clock) -> None:
    client, approver = new_client(), school.person("approver")
    enter(client, approver)
    _, answer = set_up(client, clock)
    code = codes_of(answer)[3]
    for status in (303, 403):
        other = new_client()
        enter(other, approver)
        assert show(other, code.upper().replace("-", " ")).status_code == status
    with school.read() as store:
        assert second_factors.codes_left(store, approver.id) == 9
        assert audit.about(store, approver.id)[-1].detail == {"left": 9}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00", "x" * 4000])
def test_what_is_no_code(client: TestClient, school: School, clock: Clock, code: str) -> None:
    approver = school.person("approver")
    enter(client, approver)
    set_up(client, clock)
    client.cookies.clear()
    enter(client, approver)
    answer = show(client, code)
    assert answer.status_code == 403
    assert "not right" in answer.text
    assert client.get("/queue").status_code == 303


def test_guessing_codes_has_an_end(client: TestClient, school: School, clock: Clock) -> None:
    approver = school.person("approver")
    enter(client, approver)
    app, _ = set_up(client, clock)
    client.cookies.clear()
    clock.go_on(minutes=1)
    enter(client, approver)
    for _ in range(5):
        assert show(client, "000000").status_code == 403
    waiting = show(client, app.at(clock()))
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "60")
    clock.go_on(minutes=1)
    assert show(client, app.at(clock())).status_code == 303


def test_whoever_owes_one_reaches_nothing(app: FastAPI, new_client: Callable[[], TestClient], school: School) -> None:
    """Over all routes: pages lead away, the API says 401."""
    client, approver = new_client(), school.person("approver")
    enter(client, approver)
    csrf = value(client.get("/second-factor").text, "csrf")
    tried = 0
    for door in doors(app):
        method, path, filled = door.method, door.path, door.filled({})
        if filled in OPEN or filled.startswith(NO_SESSION):
            continue
        tried += 1
        given: dict[str, Any] = {} if method in {"GET", "DELETE"} else {"data": {"csrf": csrf}}
        answer = client.request(method, filled, headers={"X-CSRF-Token": csrf}, **given)
        if path.startswith("/v1"):
            assert answer.status_code == 401, (method, path)
        else:
            assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in"), (method, path)
    assert tried > 80
    assert client.get("/sign-in?next=/queue").headers["location"] == "/second-factor?next=/queue"
    assert client.post("/sign-out", data={"csrf": csrf}).status_code == 303
    assert client.get("/second-factor").headers["location"].startswith("/sign-in")


def test_an_author_needs_none_and_may_have_one(client: TestClient, school: School, clock: Clock) -> None:
    author = school.person("author")
    assert enter(client, author) == "/compose"
    wrong, answer = set_up(client, clock, "/account/second-factor", present_password="wrong")
    assert answer.status_code == 403
    app, answer = set_up(client, clock, "/account/second-factor", present_password=PASSWORD)
    assert answer.status_code == 200
    assert wrong.secret != app.secret
    page = client.get("/account").text
    assert "Recovery codes left: <strong>10</strong>" in page
    csrf = value(page, "csrf")
    renewed = client.post("/account/recovery-codes", data={"csrf": csrf, "present_password": PASSWORD})
    assert len(codes_of(renewed)) == 10
    assert not set(codes_of(renewed)) & set(codes_of(answer))
    off = client.post("/account/second-factor/off", data={"csrf": csrf, "present_password": "wrong"})
    assert off.headers["location"] == "/account?wrong=proof"
    off = client.post("/account/second-factor/off", data={"csrf": csrf, "present_password": PASSWORD})
    assert off.headers["location"] == "/account?done=off"
    client.cookies.clear()
    assert enter(client, author) == "/compose"


def test_an_approver_cannot_turn_it_off(client: TestClient, school: School, clock: Clock) -> None:
    enter(client, school.person("approver"))
    set_up(client, clock)
    page = client.get("/account").text
    assert "/account/second-factor/off" not in page
    off = client.post("/account/second-factor/off", data={"csrf": value(page, "csrf"), "present_password": PASSWORD})
    assert off.status_code == 403


def test_the_policy_says_who_needs_one(client: TestClient, school: School) -> None:
    table = 'second_factor = ["approver", "dsl", "administrator", "dpo"]'
    policy = DEFAULT_FILE.read_text(encoding="utf-8") + PAPER_DISTANCES
    assert policy.count(table) == 1
    with school.write() as store:
        policies.add(store, policy.replace(table, 'second_factor = ["author"]'), by="test", now=NOW)
    assert enter(client, school.person("approver")) != "/second-factor"
    client.cookies.clear()
    assert enter(client, school.person("author")) == "/second-factor"


def test_a_secret_is_good_for_the_page_of_the_same_session_alone(
    new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    one, other = new_client(), new_client()
    enter(one, school.person("approver"))
    enter(other, school.person("approver"))
    page, theirs = one.get("/second-factor").text, other.get("/second-factor").text
    for sealed in (value(page, "sealed"), "", "AAAA", "é"):
        given = {"csrf": value(theirs, "csrf"), "sealed": sealed, "code": "123456"}
        answer = other.post("/second-factor/set-up", data=given)
        assert (answer.status_code, "too old" in answer.text) == (403, True)


def test_taken_away_by_somebody_it_is_set_up_anew(client: TestClient, school: School, clock: Clock) -> None:
    approver = school.person("approver")
    enter(client, approver)
    set_up(client, clock)
    with school.write() as store:
        assert second_factors.remove(store, approver.id, by="test", now=NOW)
        assert not second_factors.remove(store, approver.id, by="test", now=NOW)
        people.close_others(store, approver.id, but="", by="test", now=NOW)
    assert client.get("/queue").status_code == 303
    client.cookies.clear()
    enter(client, approver)
    assert "Set up a second factor" in client.get("/second-factor").text


def test_the_picture_needs_no_style_and_holds_the_key(client: TestClient, school: School) -> None:
    enter(client, school.person("approver"))
    page = client.get("/second-factor").text
    assert "<svg" in page
    assert " style=" not in page
    assert "<style" not in page
    assert "otpauth://totp/" in page
