"""Keys, scopes, sessions: who gets in, and what is done when somebody does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import keys
from tests.web.api.test_bad_input import problem
from tests.web.conftest import School, both_databases

SCOPES = {
    ("POST", "/v1/vet"): "drafts:write",
    ("POST", "/v1/photos"): "drafts:write",
    ("POST", "/v1/drafts"): "drafts:write",
    ("GET", "/v1/drafts"): "drafts:write",
    ("GET", "/v1/drafts/{draft_id}"): "drafts:write",
    ("POST", "/v1/drafts/{draft_id}/withdraw"): "drafts:write",
    ("POST", "/v1/drafts/{draft_id}/vet"): "drafts:write",
    ("POST", "/v1/drafts/{draft_id}/photos/{number}/cover"): "drafts:write",
    ("GET", "/v1/events"): "drafts:write",
    ("GET", "/v1/queue"): "review:write",
    ("POST", "/v1/drafts/{draft_id}/decision"): "review:write",
    ("GET", "/v1/drafts/{draft_id}/roll-call"): "review:write",
    ("GET", "/v1/drafts/{draft_id}/roll-call/{pupil_id}/reference-photo"): "review:write",
    ("GET", "/v1/drafts/{draft_id}/photos/{number}/faces"): "review:write",
    ("GET", "/v1/publications"): "review:write",
    ("GET", "/v1/drafts/{draft_id}/publication"): "drafts:write",
    ("PUT", "/v1/drafts/{draft_id}/publication"): "review:write",
    ("POST", "/v1/drafts/{draft_id}/publication/take-off"): "review:write",
    ("POST", "/v1/drafts/{draft_id}/publication/posted"): "review:write",
    ("POST", "/v1/drafts/{draft_id}/publication/not-posted"): "review:write",
    ("POST", "/v1/drafts/{draft_id}/publication/take-down"): "review:write",
    ("POST", "/v1/drafts/{draft_id}/publication/taken-down"): "review:write",
    ("GET", "/v1/publishing"): "review:write",
    ("PUT", "/v1/publishing"): "review:write",
    ("GET", "/v1/recalls"): "review:write",
    ("POST", "/v1/recalls/{recall_id}/outcome"): "review:write",
    ("GET", "/v1/allowed-phrases"): "review:write",
    ("POST", "/v1/allowed-phrases"): "review:write",
    ("POST", "/v1/allowed-phrases/{phrase_id}/withdraw"): "review:write",
    ("PUT", "/v1/roster"): "register:write",
    ("PUT", "/v1/staff"): "register:write",
    ("PUT", "/v1/permissions"): "register:write",
    ("PUT", "/v1/permission-round"): "register:write",
    ("PUT", "/v1/events"): "register:write",
    ("PUT", "/v1/accounts"): "register:write",
    ("GET", "/v1/pupils"): "register:write",
    ("POST", "/v1/pupils/{pupil_id}/publication-permission"): "drafts:write",
    ("GET", "/v1/pupils/{pupil_id}/permissions"): "register:write",
    ("GET", "/v1/permission-round"): "register:write",
    ("PUT", "/v1/permission-round/form"): "register:write",
    ("GET", "/v1/permission-round/forms"): "register:write",
    ("GET", "/v1/permission-round/forms.csv"): "register:write",
    ("GET", "/v1/permission-round/unanswered"): "register:write",
    ("GET", "/v1/permission-round/unanswered.csv"): "register:write",
    ("POST", "/v1/pupils/{pupil_id}/biometric-response"): "register:write",
    ("POST", "/v1/pupils/{pupil_id}/reference-photos"): "register:write",
    ("DELETE", "/v1/pupils/{pupil_id}"): "register:write",
    ("GET", "/v1/pupils/{pupil_id}/biometrics"): "register:write",
    ("POST", "/v1/pupils/{pupil_id}/biometric-notices"): "register:write",
    ("GET", "/v1/pupils/{pupil_id}/reference-photos"): "register:write",
    ("DELETE", "/v1/pupils/{pupil_id}/reference-photos/{photo_id}"): "register:write",
    ("GET", "/v1/faces-due"): "register:write",
    ("PUT", "/v1/dpia"): "admin",
    ("PUT", "/v1/roster/columns"): "register:write",
    ("GET", "/v1/roster/columns"): "register:write",
    ("GET", "/v1/pupils/{pupil_id}/export"): "admin",
    ("GET", "/v1/dpia"): "admin",
    ("GET", "/v1/destructions"): "audit:read",
}
PEOPLE_ONLY = {
    ("GET", "/v1/holds"),
    ("DELETE", "/v1/holds/{hold_id}"),
    ("GET", "/v1/pupils/{pupil_id}/holds"),
    ("POST", "/v1/pupils/{pupil_id}/holds"),
    ("GET", "/v1/pupils/{pupil_id}/holds/{hold_id}/reason"),
    ("DELETE", "/v1/pupils/{pupil_id}/unnamed-no"),
}
"""What no key opens; tests/web/api/test_holds.py goes through these doors."""
OTHER_WAYS_IN = {
    "drafts:write": {"review:write"},
    ("POST", "/v1/pupils/{pupil_id}/publication-permission"): {"register:write", "review:write"},
}
"""Scopes that open a door, or one of those of a scope, beside the one it asks for."""
ALL = ["drafts:write", "review:write", "register:write", "audit:read"]
BODIES = {
    "decision": {"decision": "approve", "digest": "0" * 64},
    "cover": {"boxes": [{"left": 0, "top": 0, "right": 9, "bottom": 9}]},
    "outcome": {"outcome": "kept", "reason": "Nobody is in it."},
    "allowed-phrases": {"phrase": "Grace Darling Hall", "about": "names", "reason": "Our hall."},
    "permission-round": {"opened_on": "2026-09-01", "due_on": "2026-09-30"},
    "accounts": [{"handle": "whitehouseps"}],
    "publication-permission": {"answer": "refused"},
    "permission-round/form": {"wording": "May we?"},
    "biometric-response": {"actor": "parent", "decision": "object", "received_on": "2026-11-01"},
    "biometric-notices": {"notices": [{"contact": "mother"}]},
    "dpia": {
        "reference": "DPIA-7",
        "version": "1.0",
        "date": "2026-08-20",
        "dpo_opinion": "No objection.",
        "approved_by": "Governors",
        "review_due": "2027-08-20",
    },
}


def call(client: TestClient, method: str, path: str, headers: dict[str, str]) -> Any:
    filled = path.replace("{draft_id}", "nobody").replace("{pupil_id}", "nobody").replace("{number}", "0")
    filled = filled.replace("{phrase_id}", "nobody").replace("{recall_id}", "nobody").replace("{photo_id}", "none")
    body = next((value for ending, value in BODIES.items() if path.endswith(ending)), {"text": "x"})
    if (
        method == "PUT"
        and "json" not in str(type(body))
        and path.rsplit("/", 1)[-1] in {"roster", "staff", "permissions", "events"}
    ):
        return client.request(method, filled, headers=headers | {"Content-Type": "text/csv"}, content=b"x")
    return client.request(method, filled, headers=headers, json=body if method in {"POST", "PUT"} else None)


def test_every_route_of_the_api_is_in_the_table(app: FastAPI) -> None:
    described = {
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        if path.startswith("/v1")
        for method in operations
    }
    assert described == set(SCOPES) | PEOPLE_ONLY


@pytest.mark.parametrize(("method", "path"), SCOPES)
def test_without_a_key_or_with_another_scope(client: TestClient, school: School, method: str, path: str) -> None:
    anonymous = call(client, method, path, {})
    problem(anonymous, 401, "not-signed-in")
    assert anonymous.headers["www-authenticate"].startswith("Bearer")
    needed = SCOPES[method, path]
    beside = OTHER_WAYS_IN.get((method, path), OTHER_WAYS_IN.get(needed, set()))
    others = [scope for scope in ALL if scope != needed and scope not in beside]
    problem(call(client, method, path, school.key(*others)), 403, "scope-missing")
    let_in = call(client, method, path, school.key(needed))
    assert let_in.status_code not in {401, 403}
    assert let_in.status_code < 500


@both_databases
def test_a_key_that_holds_no_longer(client: TestClient, school: School) -> None:
    headers = school.key("drafts:write")
    assert client.post("/v1/vet", headers=headers, json={"text": "x"}).status_code == 200
    with school.write() as store:
        (key,) = keys.every(store)
        keys.revoke(store, key.id, by="test", now=school.service.clock())
    problem(client.post("/v1/vet", headers=headers, json={"text": "x"}), 401, "not-signed-in")
    with school.write() as store:
        now = school.service.clock()
        _, secret = keys.create(
            store, "short", ["drafts:write"], expires_at=now + timedelta(days=1), by="test", now=now
        )
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.post("/v1/vet", headers=headers, json={"text": "x"}).status_code == 200
    school.service.clock.go_on(days=1, seconds=1)  # type: ignore[attr-defined]
    problem(client.post("/v1/vet", headers=headers, json={"text": "x"}), 401, "not-signed-in")


def test_admin_stands_for_every_scope(client: TestClient, school: School) -> None:
    admin = school.key("admin")
    assert client.post("/v1/vet", headers=admin, json={"text": "x"}).status_code == 200
    assert client.get("/v1/queue", headers=admin).status_code == 200
    assert client.get("/v1/pupils", headers=admin).status_code == 200


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer fl_wrong", "Basic YTpi", "fl_x", "Bearer \u00e9", "Bearer a b"]
)
def test_headers_that_open_nothing(client: TestClient, value: str) -> None:
    answer = client.get("/v1/queue", headers=[(b"Authorization", value.encode("latin-1"))])
    problem(answer, 401, "not-signed-in")


def test_a_person_may_use_the_api_with_the_token_of_their_page(
    new_client: Callable[[], TestClient], school: School
) -> None:
    client = new_client()
    token = school.sign_in(client, school.person("author"))
    problem(client.post("/v1/vet", json={"text": "x"}), 403, "csrf-token-missing")
    assert client.post("/v1/vet", json={"text": "x"}, headers={"X-CSRF-Token": token}).status_code == 200
    assert client.get("/v1/drafts").status_code == 200
    problem(client.get("/v1/queue"), 403, "scope-missing")
    school.service.clock.go_on(hours=2)  # type: ignore[attr-defined]
    problem(client.get("/v1/drafts"), 401, "not-signed-in")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/openapi.json", "/docs", "/sign-in"])
def test_doors_that_are_open(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_answers_are_not_kept_by_anybody(client: TestClient, school: School) -> None:
    answer = client.get("/v1/queue", headers=school.key("review:write"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
