"""The accounts page: opened and closed with a decision on record; a closed account's drafts are refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.domain import Account
from app.store import accounts, audit, openings
from app.store.openings import Decided
from tests.web.conftest import NOW, Clock, School, both_databases
from tests.web.pages.forms import Browser, open_browser


@pytest.fixture
def administrator(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "administrator")


def _open(school: School) -> dict[str, Account]:
    with school.read() as store:
        return {one.handle: one for one in accounts.every(store)}


def _fault(page: str) -> str:
    (fault,) = re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', page)
    return str(fault)


@both_databases
def test_a_class_account_is_opened_with_who_when_and_why(administrator: Browser, school: School) -> None:
    teacher = school.person("author")
    answer = administrator.client.post(
        "/accounts",
        data={
            "csrf": administrator.csrf,
            "handle": "@Whitehouse_Oak",
            "classes": ["Oak", "Rowan"],
            "posters": [teacher.id, administrator.person.id],
            "reason": "Governors agreed on 3 November.",
        },
    )
    assert answer.status_code == 303, answer.text
    assert _open(school)["whitehouse_oak"] == Account(
        "whitehouse_oak", ("Oak", "Rowan"), (teacher.id, administrator.person.id)
    )
    with school.read() as store:
        (made,) = openings.decisions(store)
        assert (made.decided, made.decided_by, made.decided_at) == (Decided.OPENED, administrator.person.id, NOW)
        assert [line.action for line in audit.about(store, made.id)] == ["school.account.decide"]
    page = administrator.get("/accounts").text
    assert "Governors agreed on 3 November." in page
    assert "Oak, Rowan" in page


@both_databases
def test_a_closed_accounts_drafts_are_refused_and_it_can_be_opened_again(
    administrator: Browser, school: School, clock: Clock
) -> None:
    path = "/accounts/whitehouseps/close"
    assert administrator.post(path, reason=" ").status_code == 422
    assert administrator.post(path, reason="Nobody looks after it.").status_code == 303
    assert _open(school) == {}
    key = school.key("drafts:write", "register:write")
    vetted = administrator.client.post(
        "/v1/vet", json={"text": "Bulbs are up.", "account": "whitehouseps"}, headers=key
    )
    assert "accounts.not-ours" in {one["rule"] for one in vetted.json()["findings"]}
    page = administrator.get("/accounts").text
    assert "every draft is stopped" in page
    assert "@whitehouseps, closed 22 November 2026" in page
    assert administrator.post(path, reason="Again.").status_code == 404
    kept = administrator.client.put("/v1/accounts", json=[{"handle": "whitehouseps", "classes": []}], headers=key)
    assert (kept.status_code, kept.json()) == (200, [])
    clock.go_on(seconds=1)
    assert administrator.post("/accounts", handle="whitehouseps", reason="Somebody does now.").status_code == 303
    vetted = administrator.client.post("/v1/vet", json={"text": "Bulbs are up."}, headers=key)
    assert "accounts.not-ours" not in {one["rule"] for one in vetted.json()["findings"]}
    with school.read() as store:
        assert [one.decided for one in openings.decisions(store)] == [Decided.OPENED, Decided.CLOSED]
        assert [one.closed_at for one in openings.known(store)] == [None]


@both_databases
def test_posters_and_classes_are_changed(administrator: Browser, school: School) -> None:
    data = {"csrf": administrator.csrf, "posters": [administrator.person.id], "classes": ["Oak"]}
    assert administrator.client.post("/accounts/whitehouseps", data=data).status_code == 303
    assert _open(school)["whitehouseps"] == Account("whitehouseps", ("Oak",), (administrator.person.id,))
    answer = administrator.client.post("/accounts/whitehouseps", data={**data, "classes": ["Nettle <1>"]})
    assert answer.status_code == 422
    assert "no pupil on the roster is in this class" in _fault(answer.text)
    answer = administrator.client.post("/accounts/whitehouseps", data={**data, "posters": ["x"]})
    assert answer.status_code == 422
    assert administrator.post("/accounts/townlibrary").status_code == 404
    assert _open(school)["whitehouseps"].classes == ("Oak",)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"handle": "no spaces"}, 422, "1 to 15 letters"),
        ({"handle": ""}, 422, "1 to 15 letters"),
        ({"handle": "x" * 16}, 422, "1 to 15 letters"),
        ({"handle": "@WhitehousePS"}, 409, "open already"),
        ({"reason": ""}, 422, "reason is empty"),
        ({"classes": "Nettle"}, 422, "in this class"),
    ],
)
def test_what_cannot_be_opened_is_told(
    administrator: Browser, school: School, fields: dict[str, str], status: int, said: str
) -> None:
    answer = administrator.post("/accounts", **{"handle": "whitehouse_oak", "reason": "Agreed.", **fields})
    assert answer.status_code == status
    assert said in _fault(answer.text)
    assert list(_open(school)) == ["whitehouseps"]
    with school.read() as store:
        assert openings.decisions(store) == ()


def test_a_poster_who_has_left_is_said_to_have(administrator: Browser, school: School) -> None:
    teacher = school.person("author")
    data = {"csrf": administrator.csrf, "posters": [teacher.id]}
    administrator.client.post("/accounts/whitehouseps", data=data)
    administrator.post(f"/people/{teacher.id}/leave")
    page = administrator.get("/accounts").text
    assert "Author (has left)" in page
    assert "No person who can sign in may post to this account now" in page
    assert administrator.get("/compose").status_code == 200


@pytest.mark.parametrize(
    ("role", "reads"),
    [("approver", True), ("dsl", True), ("office", True), ("author", False), ("dpo", False), ("colleague", False)],
)
def test_administrators_alone_change_accounts(
    new_client: Callable[[], TestClient], school: School, role: str, reads: bool
) -> None:
    browser = open_browser(new_client(), school, role)
    page = browser.get("/accounts")
    assert (page.status_code == 200) is reads
    assert "<form" not in page.text.partition("<main")[2]
    fields = {"handle": "whitehouse_oak", "reason": "Mine."}
    for path in ("/accounts", "/accounts/whitehouseps", "/accounts/whitehouseps/close"):
        assert browser.post(path, **fields).status_code == 403
    assert list(_open(school)) == ["whitehouseps"]
