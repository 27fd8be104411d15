"""Nobody of one school reaches anything of another: every route, by people and a key, with ids of the other's rows."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import everywhere
from tests.other_school import THEIRS, fill, their_id, their_rows
from tests.walls import WALLED
from tests.web.conftest import School, both_databases
from tests.web.pages.forms import drawn
from tests.web.walking import SYSTEM, Door, doors

pytestmark = both_databases

IDS = {
    **{
        f"{name}_id": their_id(table) for name, table in (("draft", "drafts"), ("pupil", "pupils"), ("photo", "photos"))
    },
    **{f"{name}_id": their_id(f"{name}s") for name in ("hold", "feed", "webhook", "recall", "departure")},
    "absence_id": their_id("deputies"),
    "delivery_id": their_id("deliveries"),
    "person_id": their_id("people"),
    "phrase_id": their_id("allowed_phrases"),
    "request_id": their_id("posting_requests"),
    "handle": "theirs",
    "unfinished_id": their_id("unfinished"),
    "token": "theirs",
    "mark": "theirs",
    "kind": "roster",
    "size": "full",
    "number": "0",
    "revision": "1",
    "face": "0",
    "version": "77",
}
FORM = {
    "decision": "approve",
    "digest": "x",
    "reason": "Because of this",
    "answer": "yes",
    "role": "author",
    "text": "x",
    "level": "no-photos",
    "review_on": "2027-01-01",
    "way": "dry-run",
    "active": "true",
    "outcome": "taken_down",
    "to_person": "x",
    "note": "Please look",
    "url": "https://x.com/a/status/1",
    "told_by": "mother",
    "phrase": "Hall",
    "grant": "yes",
    "account": "whitehouseps",
    "actor": "parent",
    "received_on": "2026-11-20",
    "contact": "parent-1",
    "confirm": "yes",
    "post_id": "1",
    "sent_on": "2026-11-20",
    "password": "x",
    "revision": "1",
    "channel": "social",
}
"""What the forms ask for, so that they are looked at beyond their fields."""

ANSWERED_ALIKE = {
    ("GET", "/imports/{kind}/{token}"): 409,
    ("POST", "/imports/{kind}/{token}/apply"): 409,
    ("POST", "/imports/roster/{token}/columns"): 409,
    ("POST", "/imports/{kind}/{token}/drop"): 303,
    ("POST", "/imports/{kind}"): 422,
    ("GET", "/policy/new/{token}"): 409,
    ("POST", "/policy/new/{token}"): 409,
    ("POST", "/queue/locks/{draft_id}/release"): 303,
}
"""Files that were handed in lie apart, under tokens of their own, and letting go of what one does not hold does nothing."""

SHOWS_ALL = {"/trust"}
"""Made to show how every school stands; tests/web/pages/test_trust.py says what of it."""


def _body(app: FastAPI, door: Door) -> Any:
    """The first example of the description, for JSON."""
    operation = app.openapi()["paths"].get(door.path, {}).get(door.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((one["value"] for one in content.get("examples", {}).values()), {})


def _call(app: FastAPI, client: TestClient, door: Door, headers: dict[str, str]) -> Any:
    path = door.filled(IDS)
    if door.method in {"GET", "DELETE"}:
        return client.request(door.method, path, headers=headers)
    if door.is_page:
        special = {"decision": "decline"} if door.path.startswith("/posting-requests") else {}
        form = FORM | special | {"csrf": headers.get("X-CSRF-Token", "")}
        return client.request(door.method, path, data=form, headers=headers)
    if door.path.endswith("/reference-photos"):
        return client.request(door.method, path, files={"file": ("a.png", drawn(1))}, headers=headers)
    return client.request(door.method, path, headers=headers, json=_body(app, door))


@pytest.mark.parametrize("who", ["dsl", "administrator", "key"])
def test_no_route_shows_or_changes_anything_of_another_school(app: FastAPI, school: School, who: str) -> None:
    with school.service.database.write() as session:
        fill(session)
        before = {table.name: their_rows(session, table) for table in WALLED}
    client = TestClient(app, follow_redirects=False)
    person = None if who == "key" else school.person(who)
    headers = school.key("admin") if person is None else {"X-CSRF-Token": school.sign_in(client, person)}
    seen, wrong = 0, []
    for door in doors(app):
        if door.path in SYSTEM | SHOWS_ALL or (not door.parts and door.method != "GET"):
            continue
        answer = _call(app, client, door, headers)
        seen += 1
        refused = answer.status_code in {403, 404, ANSWERED_ALIKE.get((door.method, door.path))}
        refused = refused or (person is None and door.is_page)  # pages know no keys, and lead to the way in
        if (door.parts and not refused) or answer.status_code >= 500 or THEIRS in answer.text:
            wrong.append((door.method, door.path, answer.status_code, answer.text[:200]))
    assert client.get("/v1/drafts", headers=headers).status_code == 200, "still signed in"
    client.close()
    with school.service.database.read() as session:
        after = {table.name: their_rows(everywhere(session), table) for table in WALLED}
    assert [name for name, rows in after.items() if rows != before[name]] == []
    assert wrong == []
    assert seen > 150
