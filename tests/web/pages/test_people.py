"""People: who sees the page, adding by a one-time link, roles, leaving, coming back; and the last administrator."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app import register
from app.domain import Account
from app.errors import Conflict
from app.store import Store, accounts, audit, departures, deputies, identities, people, schools, second_factors
from app.store.deputies import Naming
from app.store.people import Person
from app.web import staffing
from tests.web.conftest import NOW, Clock, School, both_databases
from tests.web.pages.forms import Browser, open_browser

ACTIONS = ("role", "leave", "return", "invite", "end-sessions", "reset-second-factor", "forget-account")


@pytest.fixture
def administrator(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "administrator")


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


def _person(school: School, person_id: str) -> Person:
    with school.read() as store:
        found = people.find(store, person_id)
    assert found is not None
    return found


def _fault(page: str) -> str:
    (fault,) = re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', page)
    return str(fault)


@both_databases
def test_somebody_added_chooses_a_password_by_a_link_shown_once(
    administrator: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    answer = administrator.post("/people", name="Ruth <Lane>", email=" Ruth@Whitehouse.example ", role="author")
    assert answer.status_code == 200
    (link,) = re.findall(r'<code class="once">http://testserver(/welcome/.*?)</code>', answer.text)
    assert "Ruth &lt;Lane&gt;" in answer.text
    with school.read() as store:
        added = people.find_by_email(store, "ruth@whitehouse.example")
    assert added is not None
    assert (added.role, added.password_hash) == ("author", "")
    page = administrator.get("/people").text
    assert "Ruth &lt;Lane&gt;" in page
    assert link not in page
    denied = new_client().post("/sign-in", data={"email": added.email, "password": "nobody has this password"})
    assert denied.status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "what they are called"),
        ({"name": "x" * 201}, "200 characters"),
        ({"email": "ruth"}, "e-mail address"),
        ({"email": "ruth@x y.example"}, "e-mail address"),
        ({"email": "a@" + "x" * 300 + ".example"}, "longer than 255"),
        ({"role": "head"}, "Choose one of the roles"),
        ({"role": ""}, "Choose one of the roles"),
    ],
)
def test_what_cannot_be_added_is_told_and_typed_words_stay(
    administrator: Browser, school: School, fields: dict[str, str], said: str
) -> None:
    typed = {"name": "Ruth Lane", "email": "ruth@whitehouse.example", "role": "author", **fields}
    answer = administrator.post("/people", **typed)
    assert answer.status_code == 422
    assert said in _fault(answer.text)
    assert f'value="{typed["email"].strip()}"' in answer.text
    with school.read() as store:
        assert people.every(store) == (administrator.person,)


@both_databases
def test_an_address_is_given_once(administrator: Browser) -> None:
    answer = administrator.post("/people", name="Ruth", email=administrator.person.email.upper(), role="author")
    assert answer.status_code == 409
    assert "already" in _fault(answer.text)


@both_databases
def test_the_page_tells_of_everybody(administrator: Browser, author: Browser, school: School, clock: Clock) -> None:
    gone = school.person("author", "gone@whitehouse.example")
    with school.write() as store:
        people.change(store, gone.id, active=False, by="test", now=NOW)
        second_factors.put(store, author.person.id, b"sealed", 0, ["m"], by="test", now=NOW)
    rows = re.findall(r"(?s)<tr>\s*<th scope=\"row\".*?</tr>", administrator.get("/people").text)
    assert len(rows) == 3
    (theirs,) = [row for row in rows if author.person.email in row]
    assert "@whitehouseps" in theirs
    assert "22 November 2026, 09:30" in theirs
    assert re.search(r'data-label="Second factor">Yes', theirs)
    assert gone.email in rows[-1]
    assert "Left" in rows[-1]
    assert "Not lately" in rows[-1]


@both_databases
def test_a_role_is_changed_and_ends_the_sessions(administrator: Browser, author: Browser, school: School) -> None:
    answer = administrator.post(f"/people/{author.person.id}/role", role="approver")
    assert answer.headers["location"] == f"/people/{author.person.id}"
    assert _person(school, author.person.id).role == "approver"
    assert author.get("/compose").status_code == 303
    assert administrator.post(f"/people/{author.person.id}/role", role="king").status_code == 422


@both_databases
def test_nobody_changes_their_own_role_or_closes_their_own_account(
    administrator: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    open_browser(new_client(), school, "administrator")
    own = f"/people/{administrator.person.id}"
    assert administrator.post(f"{own}/role", role="author").status_code == 409
    assert administrator.post(f"{own}/leave").status_code == 409
    assert administrator.post(f"{own}/reset-second-factor").status_code == 409
    assert "This is you" in administrator.get(own).text
    assert _person(school, administrator.person.id) == administrator.person


@both_databases
def test_the_last_administrator_stays_one(
    administrator: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    second = open_browser(new_client(), school, "administrator")
    with school.write() as store:  # the second is an administrator still, but only the first is active
        people.change(store, second.person.id, active=False, by="test", now=NOW)
    third = school.person("office")
    with school.write() as store:
        people.change(store, third.id, role="administrator", by="test", now=NOW)
    assert administrator.post(f"/people/{third.id}/leave").status_code == 303
    with pytest.raises(Conflict, match="last administrator"):
        staffing.change_role(school.office, administrator.person.id, "author", by="other", now=NOW)
    with pytest.raises(Conflict, match="last administrator"):
        staffing.leave(school.office, administrator.person.id, by="other", now=NOW)
    assert _person(school, administrator.person.id) == administrator.person


@both_databases
def test_leaving_ends_everything_and_reminds_of_the_password(
    administrator: Browser, author: Browser, school: School
) -> None:
    leaver, approver = author.person, school.person("approver")
    register.put_accounts(
        school.office,
        [Account("whitehouseps", (), (leaver.id, approver.id)), Account("oak_class", ("Oak",), (leaver.id,))],
        by="test",
        now=NOW,
    )
    with school.write() as store:
        day = NOW.date()
        naming = Naming(approver.id, leaver.id, day, day + timedelta(days=3))
        deputies.name(store, naming, today=day, by="test", now=NOW)
    assert administrator.post(f"/people/{leaver.id}/leave").headers["location"] == "/people"
    assert author.get("/compose").status_code == 303
    with school.read() as store:
        posters = {one.handle: one.posters for one in accounts.every(store)}
        assert deputies.coming(store, NOW.date()) == ()
        (left,) = departures.open_ones(store)
        told = [line for line in audit.about(store, leaver.id) if line.action == "access.person.leave"]
    # The only poster stays named: an empty list would open the account to everybody.
    assert posters == {"whitehouseps": (approver.id,), "oak_class": (leaver.id,)}
    assert told[0].detail["passwords_to_change"] == ["whitehouseps", "oak_class"]
    page = administrator.get("/people").text
    assert "Change their passwords on X" in page
    assert administrator.post(f"/people/departures/{left.id}").status_code == 303
    assert "on X" not in administrator.get("/people").text
    assert administrator.post(f"/people/departures/{left.id}").status_code == 404
    assert administrator.post(f"/people/{leaver.id}/leave").status_code == 409
    assert administrator.post(f"/people/{leaver.id}/invite").status_code == 409
    with school.read() as store:
        assert audit.verify(store).problems == ()


@both_databases
def test_somebody_comes_back_with_nothing_given_anew(administrator: Browser, author: Browser, school: School) -> None:
    path = f"/people/{author.person.id}"
    assert administrator.post(f"{path}/return").status_code == 409
    administrator.post(f"{path}/leave")
    assert "Let them in again" in administrator.get(path).text
    assert administrator.post(f"{path}/return").status_code == 303
    assert _person(school, author.person.id).active


@both_databases
def test_sessions_end_and_second_factors_and_school_accounts_are_forgotten(
    administrator: Browser, author: Browser, school: School
) -> None:
    path = f"/people/{author.person.id}"
    assert administrator.post(f"{path}/end-sessions").status_code == 303
    assert author.get("/compose").status_code == 303
    with school.write() as store:
        second_factors.put(store, author.person.id, b"sealed", 0, ["m"], by="test", now=NOW)
        identities.link(store, author.person.id, "https://id.example", "s", by="test", now=NOW)
    page = administrator.get(path).text
    assert "Reset the second factor" in page
    assert "Forget the school account" in page
    assert administrator.post(f"{path}/reset-second-factor").status_code == 303
    assert administrator.post(f"{path}/forget-account").status_code == 303
    with school.read() as store:
        assert second_factors.find(store, author.person.id) is None
        assert identities.every(store) == ()
        assert audit.about(store, author.person.id)[-1].action == "access.identity.unlink"


@pytest.mark.parametrize(
    ("role", "reads", "changes"),
    [
        ("administrator", True, True),
        ("approver", True, False),
        ("dsl", True, False),
        ("author", False, False),
        ("office", False, False),
        ("dpo", False, False),
        ("colleague", False, False),
    ],
)
def test_each_role_sees_and_does_what_is_theirs(
    new_client: Callable[[], TestClient], school: School, role: str, reads: bool, changes: bool
) -> None:
    browser = open_browser(new_client(), school, role)
    other = school.person("author")
    listed = browser.get("/people")
    assert (listed.status_code == 200) is reads
    assert ("Add somebody" in listed.text) is changes
    if not changes:
        paths = ["/people", "/people/departures/x", *(f"/people/{other.id}/{one}" for one in ACTIONS)]
        assert {browser.post(path, role="administrator").status_code for path in paths} == {403}
        assert browser.get(f"/people/{other.id}").status_code == 403
        assert _person(school, other.id) == other


def test_nobody_unknown_or_of_another_school_is_shown_or_changed(administrator: Browser, school: School) -> None:
    with school.service.database.write() as session:
        elsewhere = schools.create(session, "Another School", by="test", now=NOW)
        ann = people.add(Store(session, elsewhere.id), "Ann", "ann@x.example", "author", "", by="test", now=NOW)
    for person_id in (ann.id, "x", "%00"):
        assert administrator.get(f"/people/{person_id}").status_code == 404
        for action in ACTIONS:
            assert administrator.post(f"/people/{person_id}/{action}", role="author").status_code == 404


def test_a_form_without_the_token_changes_nothing(administrator: Browser, author: Browser, school: School) -> None:
    for action in ACTIONS:
        answer = administrator.client.post(f"/people/{author.person.id}/{action}", data={"role": "office"})
        assert answer.status_code == 403
    assert _person(school, author.person.id) == author.person
