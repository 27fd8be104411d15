"""Faces on record in a browser: the office records, the data protection officer reads, the assessment comes first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.domain import Box
from app.vision import paper
from tests.web.conftest import REFUSED, Clock, School, both_databases
from tests.web.pages.forms import COLOURS, Browser, Value, open_browser

pytestmark = both_databases

FORM = {
    "reference": "DPIA-8",
    "version": "1.1",
    "date": "2026-11-20",
    "dpo_opinion": "No objection.",
    "approved_by": "Governors",
    "review_due": "2027-11-20",
}
FACE = paper.png(faces=[(COLOURS[0], Box(200, 100, 400, 360))])


@pytest.fixture
def office(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "office")


@pytest.fixture
def child(school: School) -> str:
    return f"/faces/{school.pupil(REFUSED[0]).id}"


def consented(office: Browser, child: str) -> None:
    assert office.post(f"{child}/notices", contact="mother", sent_on="2026-09-03", exemption="").status_code == 303
    answer = {"actor": "parent", "contact": "mother", "decision": "consent", "received_on": "2026-09-10"}
    assert office.post(f"{child}/responses", in_writing="yes", **answer).status_code == 303


def enrolled(office: Browser, child: str) -> None:
    consented(office, child)
    sent = office.send(
        [("csrf", office.csrf), ("file", ("p.png", FACE)), ("taken_on", "2026-09-14")], to=f"{child}/photos"
    )
    assert sent.status_code == 303, sent.text


def test_the_office_records_step_by_step(office: Browser, child: str) -> None:
    page = office.get(child).text
    assert "Nobody with parental responsibility is on record." in page
    assert "Add a photo" not in page
    enrolled(office, child)
    page = office.get(child).text
    assert "The face may be on record." in page
    assert "mother: told in writing on 2026-09-03" in page
    assert "Taken on 2026-09-14, 2 months old" in page
    assert child in office.get("/faces").text
    removing = next(part for part in page.split('"') if part.endswith("/remove"))
    assert office.post(removing).status_code == 303
    assert "Taken on 2026" not in office.get(child).text


def test_a_childs_no_takes_one_press(office: Browser, school: School, child: str) -> None:
    enrolled(office, child)
    answer = office.post(f"{child}/refusal")
    assert (answer.status_code, answer.headers["location"]) == (303, child)
    page = office.get(child).text
    assert "The child refuses." in page
    assert "Taken on" not in page
    references = school.service.settings.data_dir / "references"
    assert [one for one in references.rglob("*") if one.is_file()] == []


def test_a_spoken_no_holds_and_waits_for_writing(office: Browser, child: str) -> None:
    consented(office, child)
    no = {"actor": "parent", "contact": "mother", "decision": "object", "received_on": "2026-11-20"}
    office.post(f"{child}/responses", **no)
    page = office.get(child).text
    assert "Mother said no." in page
    assert "Written confirmation pending." in page


def test_what_cannot_be_is_told_on_the_page(office: Browser, child: str) -> None:
    for path, fields in (
        ("notices", {"contact": ""}),
        ("notices", {"contact": "mother", "sent_on": "2026-11-23"}),
        ("notices", {"contact": "mother", "exemption": "busy"}),
        ("responses", {"actor": "uncle", "decision": "consent", "received_on": "2026-09-10"}),
        ("responses", {"actor": "parent", "decision": "consent", "received_on": "2026-11-23"}),
    ):
        answer = office.post(f"{child}/{path}", **fields)
        assert answer.status_code == 422, (path, fields)
        assert "<h1>Face on record" in answer.text
    photo: list[tuple[str, Value]] = [("csrf", office.csrf), ("file", ("p.png", FACE)), ("taken_on", "")]
    assert office.send(photo, to=f"{child}/photos").status_code == 409
    consented(office, child)
    for file, day, status in ((b"", "", 422), (b"no photo", "", 415), (FACE, "soon", 422), (FACE, "2024-01-01", 422)):
        sent = office.send([("csrf", office.csrf), ("file", ("p", file)), ("taken_on", day)], to=f"{child}/photos")
        assert sent.status_code == status, (file[:8], day)
    assert office.get("/faces/nobody").status_code == 404
    assert office.client.post(f"{child}/refusal", data={"csrf": "x"}).status_code == 403


def test_who_may_read_and_who_may_record(
    new_client: Callable[[], TestClient], school: School, office: Browser, child: str
) -> None:
    enrolled(office, child)
    dpo, author = (open_browser(new_client(), school, role) for role in ("dpo", "author"))
    page = dpo.get(child)
    assert page.status_code == 200
    assert "<button>The child" not in page.text
    assert dpo.get("/faces").status_code == 200
    assert author.get("/faces").status_code == author.get(child).status_code == author.get("/dpia").status_code == 403
    for path in ("refusal", "notices", "responses", "photos"):
        assert dpo.post(f"{child}/{path}").status_code == author.post(f"{child}/{path}").status_code == 403


def test_children_are_found(office: Browser, child: str) -> None:
    assert child in office.get("/faces?q=alice smith").text
    assert "Nobody was found." in office.get("/faces?q=xyzzy").text


def test_the_assessment_is_recorded_by_an_administrator_and_read_by_the_officer(
    new_client: Callable[[], TestClient], school: School, office: Browser, child: str, clock: Clock
) -> None:
    admin, dpo = (open_browser(new_client(), school, role) for role in ("administrator", "dpo"))
    enrolled(office, child)
    clock.go_on(seconds=1)
    assert "<button" not in dpo.get("/dpia").text.split("<h1>")[1]
    assert dpo.post("/dpia", **FORM).status_code == 403
    assert admin.post("/dpia", **FORM | {"version": "new"}).status_code == 422
    assert admin.post("/dpia", **FORM | {"date": "2026-11-23"}).status_code == 422
    assert admin.post("/dpia", **FORM).status_code == 303
    assert "DPIA-8, version 1.1" in dpo.get("/dpia").text
    clock.go_on(seconds=1)
    refused = admin.post("/dpia", **FORM | {"version": "2.0"})
    assert refused.status_code == 409
    assert 'name="confirm"' in refused.text
    assert 'value="2.0"' in refused.text
    assert admin.post("/dpia", confirm="yes", **FORM | {"version": "2.0"}).status_code == 303
    page = dpo.get("/dpia").text
    assert "1 family agreed to an earlier version" in page
    assert "dpia changed" in page
    assert "Families to be asked anew" in office.get("/faces").text
    clock.go_on(days=400)
    again = open_browser(new_client(), school, "dpo")
    assert "The review is overdue." in again.get("/dpia").text
    assert "was to be reviewed by" in again.get("/faces").text


def test_old_photos_are_listed(
    new_client: Callable[[], TestClient], school: School, office: Browser, child: str, clock: Clock
) -> None:
    enrolled(office, child)
    for days, told in ((300, "not used from 2027-10-26"), (100, "not used any more")):
        clock.go_on(days=days)
        browser = open_browser(new_client(), school, "office")
        assert told in browser.get("/faces").text
        assert "not used" in browser.get(child).text


def test_without_an_assessment_the_pages_say_so(
    new_client: Callable[[], TestClient], school: School, office: Browser, child: str
) -> None:
    with school.write() as store:
        store.session.execute(text("DELETE FROM dpias"))
    assert "matching is off" in office.get("/faces").text
    assert "No data-protection impact assessment" in office.get(child).text
    assert "None is recorded" in open_browser(new_client(), school, "administrator").get("/dpia").text
