"""Faces on record over HTTP: the assessment, notices, answers, photos and their age, what was destroyed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from app.domain import Box
from app.store import audit
from app.vision import paper
from tests.web.api.test_bad_input import problem
from tests.web.api.test_doors import BODIES
from tests.web.conftest import REFUSED, Clock, School, both_databases

DPIA = dict(BODIES["dpia"])  # type: ignore[call-overload]


@pytest.fixture
def child(school: School) -> str:
    return school.pupil(REFUSED[0]).id


def portrait(red: int = 30) -> dict[str, Any]:
    return {"file": ("p.png", paper.png([((red, 60, 200), Box(200, 100, 440, 380))]), "image/png")}


def tell(client: TestClient, headers: dict[str, str], child: str, *notices: dict[str, Any]) -> Any:
    return client.post(f"/v1/pupils/{child}/biometric-notices", headers=headers, json={"notices": notices})


def say(client: TestClient, headers: dict[str, str], child: str, who: str, decision: str, **more: Any) -> Any:
    body = {"actor": "parent", "contact": who, "decision": decision, "in_writing": True, "received_on": "2026-11-20"}
    return client.post(f"/v1/pupils/{child}/biometric-response", headers=headers, json=body | more)


def read(client: TestClient, headers: dict[str, str], child: str) -> Any:
    return client.get(f"/v1/pupils/{child}/biometrics", headers=headers).json()


def lacks(body: Any) -> list[str]:
    return [one["lack"] for one in body["why_not"]]


def enrol(client: TestClient, headers: dict[str, str], child: str, **data: str) -> Any:
    tell(client, headers, child, {"contact": "mother", "sent_on": "2026-09-03"})
    say(client, headers, child, "mother", "consent", received_on="2026-09-10")
    made = client.post(f"/v1/pupils/{child}/reference-photos", headers=headers, files=portrait(), data=data)
    assert made.status_code == 201, made.text
    return made.json()


def without_dpia(school: School) -> None:
    with school.write() as store:
        store.session.execute(text("DELETE FROM dpias"))


# ---------------------------------------------------------------- the assessment


@both_databases
def test_without_an_assessment_matching_is_off_and_nobody_is_enrolled(
    client: TestClient, school: School, office: dict[str, str], child: str
) -> None:
    admin = school.key("admin")
    without_dpia(school)
    problem(client.get("/v1/dpia", headers=admin), 404, "dpia-missing")
    tell(client, office, child, {"contact": "mother", "sent_on": "2026-09-03"})
    assert say(client, office, child, "mother", "consent").json()["valid"] is False
    answer = client.post(f"/v1/pupils/{child}/reference-photos", headers=office, files=portrait())
    problem(answer, 409, "dpia-missing")
    made = client.put("/v1/dpia", headers=admin, json=DPIA)
    assert made.status_code == 200, made.text
    assert made.json() == client.get("/v1/dpia", headers=admin).json()
    assert made.json().items() >= {**DPIA, "review_overdue": False, "ask_anew": [child]}.items()
    assert lacks(read(client, office, child)) == ["told-of-an-older-use", "consent-to-an-older-use"]
    enrol(client, office, child)
    assert read(client, office, child)["valid"] is True


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"version": "two"}, "#/version"),
        ({"version": "1.2.3.4"}, "#/version"),
        ({"reference": " "}, "#/reference"),
        ({"dpo_opinion": ""}, "#/dpo_opinion"),
        ({"approved_by": "x\x00"}, "#/approved_by"),
        ({"date": "2026-11-23"}, "#/date"),
        ({"review_due": "2026-08-20"}, "#/review_due"),
        ({"review_due": "soon"}, "#/review_due"),
        ({"signed": True}, "#/signed"),
    ],
)
def test_an_assessment_that_is_none(client: TestClient, school: School, wrong: Any, pointer: str) -> None:
    body = problem(client.put("/v1/dpia", headers=school.key("admin"), json=DPIA | wrong), 422, "malformed")
    assert [one["pointer"] for one in body["errors"]] == [pointer]


def test_another_first_number_asks_to_be_confirmed(
    client: TestClient, school: School, office: dict[str, str], child: str, clock: Clock
) -> None:
    admin = school.key("admin")
    enrol(client, office, child)
    clock.go_on(seconds=1)
    newer = DPIA | {"version": "2.0"}
    problem(client.put("/v1/dpia", headers=admin, json=newer), 409, "dpia-would-destroy")
    assert read(client, office, child)["valid"] is True
    made = client.put("/v1/dpia?confirm=true", headers=admin, json=newer)
    assert made.json()["ask_anew"] == [child]
    assert client.get("/v1/faces-due", headers=office).json() == {"ask_anew": [child], "photos": []}
    assert read(client, office, child)["photos"] == []
    problem(client.put("/v1/dpia", headers=admin, json=DPIA), 409, "dpia-version-older")


def test_past_its_review_it_is_an_advice_and_no_stop(
    client: TestClient, school: School, office: dict[str, str], child: str, clock: Clock
) -> None:
    enrol(client, office, child)
    key = school.key("drafts:write")
    assert "dpia" not in client.get("/readyz").json()["checks"]
    clock.go_on(days=272)
    for _ in range(2):
        report = client.post("/v1/vet", headers=key, json={"text": "We planted bulbs."}).json()
        told = [one["message"] for one in report["findings"] if "assessment" in one["message"]]
        assert len(told) == (1 if clock.time.year == 2027 else 0)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["dpia"]) == (200, "review overdue")


# ---------------------------------------------------------------- who was told, and what they said


@both_databases
def test_every_contact_is_told_or_exempt(
    client: TestClient, school: School, office: dict[str, str], child: str
) -> None:
    first = tell(client, office, child, {"contact": "mother", "sent_on": "2026-09-03"}, {"contact": "father"})
    assert first.status_code == 200, first.text
    assert first.json() == {
        "pupil": child,
        "valid": False,
        "why_not": [
            {"lack": "not-told", "contact": "father", "message": "Father has not been told in writing."},
            {
                "lack": "no-written-consent",
                "contact": None,
                "message": "Nobody with parental responsibility has consented in writing.",
            },
        ],
    }
    assert say(client, office, child, "mother", "consent").json()["valid"] is False
    assert tell(client, office, child, {"contact": "Father", "exemption": "not_found"}).json()["valid"] is True
    body = read(client, office, child)
    assert [(one["name"].lower(), one["told_on"], one["exemption"]) for one in body["contacts"]] == [
        ("father", None, "not_found"),
        ("mother", "2026-09-03", None),
    ]
    assert {one["dpia_version"] for one in (*body["notices"], *body["responses"])} == {"1.0"}
    with school.read() as store:
        trail = str([line.detail for line in audit.about(store, child)])
    assert not {"mother", "father", "not_found"} & set(re.findall(r"\w+", trail))
    assert trail.count("{}") == 3


@pytest.mark.parametrize(
    ("notice", "pointer"),
    [
        ({"contact": ""}, "#/notices/0/contact"),
        ({"contact": "mother", "sent_on": "2026-11-23"}, "#/notices/0/sent_on"),
        ({"contact": "mother", "sent_on": "yesterday"}, "#/notices/0/sent_on"),
        ({"contact": "mother", "exemption": "busy"}, "#/notices/0/exemption"),
        ({"contact": "mother", "exemption": "welfare", "sent_on": "2026-09-03"}, "#/notices/0"),
        ({"contact": "x" * 201}, "#/notices/0/contact"),
    ],
)
def test_notices_that_cannot_be(
    client: TestClient, office: dict[str, str], child: str, notice: Any, pointer: str
) -> None:
    body = problem(tell(client, office, child, notice), 422, "malformed")
    assert [one["pointer"] for one in body["errors"]] == [pointer]
    assert read(client, office, child)["contacts"] == []


def test_notices_of_nobody_and_none(client: TestClient, office: dict[str, str], child: str) -> None:
    problem(tell(client, office, child), 422, "malformed")
    problem(tell(client, office, child, {"contact": "mother"}, {"contact": "Mother"}), 422, "malformed")
    problem(tell(client, office, "nobody", {"contact": "mother"}), 404, "not-found")
    once = office | {"Idempotency-Key": "letter-1"}
    tell(client, once, child, {"contact": "mother"})
    tell(client, once, child, {"contact": "mother"})
    assert len(read(client, office, child)["notices"]) == 1


@both_databases
def test_one_parents_withdrawal_outweighs_the_others_consent(
    client: TestClient, office: dict[str, str], child: str
) -> None:
    enrol(client, office, child)
    tell(client, office, child, {"contact": "father", "sent_on": "2026-09-03"})
    assert say(client, office, child, "father", "consent").json()["valid"] is True
    gone = say(client, office, child, "father", "withdraw", in_writing=False, received_on="2026-11-21")
    assert gone.json()["valid"] is False
    body = read(client, office, child)
    assert [(one["lack"], one["contact"]) for one in body["why_not"]] == [("objection", "father")]
    assert body["photos"] == []
    (spoken,) = [one for one in body["responses"] if one["decision"] == "withdraw"]
    assert spoken["written_confirmation_pending"] is True
    assert say(client, office, child, "mother", "consent", received_on="2026-11-22").json()["valid"] is False
    assert say(client, office, child, "father", "withdraw", received_on="2026-11-22").json()["valid"] is False
    pending = [one["written_confirmation_pending"] for one in read(client, office, child)["responses"]]
    assert not any(pending)


@both_databases
def test_any_member_of_staff_records_a_childs_no_and_nothing_else(
    client: TestClient, school: School, office: dict[str, str], child: str
) -> None:
    author = school.key("drafts:write")
    enrol(client, office, child)
    no = {"actor": "child", "in_writing": False}
    for decision, more in (
        ("consent", no),
        ("withdraw", no),
        ("object", {}),
        ("object", no | {"notice_sent_on": "2026-09-01"}),
    ):
        problem(say(client, author, child, "", decision, **more), 403, "scope-missing")
    assert read(client, office, child)["valid"] is True
    assert say(client, author, child, "", "object", **no).json() == {"pupil": child, "valid": False}
    assert lacks(read(client, office, child)) == ["child-refuses"]
    problem(say(client, school.key("audit:read"), child, "", "object", **no), 403, "scope-missing")


# ---------------------------------------------------------------- photos, and their end


@both_databases
def test_photos_are_listed_with_their_age_and_removed(
    client: TestClient, school: School, office: dict[str, str], child: str, clock: Clock
) -> None:
    made = enrol(client, office, child, taken_on="2026-01-15")
    path = f"/v1/pupils/{child}/reference-photos"
    (listed,) = client.get(path, headers=office).json()["items"]
    assert listed == {
        "id": made["id"],
        "pupil": child,
        "taken_on": "2026-01-15",
        "months": 10,
        "state": "in-use",
        "due_on": "2027-01-15",
        "lapses_on": "2027-02-26",
    }
    clock.go_on(days=60)
    assert [one["state"] for one in client.get("/v1/faces-due", headers=office).json()["photos"]] == ["due"]
    clock.go_on(days=60)
    assert [one["state"] for one in client.get(path, headers=office).json()["items"]] == ["lapsed"]
    assert client.delete(f"{path}/{made['id']}", headers=office).status_code == 204
    assert client.get(path, headers=office).json()["items"] == []
    problem(client.delete(f"{path}/{made['id']}", headers=office), 404, "not-found")


@both_databases
def test_the_record_of_destructions_pages_and_outlives_the_child(
    client: TestClient, school: School, office: dict[str, str], child: str
) -> None:
    dpo = school.key("audit:read")
    enrol(client, office, child)
    say(client, office, child, "", "object", actor="child")
    assert client.delete(f"/v1/pupils/{child}", headers=office).status_code == 204
    first = client.get("/v1/destructions?limit=1", headers=dpo).json()
    rest = client.get("/v1/destructions", headers=dpo, params={"cursor": first["next"]}).json()
    items = [*first["items"], *rest["items"]]
    assert {(one["pupil"], one["what"], one["how_many"], one["trigger"]) for one in items} == {
        (child, "templates", 1, "not-valid"),
        (child, "reference-photos", 1, "not-valid"),
    }
    assert len({one["proof"] for one in items}) == 1
    assert len(items[0]["proof"]) == 64
    problem(client.get("/v1/destructions?cursor=x", headers=dpo), 422, "malformed")
    problem(client.get("/v1/destructions", headers=office), 403, "scope-missing")


def test_ids_that_cannot_be(client: TestClient, app: FastAPI, office: dict[str, str], child: str) -> None:
    for pupil in ("%00", "x" * 5000, "..%2f..", "%F0%9F%8E%89"):
        answers = [
            client.get(f"/v1/pupils/{pupil}/biometrics", headers=office),
            client.get(f"/v1/pupils/{pupil}/reference-photos", headers=office),
            client.delete(f"/v1/pupils/{pupil}/reference-photos/x", headers=office),
            client.delete(f"/v1/pupils/{child}/reference-photos/{pupil}", headers=office),
            tell(client, office, pupil, {"contact": "mother"}),
        ]
        assert {one.status_code for one in answers} <= {404, 405, 422}
