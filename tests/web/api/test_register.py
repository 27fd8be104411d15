"""The register over HTTP: the office's files, single children, and that what they say counts at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import app as fledgling
from app.domain import Box
from app.store import audit
from app.vision import paper
from tests.web.api.test_bad_input import problem
from tests.web.api.test_vet import BLUE, GOOD_NEWS, RED, photo, rules
from tests.web.conftest import REFUSED, School, both_databases, permissions_csv

ROSTER = (Path(fledgling.__file__).parent / "demo_school" / "roster.csv").read_bytes()
STAFF = (Path(fledgling.__file__).parent / "demo_school" / "staff.csv").read_bytes()
HEADER, *PUPILS = list(csv.reader(io.StringIO(ROSTER.decode("utf-8-sig"))))
ALICE, TOM = REFUSED
NEW = ["Z823499926999", "Elowen", "Ellie", "", "Fairweather", "Fairweather", "4", "Oak", "2018-06-19"]
FAIR = (
    "id,title,starts_at,ends_at,place,synonyms\nfair,Winter Fair,2026-11-28T14:00:00Z,2026-11-28T17:00:00Z,Hall,fete\n"
)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:trip@whitehouse.example
DTSTAMP:20261101T090000Z
DTSTART:20261201T090000Z
DTEND:20261201T150000Z
SUMMARY:Trip to the windmill
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def sheet(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def put(
    client: TestClient, headers: dict[str, str], path: str, body: bytes | str, kind: str = "text/csv", **params: Any
) -> Any:
    data = body.encode() if isinstance(body, str) else body
    return client.put(f"/v1/{path}", headers=headers | {"Content-Type": kind}, content=data, params=params)


def lines(school: School) -> int:
    """How many lines the audit trail has: whatever is changed writes one."""
    with school.read() as store:
        return audit.verify(store).rows


def found(client: TestClient, headers: dict[str, str], q: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/v1/pupils", headers=headers, params={"q": q}).json()["items"]
    return items


def with_faces(client: TestClient, headers: dict[str, str], *classes: str) -> dict[str, Any]:
    """The report on two faces of these classes."""
    answer = client.post(
        "/v1/vet",
        headers=headers,
        data={"text": GOOD_NEWS, "alt_texts": ["Children with a road"], "classes": list(classes)},
        files=[("photos", ("a.png", photo(BLUE, RED), "image/png"))],
    )
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


# ---------------------------------------------------------------- the roster


@both_databases
def test_a_dry_run_tells_the_difference_and_changes_nothing(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    moved = [*PUPILS[0][:7], "Rowan", PUPILS[0][8]]
    body = sheet([moved, *PUPILS[2:], NEW])
    before = lines(school)
    told = put(client, office, "roster", body, dry_run=True)
    assert told.status_code == 200
    difference = told.json()
    assert {name: difference[name] for name in ("added", "changed", "left")} == {
        "added": [NEW[0]],
        "changed": [ALICE],
        "left": [TOM],
    }
    assert all(set(one) == {"line", "detail"} for one in difference["problems"])
    assert lines(school) == before
    assert school.pupil(ALICE).class_name == "Oak"
    assert found(client, office, "Fairweather") == []

    done = put(client, office, "roster", body)
    assert done.json() == difference
    assert school.pupil(ALICE).class_name == "Rowan"
    assert school.pupil(TOM).left_on is not None
    assert [one["upn"] for one in found(client, office, "Fairweather")] == [NEW[0]]
    left = [found(client, office, upn)[0]["left_on"] for upn in (TOM, ALICE)]
    assert left == ["2026-11-22", None], "a child who left is marked"
    again = put(client, office, "roster", body).json()
    assert (again["added"], again["changed"], again["left"]) == ([], [], [])


@both_databases
def test_more_than_a_fifth_fewer_waits_for_a_confirmation(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    half = sheet(PUPILS[:210])
    before = lines(school)
    problem(put(client, office, "roster", half), 409, "roll-would-shrink")
    assert lines(school) == before
    shown = put(client, office, "roster", half, dry_run=True).json()
    assert len(shown["left"]) == 210
    confirmed = put(client, office, "roster", half, confirm=True)
    assert confirmed.status_code == 200
    assert len(confirmed.json()["left"]) == 210
    with school.read() as store:
        assert sum(school.pupil(row[0]).left_on is None for row in (PUPILS[0], PUPILS[-1])) == 1
        assert audit.verify(store).problems == ()


def test_just_a_fifth_fewer_needs_none(client: TestClient, school: School, office: dict[str, str]) -> None:
    assert put(client, office, "roster", sheet(PUPILS[: 420 * 4 // 5])).status_code == 200


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (sheet([*PUPILS, PUPILS[0][:1] + NEW[1:]]), 422, "the same as on line 2"),
        (sheet([["", *NEW[1:]], *PUPILS]), 2, "without a UPN"),
        (sheet([*PUPILS, [*NEW[:8], "the 5th"]]), 422, "not a date"),
        (sheet([*PUPILS, [NEW[0], "", *NEW[2:]]]), 422, "Legal Forename"),
        (sheet([row[1:] for row in PUPILS], HEADER[1:]), 1, "UPN"),
        (b"", 0, ""),
        (ROSTER + b"\x00", 422, "NUL"),
        (b"PK\x03\x04" + b"0" * 100, 0, "Excel"),
        (sheet([*PUPILS, PUPILS[4]]), 422, "the same as on line 6"),
        (sheet([*PUPILS, [NEW[0], "E" * 140_000, *NEW[2:]]]), 422, "longer than 131,072 characters"),
        (sheet([[NEW[0], "E" * 140_000, *NEW[2:]], *PUPILS]), 2, "longer than 131,072 characters"),
        (ROSTER.decode("utf-8-sig").encode("utf-16"), 0, "UTF-16"),
        (ROSTER.decode("utf-8-sig").encode("utf-32-be"), 0, "UTF-32"),
    ],
    ids=[
        *("same UPN", "no UPN", "no day", "no name", "no column", "empty", "NUL", "a workbook"),
        *("same line", "a huge cell", "a huge cell in front", "UTF-16", "UTF-32"),
    ],
)
def test_a_file_with_errors_is_refused_by_line_and_changes_nothing(
    client: TestClient, school: School, office: dict[str, str], body: bytes, line: int, words: str
) -> None:
    before = lines(school)
    refused = problem(put(client, office, "roster", body), 422, "file-refused")
    assert any(
        one["pointer"] == f"#/line/{line}" and words.casefold() in one["detail"].casefold() for one in refused["errors"]
    ), refused["errors"]
    assert lines(school) == before
    dry = put(client, office, "roster", body, dry_run=True)
    assert dry.status_code == 200
    assert any(one["line"] == line and words.casefold() in one["detail"].casefold() for one in dry.json()["problems"])
    assert (dry.json()["added"], dry.json()["left"]) == ([], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_names_survive_their_encoding(
    client: TestClient, school: School, office: dict[str, str], encoding: str
) -> None:
    zoe = ["Z823499926998", "Zoë", "", "", "O’Brien-Müller", "", *NEW[6:]]
    plain = [row for row in PUPILS if "".join(row).isascii()]
    body = sheet([*plain, zoe]).decode().encode(encoding)
    assert put(client, office, "roster", body, kind="text/csv; charset=whatever").status_code == 200
    added = school.pupil(zoe[0])
    assert (added.legal_first, added.legal_surname) == ("Zoë", "O’Brien-Müller")


@both_databases
def test_a_new_child_is_guarded_with_the_next_draft(
    client: TestClient, office: dict[str, str], author: dict[str, str]
) -> None:
    words = {"text": "Our Star of the Week is Elowen Fairweather for her poem."}
    assert "names.pupil-named" not in rules(client.post("/v1/vet", headers=author, json=words).json())
    assert put(client, office, "roster", sheet([*PUPILS, NEW])).status_code == 200
    assert "names.pupil-named" in rules(client.post("/v1/vet", headers=author, json=words).json())


# ---------------------------------------------------------------- staff, events, accounts


@both_databases
def test_staff_and_their_personal_handles(client: TestClient, office: dict[str, str], author: dict[str, str]) -> None:
    text = {"text": "A lovely assembly today, thank you @hgrace_home!"}
    assert "accounts.personal-feed" not in rules(client.post("/v1/vet", headers=author, json=text).json())
    header, *rows = list(csv.reader(io.StringIO(STAFF.decode("utf-8-sig"))))
    changed = [[*row, "@HGrace_Home;hg2"] if row[2] == "Grace" else [*row, ""] for row in rows]
    body = sheet(changed[1:], [*header, "personal_handles"])
    told = put(client, office, "staff", body, dry_run=True).json()
    name = " ".join(rows[0][:3])
    assert (told["added"], told["changed"], told["left"]) == ([], ["Mrs Helen Grace"], [name])
    assert "accounts.personal-feed" not in rules(client.post("/v1/vet", headers=author, json=text).json())
    assert put(client, office, "staff", body).json() == told
    assert "accounts.personal-feed" in rules(client.post("/v1/vet", headers=author, json=text).json())
    refused = problem(
        put(client, office, "staff", "title,first,surname,role,personal_handles\nMr,A,B,C,not a handle\n"),
        422,
        "file-refused",
    )
    assert refused["errors"][0]["pointer"] == "#/line/2"


@both_databases
def test_events_as_csv_and_as_icalendar(client: TestClient, office: dict[str, str], author: dict[str, str]) -> None:
    assert put(client, office, "events", FAIR, dry_run=True).json()["added"] == ["fair"]
    problem(client.post("/v1/vet", headers=author, json={"text": "x", "event_id": "fair"}), 422, "event-unknown")
    assert put(client, office, "events", FAIR).json()["added"] == ["fair"]
    report = client.post("/v1/vet", headers=author, json={"text": "What a fair!", "event_id": "fair"}).json()
    assert "events.not-yet-over" in rules(report)
    (event,) = client.get("/v1/events", headers=author).json()["items"]
    assert (event["id"], event["ends_at"], event["synonyms"]) == ("fair", "2026-11-28T17:00:00Z", ["fete"])

    swapped = put(client, office, "events", CALENDAR, kind="text/calendar; charset=utf-8").json()
    assert swapped["left"] == ["fair"]
    (trip,) = client.get("/v1/events", headers=author).json()["items"]
    assert swapped["added"] == [trip["id"]]
    assert (trip["title"], trip["starts_at"]) == ("Trip to the windmill", "2026-12-01T09:00:00Z")
    backwards = FAIR.replace("T17", "T11")
    assert problem(put(client, office, "events", backwards), 422, "file-refused")["errors"]
    problem(put(client, office, "events", "no calendar at all", kind="text/calendar"), 422, "file-refused")
    assert len(client.get("/v1/events", headers=author).json()["items"]) == 1


@both_databases
def test_accounts_are_added_and_changed_and_never_lost(
    client: TestClient, school: School, office: dict[str, str], author: dict[str, str]
) -> None:
    news = {"text": GOOD_NEWS, "account": "@WPSOak"}
    assert "accounts.not-ours" in rules(client.post("/v1/vet", headers=author, json=news).json())
    made = client.put("/v1/accounts", headers=office, json=[{"handle": "@WPSOak", "classes": ["Oak"]}])
    assert made.json() == [
        {"handle": "whitehouseps", "classes": [], "posters": []},
        {"handle": "wpsoak", "classes": ["Oak"], "posters": []},
    ]
    assert "accounts.not-ours" not in rules(client.post("/v1/vet", headers=author, json=news).json())
    other = school.person("author").id
    changed = client.put("/v1/accounts", headers=office, json=[{"handle": "wpsoak", "posters": [other]}]).json()
    assert changed[1] == {"handle": "wpsoak", "classes": [], "posters": [other]}
    unknown = [{"handle": "wpsoak", "classes": ["Oak", "Baobab"], "posters": [other, "nobody"]}]
    refused = problem(client.put("/v1/accounts", headers=office, json=unknown), 422, "malformed")
    assert [one["pointer"] for one in refused["errors"]] == ["#/0/posters/1", "#/0/classes/1"]
    assert "accounts.not-ours" in rules(client.post("/v1/vet", headers=author, json=news).json())
    for bad in ([], [{"handle": "far_too_long_a_handle"}], [{"handle": "a b"}], {"handle": "x"}, [{"name": "x"}]):
        problem(client.put("/v1/accounts", headers=office, json=bad), 422, "malformed")


@pytest.mark.parametrize("path", ["roster", "staff", "permissions", "events"])
def test_another_kind_of_body_is_not_taken(
    client: TestClient, school: School, office: dict[str, str], path: str
) -> None:
    before = lines(school)
    for kind in ("application/json", "text/plain", "application/vnd.ms-excel", "", "text/csvx"):
        problem(put(client, office, path, ROSTER, kind=kind), 415, "unsupported-media-type")
    assert lines(school) == before


def test_a_body_beyond_all_files_is_too_large(client: TestClient, office: dict[str, str]) -> None:
    problem(put(client, office, "roster", b"x" * 40_000_001), 413, "body-too-large")


# ---------------------------------------------------------------- what families answered


@both_databases
def test_answers_are_taken_in_whole(client: TestClient, school: School, office: dict[str, str]) -> None:
    rows = list(csv.reader(io.StringIO(permissions_csv().decode())))
    changed = [[upn, {ALICE: "Yes", PUPILS[5][0]: "No", PUPILS[6][0]: ""}.get(upn, said)] for upn, said in rows[1:]]
    body = sheet([*changed, ["Z999", "Yes"]], rows[0])
    before = lines(school)
    told = put(client, office, "permissions", body, dry_run=True).json()
    assert (sorted(told["changed"]), told["left"]) == (sorted([ALICE, PUPILS[5][0]]), [PUPILS[6][0]])
    assert any(one["line"] == 422 and "no pupil" in one["detail"] for one in told["problems"])
    assert lines(school) == before
    assert put(client, office, "permissions", body).json() == told
    shown = {row[0]: found(client, office, row[0])[0]["may_be_shown"] for row in (PUPILS[0], PUPILS[1], PUPILS[5])}
    assert shown == {ALICE: True, TOM: False, PUPILS[5][0]: False}


@pytest.mark.parametrize("body", ["UPN,Social media\nZ999,Yes\n", "UPN,Name\nZ999,Yes\n", "Name,Social media\nA,Yes\n"])
def test_answers_of_nobody_we_know_are_refused(client: TestClient, office: dict[str, str], body: str) -> None:
    assert problem(put(client, office, "permissions", body), 422, "file-refused")["errors"]


@both_databases
def test_one_familys_word_counts_with_the_next_draft(
    client: TestClient, school: School, office: dict[str, str], author: dict[str, str]
) -> None:
    child = next(row[0] for row in PUPILS if row[7] == "Cedar")
    assert "children.roll-call" not in rules(with_faces(client, author, "Cedar"))
    path = f"/v1/pupils/{school.pupil(child).id}/publication-permission"
    said = client.post(path, headers=office, json={"answer": "refused", "told_by": "mother", "told_on": "2026-11-20"})
    assert said.json() == {"pupil": school.pupil(child).id, "answer": "refused", "may_be_shown": False, "note": ""}
    assert "children.roll-call" in rules(with_faces(client, author, "Cedar"))
    assert found(client, office, child)[0]["may_be_shown"] is False
    other = client.post(path, headers=office, json={"answer": "granted", "told_by": "father"}).json()
    assert other["answer"] == "refused", "another parent's yes takes no no back"
    assert other["note"] == "Another no on record still stands; it holds until whoever gave it takes it back."
    back = client.post(path, headers=office, json={"answer": "granted", "told_by": "Mother"}).json()
    assert (back["answer"], back["may_be_shown"], back["note"]) == ("granted", True, "")
    assert "children.roll-call" not in rules(with_faces(client, author, "Cedar"))


def test_a_word_that_cannot_be_recorded(client: TestClient, school: School, office: dict[str, str]) -> None:
    path = f"/v1/pupils/{school.pupil(ALICE).id}/publication-permission"
    before = lines(school)
    problem(client.post(path, headers=office, json={"answer": "perhaps"}), 422, "malformed")
    problem(client.post(path, headers=office, json={"answer": "granted", "told_on": "2026-11-23"}), 422, "malformed")
    problem(client.post(path, headers=office, json={"answer": "granted", "told_by": "a\x00b"}), 422, "malformed")
    nobody = "/v1/pupils/nobody/publication-permission"
    problem(client.post(nobody, headers=office, json={"answer": "granted"}), 404, "not-found")
    assert lines(school) == before


@both_databases
def test_the_same_key_records_a_word_once(client: TestClient, school: School, office: dict[str, str]) -> None:
    path = f"/v1/pupils/{school.pupil(PUPILS[9][0]).id}/publication-permission"
    headers = office | {"Idempotency-Key": "call-1"}
    first = client.post(path, headers=headers, json={"answer": "withdrawn", "told_by": "mother"})
    after = lines(school)
    again = client.post(path, headers=headers, json={"answer": "withdrawn", "told_by": "mother"})
    assert (again.status_code, again.json(), lines(school)) == (200, first.json(), after)
    problem(client.post(path, headers=headers, json={"answer": "granted"}), 422, "idempotency-key-reused")


@both_databases
def test_silence_permits_only_after_a_round_that_is_over(
    client: TestClient, school: School, office: dict[str, str], author: dict[str, str]
) -> None:
    child = next(row[0] for row in PUPILS if row[7] == "Cedar")
    silent = permissions_csv().decode().replace(f"{child},Yes", f"{child},")
    assert put(client, office, "permissions", silent).status_code == 200

    def may_be_shown() -> bool:
        shown = bool(found(client, office, child)[0]["may_be_shown"])
        assert ("children.roll-call" in rules(with_faces(client, author, "Cedar"))) is not shown
        return shown

    assert not may_be_shown(), "no round was opened"
    path = "/v1/permission-round"
    asked = client.put(path, headers=office, json={"opened_on": "2026-11-01", "due_on": "2026-11-22"})
    assert asked.json() == {"school_year": "2026-27", "opened_on": "2026-11-01", "due_on": "2026-11-22"}
    assert not may_be_shown(), "families may answer today still"
    school.service.clock.time += timedelta(days=1)  # type: ignore[attr-defined]
    assert may_be_shown()
    client.put(path, headers=office, json={"opened_on": "2026-11-01", "due_on": "2026-12-01"})
    assert not may_be_shown(), "the day was put off"
    before = lines(school)
    for days in (("2026-11-02", "2026-11-01"), ("2026-11-01", "2027-11-01"), ("2026-02-30", "2026-11-01")):
        body = {"opened_on": days[0], "due_on": days[1]}
        problem(client.put(path, headers=office, json=body), 422, "malformed")
    assert lines(school) == before


# ---------------------------------------------------------------- single children


@both_databases
def test_pupils_are_found_by_words_of_their_names(client: TestClient, office: dict[str, str]) -> None:
    assert {one["upn"] for one in found(client, office, "ALICE smi")} >= {ALICE}
    assert [one["upn"] for one in found(client, office, ALICE.lower())] == [ALICE]
    assert found(client, office, "nobody of that name") == []
    (alice,) = found(client, office, ALICE)
    assert (alice["class_name"], alice["year"], alice["may_be_shown"]) == ("Oak", "4", False)
    assert set(alice) == {
        "id",
        "upn",
        "legal_first",
        "legal_surname",
        "preferred_first",
        "preferred_surname",
        "year",
        "class_name",
        "left_on",
        "may_be_shown",
    }, "nothing of why a child may not be shown"
    assert found(client, office, "a\x00b") == []


@both_databases
def test_pupils_come_in_pages(client: TestClient, office: dict[str, str]) -> None:
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 100}
    while True:
        page = client.get("/v1/pupils", headers=office, params=params).json()
        seen += [one["upn"] for one in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert len(seen) == len(set(seen)) == 420
    problem(client.get("/v1/pupils", headers=office, params={"cursor": "nonsense"}), 422, "malformed")
    for limit in ("0", "101", "many"):
        problem(client.get("/v1/pupils", headers=office, params={"limit": limit}), 422, "malformed")


@both_databases
def test_an_erased_child_is_gone(
    client: TestClient, school: School, office: dict[str, str], author: dict[str, str]
) -> None:
    alice = school.pupil(ALICE)
    assert client.delete(f"/v1/pupils/{alice.id}", headers=office).status_code == 204
    problem(client.delete(f"/v1/pupils/{alice.id}", headers=office), 404, "not-found")
    assert found(client, office, ALICE) == []
    path = f"/v1/pupils/{alice.id}/publication-permission"
    problem(client.post(path, headers=office, json={"answer": "granted"}), 404, "not-found")
    back = put(client, office, "roster", ROSTER).json()
    assert back["added"] == [ALICE]
    assert school.pupil(ALICE).id != alice.id
    assert found(client, office, ALICE)[0]["may_be_shown"] is False, "nothing is known of what the family said"


@both_databases
def test_an_id_that_cannot_be(client: TestClient, school: School, office: dict[str, str]) -> None:
    bodies = {
        "publication-permission": {"answer": "refused"},
        "biometric-response": {"actor": "parent", "decision": "object", "received_on": "2026-11-01"},
    }
    answers = []
    for pupil_id in ("%00", "a%00b", "x" * 5000, "%F0%9F%8E%89", "..%2f..", "%FF"):
        path = f"/v1/pupils/{pupil_id}"
        answers.append(client.delete(path, headers=office))
        answers += [client.post(f"{path}/{end}", headers=office, json=body) for end, body in bodies.items()]
        face = {"file": ("a.png", photo(BLUE), "image/png")}
        answers.append(client.post(f"{path}/reference-photos", headers=office, files=face))
    for answer in answers:
        assert answer.status_code in {404, 422}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


# ---------------------------------------------------------------- faces on record


def consent(client: TestClient, headers: dict[str, str], pupil_id: str, **changed: Any) -> Any:
    body = {
        "actor": "parent",
        "decision": "consent",
        "in_writing": True,
        "received_on": "2026-09-14",
        "contact": "mother",
        "notice_sent_on": "2026-09-03",
    }
    return client.post(f"/v1/pupils/{pupil_id}/biometric-response", headers=headers, json=body | changed)


def test_the_same_key_records_a_response_once(client: TestClient, school: School, office: dict[str, str]) -> None:
    alice = school.pupil(ALICE).id
    once = office | {"Idempotency-Key": "form-7"}
    assert consent(client, once, alice).json()["valid"] is True
    after = lines(school)
    assert consent(client, once, alice).json()["valid"] is True
    assert lines(school) == after
    problem(consent(client, once, alice, decision="object"), 422, "idempotency-key-reused")


def portrait(colour: tuple[int, int, int] = BLUE) -> dict[str, Any]:
    return {"file": ("p.png", paper.png([(colour, Box(200, 100, 440, 380))]), "image/png")}


@both_databases
def test_a_face_is_put_on_record_with_consent_alone_and_found(
    client: TestClient, school: School, office: dict[str, str], author: dict[str, str]
) -> None:
    alice = school.pupil(ALICE).id
    path = f"/v1/pupils/{alice}/reference-photos"
    refused = problem(client.post(path, headers=office, files=portrait()), 409, "biometric-consent-missing")
    assert "Alice" not in refused["detail"]
    assert consent(client, office, alice, in_writing=False).json() == {"pupil": alice, "valid": False}
    assert consent(client, office, alice).json() == {"pupil": alice, "valid": True}
    assert with_faces(client, author, "Oak")["photos"][0]["matching"] == "off"
    once = office | {"Idempotency-Key": "portrait-1"}
    made = client.post(path, headers=once, files=portrait(), data={"taken_on": "2026-09-14"})
    assert made.status_code == 201
    body = made.json()
    again = client.post(path, headers=once, files=portrait(), data={"taken_on": "2026-09-14"})
    assert (again.status_code, again.json()) == (201, body)
    assert (body["pupil"], body["taken_on"]) == (alice, "2026-09-14")
    assert body["box"] == {"left": 200, "top": 100, "right": 440, "bottom": 380}
    report = with_faces(client, author, "Oak")
    assert report["verdict"] == "reject"
    assert [face["match"] for face in report["photos"][0]["faces"]] == ["clear", None]
    problem(client.post(path, headers=office, files=portrait()), 409, "photo-exists")

    gone = consent(client, office, alice, decision="withdraw", received_on="2026-11-21")
    assert gone.json() == {"pupil": alice, "valid": False}
    assert list((school.service.settings.data_dir / "references").rglob("*.*")) == []
    after = with_faces(client, author, "Oak")
    assert after["photos"][0]["matching"] == "off"
    assert "children.roll-call" in rules(after)


@pytest.mark.parametrize(
    ("files", "data", "status", "slug"),
    [
        ({"file": ("p.png", paper.png(), "image/png")}, {}, 422, "reference-"),
        ({"file": ("p.png", photo(BLUE, RED), "image/png")}, {}, 422, "reference-"),
        ({"file": ("p.png", b"no photo", "image/png")}, {}, 415, "not-an-image"),
        ({"photo": ("p.png", photo(BLUE), "image/png")}, {}, 422, "malformed"),
        (portrait(), {"taken_on": "yesterday"}, 422, "malformed"),
    ],
    ids=["nobody", "two faces", "no photo", "another field", "no day"],
)
def test_a_reference_photo_that_is_refused(
    client: TestClient,
    school: School,
    office: dict[str, str],
    files: dict[str, Any],
    data: dict[str, str],
    status: int,
    slug: str,
) -> None:
    alice = school.pupil(ALICE).id
    assert consent(client, office, alice).json()["valid"] is True
    answer = client.post(f"/v1/pupils/{alice}/reference-photos", headers=office, files=files, data=data)
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].startswith(f"/problems/{slug}")
    assert list((school.service.settings.data_dir / "references").rglob("*.*")) == []


def test_a_reference_photo_comes_as_a_form(client: TestClient, school: School, office: dict[str, str]) -> None:
    path = f"/v1/pupils/{school.pupil(ALICE).id}/reference-photos"
    problem(client.post(path, headers=office, json={"file": "x"}), 415, "unsupported-media-type")
    problem(consent(client, office, school.pupil(ALICE).id, received_on="2026-11-23"), 422, "malformed")
