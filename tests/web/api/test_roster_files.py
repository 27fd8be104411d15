"""Rosters in other shapes over HTTP: headings of the school's own, OneRoster zips, transfer files; and what is lowered."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.register import import_permissions
from app.store import holds, permissions, roster
from app.store.permissions import PermissionAnswer
from app.web.limits import SHEET_BYTES
from tests.integrations.test_transfers import ELLIE, EXTERNAL, ctf
from tests.integrations.zipped import BULK, UPN_ELLIE, UPN_TOM, oneroster, packed
from tests.web.api.test_bad_input import problem
from tests.web.api.test_register import ALICE, HEADER, NEW, PUPILS, lines, put, sheet
from tests.web.conftest import NOW, Clock, School, both_databases, permissions_csv

ZIP, XML = "application/zip", "application/xml"
OWN = {"Pupil ref": "upn", "Given": "legal_first", "Family": "legal_surname"}
OWN_HEADER = ["Pupil ref", "Given", "Preferred Forename", "Middle Names", "Family", *HEADER[5:]]


def upns(school: School) -> set[str]:
    with school.read() as store:
        return {one.upn for one in roster.every(store) if one.left_on is None}


# ---------------------------------------------------------------- headings


@both_databases
def test_headings_are_mapped_once_and_used_from_then_on(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    body = sheet([*PUPILS, NEW], OWN_HEADER)
    refused = problem(put(client, office, "roster", body), 422, "file-refused")
    assert any("“Pupil ref”" in one["detail"] and "/v1/roster/columns" in one["detail"] for one in refused["errors"])
    assert client.get("/v1/roster/columns", headers=office).json() == {}
    before = lines(school)
    assert client.put("/v1/roster/columns", headers=office, json=OWN).json() == OWN
    assert lines(school) == before + 1
    assert list(client.get("/v1/roster/columns", headers=office).json().items()) == list(OWN.items())
    assert put(client, office, "roster", body).json()["added"] == [NEW[0]]
    answers = permissions_csv().replace(b"UPN", b"Pupil ref", 1)
    assert put(client, office, "permissions", answers, dry_run=True).json()["added"] == []
    client.put("/v1/roster/columns", headers=office, json={})
    problem(put(client, office, "roster", body), 422, "file-refused")


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"A": "nothing"}, "columns-unknown"),
        ({"A": 3}, "malformed"),
        ([], "malformed"),
        ({"": "upn"}, "columns-unknown"),
        ({"A" * 300: "upn"}, "columns-unknown"),
        ("x", "malformed"),
    ],
)
def test_a_map_that_cannot_be_is_refused(
    client: TestClient, school: School, office: dict[str, str], body: Any, slug: str
) -> None:
    before = lines(school)
    problem(client.put("/v1/roster/columns", headers=office, json=body), 422, slug)
    assert lines(school) == before


def test_the_map_is_the_offices(client: TestClient, school: School) -> None:
    problem(client.get("/v1/roster/columns", headers=school.key("drafts:write")), 403, "scope-missing")
    problem(client.put("/v1/roster/columns", headers=school.key("review:write"), json=OWN), 403, "scope-missing")


# ---------------------------------------------------------------- OneRoster


@both_databases
def test_a_whole_export_is_the_roster(client: TestClient, school: School, office: dict[str, str]) -> None:
    problem(put(client, office, "roster", oneroster(BULK), ZIP), 409, "roll-would-shrink")
    shown = put(client, office, "roster", oneroster(BULK), ZIP, dry_run=True).json()
    assert set(shown["added"]) == {UPN_ELLIE, UPN_TOM}
    done = put(client, office, "roster", oneroster(BULK), ZIP, confirm=True).json()
    assert (done["added"], done["left"]) == (shown["added"], shown["left"])
    assert upns(school) == {UPN_ELLIE, UPN_TOM}
    ellie = school.pupil(UPN_ELLIE)
    assert (ellie.year, ellie.class_name, ellie.preferred_first) == ("4", "Oak", "Ellie")
    again = put(client, office, "roster", oneroster(BULK), ZIP).json()
    assert (again["added"], again["changed"], again["left"]) == ([], [], [])


DELTA = {
    "users": "\n".join(
        [
            f"u1,active,2026-11-01,true,,{{UPN:{UPN_ELLIE}}},Elowen,Fair,Rose,77,,,,,04,,Ellie,",
            "u2,tobedeleted,2026-11-01,,,,,,,,,,,,,,,",
            "u5,active,2026-11-01,true,,{UPN:T823499926990},Nia,Reed,,80,,,,,01,,,",
            "u9,active,2026-11-01,true,,,Some,Body,,,,,,,,,,",
        ]
    ),
    "roles": "r9,active,,u5,primary,student,,,o1",
    "enrollments": "e9,active,,c3,o1,u1,student,,,\ne2,tobedeleted,,c1,o1,u1,student,,,\ne8,active,,c9,o1,u5,student,,,",
    "demographics": "u5,active,,2020-05-01,",
}


@both_databases
def test_a_delta_changes_what_it_names_alone(client: TestClient, school: School, office: dict[str, str]) -> None:
    third = "u6,,,true,,{UPN:U823499926990},Una,Pool,,81,,,,,01,,,"
    bulk = BULK | {"users": f"{BULK['users']}\n{third}", "roles": BULK["roles"] + "\nr6,,,u6,primary,student,,,o1"}
    put(client, office, "roster", oneroster(bulk), ZIP, confirm=True)
    delta = oneroster(DELTA, mode="delta")
    shown = put(client, office, "roster", delta, ZIP, dry_run=True).json()
    assert (shown["added"], shown["changed"], shown["left"]) == (["T823499926990"], [UPN_ELLIE], [UPN_TOM])
    problem(put(client, office, "roster", delta, ZIP), 409, "roll-would-shrink")
    assert put(client, office, "roster", delta, ZIP, confirm=True).json() == shown
    assert upns(school) == {UPN_ELLIE, "U823499926990", "T823499926990"}
    ellie, nia = school.pupil(UPN_ELLIE), school.pupil("T823499926990")
    assert (ellie.legal_surname, ellie.class_name, str(ellie.born_on)) == ("Fair", "Ash", "2018-06-19")
    assert (nia.class_name, str(nia.born_on)) == ("", "2020-05-01")
    told = " ".join(one["detail"] for one in shown["problems"])
    assert "nobody of the id is known" in told
    assert "no file told of" in told
    renamed = {"classes": "c3,active,,Elm,,,,homeroom,,o1"}
    assert put(client, office, "roster", oneroster(renamed, mode="delta"), ZIP).json()["changed"] == [UPN_ELLIE]
    assert school.pupil(UPN_ELLIE).class_name == "Elm"


def test_a_child_known_by_their_own_systems_id_may_get_another_upn(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    put(client, office, "roster", oneroster(BULK), ZIP, confirm=True)
    before = school.pupil(UPN_ELLIE).id
    users = BULK["users"].replace(UPN_ELLIE, "Z823499926111").replace("Fairweather", "Ash")
    done = put(client, office, "roster", oneroster(BULK | {"users": users}), ZIP).json()
    assert (done["added"], done["left"]) == ([], [])
    assert school.pupil("Z823499926111").id == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04",
        packed({"../manifest.csv": b"x"}),
        packed({"manifest.csv": b"\n" * 300_000_000}),
        packed({"manifest.csv": b"propertyName,value\noneroster.version,1.2\n", "inner.zip": packed({"a": b""})}),
        oneroster(BULK, users_csv="sourcedId,givenName\nu1,A"),
    ],
    ids=["empty", "torn", "climbing", "bomb", "nested", "a column less"],
)
def test_a_zip_that_cannot_be_taken_changes_nothing(
    client: TestClient, school: School, office: dict[str, str], body: bytes
) -> None:
    before = lines(school)
    problem(put(client, office, "roster", body, ZIP), 422, "file-refused")
    assert put(client, office, "roster", body, ZIP, dry_run=True).json()["problems"]
    assert lines(school) == before


def test_too_large_a_zip_and_another_kind_are_refused(client: TestClient, office: dict[str, str]) -> None:
    problem(put(client, office, "roster", b"0" * (SHEET_BYTES + 1), ZIP), 413, "body-too-large")
    problem(put(client, office, "roster", oneroster(BULK), "application/json"), 415, "unsupported-media-type")
    problem(put(client, office, "permissions", oneroster(BULK), ZIP), 415, "unsupported-media-type")


# ---------------------------------------------------------------- transfer files


@both_databases
def test_a_transfer_file_adds_names_and_a_hold_and_removes_nobody(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    with school.read() as store:
        fresh = roster.as_of(store)
    body = ctf(ELLIE.replace("z823499926999", ALICE), "<Pupil><UPN>T823499926990</UPN></Pupil>").encode()
    before = upns(school)
    shown = put(client, office, "roster", body, XML, dry_run=True).json()
    assert (shown["added"], shown["changed"], shown["left"]) == ([], [ALICE], [])
    assert ["no pupil on the roster" in one["detail"] for one in shown["problems"]] == [True]
    clock.go_on(minutes=5)
    assert put(client, office, "roster", body, XML).json() == shown
    alice = school.pupil(ALICE)
    assert (alice.legal_first, alice.preferred_first) == ("Alice", "Alice")
    assert set(alice.former) == {"Pool", "Ellie", "Ash", "Rose Mae"}
    with school.read() as store:
        assert roster.as_of(store) == fresh
        assert [hold.pupil for hold in holds.standing(store)] == [alice.id]
    assert upns(school) == before
    again = put(client, office, "roster", body, XML).json()
    assert again["changed"] == []
    assert put(client, office, "roster", sheet(PUPILS)).json()["changed"] == [], "a new roster keeps them"
    assert set(school.pupil(ALICE).former) == {"Pool", "Ellie", "Ash", "Rose Mae"}
    erased = client.delete(f"/v1/pupils/{alice.id}", headers=office)
    assert erased.status_code < 300, erased.text


@pytest.mark.parametrize(
    "body",
    [
        ctf(ELLIE),
        ctf(ELLIE, head=EXTERNAL),
        ctf(ELLIE)[:-9],
        "",
        "<a/>",
    ],
    ids=["another school's", "external", "torn", "empty", "no CTF"],
)
def test_a_transfer_file_that_cannot_be_taken_changes_nothing(
    client: TestClient, school: School, office: dict[str, str], body: str
) -> None:
    before = lines(school)
    problem(put(client, office, "roster", body, XML), 422, "file-refused")
    assert any(put(client, office, "roster", body, XML, dry_run=True).json()["problems"])
    assert lines(school) == before


# ---------------------------------------------------------------- permission now lower


def answers(**changed: str) -> bytes:
    rows = list(csv.reader(io.StringIO(permissions_csv().decode())))
    return sheet([[upn, changed.get(upn, answer)] for upn, answer in rows[1:]], rows[0])


@both_databases
def test_a_dry_run_names_those_of_whom_less_is_permitted(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    other, third = PUPILS[3][0], PUPILS[4][0]
    body = answers(**{other: "No", third: "pending", ALICE: "Yes"})
    shown = put(client, office, "permissions", body, dry_run=True).json()
    assert shown["lowered"] == sorted([other, third])
    done = put(client, office, "permissions", body).json()
    assert done == shown
    assert put(client, office, "permissions", body).json()["lowered"] == []


@both_databases
def test_withdrawals_stand_though_the_rest_fails(school: School, founded: Database) -> None:
    other = PUPILS[3][0]
    body = answers(**{other: "No", ALICE: "Yes"})

    def heard(step: str) -> None:
        if step == "writing all answers":
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        import_permissions(school.office, body, by="k", now=NOW, heard=heard)
    with school.read() as store:
        standing = {one.pupil: one.answer for one in permissions.current(store, "2026-27")}
    assert standing[school.pupil(other).id] is PermissionAnswer.REFUSED
    assert standing[school.pupil(ALICE).id] is PermissionAnswer.REFUSED, "a yes waits for the rest"
