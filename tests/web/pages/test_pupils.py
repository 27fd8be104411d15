"""The pupils in a browser: found, listed, exported, erased."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import register
from app.register import Word, holds_of, set_hold
from app.store import audit, roster
from app.store.holds import HoldLevel
from app.store.permissions import PermissionAnswer
from tests.web.api.test_register import PUPILS
from tests.web.conftest import NOW, REFUSED, School, both_databases
from tests.web.pages.forms import Browser, open_browser

UPN = PUPILS[9][0]


@pytest.fixture
def office(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "office")


def names(page: str) -> list[str]:
    return re.findall(r'<a href="/pupils/[0-9a-f-]{20,}">(.*?)</a>', page)


@both_databases
def test_pupils_are_narrowed_by_class_year_and_answer(office: Browser) -> None:
    assert "420 children." in office.get("/pupils").text
    oak = office.get("/pupils?class_name=Oak").text
    assert "30 children." in oak
    assert "30 children." in office.get("/pupils?class_name=Oak&year=4").text
    assert "Nobody is like that" in office.get("/pupils?class_name=Oak&year=1").text
    refused = office.get("/pupils?shown=no").text
    assert "2 children." in refused
    assert sorted(names(refused)) == ["Alice Smith", "Tom Okafor"]
    assert "418 children." in office.get("/pupils?shown=yes").text
    page = office.get("/pupils").text
    more = re.search(r'href="\?(cursor=.*?)">More', page)
    assert more
    assert set(names(office.get(f"/pupils?{more[1]}").text)).isdisjoint(names(page)[:1])
    assert office.get("/pupils?cursor=nonsense").status_code == 422


def test_a_class_list_tells_whether_and_never_why(office: Browser, school: School) -> None:
    child = school.pupil(UPN)
    set_hold(school.office, child.id, "A court has said so.", level=HoldLevel.NO_PUBLISH, by="test", now=NOW)
    page = office.get(f"/pupils/class-list?class_name={child.class_name}").text
    assert page.count("must not be shown</strong>") >= 1
    for secret in ("court", "hold", "safeguarding"):
        assert secret not in page.casefold().replace("safeguarding lead", "")
    every = office.get("/pupils/class-list").text
    assert every.count("<section") == 14
    assert "Nobody on roll is in this class." in office.get("/pupils/class-list?class_name=Nowhere").text
    assert holds_of(school.office, child.id)


def test_a_childs_page_has_names_answers_and_face(office: Browser, school: School) -> None:
    child = school.pupil(REFUSED[0])
    page = office.get(f"/pupils/{child.id}").text
    for words in (
        "Alice Smith, Oak",
        "Names guarded in posts",
        REFUSED[0],
        "Must not be shown",
        "None may be put on record",
    ):
        assert words in page
    assert "/holds" not in page
    assert "Put together what is held" not in page
    assert office.get("/pupils/nobody").status_code == 404


def test_what_was_typed_is_kept_where_a_return_cannot_be(office: Browser, school: School) -> None:
    answer = office.post(
        f"/pupils/{school.pupil(UPN).id}/permission", website="granted", told_by="<b>mother", told_on="2027-01-01"
    )
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;mother"' in answer.text
    assert 'value="2027-01-01"' in answer.text
    assert re.search(r'name="website" value="granted" checked', answer.text)


@both_databases
def test_an_erasure_needs_the_name(office: Browser, school: School) -> None:
    child = school.pupil(REFUSED[0])
    for typed in ("", "Alice", "erase"):
        answer = office.post(f"/pupils/{child.id}/erase", name=typed)
        assert answer.status_code == 422
        assert "Nothing was erased" in answer.text
    done = office.post(f"/pupils/{child.id}/erase", name=" alice  SMITH")
    assert done.headers["location"] == "/pupils?erased=true"
    assert "The child is erased" in office.get("/pupils?erased=true").text
    with school.read() as store:
        assert roster.find(store, child.id) is None
    assert office.post(f"/pupils/{child.id}/erase", name="Alice Smith").status_code == 404


@pytest.mark.parametrize(("role", "may"), [("dpo", True), ("administrator", True), ("dsl", True), ("office", False)])
def test_who_may_have_a_childs_data_put_together(
    new_client: Callable[[], TestClient], school: School, role: str, may: bool
) -> None:
    browser, child = open_browser(new_client(), school, role), school.pupil(UPN)
    page = browser.get(f"/pupils/{child.id}").text
    assert ("Put together what is held" in page) is may
    answer = browser.post(f"/pupils/{child.id}/export")
    assert answer.status_code == (200 if may else 403)
    if may:
        assert "data.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        with school.read() as store:
            assert audit.page(store, limit=1).items[0].action == audit.Action.PUPIL_EXPORT
    assert browser.post(f"/pupils/{child.id}/export", with_holds="yes").status_code == (200 if role == "dsl" else 403)


def test_the_data_protection_officer_reads_and_changes_nothing(
    new_client: Callable[[], TestClient], school: School
) -> None:
    dpo, child = open_browser(new_client(), school, "dpo"), school.pupil(UPN)
    assert dpo.get("/pupils").status_code == 200
    page = dpo.get(f"/pupils/{child.id}").text
    assert "Record a return" not in page
    assert "Erase the child" not in page
    assert dpo.post(f"/pupils/{child.id}/permission", website="granted").status_code == 403
    assert dpo.post(f"/pupils/{child.id}/erase", name="x").status_code == 403
    assert dpo.get("/pupils/class-list").status_code == 403


# ---------------------------------------------------------------- slips that come back


@both_databases
def test_slips_are_typed_in_one_after_the_other(office: Browser, school: School) -> None:
    oak = [school.pupil(row[0]) for row in PUPILS if row[7] == "Oak"][:3]
    office.post("/permission-round", opened_on="2026-10-01", due_on="2026-10-31")
    for child in oak:
        word = Word(PermissionAnswer.NOT_ANSWERED, told_by="office")
        office.post(f"/pupils/{child.id}/permission", **{"social-media": str(word.answer)})
    page = office.get("/permission-round/answers").text
    assert "Slips that came back, 2026-27" in page
    first = oak[1]
    page = office.get(f"/permission-round/answers?pupil={first.id}").text
    assert 'aria-current="true"' in page
    done = office.post(
        f"/permission-round/answers/{first.id}",
        class_name="Oak",
        every="refused",
        told_by="mother",
        told_on="2026-11-20",
        form="form 1",
    )
    assert done.status_code == 303
    assert done.headers["location"] == f"/permission-round/answers?class_name=Oak&done={first.id}"
    after = office.get(done.headers["location"]).text
    assert "Recorded for" in after
    with school.read() as store:
        line = audit.page(store, limit=1).items[0]
    assert line.action == audit.Action.PERMISSIONS_RECORD
    refused = office.get("/pupils?shown=no").text
    assert f"/pupils/{first.id}" in refused


def test_a_whole_yes_needs_no_note_and_one_beside_a_no_does(office: Browser, school: School) -> None:
    child = school.pupil(REFUSED[0])
    office.post(f"/permission-round/answers/{child.id}", class_name="Oak", every="not_answered", told_by="office")
    elsewhere = office.post(
        f"/permission-round/answers/{child.id}", class_name="Oak", website="granted", told_by="office"
    )
    assert elsewhere.status_code == 200
    assert "Another no on record still stands" in elsewhere.text
    other = school.pupil(UPN)
    whole = office.post(f"/permission-round/answers/{other.id}", class_name="Oak", every="granted", told_by="mother")
    assert whole.status_code == 303


def test_a_slip_that_cannot_be_keeps_what_was_typed(office: Browser, school: School) -> None:
    child = school.pupil(UPN)
    answer = office.post(f"/permission-round/answers/{child.id}", class_name=child.class_name, told_by="aunt")
    assert answer.status_code == 422
    assert "No answer was chosen" in answer.text
    assert 'value="aunt"' in answer.text
    wrong = office.post(
        f"/permission-round/answers/{child.id}", class_name=child.class_name, press="granted", told_by="not noted"
    )
    assert wrong.status_code == 409
    assert office.get("/permission-round/answers?pupil=nobody").status_code == 404
    assert office.post("/permission-round/answers/nobody", press="granted").status_code == 404


def test_the_round_is_followed_class_by_class(office: Browser, school: School) -> None:
    silent = "\n".join(["UPN,Social media", *(f"{row[0]},{'' if row[7] == 'Oak' else 'Yes'}" for row in PUPILS)])
    register.import_permissions(school.office, silent.encode(), by="test", now=NOW)
    office.post("/permission-round", opened_on="2026-10-01", due_on="2026-10-31")
    page = office.get("/permission-round").text
    assert "of them overdue" in page
    assert re.search(r"Oak</a></th>.*?\d+ of 30", page, re.DOTALL)
    oak = office.get("/permission-round/unanswered?class_name=Oak").text
    assert "Not answered in Oak" in oak
    file = office.get("/permission-round/unanswered.csv?class_name=Ash")
    assert file.text.count("\n") == 1
    one = office.get("/permission-round/forms?class_name=Oak").text
    assert one.count('class="slip"') == 30
    assert "Oak:" in office.get("/permission-round/answers?class_name=Oak").text


@pytest.mark.parametrize("role", ["author", "approver", "dpo"])
def test_the_round_is_for_the_office(new_client: Callable[[], TestClient], school: School, role: str) -> None:
    other = open_browser(new_client(), school, role)
    assert other.get("/permission-round/answers").status_code == 403
    assert other.post(f"/permission-round/answers/{school.pupil(UPN).id}", every="granted").status_code == 403
