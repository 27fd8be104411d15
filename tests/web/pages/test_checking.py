"""Checking a post before it is sent: what is said of it, the text without names taken over, and nothing kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import register
from app.store import drafts
from tests.web.conftest import NOW, School, both_databases
from tests.web.pages.forms import DULL, Browser, Value, drawn, open_browser

NAMED = "Well done Tom Okafor! See whitehouse.org"
UNNAMED = "Well done to a Year 5 pupil! See whitehouse.org"
COST = "A post with a link costs the school about $0.20"


@pytest.fixture
def author(client: TestClient, school: School) -> Browser:
    return open_browser(client, school, "author")


def _typed(page: str) -> str:
    (text,) = re.findall(r"(?s)<textarea id=\"text\".*?>\n(.*?)</textarea>", page)
    return html.unescape(text)


def _nothing_stored(school: School, author: Browser) -> bool:
    with school.read() as store:
        return not drafts.by_author(store, author.person.id, limit=5).items


def _check(author: Browser, *more: tuple[str, Value], text: str = NAMED, to: str = "/compose/check") -> str:
    answer = author.send([("csrf", author.csrf), ("text", text), *more], to=to)
    assert answer.status_code == 200
    return str(answer.text)


@both_databases
def test_what_is_found_is_told_and_nothing_is_kept(author: Browser, school: School) -> None:
    page = _check(author, ("classes", "Oak, Maple"))
    assert _typed(page) == NAMED
    assert 'value="Oak, Maple"' in page
    assert '<span class="light reject">Stop</span> What was found' in page
    assert "names.pupil-named" in page
    assert "In the post: “Tom Okafor”" in page
    assert COST in page
    assert f'<p class="post">{UNNAMED}</p>' in page
    assert 'formaction="/compose/check#found" name="use" value="without-names"' in page
    assert _nothing_stored(school, author)


def test_the_text_without_names_is_taken_over_and_vetted_again(author: Browser, school: School) -> None:
    page = _check(author, ("use", "without-names"), ("classes", "Oak"))
    assert _typed(page) == UNNAMED
    assert '<span class="light approve">Ready</span> What was found' in page
    assert "Okafor" not in page
    assert "Use this text" not in page
    assert 'value="Oak"' in page
    assert _nothing_stored(school, author)
    unchanged = _check(author, ("use", "without-names"), text=DULL)
    assert _typed(unchanged) == DULL


def test_photos_are_looked_at_too_and_stay_in_the_form(author: Browser, school: School) -> None:
    chosen: list[tuple[str, Value]] = [("photos", ("", b"")), ("alt_texts", "")]
    chosen += [("photos", ("a.png", drawn(1))), ("alt_texts", "Tom Okafor")]
    page = _check(author, *chosen, text=DULL)
    assert "photos.individual" in page
    assert "In the description of photo 1: “Tom Okafor”" in page
    assert "Choose the photos again" not in page
    assert "Tom Okafor</textarea>" in page
    assert len(re.findall('name="photo_ids" value="[0-9a-f]{32}"', page)) == 1
    assert _nothing_stored(school, author)


@pytest.mark.parametrize("to", ["/compose/check", "/compose/live"])
def test_what_cannot_be_a_draft_is_refused_and_nothing_breaks(author: Browser, to: str) -> None:
    for more in ([("event_id", "unheard-of")], [("classes", "Oak" * 100)], [("photos", ("a.txt", b"none"))]):
        answer = author.send([("csrf", author.csrf), ("text", DULL), *more], to=to)
        assert answer.status_code in {415, 422}
    assert author.send([("csrf", "made up"), ("text", DULL)], to=to).status_code == 403


@pytest.mark.parametrize("to", ["/compose/check", "/compose/live", "/compose/without-names/{draft}"])
def test_nobody_checks_without_the_right_to_write(
    author: Browser, new_client: Callable[[], TestClient], school: School, to: str
) -> None:
    place = to.format(draft=author.draft().removeprefix("/drafts/"))
    assert new_client().post(place, data={"text": DULL}).headers["location"] == "/sign-in"
    officer = open_browser(new_client(), school, "dpo")
    assert officer.post(place, text=DULL).status_code == 403


def test_the_counter_is_told_lengths_notes_and_what_findings_are_about(author: Browser, school: School) -> None:
    answer = author.post("/compose/live", text=NAMED)
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["policy_length"], told["policy_limit"]) == (len(NAMED) - len("whitehouse.org") + 23, 140)
    assert (told["weighted_length"], told["x_limit"]) == (told["policy_length"], 280)
    assert told["findings"] == [
        {"outcome": "reject", "title": "No pupil is named"},
        {"outcome": "advise", "title": "The policy is reviewed in time"},
    ]
    assert [note.startswith(COST) for note in told["notes"]] == [True]
    assert "Okafor" not in answer.text
    assert _nothing_stored(school, author)


def test_the_page_brings_its_script_and_works_without(author: Browser) -> None:
    assert '<script type="module" src="/static/compose.js"></script>' in author.get("/compose").text
    script = author.get("/static/compose.js")
    assert '"/compose/live"' in script.text
    for part in (script, *(author.get(f"/static/compose/{name}.js") for name in _imported(script.text))):
        assert part.status_code == 200
        assert "innerHTML" not in part.text


def _imported(script: str) -> list[str]:
    return [*re.findall(r'from "\./compose/(\w+)\.js"', script), "upload"]


@both_databases
def test_a_stopped_draft_is_written_anew_without_its_names(author: Browser, school: School) -> None:
    place = author.draft(NAMED, [(drawn(), "Tom Okafor"), (drawn(4), "Two prizes")], classes="Oak", outsiders="true")
    page = author.get(place).text
    assert COST in page
    assert f'<p class="post">{UNNAMED}</p>' in page
    target = f"/compose/without-names/{place.removeprefix('/drafts/')}"
    assert f'action="{target}#found"' in page
    anew = author.post(target)
    assert anew.status_code == 200
    assert _typed(anew.text) == UNNAMED
    assert '<span class="light refer">Check</span> What was found' in anew.text
    assert "A Year 5 pupil</textarea>" in anew.text
    assert "Two prizes</textarea>" in anew.text
    assert re.findall('name="ticked" value="([^"]*)" checked', anew.text) == ["Oak"]
    assert 'name="outsiders" value="true" checked' in anew.text
    assert len(re.findall('name="photo_ids" value="[0-9a-f]{32}"', anew.text)) == 2
    assert "Okafor" not in anew.text
    with school.read() as store:
        assert len(drafts.by_author(store, author.person.id, limit=5).items) == 1


def test_a_draft_that_names_nobody_offers_no_other_text(author: Browser) -> None:
    place = author.draft()
    page = author.get(place).text
    assert "Use this text" not in page
    assert "Without names" not in page
    anew = author.post(f"/compose/without-names/{place.removeprefix('/drafts/')}")
    assert _typed(anew.text) == DULL


def test_a_draft_whose_event_is_gone_is_shown_with_what_is_wrong(author: Browser, school: School) -> None:
    heading = b"id,title,starts_at,ends_at,place,synonyms\n"
    fair = b"fair,Christmas Fair,2026-12-05T14:00:00+00:00,2026-12-05T16:00:00+00:00,Hall,\n"
    gala = fair.replace(b"fair,Christmas Fair", b"gala,Swimming Gala")
    register.import_events(school.office, heading + fair, "text/csv", by="test", now=NOW)
    place = author.draft(NAMED, event_id="fair")
    register.import_events(school.office, heading + gala, "text/csv", by="test", now=NOW)
    anew = author.post(f"/compose/without-names/{place.removeprefix('/drafts/')}")
    assert anew.status_code == 422
    assert "Event: is unknown" in anew.text
    assert _typed(anew.text) == UNNAMED


def test_only_whoever_wrote_or_reviews_a_draft_writes_it_anew(
    author: Browser, new_client: Callable[[], TestClient], school: School
) -> None:
    place = author.draft(NAMED)
    target = f"/compose/without-names/{place.removeprefix('/drafts/')}"
    assert open_browser(new_client(), school, "author").post(target).status_code == 404
    approver = open_browser(new_client(), school, "approver")
    assert target not in approver.get(place).text
    assert UNNAMED in approver.get(place).text
    assert author.client.post(target, data={"csrf": "made up"}).status_code == 403
