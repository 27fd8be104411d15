"""The roll-call over HTTP: who is asked for, with which pictures, and that nothing but full answers approves."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.store import audit, verdicts
from app.web.roll_calls import FACE_PX
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import GREEN, decide, store, submit
from tests.web.api.test_faces import enrol, say
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import REFUSED, School, both_databases
from tests.web.pages.forms import open_browser

Headers = dict[str, str]


@pytest.fixture
def draft(client: TestClient, author: Headers) -> dict[str, Any]:
    kept = store(client, author, photo(BLUE, RED, GREEN))
    return submit(client, author, photos=[{"id": kept["id"]}], classes=["Oak", "Rowan"])


def read(client: TestClient, headers: Headers, draft: dict[str, Any]) -> Any:
    answer = client.get(f"/v1/drafts/{draft['id']}/roll-call", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def picture(client: TestClient, headers: Headers, draft: dict[str, Any], child: str) -> Any:
    return client.get(f"/v1/drafts/{draft['id']}/roll-call/{child}/reference-photo", headers=headers)


def faces(client: TestClient, headers: Headers, draft: dict[str, Any], number: int = 0) -> Any:
    return client.get(f"/v1/drafts/{draft['id']}/photos/{number}/faces", headers=headers)


@both_databases
def test_each_child_is_answered_for_and_the_answers_stay_with_the_decision(
    client: TestClient, school: School, author: Headers, approver: Headers, draft: dict[str, Any]
) -> None:
    alice, tom = (school.pupil(upn).id for upn in REFUSED)
    found = read(client, approver, draft)
    assert found["digest"] == draft["digest"]
    assert [(one["pupil"], one["name"], one["class_name"]) for one in found["children"]] == [
        (alice, "Alice Smith", "Oak"),
        (tom, "Tom Okafor", "Rowan"),
    ]
    assert all(not one["has_reference_photo"] and one["likest"] == [] for one in found["children"])
    for answers, told in (
        ({}, {alice: "has no answer", tom: "has no answer"}),
        ({alice: "not-in-photo"}, {tom: "has no answer"}),
        ({alice: "not-in-photo", tom: "cant-tell"}, {tom: "cannot be told"}),
        ({alice: "in-photo", tom: "not-in-photo"}, {alice: "is in the photo"}),
    ):
        body = problem(decide(client, approver, draft, "approve", answers=answers), 409, "roll-call-open")
        assert {one["pointer"]: one["detail"] for one in body["errors"]} == {
            f"#/answers/{pupil}": detail for pupil, detail in told.items()
        }
    for decision in ("approve", "return"):
        wrong = decide(client, approver, draft, decision, reason="x", answers={"nobody": "not-in-photo"})
        problem(wrong, 422, "answer-unasked")
    given = {alice: "not-in-photo", tom: "not-in-photo"}
    made = decide(client, approver, draft, "approve", answers=given)
    assert made.status_code == 200, made.text
    assert made.json()["decisions"][0]["answers"] == given
    (blind,) = client.get(f"/v1/drafts/{draft['id']}", headers=author).json()["decisions"]
    assert "answers" not in blind or blind["answers"] is None
    with school.read() as rows:
        (kept,) = verdicts.decisions(rows, [draft["id"]])[draft["id"]]
        (line,) = [one for one in audit.about(rows, draft["id"]) if one.action == "desk.draft.decide"]
        assert audit.verify(rows).problems == ()
    assert dict(kept.answers) == line.detail["answers"] == given


@both_databases
def test_a_picture_on_record_is_shown_beside_and_looking_is_audited(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers
) -> None:
    alice = school.pupil(REFUSED[0]).id
    enrol(client, office, alice)
    kept = store(client, author, photo((120, 200, 20), RED, GREEN))
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Oak"])
    (child,) = read(client, approver, draft)["children"]
    assert child["has_reference_photo"] is True
    ((photo_number, likest),) = [(one["photo"], one["faces"]) for one in child["likest"]]
    assert (photo_number, sorted(likest)) == (0, [0, 1, 2])
    for answer, width, action, subject in (
        (picture(client, approver, draft, alice), FACE_PX, "biometric.photo.read", alice),
        (faces(client, approver, draft), 3 * FACE_PX, "desk.faces.read", draft["id"]),
    ):
        assert answer.status_code == 200, answer.text
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", "no-store")
        assert Image.open(io.BytesIO(answer.content)).size == (width, FACE_PX)
        with school.read() as rows:
            assert [one.action for one in audit.about(rows, subject)].count(action) == 1
    assert _middle(picture(client, approver, draft, alice).content) == pytest.approx((30, 60, 200), abs=25)

    say(client, office, alice, "mother", "withdraw", received_on="2026-11-21")
    problem(picture(client, approver, draft, alice), 404, "not-found")
    (child,) = read(client, approver, draft)["children"]
    assert child["has_reference_photo"] is False


def _middle(data: bytes) -> tuple[int, ...]:
    """A colour of the face, off its drawn features."""
    found = Image.open(io.BytesIO(data)).convert("RGB").getpixel((FACE_PX // 2, FACE_PX // 3))
    assert isinstance(found, tuple)
    return tuple(int(one) for one in found)


@both_databases
def test_pictures_are_for_reviewers_of_that_draft_alone(
    client: TestClient,
    new_client: Callable[[], TestClient],
    school: School,
    author: Headers,
    approver: Headers,
    office: Headers,
) -> None:
    alice, tom = (school.pupil(upn).id for upn in REFUSED)
    enrol(client, office, alice)
    kept = store(client, author, photo((120, 200, 20), RED, GREEN))
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Rowan"])
    problem(picture(client, approver, draft, alice), 404, "not-found")
    problem(picture(client, approver, draft, tom), 404, "not-found")
    problem(faces(client, approver, draft, 1), 404, "not-found")
    problem(faces(client, approver, draft, -1), 404, "not-found")
    problem(picture(client, approver, {"id": "nobody"}, alice), 404, "not-found")
    doors = [f"/v1/drafts/{draft['id']}/{rest}" for rest in ("roll-call", f"roll-call/{tom}/reference-photo")]
    for door in (*doors, f"/v1/drafts/{draft['id']}/photos/0/faces"):
        for headers in (author, office, school.key("audit:read")):
            problem(client.get(door, headers=headers), 403, "scope-missing")
        problem(new_client().get(door), 401, "not-signed-in")
    with school.read() as rows:
        assert "biometric.photo.read" not in {line.action for line in audit.page(rows, limit=100).items}


@both_databases
def test_the_page_shows_each_child_beside_the_faces_in_the_order_of_likeness(
    client: TestClient, new_client: Callable[[], TestClient], school: School, author: Headers, office: Headers
) -> None:
    alice = school.pupil(REFUSED[0]).id
    enrol(client, office, alice)
    kept = store(client, author, photo((120, 200, 20), RED, GREEN))
    draft = submit(client, author, photos=[{"id": kept["id"]}], classes=["Oak"])
    approver = open_browser(new_client(), school, "approver")
    page = approver.get(f"/drafts/{draft['id']}").text
    (src,) = re.findall(rf'src="(/pictures/[0-9a-f]+/{draft["id"]}/children/{alice})"', page)
    assert 'alt="Alice Smith, from the picture on record"' in page
    (child,) = read(client, school.key("review:write"), draft)["children"]
    order = [page.index(f'aria-label="Face {face + 1}"') for face in child["likest"][0]["faces"]]
    assert order == sorted(order)
    assert 'aria-label="All faces of photo 1, likest to Alice Smith first"' in page
    assert approver.get(src).status_code == 200
    door = f"/v1/drafts/{draft['id']}/roll-call/{alice}/reference-photo"
    for path in (door, f"/v1/drafts/{draft['id']}/photos/0/faces"):
        assert approver.get(path).status_code == 200, "a page's session opens it"
    writer = open_browser(new_client(), school, "author")
    assert [writer.get(path).status_code for path in (src, door)] == [403, 403]


def test_a_draft_without_a_photo_asks_for_nobody(client: TestClient, author: Headers, approver: Headers) -> None:
    draft = submit(client, author)
    assert read(client, approver, draft) == {"digest": draft["digest"], "children": []}
    problem(faces(client, approver, draft), 404, "not-found")
    problem(client.get("/v1/drafts/nobody/roll-call", headers=approver), 404, "not-found")
