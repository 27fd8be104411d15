"""GET /v1/queue, sieved: the same sieve as the page's."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.domain import Account
from app.register import put_accounts
from app.store import escalations
from tests.web.api.test_bad_input import problem
from tests.web.conftest import NOW, Clock, School, both_databases

GOOD = "Choir practice begins again after half-term."
DOUBTFUL = "Well done to Tarquin of Year 4 for his wonderful volcano."


@pytest.fixture
def waiting(client: TestClient, school: School, clock: Clock) -> dict[str, str]:
    """Three drafts that wait, by a word each."""
    put_accounts(school.office, [Account("OakAtWhitehouse")], by="test", now=NOW)
    one, other = school.key("drafts:write"), school.key("drafts:write")
    drafts = {
        "ready": (one, {"text": GOOD, "classes": ["Oak"]}),
        "oak": (one, {"text": GOOD + " Do come.", "account": "OakAtWhitehouse", "classes": ["Rowan", "Oak"]}),
        "doubtful": (other, {"text": DOUBTFUL, "classes": ["Rowan"]}),
    }
    made = {}
    for name, (key, body) in drafts.items():
        made[name] = client.post("/v1/drafts", headers=key, json=body).json()
        clock.go_on(minutes=1)
    assert [made[name]["stage"] for name in drafts] == ["ready", "ready", "referred"]
    approver = school.person("approver").id
    with school.write() as store:
        escalations.add(store, made["oak"]["id"], approver, "", revision=1, by=approver, now=NOW)
    return {**{name: draft["id"] for name, draft in made.items()}, "author": made["doubtful"]["author"]}


@both_databases
def test_the_queue_can_be_sieved(client: TestClient, approver: dict[str, str], waiting: dict[str, str]) -> None:
    names = {value: name for name, value in waiting.items()}

    def listed(query: str) -> list[str]:
        answer = client.get(f"/v1/queue?{query}", headers=approver)
        assert answer.status_code == 200, answer.text
        return [names[item["id"]] for item in answer.json()["items"]]

    assert listed("") == ["ready", "oak", "doubtful"]
    assert listed("verdict=approve") == ["ready", "oak"]
    assert listed("verdict=refer") == ["doubtful"]
    assert listed("account=%40oakatwhitehouse") == ["oak"]
    assert listed("class=rowan") == ["oak", "doubtful"]
    assert listed("class=Rowan&verdict=approve") == ["oak"]
    assert listed(f"author={waiting['author']}") == ["doubtful"]
    assert listed("escalated=true") == ["oak"]
    assert listed("account=&class=&author=&escalated=false") == ["ready", "oak", "doubtful"]
    assert listed("class=Elm") == []


@both_databases
def test_a_sieved_queue_pages_on(client: TestClient, approver: dict[str, str], waiting: dict[str, str]) -> None:
    first = client.get("/v1/queue?class=rowan&limit=1", headers=approver).json()
    assert [item["id"] for item in first["items"]] == [waiting["oak"]]
    second = client.get("/v1/queue", params={"class": "rowan", "limit": 1, "cursor": first["next"]}, headers=approver)
    assert [item["id"] for item in second.json()["items"]] == [waiting["doubtful"]]
    assert second.json()["next"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("verdict=reject", "#/query/verdict"),
        ("verdict=", "#/query/verdict"),
        ("account=%00", "#/query/account"),
        (f"class={'x' * 201}", "#/query/class"),
        ("author=a%00b", "#/query/author"),
        ("escalated=perhaps", "#/query/escalated"),
    ],
)
def test_a_sieve_that_is_none(client: TestClient, approver: dict[str, str], query: str, pointer: str) -> None:
    told = problem(client.get(f"/v1/queue?{query}", headers=approver), 422, "malformed")
    assert [fault["pointer"] for fault in told["errors"]] == [pointer]
