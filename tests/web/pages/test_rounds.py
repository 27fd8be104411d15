"""The yearly round, a child's answers, and holds, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import register
from app.store import holds, permissions
from app.web.schoolwork import office_of
from tests.web.api.test_permissions import shown
from tests.web.api.test_register import PUPILS
from tests.web.conftest import NOW, School, both_databases, permissions_csv
from tests.web.pages.forms import Browser, open_browser

UPN = PUPILS[9][0]


@pytest.fixture
def office(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "office")


@pytest.fixture
def lead(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "dsl")


@both_databases
def test_a_round_in_a_browser(office: Browser, school: School) -> None:
    page = office.get("/permission-round").text
    assert "has not been opened" in page
    assert "No answer by the date given means yes" in page
    assert "must say who decided it" in page
    assert office.get("/permission-round/forms").status_code == 409
    for days in ({"opened_on": "2026-10-01", "due_on": "x"}, {"opened_on": "2026-10-01", "due_on": "2026-09-30"}):
        answer = office.post("/permission-round", **days)
        assert answer.status_code == 422
        assert "due_on" in answer.text
    assert office.post("/permission-round", opened_on="2026-10-01", due_on="2026-10-31").status_code == 303
    page = office.get("/permission-round").text
    assert "families answer by 31 October 2026, which has passed" in page
    assert office.post("/permission-round/form", wording=" ").status_code == 422
    assert office.post("/permission-round/form", wording="May <we>?").status_code == 303
    assert "May &lt;we&gt;?" in office.get("/permission-round").text
    assert office.get("/permission-round/forms").text.count("May &lt;we&gt;?") == len(PUPILS)
    saved = office.get("/permission-round/forms.csv")
    assert saved.headers["content-disposition"] == 'attachment; filename="permission-forms.csv"'
    assert "Every family has answered." in office.get("/permission-round/unanswered").text
    pupil = school.pupil(UPN)
    office.post(f"/pupils/{pupil.id}/permission", **{"social-media": "not_answered"})
    assert office.get("/permission-round/unanswered.csv").status_code == 200


def test_the_chase_list_is_of_all_classes_until_one_is_chosen(office: Browser, school: School) -> None:
    pupil = school.pupil(UPN)
    answers = permissions_csv().replace(f"{UPN},Yes".encode(), f"{UPN},".encode())
    register.import_permissions(office_of(school.service, school.id), answers, by="test", now=NOW)
    for path in ("/permission-round/unanswered", "/permission-round/unanswered?class_name=%2A"):
        page = office.get(path).text
        assert '<option value="*" selected>All classes</option>' in page
        assert page.count(" selected") == 1
        assert "<h1>Not answered: 1</h1>" in page
    page = office.get(f"/permission-round/unanswered?class_name={pupil.class_name}").text
    assert f'<option value="{pupil.class_name}" selected>' in page
    assert page.count(" selected") == 1
    page = office.get("/permission-round/unanswered?class_name=Elsewhere").text
    assert '<option value="Elsewhere" selected>' in page
    assert "Every family of Elsewhere has answered." in page


@both_databases
def test_returns_are_recorded_one_by_one(office: Browser, school: School) -> None:
    key, pupil = school.key("register:write"), school.pupil(UPN)
    found = office.get(f"/pupils?q={UPN}").text
    assert re.findall('href="/pupils/([0-9a-f-]{20,})"', found) == [pupil.id]
    answers = {
        "website": "granted",
        "social-media": "refused",
        "press": "",
        "told_by": "mother",
        "told_on": "2026-11-20",
    }
    done = office.post(f"/pupils/{pupil.id}/permission", **answers, form="form 1")
    assert (done.status_code, done.headers["location"]) == (303, f"/pupils/{pupil.id}?done=true")
    assert not shown(office.client, key, UPN)
    page = office.get(f"/pupils/{pupil.id}?done=true").text
    for words in ("Recorded. It counts", "Must not be shown", "Told by: mother, 20 November 2026", "How: form 1"):
        assert words in page
    with school.read() as store:
        assert len(permissions.history(store, pupil.id)) == 3
    noted = office.post(f"/pupils/{pupil.id}/permission", **{"social-media": "granted", "told_by": "father"})
    assert noted.status_code == 200
    assert "Another no on record still stands" in noted.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"website": "maybe"}, 422),
        ({"website": "granted", "told_by": "x" * 201}, 422),
        ({"website": "granted", "told_on": "yesterday"}, 422),
        ({"website": "granted", "told_on": "2027-01-01"}, 422),
        ({"website": "granted", "told_by": "not noted"}, 409),
    ],
)
def test_returns_that_cannot_be(office: Browser, school: School, fields: dict[str, str], status: int) -> None:
    pupil = school.pupil(UPN).id
    answer = office.post(f"/pupils/{pupil}/permission", **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    with school.read() as store:
        assert len(permissions.history(store, pupil)) == 1


def test_the_register_is_not_for_authors(new_client: Callable[[], TestClient], school: School) -> None:
    author = open_browser(new_client(), school, "author")
    for path in ("/permission-round", "/permission-round/forms", "/pupils", f"/pupils/{school.pupil(UPN).id}"):
        assert author.get(path).status_code == 403
    assert 'href="/pupils"' not in author.get("/compose").text


@both_databases
def test_holds_in_a_browser(lead: Browser, office: Browser, school: School) -> None:
    key, pupil = school.key("register:write"), school.pupil(UPN)
    assert "No hold stands" in lead.get("/holds").text
    assert f'href="/pupils/{pupil.id}/holds"' in lead.get(f"/holds?q={UPN}").text
    assert lead.post(f"/pupils/{pupil.id}/holds", level="no_name", reason="").status_code == 422
    assert (
        lead.post(f"/pupils/{pupil.id}/holds", level="no_name", reason="R", review_on="2026-01-01").status_code == 422
    )
    made = lead.post(f"/pupils/{pupil.id}/holds", level="no_name", reason="Because <b>.", review_on="2026-11-22")
    assert made.status_code == 303
    assert not shown(lead.client, key, UPN)
    with school.read() as store:
        (hold,) = holds.standing(store)
    assert "22 November 2026, due" in lead.get("/holds").text
    page = lead.get(f"/pupils/{pupil.id}/holds").text
    assert "Because" not in page
    told = lead.post(f"/pupils/{pupil.id}/holds/{hold.id}/reason").text
    assert "Because &lt;b&gt;." in told
    assert lead.post(f"/pupils/{pupil.id}/unnamed-no/end").status_code == 409
    assert lead.post(f"/pupils/{pupil.id}/holds/{hold.id}/lift").status_code == 303
    assert shown(lead.client, key, UPN)
    page = lead.get(f"/pupils/{pupil.id}/holds").text
    for words in ("A hold was set by Dsl", "A reason was read by Dsl", "A hold was lifted by Dsl"):
        assert words in page
    assert 'href="/holds"' not in office.get("/pupils").text
    office.post(f"/say-no/{pupil.id}")
    assert lead.post(f"/pupils/{pupil.id}/unnamed-no/end").status_code == 303
    assert shown(lead.client, key, UPN)
