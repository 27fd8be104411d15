"""All that is held about a child, for whoever may ask: to read, for a spreadsheet, and without anybody else in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.register import held
from app.store import audit, erasing, roster
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import submit
from tests.web.api.test_erasure import ALICE, fill
from tests.web.conftest import School, both_databases
from tests.web.test_housekeeping import enrol


def unpack(answer: Any) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def fetch(client: TestClient, school: School, **params: Any) -> dict[str, bytes]:
    path = f"/v1/pupils/{school.pupil(ALICE).id}/export"
    return unpack(client.get(path, headers=school.key("admin"), params=params))


@both_databases
def test_an_export_holds_what_is_held_and_nobody_else(client: TestClient, school: School) -> None:
    named = fill(client, school)
    author = school.key("drafts:write")
    both = submit(client, author, text="Alice Smith and Priya Patel read to us.")
    files = fetch(client, school)
    data = json.loads(files["data.json"])
    page = files["index.html"].decode()
    assert {"what": "UPN", "as held": ALICE} in data["child"]
    assert "withdrawn" in {one["answer"] for one in data["permissions"]}
    found = {one["draft"]: one["text, without others' names"] for one in data["drafts"]}
    assert found[named["id"]] == named["text"]
    assert found[both["id"]] == "Alice Smith and █████ █████ read to us."
    assert any("photo 1, face 2: cannot be told" in str(one) for one in data["drafts"])
    assert {"register.pupil.export", "permission.answers.record"} <= {one["what"] for one in data["audit"]}
    for whole in (page, json.dumps(data, ensure_ascii=False)):
        assert "Priya" not in whole
        assert "must not find" not in whole
        assert "safeguarding" not in whole.lower()
        assert "hold" not in whole.replace("held", "")
    assert all(
        list(csv.reader(io.StringIO(files[name].decode("utf-8-sig")))) for name in files if name.endswith(".csv")
    )


@both_databases
def test_reference_photos_are_opened_and_vectors_named(client: TestClient, school: School) -> None:
    enrol(school)
    files = fetch(client, school)
    (picture,) = [data for name, data in files.items() if name.startswith("reference-photos/")]
    assert picture.startswith((b"\x89PNG", b"\xff\xd8"))
    (row,) = json.loads(files["data.json"])["reference-photos"]
    assert row["numbers that describe the face, made by"] == "paper-1"


def test_holds_are_for_the_lead_alone_not_even_for_an_administrator(client: TestClient, school: School) -> None:
    fill(client, school)
    path = f"/v1/pupils/{school.pupil(ALICE).id}/export"
    wanted = {"with_holds": "true"}
    problem(client.get(path, headers=school.key("admin"), params=wanted), 403, "scope-missing")
    for role, status in (("administrator", 403), ("dpo", 403), ("dsl", 200)):
        school.sign_in(client, school.person(role))
        answer = client.get(path, params=wanted)
        assert answer.status_code == status, role
    (one,) = json.loads(unpack(answer)["data.json"])["holds"]
    assert one["reason"] == "Her father, Bob Smith, must not find Alice Smith."


@pytest.mark.parametrize(
    ("role", "status"), [("author", 403), ("approver", 403), ("office", 403), ("dpo", 200), ("administrator", 200)]
)
def test_the_officer_and_administrators_may_export(client: TestClient, school: School, role: str, status: int) -> None:
    school.sign_in(client, school.person(role))
    assert client.get(f"/v1/pupils/{school.pupil(ALICE).id}/export").status_code == status


def test_a_key_that_may_only_read_the_trail_may_not(client: TestClient, school: School) -> None:
    path = f"/v1/pupils/{school.pupil(ALICE).id}/export"
    problem(client.get(path, headers=school.key("audit:read", "register:write")), 403, "scope-missing")
    problem(client.get(path), 401, "not-signed-in")
    problem(client.get("/v1/pupils/nobody/export", headers=school.key("admin")), 404, "not-found")


def test_every_export_is_audited_with_the_id_alone(client: TestClient, school: School) -> None:
    fetch(client, school)
    with school.read() as rows:
        line = audit.page(rows, limit=1).items[0]
    assert (line.action, line.subject, dict(line.detail)) == ("register.pupil.export", school.pupil(ALICE).id, {})


def test_no_cell_begins_a_formula(client: TestClient, school: School) -> None:
    odd = replace(school.pupil(ALICE), middle="=HYPERLINK(1)", preferred_surname="<b>Smith")
    with school.write() as rows:
        roster.replace(rows, roster.RosterChange(changed=(odd,)), by="test", now=school.service.clock())
    files = fetch(client, school)
    assert "'=HYPERLINK(1)" in files["child.csv"].decode("utf-8-sig")
    assert "<b>Smith" not in files["index.html"].decode()


def test_every_table_of_a_pupil_is_exported_or_withheld_for_a_reason() -> None:
    tables = {table.name for table, _ in erasing.of_pupils()}
    assert tables == held.EXPORTED | held.WITHHELD
