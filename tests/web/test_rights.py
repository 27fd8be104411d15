"""Who may open what: every route and every role, forms without their token, photos without a right to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import Store, people, schools
from app.store.people import Person
from app.web.security import ROLES
from tests.web.conftest import PASSWORD_HASH, School
from tests.web.pages.forms import drawn
from tests.web.rights_table import NOBODY, NOT_ASKED, RIGHTS, UNSIGNED, WITHOUT_TOKEN
from tests.web.walking import SYSTEM, Door, doors

IDS = {"number": "0", "kind": "roster", "size": "full", "revision": "1", "face": "0"}


@dataclass
class Caller:
    """Somebody of a role, or nobody, with a browser."""

    role: str
    client: TestClient
    school: School
    person: Person | None = None

    def call(self, door: Door, path: str = "") -> Any:
        """Knock: signed in anew, with the token, and with nothing else in the form."""
        token = self.school.sign_in(self.client, self.person) if self.person else ""
        path = path or door.filled(IDS)
        kept = {"X-CSRF-Token": token}
        if door.method in {"GET", "DELETE"}:
            return self.client.request(door.method, path, headers=kept)
        if door.is_page:
            return self.client.request(door.method, path, data={"csrf": token})
        return self.client.request(door.method, path, headers=kept, json={})


@pytest.fixture
def callers(app: FastAPI, school: School) -> Iterator[list[Caller]]:
    clients = {role: TestClient(app, follow_redirects=False) for role in [*ROLES, NOBODY]}
    yield [
        Caller(role, client, school, None if role == NOBODY else school.person(role))
        for role, client in clients.items()
    ]
    for client in clients.values():
        client.close()


def let_in(answer: Any) -> bool:
    """Whether the door opened, whatever was behind it."""
    if answer.status_code in {401, 403}:
        return False
    return not (answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"))


def test_each_role_opens_the_doors_that_are_its_own_and_no_others(app: FastAPI, callers: list[Caller]) -> None:
    wrong = []
    for door in doors(app):
        if door.path in SYSTEM or (door.method, door.path) in NOT_ASKED:
            continue
        answers = {caller.role: caller.call(door) for caller in callers}
        failed = {role for role, answer in answers.items() if answer.status_code >= 500}
        assert not failed, (door, failed)
        opened = {role for role, answer in answers.items() if let_in(answer)}
        if opened != RIGHTS.get((door.method, door.path)):
            wrong.append(f"{door.method:6} {door.path:60} {' '.join(role for role in answers if role in opened)}")
    assert not wrong, "rows of tests/web/rights_table.py as they would be:\n" + "\n".join(wrong)


def test_the_table_has_no_row_of_a_route_that_is_gone(app: FastAPI) -> None:
    known = {(door.method, door.path) for door in doors(app)}
    assert (set(RIGHTS) | NOT_ASKED | WITHOUT_TOKEN) - known == set()


# ---------------------------------------------------------------- forms


def _forms(app: FastAPI) -> list[Door]:
    return [door for door in doors(app) if door.is_page and door.method != "GET"]


def test_no_form_is_taken_without_the_token_of_the_session(app: FastAPI, callers: list[Caller]) -> None:
    (somebody,) = (one for one in callers if one.role == "administrator")
    (lead,) = (one for one in callers if one.role == "dsl")
    for door in _forms(app):
        if (door.method, door.path) in UNSIGNED | WITHOUT_TOKEN:
            continue
        for caller in (somebody, lead):
            assert caller.person is not None
            caller.school.sign_in(caller.client, caller.person)
            for form in ({"other": "x"}, {"csrf": ""}, {"csrf": "x" * 43}):
                answer = caller.client.request(door.method, door.filled(IDS), data=form)
                assert answer.status_code == 403, (door, caller.role, form, answer.status_code)


def test_forms_before_signing_in_are_taken_from_our_own_pages_alone(app: FastAPI, callers: list[Caller]) -> None:
    (nobody,) = (one for one in callers if one.role == NOBODY)
    for door in _forms(app):
        if (door.method, door.path) not in UNSIGNED:
            continue
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
            answer = nobody.client.request(door.method, door.filled(IDS), data={}, headers=headers)
            assert answer.status_code == 403, (door, headers)


# ---------------------------------------------------------------- photos

MAY_SEE = {"approver", "dsl", "administrator"}
"""Whoever reviews sees every draft's photos, its author those of their own; nobody else sees any."""

_PICTURE = re.compile(r'(?:src|href|data-src|data-picture)="(/[^"]*)"')


def _pictures(caller: Caller, pages: list[str]) -> list[str]:
    """The addresses of pictures that stand on pages they can open, and that show one."""
    assert caller.person is not None
    caller.school.sign_in(caller.client, caller.person)
    found = {
        address.replace("&amp;", "&")
        for page in pages
        for address in _PICTURE.findall(caller.client.get(page).text)
        if not address.startswith("/static/") and not address.startswith("/sign-")
    }
    return sorted(one for one in found if _is_picture(caller.client.get(one)))


def _is_picture(answer: Any) -> bool:
    return answer.status_code == 200 and str(answer.headers.get("content-type", "")).startswith("image/")


@pytest.fixture
def draft(callers: list[Caller], school: School) -> str:
    (author,) = (one for one in callers if one.role == "author")
    assert author.person is not None
    headers = {"X-CSRF-Token": school.sign_in(author.client, author.person)}
    sent = author.client.post(
        "/v1/photos", headers=headers, files={"file": ("hall.png", drawn())}, data={"alt_text": "Children in a hall"}
    )
    body = {"text": "We sang.", "photos": [{"id": sent.json()["id"]}], "classes": ["Oak"]}
    made = author.client.post("/v1/drafts", headers=headers, json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.fixture
def elsewhere(app: FastAPI, school: School) -> Iterator[Caller]:
    """The administrator of another school of the same service."""
    now = school.service.clock()
    with school.service.database.write() as session:
        other = schools.create(session, "Blackhouse Primary School", by="test", now=now)
        store = Store(session, other.id)
        person = people.add(
            store, "Head", "head@blackhouse.example", "administrator", PASSWORD_HASH, by="test", now=now
        )
    client = TestClient(app, follow_redirects=False)
    yield Caller("elsewhere", client, School(school.service, other.id), person)
    client.close()


def test_no_photo_is_shown_without_a_right_to_its_draft(
    app: FastAPI, callers: list[Caller], elsewhere: Caller, school: School, draft: str
) -> None:
    pages = [
        door.filled(IDS | {"draft_id": draft}) for door in doors(app) if door.parts == {"draft_id"} and door.is_page
    ]
    other_author = Caller("other author", TestClient(app, follow_redirects=False), school, school.person("author"))
    signed_in = [one for one in callers if one.person] + [other_author, elsewhere]
    shown = {one.role: _pictures(one, pages) for one in signed_in}
    with_right = {"author"} | MAY_SEE
    assert {role for role, found in shown.items() if found} == with_right
    every = {address for found in shown.values() for address in found}
    for caller in [*signed_in, *(one for one in callers if one.role == NOBODY)]:
        if caller.role in with_right:
            continue
        for address in every:
            if caller.person:
                caller.school.sign_in(caller.client, caller.person)
            answer = caller.client.get(address)
            assert not _is_picture(answer), (caller.role, address)
            assert answer.status_code in {303, 401, 403, 404}, (caller.role, address)
    other_author.client.close()


def test_a_photo_is_kept_by_nobody_and_goes_with_the_session(callers: list[Caller], draft: str, app: FastAPI) -> None:
    pages = [
        door.filled(IDS | {"draft_id": draft}) for door in doors(app) if door.parts == {"draft_id"} and door.is_page
    ]
    (author,) = (one for one in callers if one.role == "author")
    addresses = _pictures(author, pages)
    assert addresses
    for address in addresses:
        assert author.client.get(address).headers["cache-control"] == "no-store"
    author.client.cookies.clear()
    for address in addresses:
        assert not _is_picture(author.client.get(address))


def test_no_picture_comes_from_any_route_for_those_without_a_right(
    app: FastAPI, callers: list[Caller], elsewhere: Caller, school: School, draft: str
) -> None:
    """Whatever a route is called: filled with this draft's ids, it gives no image to these."""
    ids = {"draft_id": draft, "number": "0", "pupil_id": school.pupil("B823403726001").id}
    others = [one for one in callers if one.role not in MAY_SEE | {"author"}] + [elsewhere]
    for door in doors(app):
        if door.method != "GET" or not door.parts:
            continue
        for caller in others:
            answer = caller.call(door, door.filled(ids))
            assert not _is_picture(answer), (caller.role, door)


def test_another_school_s_administrator_finds_nothing_of_ours(
    app: FastAPI, elsewhere: Caller, school: School, draft: str
) -> None:
    child = school.pupil("B823403726001").id
    ids = {"draft_id": draft, "pupil_id": child, "number": "0"}
    for door in doors(app):
        if door.method != "GET" or not door.parts & {"draft_id", "pupil_id"}:
            continue
        answer = elsewhere.call(door, door.filled(ids))
        assert answer.status_code in {303, 403, 404}, (door, answer.status_code)
        assert "We sang." not in answer.text
        assert "Alice" not in answer.text


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_every_page_of_a_role_s_menu_opens(callers: list[Caller], role: str) -> None:
    (caller,) = (one for one in callers if one.role == role)
    if caller.person is None:
        assert "<nav" not in caller.client.get("/sign-in").text
        return
    caller.school.sign_in(caller.client, caller.person)
    door: Callable[[str], Any] = caller.client.get
    page = door("/account").text if let_in(door("/account")) else door("/").text
    front = door("/").headers.get("location", "/")
    text = door(front).text or page
    (menu,) = re.findall(r'(?s)<nav class="menu".*?</nav>', text)
    links = re.findall(r'href="([^"]+)"', menu)
    assert links
    for link in links:
        assert door(link).status_code == 200, link
