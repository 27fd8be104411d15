"""Idempotency-Key: a poor line may send a request often; it is done once."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.domain import Stage
from app.store import Store, drafts, idempotency, keys
from app.web.intake import from_json
from tests.web.api.test_bad_input import problem
from tests.web.api.test_vet import BLUE, GOOD_NEWS, photo
from tests.web.conftest import School, both_databases


@pytest.fixture
def author(school: School) -> dict[str, str]:
    return school.key("drafts:write") | {"Idempotency-Key": '"8e03978e-40d5"'}


def count(school: School) -> int:
    with school.read() as store:
        return len(drafts.queue(store, limit=100, stages=list(Stage)).items)


@both_databases
def test_the_same_request_gets_the_same_answer(client: TestClient, school: School, author: dict[str, str]) -> None:
    first = client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS})
    again = client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS})
    unquoted = client.post(
        "/v1/drafts", headers=author | {"Idempotency-Key": "8e03978e-40d5"}, json={"text": GOOD_NEWS}
    )
    assert first.status_code == again.status_code == unquoted.status_code == 201
    assert first.content == again.content == unquoted.content
    assert first.headers["location"] == again.headers["location"]
    assert count(school) == 1


def test_another_body_or_route_under_the_same_key(client: TestClient, school: School, author: dict[str, str]) -> None:
    client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS})
    problem(client.post("/v1/drafts", headers=author, json={"text": "Else."}), 422, "idempotency-key-reused")
    answer = client.post("/v1/photos", headers=author, files={"file": ("a.png", photo(BLUE), "image/png")})
    problem(answer, 422, "idempotency-key-reused")
    assert count(school) == 1


def test_forms_are_told_apart_by_content_not_by_boundary(
    client: TestClient, school: School, author: dict[str, str]
) -> None:
    files = [("photos", ("a.png", photo(BLUE), "image/png"))]
    bodies = [
        client.post("/v1/drafts", headers=author, data={"text": GOOD_NEWS}, files=files).content for _ in range(2)
    ]
    assert bodies[0] == bodies[1]
    assert count(school) == 1
    other = [("photos", ("a.png", photo((200, 40, 30)), "image/png"))]
    answer = client.post("/v1/drafts", headers=author, data={"text": GOOD_NEWS}, files=other)
    problem(answer, 422, "idempotency-key-reused")


def test_a_failed_request_leaves_the_key_free(client: TestClient, author: dict[str, str]) -> None:
    problem(client.post("/v1/drafts", headers=author, json={"text": "x", "event_id": "none"}), 422, "event-unknown")
    assert client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS}).status_code == 201


def test_while_the_first_is_running(client: TestClient, school: School, author: dict[str, str]) -> None:
    with school.write() as store:
        (key,) = keys.every(store)
        idempotency.begin(
            Store(store.session, school.id),
            key.id,
            "8e03978e-40d5",
            route="POST /v1/drafts",
            body_hash=from_json({"text": GOOD_NEWS}).fingerprint,
            now=school.service.clock(),
        )
    problem(client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS}), 409, "idempotency-key-running")
    assert count(school) == 0


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\tb"])
def test_keys_that_are_none(client: TestClient, school: School, key: str) -> None:
    headers = school.key("drafts:write") | {"Idempotency-Key": key}
    problem(client.post("/v1/drafts", headers=headers, json={"text": "x"}), 422, "idempotency-key-malformed")


def test_keys_are_each_callers_own(client: TestClient, school: School, author: dict[str, str]) -> None:
    other = school.key("drafts:write") | {"Idempotency-Key": author["Idempotency-Key"]}
    first = client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS}).json()["id"]
    assert client.post("/v1/drafts", headers=other, json={"text": GOOD_NEWS}).json()["id"] != first
