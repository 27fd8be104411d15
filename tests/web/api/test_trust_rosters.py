"""A roster of a whole trust over HTTP: what is told, kept, shown and refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain import Pupil
from app.store import roster
from tests.web.api.test_bad_input import problem
from tests.web.api.test_register import HEADER, PUPILS, found, put, sheet
from tests.web.api.test_vet import BLUE, GOOD_NEWS, photo, rules
from tests.web.conftest import School, both_databases

OURS, OTHER = "Whitehouse Primary", "Oakfield Junior School"
SAMIRA = ["X823499926991", "Samira", "", "Noor", "Fairweather", "", "4", "Beech", "2018-06-19"]
THEIRS = [SAMIRA, *([f"X82349992{at:04}", "Elowen", "", "", f"Pool{at}", "", "5", "Elm", ""] for at in range(30))]
WITH_SCHOOL = [*HEADER, "School Name"]


def trust(ours: str = OURS, other: str = OTHER, given: int = 0) -> bytes:
    """Our pupils, ``given`` of them to the other school, and that school's own."""
    rows = [[*row, other if at < given else ours] for at, row in enumerate(PUPILS)]
    return sheet([*rows, *([*row, other] for row in THEIRS)], WITH_SCHOOL)


@pytest.fixture
def reviewer(school: School) -> dict[str, str]:
    return school.key("drafts:write", "review:write")


def samira(school: School) -> Pupil:
    with school.read() as store:
        return next(one for one in roster.elsewhere(store) if one.upn == SAMIRA[0])


def vet(client: TestClient, headers: dict[str, str], text: str) -> dict[str, Any]:
    report: dict[str, Any] = client.post("/v1/vet", headers=headers, json={"text": text}).json()
    return report


@both_databases
def test_the_difference_counts_pupils_elsewhere_and_lists_none(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    told = put(client, office, "roster", trust(), dry_run=True)
    assert told.status_code == 200
    difference = told.json()
    assert set(difference) == {"added", "changed", "left", "problems", "elsewhere"}
    assert (difference["added"], difference["changed"], difference["left"]) == ([], [], [])
    assert difference["elsewhere"] == len(THEIRS)
    assert any(f"School Name: the file names 2 schools: “{OURS}”" in one["detail"] for one in difference["problems"])
    with school.read() as store:
        assert roster.elsewhere(store) == ()
    assert put(client, office, "roster", trust()).json() == difference
    kept = samira(school)
    assert (kept.legal_first, kept.middle, kept.year, kept.class_name, kept.born_on) == ("Samira", "", "", "", None)
    assert put(client, office, "roster", sheet(PUPILS)).json()["elsewhere"] == 0


@both_databases
def test_a_full_name_of_theirs_is_refused_and_a_lone_one_is_not(
    client: TestClient, school: School, office: dict[str, str], reviewer: dict[str, str]
) -> None:
    put(client, office, "roster", trust())
    report = vet(client, reviewer, "Thank you to Samira Fairweather for her song.")
    (named,) = [one for one in report["findings"] if one["rule"] == "names.pupil-named"]
    assert named["pupils"] == [samira(school).id]
    assert named["hint"] == "Say “a pupil of another of our schools” instead."
    assert "Samira" not in str({key: value for key, value in named.items() if key != "pupils"})
    for text in ("A song by Samira today.", "The Fairweather family came.", "Elowen sang, and Noor danced."):
        assert "names.pupil-named" not in rules(vet(client, reviewer, text)), text


def test_they_are_on_no_list_and_no_class_list(
    client: TestClient, school: School, office: dict[str, str], reviewer: dict[str, str]
) -> None:
    before = client.get("/v1/pupils", headers=office, params={"limit": 100}).json()
    put(client, office, "roster", trust())
    assert client.get("/v1/pupils", headers=office, params={"limit": 100}).json() == before
    assert found(client, office, "Samira Fairweather") == []
    assert found(client, office, SAMIRA[0]) == []
    answer = client.post(
        "/v1/vet",
        headers=reviewer,
        data={"text": GOOD_NEWS, "alt_texts": ["A road"], "classes": ["Cedar"]},
        files=[("photos", ("a.png", photo(BLUE), "image/png"))],
    )
    assert "children.roll-call" not in rules(answer.json())  # every family of Cedar said yes
    refused = client.put("/v1/accounts", headers=office, json=[{"handle": "wpsbeech", "classes": ["Beech"]}])
    assert problem(refused, 422, "malformed")["errors"][0]["pointer"] == "#/0/classes/0"


@both_databases
def test_nothing_is_recorded_of_them_but_they_can_be_erased(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    put(client, office, "roster", trust())
    path = f"/v1/pupils/{samira(school).id}"
    said = {"actor": "parent", "decision": "consent", "in_writing": True, "received_on": "2026-11-20"}
    problem(client.post(f"{path}/biometric-response", headers=office, json=said), 409, "pupil-elsewhere")
    file = {"file": ("a.png", photo(BLUE), "image/png")}
    problem(client.post(f"{path}/reference-photos", headers=office, files=file), 409, "pupil-elsewhere")
    answer = {"answer": "refused", "told_by": "mother"}
    told = problem(client.post(f"{path}/publication-permission", headers=office, json=answer), 409, "pupil-elsewhere")
    assert "another school of the trust" in told["detail"]
    assert client.delete(path, headers=office).status_code == 204
    problem(client.delete(path, headers=office), 404, "not-found")


@pytest.mark.parametrize(
    ("ours", "other", "words"),
    [
        ("Whitehall", OTHER, "none of them is ours"),
        (OURS, "Whitehouse Academy", "more than one may be ours"),
    ],
)
def test_schools_of_which_none_or_several_may_be_ours_are_refused_by_name(
    client: TestClient, school: School, office: dict[str, str], ours: str, other: str, words: str
) -> None:
    refused = problem(put(client, office, "roster", trust(ours, other)), 422, "file-refused")
    (fault,) = refused["errors"]
    assert fault["pointer"] == "#/line/0"
    assert words in fault["detail"]
    assert f"“{other}”" in fault["detail"]
    assert f"“{ours}”" in fault["detail"]
    dry = put(client, office, "roster", trust(ours, other), dry_run=True).json()
    assert any(one["line"] == 0 and words in one["detail"] for one in dry["problems"])
    with school.read() as store:
        assert roster.elsewhere(store) == ()


def test_a_fifth_of_ours_does_not_turn_into_others_unconfirmed(client: TestClient, office: dict[str, str]) -> None:
    put(client, office, "roster", trust())
    assert put(client, office, "roster", trust(given=84), dry_run=True).status_code == 200
    told = problem(put(client, office, "roster", trust(given=85)), 409, "roll-would-shrink")
    assert "85 of 420 pupils would leave, 85 of them to other schools of the trust" in told["detail"]
    done = put(client, office, "roster", trust(given=85), confirm=True).json()
    assert (len(done["left"]), done["elsewhere"]) == (85, len(THEIRS) + 85)


def test_other_registers_tell_no_such_count(client: TestClient, office: dict[str, str]) -> None:
    staff = "title,first,surname,role,personal_handles\nMr,Jo,King,PE,\n"
    assert "elsewhere" not in put(client, office, "staff", staff, dry_run=True).json()
