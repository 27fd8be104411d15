"""Allowed phrases over HTTP: what an approver allows is passed over from the next vetting on, and only that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store import audit
from tests.web.api.test_bad_input import problem
from tests.web.api.test_register import NEW, PUPILS, put, sheet
from tests.web.api.test_vet import rules
from tests.web.conftest import School, both_databases

HALL = {"phrase": "Alice Smith Hall", "about": "names", "reason": "Our hall is called so."}
TEXT = "We sang in Alice Smith Hall."
PATH = "/v1/allowed-phrases"


@pytest.fixture
def approver(school: School) -> dict[str, str]:
    return school.key("drafts:write", "review:write")


def found(client: TestClient, headers: dict[str, str], text: str) -> set[str]:
    return rules(client.post("/v1/vet", headers=headers, json={"text": text}).json())


def items(client: TestClient, headers: dict[str, str], **params: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = client.get(PATH, headers=headers, params=params).json()["items"]
    return listed


@both_databases
def test_allowed_words_are_found_no_more_until_they_are_taken_back(
    client: TestClient, school: School, approver: dict[str, str]
) -> None:
    assert "names.pupil-named" in found(client, approver, TEXT)
    made = client.post(PATH, headers=approver, json=HALL)
    assert made.status_code == 201
    body = made.json()
    assert (body["phrase"], body["in_force"], body["why_not"]) == ("Alice Smith Hall", True, None)
    assert found(client, approver, TEXT) == set()
    assert "names.pupil-named" in found(client, approver, "We sang with Alice Smith.")
    assert items(client, approver) == [body]

    gone = client.post(f"{PATH}/{body['id']}/withdraw", headers=approver, json={"reason": "It was renamed."})
    assert gone.status_code == 200
    assert (gone.json()["in_force"], gone.json()["withdrawn_reason"]) == (False, "It was renamed.")
    assert "names.pupil-named" in found(client, approver, TEXT)
    assert items(client, approver) == []
    assert items(client, approver, withdrawn="true") == [gone.json()]
    with school.read() as store:
        assert [line.action for line in audit.about(store, body["id"])] == [
            "register.phrase.allow",
            "register.phrase.withdraw",
        ]


def test_allowed_wording_is_found_no_more(client: TestClient, approver: dict[str, str]) -> None:
    text = "We walked up fanny Hill."
    assert "wording.offensive" in found(client, approver, text)
    hill = {"phrase": "fanny hill", "about": "wording", "reason": "The hill behind the school."}
    assert client.post(PATH, headers=approver, json=hill).status_code == 201
    assert found(client, approver, text) == set()


@both_databases
def test_a_new_pupil_of_that_name_is_guarded_at_once(
    client: TestClient, school: School, approver: dict[str, str]
) -> None:
    text = "Well done Elowen Fairweather from Year 4!"
    assert "names.perhaps-pupil" in found(client, approver, text)
    author = {"phrase": "Elowen Fairweather", "about": "names", "reason": "She writes books."}
    assert client.post(PATH, headers=approver, json=author).status_code == 201
    assert found(client, approver, text) == set()
    put(client, school.key("register:write"), "roster", sheet([*PUPILS, NEW]))
    assert "names.pupil-named" in found(client, approver, text)
    (listed,) = items(client, approver)
    assert (listed["in_force"], listed["why_not"]) == (False, "a pupil now bears this name")


def test_a_decision_on_what_was_vetted_before_is_stale(client: TestClient, approver: dict[str, str]) -> None:
    draft = client.post("/v1/drafts", headers=approver, json={"text": "We planted bulbs."}).json()
    client.post(PATH, headers=approver, json=HALL)
    decision = {"decision": "approve", "digest": draft["digest"]}
    path = f"/v1/drafts/{draft['id']}"
    problem(client.post(f"{path}/decision", headers=approver, json=decision), 409, "register-changed")
    assert client.post(f"{path}/vet", headers=approver).status_code == 200
    assert client.post(f"{path}/decision", headers=approver, json=decision).status_code == 200


@both_databases
@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({}, "malformed"),
        ({**HALL, "phrase": ""}, "malformed"),
        ({**HALL, "phrase": "x" * 81}, "malformed"),
        ({**HALL, "phrase": "?!"}, "malformed"),
        ({**HALL, "phrase": "a\x00"}, "malformed"),
        ({**HALL, "reason": " "}, "malformed"),
        ({**HALL, "reason": "x" * 501}, "malformed"),
        ({**HALL, "reason": "\ud800"}, "malformed"),
        ({**HALL, "about": "photos"}, "malformed"),
        ({**HALL, "school": "x"}, "malformed"),
        ({**HALL, "phrase": "Alice"}, "phrase-is-a-name"),
        ({**HALL, "phrase": "alice smith"}, "phrase-is-a-name"),
        ({**HALL, "phrase": "Okafor"}, "phrase-is-a-name"),
    ],
)
def test_what_is_not_taken(client: TestClient, approver: dict[str, str], body: dict[str, str], slug: str) -> None:
    sent = json.dumps(body).encode()
    answer = client.post(PATH, headers=approver | {"Content-Type": "application/json"}, content=sent)
    told = problem(answer, 422, slug)
    assert told["errors"]
    assert "Alice" not in str(told)
    assert items(client, approver, withdrawn="true") == []


def test_twice_the_same(client: TestClient, approver: dict[str, str]) -> None:
    keyed = approver | {"Idempotency-Key": "hall"}
    made = client.post(PATH, headers=keyed, json=HALL)
    again = client.post(PATH, headers=keyed, json=HALL)
    assert (again.status_code, again.json()) == (201, made.json())
    problem(client.post(PATH, headers=keyed, json={**HALL, "about": "wording"}), 422, "idempotency-key-reused")
    problem(client.post(PATH, headers=approver, json=HALL), 409, "phrase-allowed-already")
    path, why = f"{PATH}/{made.json()['id']}/withdraw", {"reason": "Renamed."}
    keyed = approver | {"Idempotency-Key": "gone"}
    gone = client.post(path, headers=keyed, json=why)
    assert client.post(path, headers=keyed, json=why).json() == gone.json()
    problem(client.post(path, headers=approver, json=why), 409, "phrase-withdrawn-already")
    problem(client.post(path, headers=approver, json={"reason": ""}), 422, "malformed")
    problem(client.post(f"{PATH}/nobody/withdraw", headers=approver, json=why), 404, "not-found")


def test_the_list_goes_page_by_page(client: TestClient, school: School, approver: dict[str, str]) -> None:
    for number in range(3):
        client.post(PATH, headers=approver, json={**HALL, "phrase": f"Hall {number}"})
        school.service.clock.go_on(seconds=1)  # type: ignore[attr-defined]
    first = client.get(PATH, headers=approver, params={"limit": 2}).json()
    rest = client.get(PATH, headers=approver, params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["phrase"] for one in first["items"] + rest["items"]] == ["Hall 2", "Hall 1", "Hall 0"]
    assert rest["next"] is None
    problem(client.get(PATH, headers=approver, params={"cursor": "x"}), 422, "malformed")


def test_authors_and_the_office_may_not(client: TestClient, school: School) -> None:
    for headers in (school.key("drafts:write"), school.key("register:write")):
        problem(client.post(PATH, headers=headers, json=HALL), 403, "scope-missing")
        problem(client.get(PATH, headers=headers), 403, "scope-missing")
