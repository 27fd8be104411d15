"""Allowing a phrase at a finding, the list of phrases, taking one back; and who may."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import register
from app.domain import Stage
from app.store import drafts, phrases, policies
from tests.web.api.test_register import NEW, PUPILS, sheet
from tests.web.conftest import NOW, Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, drawn, open_browser

HALL = {"phrase": "Alice Smith Hall", "about": "names", "reason": "Our <hall>.", "place": "0-0"}
TEXT = "We sang in Alice Smith Hall."


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


def _stage(school: School, place: str) -> Stage:
    with school.read() as store:
        return drafts.get(store, place.removeprefix("/drafts/")).stage


def _fault(page: str) -> str:
    (fault,) = re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', page)
    return str(fault)


def _suggested(page: str) -> list[tuple[str, str]]:
    about = re.findall('name="about" value="(.*?)"', page)
    return list(zip(about, re.findall('name="phrase" .*?value="(.*?)"', page), strict=True))


def _allowed(school: School) -> tuple[str, ...]:
    with school.read() as store:
        return tuple(one.phrase for one in phrases.standing(store))


@both_databases
def test_a_phrase_is_allowed_at_its_finding_and_the_draft_vetted_again(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft(TEXT)
    assert _stage(school, place) is Stage.REJECTED
    assert _suggested(approver.get(place).text) == [("names", "Alice Smith Hall")]
    clock.go_on(seconds=1)
    answer = approver.post(f"{place}/allowed-phrases", **HALL)
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert _stage(school, place) is Stage.READY
    assert "names.pupil-named" not in approver.get(place).text
    page = approver.get("/allowed-phrases").text
    assert "“Alice Smith Hall”" in page
    assert "Our &lt;hall&gt;." in page
    assert "Allowed by Approver, 22 November 2026, 09:30" in page


def test_forms_stand_at_findings_of_words_alone(author: Browser, approver: Browser) -> None:
    place = author.draft("Up to fanny Hill with Alice Smith and Alice Smith!", [(drawn(), "Alice Holt Smith")])
    page = approver.get(place).text
    assert ("wording", "fanny Hill") in _suggested(page)
    assert [phrase for about, phrase in _suggested(page) if about == "names"].count("Alice Smith") == 1
    assert ("names", "Alice Holt Smith") in _suggested(page)
    ids = re.findall(' id="(.*?)"', page)
    assert len(set(ids)) == len(ids)
    dull = approver.get(author.draft(DULL, [(drawn(), "Bulbs")])).text
    assert "photos.identifiable" in dull
    assert "This phrase is fine here" not in dull
    assert "This phrase is fine here" not in author.get(place).text


def test_no_form_where_nothing_is_vetted_again(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft(TEXT)
    with school.write() as store:
        drafts.move(store, place.removeprefix("/drafts/"), Stage.REJECTED, Stage.WITHDRAWN, by="test", now=NOW)
    assert "This phrase is fine here" not in approver.get(place).text
    assert approver.post(f"{place}/allowed-phrases", **HALL).status_code == 409


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"phrase": "Alice Smith"}, 422, "Take the words around it too"),
        ({"phrase": "?!"}, 422, "has no letter"),
        ({"phrase": "x" * 81}, 422, "phrase: has more than 80 characters"),
        ({"reason": " "}, 422, "the reason is empty"),
        ({"reason": "no\x00"}, 422, "NUL"),
        ({"about": "photos"}, 422, "cannot be taken"),
    ],
)
@both_databases
def test_what_is_not_taken_shows_the_page_again_as_it_was_filled_in(
    author: Browser, approver: Browser, school: School, fields: dict[str, str], status: int, said: str
) -> None:
    place = author.draft(TEXT)
    answer = approver.post(f"{place}/allowed-phrases", **{**HALL, **fields})
    assert answer.status_code == status
    assert said in _fault(answer.text)
    assert "<details open>" in answer.text
    typed = {**HALL, **fields}
    assert f'value="{typed["phrase"]}"' in answer.text
    assert _allowed(school) == ()
    assert _stage(school, place) is Stage.REJECTED


def test_an_approver_may_allow_a_phrase_for_their_own_draft(approver: Browser, school: School, clock: Clock) -> None:
    place = approver.draft(TEXT, [(drawn(), "Children singing")])
    clock.go_on(seconds=1)
    assert approver.post(f"{place}/allowed-phrases", **HALL).status_code == 303
    page = approver.get(place).text
    assert "names.pupil-named" not in page
    assert "somebody else must decide" in page


@pytest.mark.parametrize("role", ["author", "office"])
def test_phrases_are_for_approvers(
    author: Browser, new_client: Callable[[], TestClient], school: School, role: str
) -> None:
    place = author.draft(TEXT)
    other = open_browser(new_client(), school, role)
    for browser in (author, other):
        assert browser.post(f"{place}/allowed-phrases", **HALL).status_code == 403
        assert browser.get("/allowed-phrases").status_code == 403
        assert browser.post("/allowed-phrases/x/withdraw", reason="x").status_code == 403
        assert "/allowed-phrases" not in browser.get("/drafts").text
    assert _allowed(school) == ()


def test_a_form_without_its_token_does_nothing(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft(TEXT)
    approver.csrf = "wrong"
    assert approver.post(f"{place}/allowed-phrases", **HALL).status_code == 403
    assert approver.post("/allowed-phrases/x/withdraw", reason="x").status_code == 403
    assert approver.post("/drafts/nothing/allowed-phrases", **HALL).status_code == 403
    assert _allowed(school) == ()


def test_of_a_draft_that_is_not_there(approver: Browser) -> None:
    assert approver.post("/drafts/nothing/allowed-phrases", **HALL).status_code == 404


@both_databases
def test_a_phrase_is_taken_back_with_a_reason(author: Browser, approver: Browser, school: School, clock: Clock) -> None:
    place = author.draft(TEXT)
    clock.go_on(seconds=1)
    approver.post(f"{place}/allowed-phrases", **HALL)
    (action,) = re.findall('action="(/allowed-phrases/[^"]+)"', approver.get("/allowed-phrases").text)
    refused = approver.post(action, reason=" ")
    assert refused.status_code == 422
    assert "the reason is empty" in _fault(refused.text)
    answer = approver.post(action, reason="Renamed.")
    assert (answer.status_code, answer.headers["location"]) == (303, "/allowed-phrases")
    assert "No phrase is allowed" in approver.get("/allowed-phrases").text
    page = approver.get("/allowed-phrases?withdrawn=true").text
    assert "Withdrawn by Approver, 22 November 2026, 09:30: Renamed." in page
    assert action not in page
    assert approver.post(action, reason="Again.").status_code == 409
    assert approver.post("/allowed-phrases/nobody/withdraw", reason="x").status_code == 404
    clock.go_on(seconds=1)
    approver.post(f"{place}/vet")
    assert _stage(school, place) is Stage.REJECTED


def test_what_is_not_in_force_says_why(approver: Browser, school: School) -> None:
    with school.write() as store:
        phrases.add(store, "Elowen Fairweather", phrases.About.NAMES, "Author.", by="a key", now=NOW)
        current = policies.current(store)
        assert current is not None
        listed = 'allowed_phrases = ["Alice Smith Hall", "Elowen"]'
        source = re.sub("(?m)^allowed_phrases = .*$", listed, current.source)
        policies.add(store, source, by="test", now=NOW)
    page = approver.get("/allowed-phrases").text
    assert "ot in force" not in page
    assert "Allowed by a program (by key)" in page
    register.import_roster(school.office, sheet([*PUPILS, NEW]), by="test", now=NOW)
    page = approver.get("/allowed-phrases").text
    assert "Not in force: a pupil now bears this name." in page
    assert "“Elowen”: not in force" in page
    assert "“Alice Smith Hall”</li>" in page


def test_the_list_goes_page_by_page(approver: Browser, school: School) -> None:
    with school.write() as store:
        for number in range(21):
            phrases.add(store, f"Hall {number}", phrases.About.NAMES, "Hall.", by=approver.person.id, now=NOW)
    first = approver.get("/allowed-phrases?withdrawn=true").text
    (link,) = re.findall(r'href="(\?cursor=[^"]+)">Older</a>', first)
    rest = approver.get("/allowed-phrases" + link.replace("&amp;", "&")).text
    assert (first.count('class="phrase"'), rest.count('class="phrase"')) == (20, 1)
    assert "Leave out those withdrawn" in rest
