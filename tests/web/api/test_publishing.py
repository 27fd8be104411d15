"""What happens after approval, over the API."""

from __future__ import annotations

from datetime import timedelta

from starlette.testclient import TestClient

from tests.publishing.paper import Account, Publishing
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import decide, submit
from tests.web.conftest import Clock, School, both_databases


@both_databases
def test_from_approved_to_taken_down(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str], clock: Clock
) -> None:
    publishing = Publishing(school, Account(school))
    draft = submit(client, author)
    place = f"/v1/drafts/{draft['id']}/publication"
    problem(client.get(place, headers=author), 404, "not-found")
    assert decide(client, approver, draft, "approve").json()["stage"] == "approved"
    made = client.get(place, headers=author).json()
    assert (made["state"], made["stage"], made["why_then"], made["url"]) == ("waiting", "approved", "now", None)
    problem(client.get(place, headers=school.key("drafts:write")), 404, "not-found")
    at = (clock() + timedelta(hours=3)).isoformat()
    planned = client.put(place, headers=approver, json={"publish_at": at, "reason": "After lunch."})
    assert (planned.json()["stage"], planned.json()["words"]) == ("scheduled", "After lunch.")
    problem(client.put(place, headers=approver, json={"publish_at": at, "reason": ""}), 422, "reason-missing")
    problem(
        client.put(place, headers=approver, json={"publish_at": "2020-01-01T00:00:00Z", "reason": "x"}),
        422,
        "wrong-time",
    )
    off = client.post(f"{place}/take-off", headers=approver, json={"reason": "Not today."})
    assert (off.json()["state"], off.json()["stage"]) == ("held", "approved")
    problem(client.post(f"{place}/take-off", headers=approver, json={"reason": "Again."}), 409, "not-planned")
    problem(
        client.post(f"{place}/posted", headers=approver, json={"url": "https://x.com/a/status/1"}), 409, "wrong-stage"
    )
    problem(client.post(f"{place}/not-posted", headers=approver, json={"reason": "x"}), 409, "wrong-stage")
    problem(client.post(f"{place}/take-down", headers=approver, json={"reason": "x"}), 409, "wrong-stage")
    assert client.put(place, headers=approver, json={"reason": "Today."}).status_code == 200
    publishing.work(draft["id"])
    out = client.get(place, headers=author).json()
    assert (out["state"], out["publisher"], out["post_id"]) == ("published", "x", "1000")
    (listed,) = client.get("/v1/publications?state=published", headers=approver).json()["items"]
    assert listed == out
    assert client.get("/v1/publications?state=held", headers=approver).json() == {"items": [], "next": None}
    problem(client.get("/v1/publications?state=lost", headers=approver), 422, "malformed")
    down = client.post(f"{place}/take-down", headers=approver, json={"reason": "A family asked."}).json()
    assert down["state"] == "taking-down", "no account is connected here: a person deletes it"
    gone = client.post(f"{place}/taken-down", headers=approver, json={"reason": "Deleted."}).json()
    assert (gone["state"], gone["stage"]) == ("taken-down", "withdrawn")


@both_databases
def test_everything_is_held_and_goes_on(client: TestClient, approver: dict[str, str]) -> None:
    assert client.get("/v1/publishing", headers=approver).json()["paused"] is False
    problem(client.put("/v1/publishing", headers=approver, json={"paused": True}), 422, "reason-missing")
    for _ in range(2):
        held = client.put("/v1/publishing", headers=approver, json={"paused": True, "reason": "A child is missing."})
        assert (held.json()["paused"], held.json()["reason"]) == (True, "A child is missing.")
    on = client.put("/v1/publishing", headers=approver, json={"paused": False})
    assert (on.json()["paused"], on.json()["since"]) == (False, None)
