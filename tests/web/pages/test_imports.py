"""Files of the office in a browser: shown first, applied after, kept for an hour for whoever handed them in."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store import events, roster
from app.web.handed_in import FOLDER
from tests.web.api.test_register import CALENDAR, FAIR, HEADER, NEW, PUPILS, sheet
from tests.web.conftest import REFUSED, Clock, School, both_databases, permissions_csv
from tests.web.pages.forms import Browser, open_browser

ALICE, TOM = REFUSED


@pytest.fixture
def office(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "office")


def hand_in(browser: Browser, kind: str, data: bytes, name: str = "file.csv") -> Any:
    return browser.send([("csrf", browser.csrf), ("file", (name, data))], to=f"/imports/{kind}")


def shown(browser: Browser, kind: str, data: bytes, name: str = "file.csv") -> tuple[str, str]:
    """The path of the page on which the difference is shown, and the page."""
    answer = hand_in(browser, kind, data, name)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    return path, browser.get(path).text


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def changed_roster() -> bytes:
    """Alice goes to another class, Tom is missing, Elowen comes."""
    return sheet([[*PUPILS[0][:7], "Rowan", PUPILS[0][8]], *PUPILS[2:], NEW])


@both_databases
def test_a_roster_is_shown_before_it_is_applied(office: Browser, school: School) -> None:
    data = changed_roster()
    path, page = shown(office, "roster", data, "Oct <roster>.csv")
    for words in (
        "Oct &lt;roster&gt;.csv",
        "Ellie Fairweather, Oak",
        "class: Oak → Rowan",
        "Come: 1",
        "Changed: 1",
        "Leave: 1",
    ):
        assert words in page
    assert school.pupil(ALICE).class_name == "Oak"
    done = office.post(f"{path}/apply", seen=seen(page))
    assert (done.status_code, done.headers["location"]) == (303, "/imports?done=roster")
    assert school.pupil(ALICE).class_name == "Rowan"
    assert school.pupil(TOM).left_on is not None
    front = office.get("/imports?done=roster").text
    assert "Roster: the file is taken in." in front
    assert "loaded a roster: 1 came, 2 changed or left" in front
    assert office.get(path).status_code == 409


def test_the_file_lies_sealed_for_an_hour_and_for_nobody_else(
    office: Browser, school: School, new_client: Callable[[], TestClient], clock: Clock, tmp_path: Path
) -> None:
    path, page = shown(office, "roster", changed_roster())
    (kept,) = (tmp_path / FOLDER).iterdir()
    assert b"Fairweather" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert "Z8234999" not in office.get("/imports").text
    colleague = open_browser(new_client(), school, "office")
    assert colleague.get(path).status_code == 409
    assert colleague.post(f"{path}/apply", seen=seen(page)).status_code == 409
    assert office.get(path[:-3] + "abc").status_code == 409
    clock.go_on(minutes=29)
    assert office.get(path).status_code == 200
    clock.go_on(minutes=29)
    assert office.get(path).status_code == 200
    clock.go_on(minutes=3)
    gone = office.get(path)
    assert gone.status_code == 409
    assert "Choose it again" in gone.text
    later = open_browser(new_client(), school, "office")
    shown(later, "staff", b"title,first,surname,role,personal_handles\n")
    assert not kept.exists()


def test_another_file_takes_the_place_of_the_last(office: Browser, tmp_path: Path) -> None:
    first, _ = shown(office, "roster", changed_roster())
    second, _ = shown(office, "roster", sheet(PUPILS))
    assert office.get(first).status_code == 409
    assert office.get(second).status_code == 200
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    assert office.post(f"{second}/drop").status_code == 303
    assert not list((tmp_path / FOLDER).iterdir())


def test_a_roll_that_shrinks_is_confirmed_by_typing(office: Browser, school: School) -> None:
    path, page = shown(office, "roster", sheet(PUPILS[:210]))
    assert "210 of 420 children would leave" in page
    for typed in ({}, {"leaving": "yes"}, {"leaving": "211"}):
        answer = office.post(f"{path}/apply", seen=seen(page), **typed)
        assert answer.status_code == 422
        assert "type 210 below" in answer.text
    assert school.pupil(PUPILS[-1][0]).left_on is None
    assert office.post(f"{path}/apply", seen=seen(page), leaving="210").status_code == 303
    assert school.pupil(PUPILS[-1][0]).left_on is not None


def test_what_was_not_shown_is_not_applied(office: Browser, school: School) -> None:
    path, page = shown(office, "roster", changed_roster())
    with school.write() as store:
        everybody = roster.every(store)
        moved = next(one for one in everybody if one.upn == PUPILS[5][0])
        roster.amend(store, [replace(moved, class_name="Moved")], by="test", now=school.service.clock())
    answer = office.post(f"{path}/apply", seen=seen(page))
    assert answer.status_code == 409
    assert "The register has changed" in answer.text
    assert school.pupil(ALICE).class_name == "Oak"
    assert office.post(f"{path}/apply", seen=seen(answer.text)).status_code == 303


@both_databases
def test_what_families_permit_no_more_comes_first(office: Browser, school: School) -> None:
    text = (
        permissions_csv()
        .decode()
        .replace(f"{PUPILS[9][0]},Yes", f"{PUPILS[9][0]},No")
        .replace(f"{ALICE},No", f"{ALICE},Yes")
    )
    path, page = shown(office, "permissions", text.encode())
    assert page.index("Families permit less than before: 1") < page.index("Answer changed: 1")
    lowered, _, changed = page.partition("Answer changed: 1</h2>")
    assert "Social media: yes → no" in lowered
    assert "Social media: no → yes" in changed
    assert office.post(f"{path}/apply", seen=seen(page)).status_code == 303
    assert "answers changed for" in office.get("/imports").text


def test_answers_are_told_channel_by_channel_in_the_order_of_the_form(office: Browser, school: School) -> None:
    rows = [f"{ALICE},No,,Yes,No", f"{TOM},No,,,"]
    path, page = shown(office, "permissions", "\n".join(["UPN,Social media,Press,Website,Photos", *rows]).encode())
    assert "Website: not answered → yes; Photographs: not answered → no" in page
    assert "Social media: yes → not answered" in page
    assert f'href="/pupils/{school.pupil(TOM).id}"' not in page
    assert office.post(f"{path}/apply", seen=seen(page)).status_code == 303


def test_other_answers_of_the_same_children_are_shown_before_they_are_applied(office: Browser) -> None:
    first = f"UPN,Social media,Website,Press\n{ALICE},No,Yes,\n".encode()
    other = f"UPN,Social media,Website,Press\n{ALICE},No,,Yes\n".encode()
    _, page = shown(office, "permissions", first)
    path, again = shown(office, "permissions", other)
    assert "Website: not answered → yes" in page
    assert "Press: not answered → yes" in again
    assert seen(page) != seen(again)
    answer = office.post(f"{path}/apply", seen=seen(page))
    assert answer.status_code == 409
    assert "The register has changed" in answer.text


def test_staff_and_calendars(office: Browser, school: School) -> None:
    data = b"title,first,surname,role,personal_handles\nMs,Una,Newcomer,Teacher,una_runs\n"
    path, page = shown(office, "staff", data)
    assert "Ms Una Newcomer" in page
    assert office.post(f"{path}/apply", seen=seen(page)).status_code == 303
    listed = office.get("/staff").text
    assert "1 person, as of 22 November 2026" in listed
    assert "@una_runs" in listed
    path, page = shown(office, "events", FAIR.encode())
    assert "Winter Fair" in page
    assert office.post(f"{path}/apply", seen=seen(page)).status_code == 303
    path, page = shown(office, "events", CALENDAR.encode(), "school.ics")
    assert "No longer in the calendar: 1" in page
    assert office.post(f"{path}/apply", seen=seen(page)).status_code == 303
    with school.read() as store:
        assert "Winter Fair" not in {one.title for one in events.every(store)}
    assert "To come: 1" in office.get("/events").text


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("roster", b"PK\x03\x04" + b"x" * 50, "zip"),
        ("roster", b"\xff\xfeU\x00P\x00N\x00", "UTF-16"),
        ("roster", b"%PDF-1.7", "PDF"),
        ("roster", b"<?xml version='1.0'?><!DOCTYPE x><x/>", "cannot be taken"),
        ("roster", b"Name,Town\nA,B\n", "a column is missing"),
        ("roster", b'UPN,Forename,Surname\n"B82340372600', "quotation mark"),
        ("roster", b"UPN,Forename,Surname\nB823403726001,Alice\xc3\x28,Smith\xe9\xc3\xa9\n", "mixes UTF-8"),
        ("permissions", b"UPN,Town\nB823403726001,Yes\n", "cannot be taken"),
        ("staff", b"first\nUna\n", "a column is missing"),
        ("events", b"id,title\n1,Fair\n", "a column is missing"),
        ("events", b"BEGIN:VCALENDAR\nnonsense", "cannot be taken"),
    ],
)
def test_bad_files_are_told_by_line_and_change_nothing(
    office: Browser, school: School, kind: str, data: bytes, words: str
) -> None:
    path, page = shown(office, kind, data)
    assert words in page
    assert 'role="alert"' in page
    assert 'name="seen"' not in page
    assert "what changes" not in page
    assert "the file cannot be taken</h1>" in page
    assert '<a class="button" href="/imports">Choose another file</a>' in page
    answer = office.post(f"{path}/apply", seen="0" * 64)
    assert answer.status_code == 422
    with school.read() as store:
        assert sum(one.left_on is None for one in roster.every(store)) == 420


def test_no_file_and_an_empty_one(office: Browser) -> None:
    assert "Choose a file first." in hand_in(office, "roster", b"", "").text
    empty = hand_in(office, "roster", b"", "empty.csv")
    assert empty.status_code == 422
    assert "The file is empty" in empty.text
    assert hand_in(office, "pupils", b"x").status_code == 404
    assert office.get("/imports/pupils/x").status_code == 404


def test_a_workbook_is_told_from_a_oneroster_zip(office: Browser, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<x/>")
    _, page = shown(office, "roster", (tmp_path / "book.xlsx").read_bytes(), "book.xlsx")
    assert "Excel workbook" in page
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("notes.txt", "x")
    _, page = shown(office, "roster", (tmp_path / "other.zip").read_bytes(), "other.zip")
    assert "Excel workbook" not in page
    assert "cannot be taken" in page


def test_columns_are_mapped_where_the_headings_are_the_schools_own(office: Browser) -> None:
    own = sheet(PUPILS).replace(HEADER[0].encode(), b"Pupil ref", 1)
    path, page = shown(office, "roster", own)
    assert "a column is missing" in page
    headings = re.findall(r'name="heading" value="(.*?)"', page)
    assert "Pupil ref" in headings
    fields = re.findall(r"<select id=\"column-\d+\" name=\"field\">(.*?)</select>", page, re.DOTALL)
    chosen = [(re.search(r'value="(\w*)" selected', one) or [None, ""])[1] for one in fields]
    chosen[headings.index("Pupil ref")] = "upn"
    parts: list[tuple[str, str]] = [("csrf", office.csrf)]
    parts += [("heading", one) for one in headings]
    parts += [("field", str(one)) for one in chosen]
    assert office.send(parts, to=f"{path}/columns").headers["location"] == f"{path}?mapped=true"
    again = office.get(f"{path}?mapped=true").text
    assert "The columns are mapped" in again
    assert "says what is known already" in again
    assert PUPILS[0][0] in again
    wrong = office.send([("csrf", office.csrf), ("heading", "Pupil ref"), ("field", "shoe size")], to=f"{path}/columns")
    assert wrong.status_code == 422


@pytest.mark.parametrize("role", ["author", "approver", "dpo"])
def test_imports_are_for_the_office(new_client: Callable[[], TestClient], school: School, role: str) -> None:
    other = open_browser(new_client(), school, role)
    for path in ("/imports", "/imports/roster/x", "/staff"):
        assert other.get(path).status_code == 403
    assert hand_in(other, "roster", changed_roster()).status_code == 403
    for path in ("/imports/roster/x/apply", "/imports/roster/x/drop", "/imports/roster/x/columns"):
        assert other.post(path).status_code == 403
    assert other.get("/events").status_code == (403 if role == "dpo" else 200)


def test_an_old_roster_is_told(
    office: Browser, clock: Clock, school: School, new_client: Callable[[], TestClient]
) -> None:
    assert "Out of date" not in office.get("/imports").text
    clock.go_on(days=8)
    later = open_browser(new_client(), school, "office")
    assert "Older than 7 days" in later.get("/imports").text
