"""The audit trail in a browser: found, saved, proved, and itself noted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.store import Store, audit, people, trail
from app.store.audit import Action, AuditLine
from app.store.trail import Asked
from app.web.pages import doings
from tests.databases import tamper
from tests.web.api.test_register import PUPILS
from tests.web.conftest import NOW, PASSWORD_HASH, School, both_databases
from tests.web.pages.forms import Browser, open_browser


@pytest.fixture
def dpo(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "dpo")


@both_databases
def test_lines_are_found_by_person_deed_thing_and_day(
    dpo: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    office, child = open_browser(new_client(), school, "office"), school.pupil(PUPILS[9][0])
    office.get(f"/pupils/{child.id}")
    page = dpo.get("/audit").text
    assert "<strong>Office</strong> looked at a child&#39;s answers." in page
    theirs = dpo.get(f"/audit?who={office.person.id}").text
    assert "looked at a child" in theirs
    assert "loaded a roster" not in theirs
    about = dpo.get(f"/audit?thing={child.id}").text
    assert "looked at a child" in about
    assert "loaded a roster" in about  # the child's id is among its details
    assert "loaded a roster" not in dpo.get("/audit?what=permission.answers.read").text
    group = dpo.get("/audit").text
    assert "What families answered" in group
    assert "looked at a child" in dpo.client.get("/audit", params={"what": "What families answered"}).text
    assert "looked at a child" in dpo.get("/audit?since=2026-11-22&until=2026-11-22").text
    assert "No line is like that" in dpo.get("/audit?until=2026-11-21").text
    for days in ("since=yesterday", "since=2026-11-22&until=2026-11-21", "since=0001-01-01", "until=9999-12-31"):
        answer = dpo.get(f"/audit?{days}")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_no_child_is_named(dpo: Browser, school: School) -> None:
    with school.write() as store:
        for number in range(3):
            audit.append(store, Action.PERMISSIONS_READ, school.pupil(PUPILS[number][0]).id, by="test", now=NOW)
    page = dpo.get("/audit").text + dpo.get("/audit/lines.csv").text
    for row in PUPILS[:50]:
        assert f"{row[1]} {row[4]}" not in page
        assert row[0] not in page


def test_looking_is_noted_and_saving_too(dpo: Browser, school: School) -> None:
    dpo.get("/audit")
    dpo.get("/audit/lines.csv")
    dpo.get("/audit?until=2020-01-01")
    with school.read() as store:
        noted = trail.page(store, Asked(actor=dpo.person.id, actions=[Action.AUDIT_READ]), limit=10).items
    assert [line.detail["file"] for line in noted] == [True, False]
    assert "of this trail as a file" in dpo.get("/audit").text


def test_a_page_is_followed_by_the_older(dpo: Browser, school: School) -> None:
    with school.write() as store:
        for _ in range(60):
            audit.append(store, Action.PHOTO_ADD, "photo", by="test", now=NOW)
    first = dpo.get("/audit?what=desk.photo.add").text
    assert first.count("sent a photo") == 50
    assert "what=desk.photo.add&amp;cursor=" in first
    cursor = first.split("cursor=")[1].split('"')[0]
    assert dpo.get(f"/audit?what=desk.photo.add&cursor={cursor}").text.count("sent a photo") == 10
    assert dpo.get("/audit?cursor=x").status_code == 422


def test_the_file_holds_no_formula(dpo: Browser, school: School) -> None:
    with school.write() as store:
        person = people.add(store, "=cmd|' /C calc'!A0", "evil@x.example", "office", PASSWORD_HASH, by="test", now=NOW)
        audit.append(store, Action.PHOTO_ADD, "+photo", by=person.id, now=NOW)
    answer = dpo.get("/audit/lines.csv?what=desk.photo.add")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[:3] == ["Line", "When (UTC)", "Who"]
    assert row[2].startswith("'=cmd")
    assert row[6] == "'+photo"


@both_databases
def test_the_chain_is_proved(dpo: Browser, school: School) -> None:
    page = dpo.post("/audit/verify").text
    assert "In order" in page
    with school.read() as store:
        head = audit.verify(store)
    assert f'value="{head.head}"' not in page  # that the page was looked at is a line of its own since
    assert head.problems == ()
    tamper(school.service.database, "UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    page = dpo.post("/audit/verify").text
    assert "Not in order" in page
    assert "Line 2: was changed after it was written" in page


@pytest.mark.parametrize("role", ["author", "approver", "office", "dsl"])
def test_the_trail_is_for_the_officer_and_the_administrator(
    new_client: Callable[[], TestClient], school: School, role: str
) -> None:
    other = open_browser(new_client(), school, role)
    for path in ("/audit", "/audit/lines.csv", "/audit/kept"):
        assert other.get(path).status_code == 403
    assert other.post("/audit/verify").status_code == 403


def test_an_administrator_reads_it_too(new_client: Callable[[], TestClient], school: School) -> None:
    assert open_browser(new_client(), school, "administrator").get("/audit").status_code == 200


def test_what_is_kept_and_what_is_due(dpo: Browser) -> None:
    page = dpo.get("/audit/kept").text
    for words in ("2,192 days (6 years)", "Sign-ins, after they ended", "Nothing yet.", "24 hours"):
        assert words in page


def test_what_only_the_lead_may_know_is_told_to_nobody_else(dpo: Browser, school: School) -> None:
    line = AuditLine(1, NOW, "register", "safeguarding.hold.set", "child", {"reason": "x"}, "", "")
    from app.web.pages.audit_page import _told

    class Reader:
        principal = type("P", (), {"may": staticmethod(lambda scope: False), "school_id": school.id})

    told = _told(line, {}, Reader())  # type: ignore[arg-type]
    assert (told.did, told.subject) == ("did something for the safeguarding lead", "")


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize(
    "detail",
    [
        {},
        {
            "pupils": 3,
            "added": [1],
            "source": "told",
            "handles": ["a"],
            "changed": ["active"],
            "elsewhere": 2,
            "file": True,
            "answers": {"a": "b"},
        },
    ],
)
def test_every_action_is_told_in_words(action: Action, detail: dict[str, object]) -> None:
    said = doings.said(AuditLine(1, NOW, "x", action.value, "y", detail, "", ""))
    assert said.strip()
    assert "{" not in said
    assert doings.group_of(action.value)


def test_an_action_that_nobody_told_of_is_told_plainly() -> None:
    assert doings.plainly("desk.lock.take") == "lock: taken"
    assert doings.called({}, "0123") == "0123 (not known any more)"


def test_the_trail_of_another_school_is_not_read(school: School) -> None:
    with school.service.database.read() as session:
        other = Store(session, "another")
        assert trail.page(other, Asked(), limit=10).items == ()
        assert trail.actors(other) == ()
        assert not list(trail.every(other, Asked()))


def test_every_action_has_words_of_its_own() -> None:
    assert [one for one in Action if one not in doings.told_of()] == []
