"""Whoever looks after all schools of a trust: what they see, what they make, and that nobody of one school is them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import app.web.pages  # noqa: F401 - before app.web.oidc, which it needs and which needs it
from app.policy import DEFAULT_FILE
from app.store import Store, audit, holding, people, policies, schools
from app.store.people import Person
from app.web import oidc
from app.web.joining import Newcomer, join
from app.web.oidc import Known, SeveralSchools
from tests.web.conftest import NOW, PASSWORD, PASSWORD_HASH, Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, open_browser

NEW = {"name": "Blackhouse Primary School", "administrator": "Ann Hall", "email": "head@blackhouse.example"}
ADDRESS = "ruth.lane@trust.example"


@pytest.fixture
def trust(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "trust")


def _other(school: School) -> School:
    with school.service.database.read() as session:
        found = schools.find(session, "blackhouse-primary-school")
    assert found is not None
    return School(school.service, found.id)


def _rows(page: str) -> dict[str, list[str]]:
    """The cells of each school's row, in plain words, by its name."""
    rows = {}
    for row in re.findall(r"(?s)<tr>\s*<th scope=\"row\".*?</tr>", page):
        cells = [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"(?s)<t[hd].*?</t[hd]>", row)]
        rows[cells[0].rpartition(" ")[0]] = cells[1:]
    return rows


@both_databases
def test_a_school_is_made_and_its_administrator_comes_in_by_a_link_shown_once(
    trust: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    answer = trust.post("/trust/schools", **NEW)
    assert answer.status_code == 200
    (link,) = re.findall(r'<code class="once">http://testserver(/welcome/.*?)</code>', answer.text)
    assert link not in trust.get("/trust").text
    client = new_client()
    assert client.post(link, data={"new_password": PASSWORD}).status_code == 303
    assert client.post("/sign-in", data={"email": NEW["email"], "password": PASSWORD}).status_code == 303
    # The default policy asks administrators for a second factor.
    assert client.get("/").headers["location"] == "/second-factor"
    with _other(school).read() as store:
        (person,) = people.every(store)
        assert (person.name, person.role) == ("Ann Hall", "administrator")
        first = audit.page(store, limit=50).items[-1]
        assert (first.action, first.actor) == ("school.record.create", f"trust-{trust.person.id}")
        current = policies.current(store)
    assert current is not None
    assert current.source == DEFAULT_FILE.read_text(encoding="utf-8")


@both_databases
def test_the_page_tells_how_each_school_stands_and_nothing_of_what_it_holds(
    trust: Browser, school: School, new_client: Callable[[], TestClient], clock: Clock
) -> None:
    trust.post("/trust/schools", **NEW)
    author = open_browser(new_client(), school, "author")
    author.post("/compose", text=DULL)
    with _other(school).write() as store:
        holding.pause(store, "the head asked", by="test", now=NOW)
    clock.go_on(hours=5)
    page = open_browser(trust.client, school, "trust").get("/trust").text
    ours, theirs = _rows(page)["Whitehouse Primary School"], _rows(page)[NEW["name"]]
    assert ours[1:] == ["Version 1", "1 draft, the oldest for 5 h", "1 dry run", "Goes on", "Recorded"]
    assert theirs == ["1", "Version 1", "None", "None", "Held", "Not recorded"]
    assert not any(words in page for words in (DULL, "Ann Hall", "whitehouseps", "the head asked", "Alice"))


@pytest.mark.parametrize(
    ("fields", "said", "status"),
    [
        ({"name": " "}, "has a name", 422),
        ({"slug": "Black House"}, "short name", 422),
        ({"administrator": ""}, "what they are called", 422),
        ({"email": "ann"}, "e-mail address", 422),
        ({"slug": "whitehouse-primary-school"}, "already", 409),
    ],
)
def test_what_cannot_be_made_is_told_and_nothing_is_left_of_it(
    trust: Browser, school: School, fields: dict[str, str], said: str, status: int
) -> None:
    answer = trust.post("/trust/schools", **(NEW | fields))
    assert (answer.status_code, said in answer.text) == (status, True)
    with school.service.database.read() as session:
        assert len(schools.every(session)) == 1


def test_they_see_no_draft_no_child_and_no_record_of_any_school(trust: Browser) -> None:
    assert trust.client.get("/").headers["location"] == "/trust"
    for path in (
        "/queue",
        "/drafts",
        "/pupils",
        "/audit",
        "/people",
        "/publications",
        "/faces",
        "/v1/drafts",
        "/v1/pupils",
    ):
        assert trust.get(path).status_code == 403, path


def test_no_administrator_of_a_school_becomes_one_or_signs_in_as_one(
    trust: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    administrator = open_browser(new_client(), school, "administrator")
    author = school.person("author")
    assert administrator.post(f"/people/{author.id}/role", role="trust").status_code == 422
    assert administrator.post("/people", name="X Y", email="x@y.example", role="trust").status_code == 422
    page = administrator.get(f"/people/{trust.person.id}").text
    assert "Only whoever runs the service" in page
    assert "/invite" not in page
    for what, form in (
        ("role", {"role": "author"}),
        ("invite", {}),
        ("reset-second-factor", {}),
        ("forget-account", {}),
    ):
        assert administrator.post(f"/people/{trust.person.id}/{what}", **form).status_code == 409, what
    with school.read() as store:
        assert people.find(store, trust.person.id) == trust.person
    assert administrator.get("/trust").status_code == 403
    assert new_client().get("/trust", headers=school.key("admin")).status_code == 303
    assert administrator.post(f"/people/{trust.person.id}/leave").status_code == 303


def test_a_second_factor_is_asked_of_them_where_it_is_of_administrators(school: School, client: TestClient) -> None:
    person = school.person("trust", ADDRESS)
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert client.get("/trust").headers["location"].startswith("/sign-in")
    assert client.get("/").headers["location"] == "/second-factor"


# ---------------------------------------------------------------- one address at two schools


@pytest.fixture
def twice(school: School) -> tuple[Person, Person]:
    """One address and password at two schools."""
    other = join(school.service, Newcomer(NEW["name"], "", "Ann Hall", NEW["email"]), "", by="test", now=NOW).school
    found = []
    for school_id in (school.id, other.id):
        with school.service.database.write() as session:
            store = Store(session, school_id)
            found.append(people.add(store, "Ruth Lane", ADDRESS, "author", PASSWORD_HASH, by="test", now=NOW))
    return found[0], found[1]


@both_databases
def test_the_school_is_asked_where_address_and_password_are_of_several(
    client: TestClient, school: School, twice: tuple[Person, Person]
) -> None:
    given = {"email": ADDRESS, "password": PASSWORD}
    asked = client.post("/sign-in", data=given)
    choice = dict(re.findall(r'<option value="([^"]+)">([^<]+)</option>', asked.text))
    assert choice == {twice[0].school_id: "Whitehouse Primary School", twice[1].school_id: NEW["name"]}
    assert client.get("/rules").status_code == 303, "nobody is signed in yet"
    for person in twice:
        client.cookies.clear()
        assert client.post("/sign-in", data=given | {"school": person.school_id}).status_code == 303
        assert choice[person.school_id] in client.get("/rules").text
    wrong = client.post("/sign-in", data=given | {"password": "wrong", "school": twice[0].school_id})
    assert (wrong.status_code, "<option" in wrong.text) == (403, False)


def test_another_password_says_which_school_is_meant(
    client: TestClient, school: School, twice: tuple[Person, Person]
) -> None:
    with school.write() as store:
        people.hash_anew(store, twice[0].id, "")
    assert client.post("/sign-in", data={"email": ADDRESS, "password": PASSWORD}).status_code == 303
    assert NEW["name"] in client.get("/rules").text


def test_a_provider_s_account_that_several_schools_know_is_asked_for_the_school(
    school: School, twice: tuple[Person, Person]
) -> None:
    known = Known("https://provider.example", "ruth-1", ADDRESS, "Ruth Lane", frozenset(), second_factor=True)
    with pytest.raises(SeveralSchools) as asked:
        oidc.admit(school.service, known, NOW)
    assert {one.id for one in asked.value.choice} == {person.school_id for person in twice}
    for person in twice:
        assert oidc.admit(school.service, known, NOW, person.school_id).id == person.id
    with pytest.raises(SeveralSchools):  # linked at both, and another school does not count
        oidc.admit(school.service, replace(known, email=""), NOW, "elsewhere")
    with School(school.service, twice[1].school_id).write() as store:
        people.change(store, twice[1].id, active=False, by="test", now=NOW + timedelta(minutes=1))
    assert oidc.admit(school.service, known, NOW).id == twice[0].id
