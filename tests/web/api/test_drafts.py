"""Photos, drafts, the queue and its decisions, end to end over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain import Box
from app.store import audit, photos
from app.vision import paper
from tests.web.api.test_bad_input import problem
from tests.web.api.test_vet import BLUE, GOOD_NEWS, RED, photo, rules
from tests.web.conftest import REFUSED, School, both_databases

GREEN = (20, 160, 40)


def store(
    client: TestClient, headers: dict[str, str], data: bytes, alt_text: str = "Children with a road"
) -> dict[str, Any]:
    answer = client.post(
        "/v1/photos", headers=headers, files={"file": ("IMG_7.png", data, "image/png")}, data={"alt_text": alt_text}
    )
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def submit(client: TestClient, headers: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = client.post("/v1/drafts", headers=headers, json={"text": GOOD_NEWS, **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/drafts/{made['id']}"
    return made


def decide(client: TestClient, headers: dict[str, str], draft: dict[str, Any], decision: str, **more: Any) -> Any:
    body = {"decision": decision, "digest": draft["digest"], **more}
    return client.post(f"/v1/drafts/{draft['id']}/decision", headers=headers, json=body)


@both_databases
def test_a_good_draft_waits_and_is_approved(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str]
) -> None:
    draft = submit(client, author)
    assert (draft["stage"], draft["verdict"]) == ("ready", "approve")
    (waiting,) = client.get("/v1/queue", headers=approver).json()["items"]
    assert (waiting["id"], waiting["verdict"], waiting["rules"]) == (draft["id"], "approve", ["policy.review-overdue"])
    answer = decide(client, approver, draft, "approve")
    assert answer.status_code == 200, answer.text
    assert answer.json()["stage"] == "approved"
    assert [one["decision"] for one in answer.json()["decisions"]] == ["approve"]
    assert client.get("/v1/queue", headers=approver).json() == {"items": [], "next": None}
    problem(decide(client, approver, draft, "approve"), 409, "wrong-stage")
    with school.read() as rows:
        assert audit.verify(rows).problems == ()


@both_databases
def test_photos_by_id(client: TestClient, school: School, author: dict[str, str]) -> None:
    kept = store(client, author, photo(BLUE, RED, GREEN))
    assert (kept["width"], kept["height"]) == (800, 400)
    assert kept["bytes"] > 0
    assert kept["expires_at"] == "2026-11-23T09:30:00Z"
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Cedar"])
    assert draft["photos"][0] == {
        "id": kept["id"],
        "sha256": kept["sha256"],
        "alt_text": "Children with a road",
        "width": 800,
        "height": 400,
    }
    assert draft["report"]["photos"][0]["sha256"] == kept["sha256"]
    assert draft["stage"] == "ready", draft["report"]["findings"]
    with school.read() as rows:
        found = photos.find(rows, kept["id"])
    assert found is not None
    assert found.expires_at is None


def test_a_photo_expires(client: TestClient, school: School, author: dict[str, str]) -> None:
    kept = store(client, author, photo(BLUE))
    school.service.clock.go_on(hours=24)  # type: ignore[attr-defined]
    answer = client.post("/v1/drafts", headers=author, json={"text": "x", "photos": [{"id": kept["id"]}]})
    problem(answer, 422, "photo-unknown")


def test_what_is_kept_carries_no_metadata_and_is_sealed(
    client: TestClient, school: School, author: dict[str, str]
) -> None:
    kept = store(client, author, photo(BLUE))
    (file,) = [path for path in (school.service.settings.data_dir / "photos").rglob("*") if path.is_file()]
    assert file.name.startswith(kept["sha256"])
    assert b"PNG" not in file.read_bytes()[:64]
    assert school.service.files.get(kept["sha256"]).startswith(b"\x89PNG")


def test_a_draft_is_its_authors_and_the_approvers(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str]
) -> None:
    draft = submit(client, author)
    path = f"/v1/drafts/{draft['id']}"
    assert client.get(path, headers=author).json()["id"] == draft["id"]
    assert client.get(path, headers=approver).json()["id"] == draft["id"]
    problem(client.get(path, headers=school.key("drafts:write")), 404, "not-found")
    problem(client.get("/v1/drafts/nobody", headers=approver), 404, "not-found")
    problem(client.post(f"{path}/withdraw", headers=school.key("drafts:write")), 404, "not-found")


def test_lists_page_by_cursor(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str]
) -> None:
    made = []
    for at in range(5):
        made.append(submit(client, author, text=f"{GOOD_NEWS} {at}")["id"])
        school.service.clock.go_on(seconds=1)  # type: ignore[attr-defined]

    def pages(path: str, headers: dict[str, str]) -> list[list[str]]:
        found, cursor = [], ""
        while True:
            page = client.get(f"{path}?limit=2{cursor}", headers=headers).json()
            found.append([item["id"] for item in page["items"]])
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    assert pages("/v1/queue", approver) == [made[:2], made[2:4], made[4:]]
    newest_first = made[::-1]
    assert pages("/v1/drafts", author) == [newest_first[:2], newest_first[2:4], newest_first[4:]]


def test_decisions_that_are_refused(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str]
) -> None:
    draft = submit(client, author)
    problem(decide(client, approver, draft | {"digest": "0" * 64}, "approve"), 409, "other-digest")
    problem(decide(client, approver, draft, "return"), 422, "reason-missing")
    problem(decide(client, approver, draft, "approve", answers={"nobody": "not-in-photo"}), 422, "answer-unasked")
    problem(decide(client, approver, draft, "publish"), 422, "malformed")
    problem(decide(client, approver, {"id": "nobody", "digest": "0" * 64}, "approve"), 404, "not-found")
    assert client.get(f"/v1/drafts/{draft['id']}", headers=author).json()["decisions"] == []
    named = submit(client, author, text="Our Star of the Week is Priya Patel.")
    assert named["stage"] == "rejected"
    problem(decide(client, approver, named, "approve"), 409, "verdict-is-reject")


@pytest.mark.parametrize(("decision", "stage"), [("return", "returned"), ("reject", "rejected")])
def test_a_draft_goes_back_with_a_reason(
    client: TestClient, author: dict[str, str], approver: dict[str, str], decision: str, stage: str
) -> None:
    draft = submit(client, author)
    answer = decide(client, approver, draft, decision, reason="Please say which class.")
    assert answer.json()["stage"] == stage
    seen = client.get(f"/v1/drafts/{draft['id']}", headers=author).json()
    assert seen["decisions"][0]["reason"] == "Please say which class."


@both_databases
def test_a_changed_register_asks_for_another_look(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str]
) -> None:
    draft = submit(client, author)
    office = school.key("register:write")
    staff = b"title,first,surname,role,personal_handles\nMrs,Ann,Other,Cook,@ann_cooks\n"
    csv = {"Content-Type": "text/csv"}
    assert client.put("/v1/staff", headers=office | csv, content=staff).status_code == 200
    problem(decide(client, approver, draft, "approve"), 409, "register-changed")
    again = client.post(f"/v1/drafts/{draft['id']}/vet", headers=approver)
    assert again.json()["stage"] == "ready"
    assert (
        client.put("/v1/staff", headers=office | csv, content=staff).status_code == 200
    )  # the same file changes nothing
    assert decide(client, approver, draft, "approve").status_code == 200


def test_nobody_decides_on_a_photo_of_their_own(client: TestClient, school: School) -> None:
    both = school.key("drafts:write", "review:write")
    kept = store(client, both, photo(BLUE, RED, GREEN))
    shown = submit(client, both, photos=[{"id": kept["id"]}], classes=["Cedar"])
    problem(decide(client, both, shown, "approve"), 403, "own-draft")
    problem(decide(client, both, shown, "reject", reason="x"), 403, "own-draft")
    assert decide(client, both, submit(client, both), "approve").status_code == 200


def test_the_roll_call_is_part_of_the_decision(
    client: TestClient, school: School, author: dict[str, str], approver: dict[str, str]
) -> None:
    kept = store(client, author, photo(BLUE, RED, GREEN))
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Oak"])
    assert draft["stage"] == "referred"
    seen = client.get(f"/v1/drafts/{draft['id']}", headers=approver).json()
    (asked,) = [one["pupils"] for one in seen["report"]["findings"] if one["rule"] == "children.roll-call"]
    assert asked == [school.pupil(REFUSED[0]).id]
    problem(decide(client, approver, draft, "approve"), 409, "roll-call-open")
    for word in ("cant-tell", "in-photo"):
        problem(decide(client, approver, draft, "approve", answers={asked[0]: word}), 409, "roll-call-open")
    answer = decide(client, approver, draft, "approve", answers={asked[0]: "not-in-photo"})
    assert answer.json()["stage"] == "approved"


def enrol(client: TestClient, school: School, office: dict[str, str], upn: str, colour: tuple[int, int, int]) -> str:
    pupil = school.pupil(upn).id
    said = {
        "actor": "parent",
        "decision": "consent",
        "in_writing": True,
        "received_on": "2026-11-01",
        "notice_sent_on": "2026-10-20",
    }
    answer = client.post(f"/v1/pupils/{pupil}/biometric-response", headers=office, json=said)
    assert answer.json() == {"pupil": pupil, "valid": True}, answer.text
    answer = client.post(
        f"/v1/pupils/{pupil}/reference-photos", headers=office, files={"file": ("a.png", photo(colour), "image/png")}
    )
    assert answer.status_code == 201, answer.text
    return pupil


@both_databases
def test_an_opted_out_child_in_a_group_is_rejected_with_the_box(
    client: TestClient, school: School, author: dict[str, str]
) -> None:
    pupil = enrol(client, school, school.key("register:write"), REFUSED[0], RED)
    reviewer = school.key("drafts:write", "review:write")
    with_child = store(client, author, photo(BLUE, RED, GREEN))
    without = store(client, author, photo(BLUE, (240, 200, 40), GREEN))
    draft = submit(client, reviewer, photos=[{"id": with_child["id"]}], classes=["Oak"])
    assert draft["report"]["verdict"] == "reject"
    (found,) = [one for one in draft["report"]["findings"] if one["rule"] == "children.opted-out"]
    assert found["where"] == {"photo": 0, "box": {"left": 190, "top": 100, "right": 290, "bottom": 220}}
    assert found["pupils"] == [pupil]
    assert [face["match"] for face in draft["report"]["photos"][0]["faces"]] == [None, "clear", None]
    assert draft["report"]["photos"][0]["matching"] == "done"
    (line_up,) = draft["report"]["line_ups"]
    assert (line_up["pupil"], line_up["photo"], line_up["faces"][0]) == (pupil, 0, 1)
    assert sorted(line_up["faces"]) == [0, 1, 2]
    clear = submit(client, author, photos=[{"id": without["id"]}], classes=["Oak"])
    assert clear["report"]["verdict"] == "refer"
    assert rules(clear["report"]) == {"children.roll-call"}


@both_databases
def test_covering_the_face_helps(client: TestClient, school: School, author: dict[str, str]) -> None:
    enrol(client, school, school.key("register:write"), REFUSED[0], RED)
    kept = store(client, author, photo(BLUE, RED, GREEN, (120, 30, 140)))
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Oak"])
    assert draft["stage"] == "rejected"
    box = {"left": 190, "top": 100, "right": 290, "bottom": 220}
    path = f"/v1/drafts/{draft['id']}/photos/0/cover"
    answer = client.post(path, headers=author | {"Idempotency-Key": "k"}, json={"boxes": [box]})
    covered = answer.json()
    assert answer.status_code == 200, covered
    assert (covered["revision"], covered["stage"]) == (2, "referred")
    assert covered["digest"] != draft["digest"]
    assert covered["photos"][0]["sha256"] != kept["sha256"]
    assert "children.opted-out" not in rules(covered["report"])
    assert client.post(path, headers=author | {"Idempotency-Key": "k"}, json={"boxes": [box]}).json() == covered
    outside = {"left": 5000, "top": 0, "right": 5100, "bottom": 100}
    problem(client.post(path, headers=author, json={"boxes": [outside]}), 422, "box-outside")
    problem(client.post(path.replace("/0/", "/3/"), headers=author, json={"boxes": [box]}), 404, "not-found")


def test_withdrawing(client: TestClient, author: dict[str, str], approver: dict[str, str]) -> None:
    draft = submit(client, author)
    answer = client.post(f"/v1/drafts/{draft['id']}/withdraw", headers=author)
    assert answer.json()["stage"] == "withdrawn"
    problem(client.post(f"/v1/drafts/{draft['id']}/withdraw", headers=author), 409, "wrong-stage")
    problem(decide(client, approver, draft, "approve"), 409, "wrong-stage")
    problem(client.post(f"/v1/drafts/{draft['id']}/vet", headers=author), 409, "wrong-stage")


def test_losing_consent_destroys_templates_at_once(client: TestClient, school: School, author: dict[str, str]) -> None:
    office = school.key("register:write")
    pupil = enrol(client, school, office, REFUSED[0], RED)
    references = school.service.settings.data_dir / "references"
    assert any(path.is_file() for path in references.rglob("*"))
    no = {"actor": "child", "decision": "object", "received_on": "2026-11-22"}
    assert client.post(f"/v1/pupils/{pupil}/biometric-response", headers=office, json=no).json()["valid"] is False
    assert not any(path.is_file() for path in references.rglob("*"))
    kept = store(client, author, photo(BLUE, RED, GREEN))
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Oak"])
    assert draft["report"]["photos"][0]["matching"] == "off"
    assert rules(draft["report"]) == {"children.roll-call"}


def test_a_reference_photo_needs_consent_and_one_face(client: TestClient, school: School) -> None:
    office = school.key("register:write")
    path = f"/v1/pupils/{school.pupil(REFUSED[1]).id}/reference-photos"
    one = {"file": ("a.png", photo(RED), "image/png")}
    problem(client.post(path, headers=office, files=one), 409, "biometric-consent-missing")
    enrol(client, school, office, REFUSED[1], RED)
    two = {"file": ("a.png", photo(RED, BLUE), "image/png")}
    problem(client.post(path, headers=office, files=two), 422, "reference-several-faces")
    problem(
        client.post(path, headers=office, files={"file": ("a.png", photo(), "image/png")}), 422, "reference-no-face"
    )
    problem(client.post(path, headers=office, files={"file": ("a.png", b"x", "image/png")}), 415, "not-an-image")
    problem(client.post(path, headers=office, data={"file": "x"}), 415, "unsupported-media-type")


def test_the_drawn_faces_are_where_the_tests_say() -> None:
    found = paper.engine().detector.detect(paper.draw([(RED, Box(190, 100, 290, 220))], size=(800, 400)))
    assert [one.box for one in found] == [Box(190, 100, 290, 220)]
