"""Fixes in one press: offered where they help, done to what stands in the form, refused where that has changed."""

from __future__ import annotations

import html
import json
import re

import pytest
from starlette.testclient import TestClient

from app import register
from app.store import drafts, photos
from app.web.pages.fixes import without_sentence
from tests.web.conftest import NOW, School, both_databases
from tests.web.pages.forms import DULL, Browser, Value, drawn, open_browser

NAMED = "We met. Well done Tom Okafor! It rained."
EVENTS = b"""id,title,starts_at,ends_at,place,synonyms
fair,Christmas Fair,2026-12-05T14:00:00+00:00,2026-12-05T16:00:30+00:00,Hall,
gone,Harvest,2026-10-05T14:00:00+00:00,2026-10-05T16:00:00+00:00,Hall,
"""


@pytest.fixture
def author(client: TestClient, school: School) -> Browser:
    return open_browser(client, school, "author")


def _check(author: Browser, *more: tuple[str, Value], text: str = DULL, status: int = 200) -> str:
    answer = author.send([("csrf", author.csrf), ("text", text), *more], to="/compose/check")
    assert answer.status_code == status, answer.text
    return str(answer.text)


def _uses(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall('name="use" value="([^"]+)"', page)]


def _typed(page: str) -> str:
    (text,) = re.findall(r"(?s)<textarea id=\"text\".*?>\n(.*?)</textarea>", page)
    return html.unescape(text)


def _ids(page: str) -> list[str]:
    return re.findall('name="photo_ids" value="([^"]*)"', page)


def _before(page: str) -> list[str]:
    return re.findall('name="photo_before" value="([^"]*)"', page)


def test_one_name_is_put_in_other_words_and_the_rest_stays(author: Browser) -> None:
    text = "Well done Tom Okafor! And thanks to Alice Smith."
    page = _check(author, text=text)
    assert "Say “a Year 5 pupil” instead" in page
    fixed = _check(author, ("use", "say 10 20"), text=text)
    assert _typed(fixed) == "Well done to a Year 5 pupil! And thanks to Alice Smith."
    assert "The name was put in other words." in fixed


def test_a_sentence_is_taken_out(author: Browser) -> None:
    assert "drop 18 28" in _uses(_check(author, text=NAMED))
    fixed = _check(author, ("use", "drop 18 28"), text=NAMED)
    assert _typed(fixed) == "We met. It rained."
    assert "names.pupil-named" not in fixed
    assert not [use for use in _uses(_check(author, text="Well done Tom Okafor!")) if use.startswith("drop")]


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        ("One. Two. Three.", "Two", "One. Three."),
        ("One. Two.", "Two", "One."),
        ("Mr. Hill met Tom. It rained.", "Tom", "It rained."),
        ("One!\nTwo names\nThree", "names", "One!\nThree"),
        ("“Done!” Tom said. Well.", "Tom", "“Done!” Well."),
        ("See whitehouse.org now. Tom. End", "whitehouse", "Tom. End"),
        ("Tom", "Tom", ""),
    ],
)
def test_where_a_sentence_begins_and_ends(text: str, words: str, left: str) -> None:
    start = text.index(words)
    assert without_sentence(text, start, start + len(words)) == left


def test_a_post_is_held_until_the_event_is_over(author: Browser, school: School) -> None:
    register.import_events(school.office, EVENTS, "text/csv", by="test", now=NOW)
    text = "Come to our Christmas Fair in the hall!"
    page = _check(author, text=text)
    assert "Hold it until “Christmas Fair” is over (5 December, 16:00)" in html.unescape(page)
    fixed = _check(author, ("use", "hold"), text=text)
    assert '<option value="fair" selected>' in fixed
    assert 'type="datetime-local" value="2026-12-05T16:01"' in fixed
    assert "is not over until" not in fixed
    assert "hold" not in _uses(fixed)
    answer = author.compose(text, event_id="fair", publish_at="2026-12-05T16:01")
    with school.read() as store:
        kept = drafts.get(store, answer.headers["location"].removeprefix("/drafts/")).draft
    assert kept.publish_at is not None
    assert kept.publish_at.isoformat() == "2026-12-05T16:01:00+00:00"


@pytest.mark.parametrize("given", ["soon", "2026-13-05T16:00", "0001-01-01T00:00+14:00", "\x00"])
def test_a_time_that_is_none_is_told_and_stays(author: Browser, given: str) -> None:
    page = _check(author, ("publish_at", given), status=422)
    assert "Not before: is not a day and a time" in page


def test_events_say_whether_they_are_over(author: Browser, school: School) -> None:
    register.import_events(school.office, EVENTS, "text/csv", by="test", now=NOW)
    page = author.get("/compose").text
    assert page.index("Harvest (5 October 2026, 15:00) – over") < page.index("14:00) – still to come")


@both_databases
def test_a_face_is_covered_and_uncovered_before_anything_is_sent(author: Browser, school: School) -> None:
    page = _check(author, ("photos", ("a.png", drawn(3))), ("alt_texts", "Three at work"))
    (first,) = _ids(page)
    cover = next(use for use in _uses(page) if use.startswith("cover 0 "))
    form: list[tuple[str, Value]] = [("photo_ids", first), ("photo_alt_texts", "Three at work")]
    covered = _check(author, *form, ("use", cover))
    (second,) = _ids(covered)
    assert second != first
    assert _before(covered) == [first]
    assert "Three at work</textarea>" in covered
    assert "The face was covered" in covered
    assert cover not in _uses(covered)
    with school.read() as store:
        kept = photos.find_each(store, [first, second])
    assert kept[first].photo.sha256 != kept[second].photo.sha256
    assert kept[second].uploaded_by == author.person.id
    form = [("photo_ids", second), ("photo_alt_texts", "Three at work"), ("photo_before", first)]
    assert _ids(_check(author, *form, ("use", "uncover 0"))) == [first]


def test_photos_are_moved_and_taken_out_without_a_script(author: Browser) -> None:
    sent: list[tuple[str, Value]] = [("photos", ("a.png", drawn(2))), ("alt_texts", "A")]
    ids = _ids(_check(author, *sent, ("photos", ("b.png", drawn(4))), ("alt_texts", "B")))
    form: list[tuple[str, Value]] = [("photo_ids", one) for one in ids]
    form += [("photo_alt_texts", "A"), ("photo_alt_texts", "B")]
    assert _ids(_check(author, *form, ("use", "later 0"))) == ids[::-1]
    assert _ids(_check(author, *form, ("use", "earlier 1"))) == ids[::-1]
    assert _ids(_check(author, *form, ("use", "earlier 0"))) == ids
    assert _ids(_check(author, *form, ("use", "remove 0"))) == ids[1:]


def test_a_name_in_a_description_is_put_in_other_words(author: Browser) -> None:
    page = _check(author, ("photos", ("a.png", drawn(3))), ("alt_texts", "Tom Okafor digs"))
    form: list[tuple[str, Value]] = [("photo_ids", _ids(page)[0]), ("photo_alt_texts", "Tom Okafor digs")]
    assert "describe 0 0 10" in _uses(page)
    fixed = _check(author, *form, ("use", "describe 0 0 10"))
    assert "A Year 5 pupil digs</textarea>" in fixed
    assert "A Year 5 pupil digs</textarea>" in _check(author, *form, ("use", "without-names"))


@pytest.mark.parametrize(
    "use",
    [
        *("say 0 3", "drop 0 3", "describe 0 0 3", "hold", "hold 1", "remove 0", "uncover 0", "earlier 9", "nonsense"),
        *("cover 0 1,2,3,4", "cover", "cover 9 1,2,3,4", "say", "say a b", "drop -1 5", "\x00", "say 18 28 3"),
    ],
)
def test_a_fix_that_does_not_fit_changes_nothing(author: Browser, use: str) -> None:
    page = _check(author, ("use", use), text=NAMED, status=422)
    assert "That was not done" in page
    assert _typed(page) == NAMED


def test_the_script_gets_what_stands_there_after_a_fix(author: Browser) -> None:
    answer = author.post("/compose/fix", text=NAMED, use="drop 18 28")
    assert answer.headers["content-type"] == "application/json"
    assert (answer.json()["text"], answer.json()["photos"].strip()) == ("We met. It rained.", "")
    refused = author.post("/compose/fix", text=NAMED, use="drop 1 2")
    assert (refused.status_code, json.loads(refused.text)["type"]) == (422, "/problems/fix-unknown")


def test_what_is_told_live_points_at_places_and_holds_no_name(author: Browser) -> None:
    text = NAMED + " https://whitehouse.org #Bulbs " + "x" * 140
    told = author.post("/compose/live", text=text).json()
    assert {"start": 18, "end": 28, "kind": "reject"} in told["spans"]
    assert {"start": 41, "end": 63, "kind": "link"} in told["spans"]
    assert told["policy_length"] > told["policy_limit"]
    assert text[told["over_at"] :] == "x" * (told["policy_length"] - 140)
    assert "Okafor" not in json.dumps(told)
    assert "drop 18 28" in _uses(told["html"])
    assert 'data-start="18" data-end="28"' in told["html"]
    assert author.post("/compose/live", text="short").json()["over_at"] is None


def test_a_link_is_not_cut_in_two_where_the_text_goes_over(author: Browser) -> None:
    text = "x" * 130 + " https://whitehouse.org/a/long/way"
    assert author.post("/compose/live", text=text).json()["over_at"] == 131
