"""Writing a post: what is taken, what is said beside the form, and that what was typed stays."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import register
from app.domain import Account
from app.store import drafts
from app.vision import paper
from app.vision.detect import Found, Rgb
from tests.seeing import eyes_with
from tests.web.conftest import NOW, School, both_databases
from tests.web.pages.forms import DULL, Browser, Value, drawn, open_browser

EVENTS = b"""id,title,starts_at,ends_at,place,synonyms
fair,Christmas Fair,2026-12-05T14:00:00+00:00,2026-12-05T16:00:00+00:00,Hall,
"""


@pytest.fixture
def author(client: TestClient, school: School) -> Browser:
    return open_browser(client, school, "author")


def _stored(school: School, place: str) -> drafts.StoredDraft:
    with school.read() as store:
        return drafts.get(store, place.removeprefix("/drafts/"))


def _nothing_stored(school: School, author: Browser) -> bool:
    with school.read() as store:
        return not drafts.by_author(store, author.person.id, limit=5).items


@both_databases
def test_a_post_is_kept_and_its_page_shown(author: Browser, school: School) -> None:
    place = author.draft("Two lines\r\nabout bulbs.", classes=" Oak , Maple,,", outsiders="true")
    kept = _stored(school, place)
    assert kept.draft.text == "Two lines\nabout bulbs."
    assert kept.draft.classes == ("Oak", "Maple")
    assert kept.draft.outsiders
    assert (kept.draft.account, kept.draft.author, kept.author_kind) == ("whitehouseps", author.person.id, "person")
    page = author.get(place)
    assert page.status_code == 200
    assert "Two lines\nabout bulbs." in page.text
    assert place in author.get("/drafts").text


def test_photos_keep_their_descriptions_and_empty_inputs_are_left_out(author: Browser, school: School) -> None:
    parts: list[tuple[str, Value]] = [("csrf", author.csrf), ("text", DULL)]
    chosen = [("", b""), ("a.png", drawn(2)), ("", b""), ("b.png", drawn(4))]
    for number, one in enumerate(chosen):
        parts += [("photos", one), ("alt_texts", f"Description {number}")]
    kept = _stored(school, author.send(parts).headers["location"])
    assert [(photo.file_name, photo.alt_text) for photo in kept.draft.photos] == [
        ("a.png", "Description 1"),
        ("b.png", "Description 3"),
    ]


def test_a_named_pupil_is_marked_on_the_page(author: Browser) -> None:
    page = author.get(author.draft("Well done Tom Okafor!")).text
    assert re.search('<mark class="reject"[^>]*>(<a [^>]*>)?Tom Okafor<', page)
    assert "names.pupil-named" in page
    assert "In the post: “Tom Okafor”" in page
    assert "Stop" in page


def test_what_was_typed_cannot_become_markup(author: Browser) -> None:
    hostile = '<script>alert(1)</script> "quoted" </textarea>'
    page = author.get(author.draft(hostile, [(drawn(), '"><svg onload=alert(1)>')])).text
    assert "<script>" not in page
    assert "<svg onload" not in page
    again = author.compose(hostile + "x" * 4000, classes='"><i>').text
    assert re.findall("<script[^>]*>", again) == [
        '<script src="/static/shell.js" defer>',
        '<script type="module" src="/static/compose.js">',
    ]
    assert again.count("</textarea>") == 1
    assert "<i>" not in again


_TOO_LONG = "x" * 4_001


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("text", _TOO_LONG), ("classes", "Oak")], "The post: has more than 4,000 characters."),
        ([("text", "bulbs\x00"), ("classes", "Oak")], "The post: must not hold NUL"),
        ([("text", "bulbs"), ("classes", "Oak" * 100)], "Classes pictured: "),
        ([("text", "bulbs"), ("classes", "Oak"), ("event_id", "unheard-of")], "Event: is unknown"),
        ([("text", "bulbs"), ("classes", "Oak"), ("event_id", "a\x00b")], "Event: must not hold NUL"),
        (
            [("text", "bulbs"), ("classes", "Oak"), ("photos", ("a.png", drawn())), ("alt_texts", "y" * 1_001)],
            "What photo 1 shows: ",
        ),
        (
            [("text", "bulbs"), ("classes", "Oak"), ("photos", ("a.png", drawn())), ("alt_texts", "\x00")],
            "What photo 1 shows: must not hold NUL",
        ),
        ([("text", "bulbs"), ("classes", "Oak"), *[("photos", ("a.png", drawn()))] * 5], "Photos: at most 4"),
        ([("text", "bulbs"), ("classes", "Oak"), ("photos", ("a.txt", b"no picture"))], "hoto"),
        ([("text", "bulbs"), ("classes", "Oak"), ("photos", ("a.png", drawn()[:200]))], "hoto"),
        ([("text", "bulbs"), ("classes", "Oak"), ("photos", ("a.png", b""))], "hoto"),
        ([("text", "bulbs"), ("classes", "Oak"), ("photos", ("a.png", b"x" * 20_000_001))], "20,000,000"),
    ],
)
def test_problems_stand_beside_the_form_with_what_was_typed(
    author: Browser, school: School, parts: list[tuple[str, Value]], said: str
) -> None:
    answer = author.send([("csrf", author.csrf), *parts])
    assert answer.status_code in {413, 415, 422}
    assert answer.headers["content-type"].startswith("text/html")
    (fault,) = re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', answer.text)
    assert said in fault
    typed = {name: value for name, value in parts if isinstance(value, str)}
    assert typed["text"].replace("\x00", "\ufffd") in answer.text
    assert f'name="classes" type="text" value="{typed["classes"]}"' in answer.text
    assert ("Choose the photos again" in fault) == ("photos" in dict(parts))
    assert _nothing_stored(school, author)


@pytest.mark.parametrize(
    ("text", "charset", "status"),
    [
        (b"\\ud800 bulbs", "; charset=raw_unicode_escape", 422),
        (b"\xff\xfe bulbs", "", 303),
        (b"+2AA-", "; charset=utf-7", 422),
        (b"bulbs", "; charset=zlib", 303),
        (b"bulbs", "; charset=undefined", 422),
        (b"bulbs", "; charset=no-such", 303),
    ],
)
@both_databases
def test_no_encoding_of_a_form_breaks_the_service(
    author: Browser, school: School, text: bytes, charset: str, status: int
) -> None:
    answer = author.send([("csrf", author.csrf), ("text", text)], charset)
    assert answer.status_code == status
    if status == 303:
        assert author.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("token", [[], [("csrf", "")], [("csrf", "made up")], [("csrf", ("file", b"x"))]])
def test_a_form_without_the_sessions_token_is_refused(
    author: Browser, school: School, token: list[tuple[str, Value]]
) -> None:
    answer = author.send([*token, ("text", DULL)])
    assert answer.status_code == 403
    assert "Go back, reload" in answer.text
    assert _nothing_stored(school, author)


def test_the_same_form_sent_twice_makes_one_draft(author: Browser, school: School) -> None:
    (attempt,) = re.findall('name="attempt" value="([0-9a-f]{32})"', author.get("/compose").text)
    first = author.draft(attempt=attempt)
    assert author.draft(attempt=attempt) == first
    assert author.draft("Other bulbs.", attempt=attempt) != first
    assert author.draft() != first
    with school.read() as store:
        assert len(drafts.by_author(store, author.person.id, limit=9).items) == 3


class _Blindfold:
    """A detector that waits until it may look."""

    name = "paper-1"
    weak = False
    turned_by = 1.0

    def __init__(self) -> None:
        self.began, self.may_look = Event(), Event()

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        self.began.set()
        assert self.may_look.wait(30)
        return ()

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        return ()


def test_a_form_sent_again_while_it_is_checked_is_not_taken_twice(
    author: Browser, school: School, app: FastAPI
) -> None:
    blindfold = _Blindfold()
    app.state.service = replace(school.service, eyes=eyes_with(replace(paper.engine(), detector=blindfold)))
    attempt, photos = "0" * 32, [(drawn(), "Bulbs")]
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(author.draft, DULL, photos, attempt=attempt)
        assert blindfold.began.wait(30)
        second = author.compose(DULL, photos, attempt=attempt)
        blindfold.may_look.set()
        place = first.result(30)
    assert second.status_code == 409
    assert "is being checked already" in second.text
    assert author.draft(DULL, photos, attempt=attempt) == place


def test_events_and_accounts_are_offered(author: Browser, school: School) -> None:
    register.import_events(school.office, EVENTS, "text/csv", by="test", now=NOW)
    register.put_accounts(school.office, [Account("whitehouse_oak")], by="test", now=NOW)
    page = author.get("/compose").text
    assert "Christmas Fair (5 December 2026, 14:00)" in page
    assert "<option>whitehouse_oak</option>" in page
    kept = _stored(school, author.draft(event_id="fair", account="whitehouse_oak"))
    assert (kept.draft.event_id, kept.draft.account) == ("fair", "whitehouse_oak")
    again = author.compose(_TOO_LONG, event_id="fair", account="whitehouse_oak").text
    assert '<option value="fair" selected>' in again
    assert "<option selected>whitehouse_oak</option>" in again


def test_an_empty_form_is_a_finding_and_no_fault(author: Browser) -> None:
    page = author.get(author.draft("")).text
    assert "(no text)" in page
    assert "wording.empty" in page


def test_whoever_may_not_write_is_refused_before_the_form_is_read(client: TestClient, school: School) -> None:
    officer = open_browser(client, school, "dpo")
    answer = officer.send([("csrf", "wrong"), ("text", DULL)])
    assert answer.status_code == 403
    assert "Your role does not include this page" in answer.text


def test_a_draft_is_written_anew_from_what_it_was(author: Browser, client: TestClient, school: School) -> None:
    place = author.draft("Well done Tom Okafor!", [(drawn(), "Two prizes")], classes="Oak, Maple", outsiders="true")
    link = f"/compose?again={place.removeprefix('/drafts/')}"
    assert link in author.get(place).text
    page = author.get(link).text
    assert "Well done Tom Okafor!</textarea>" in page
    assert re.findall('name="ticked" value="([^"]*)" checked', page) == ["Maple", "Oak"]
    assert 'name="outsiders" value="true" checked' in page
    assert "Two prizes</textarea>" in page
    assert len(re.findall('name="photo_ids" value="[0-9a-f]{32}"', page)) == 1
    other = open_browser(client, school, "approver")
    assert link not in other.get(place).text
    assert other.get("/compose?again=nothing").status_code == 404
    assert link not in other.get(other.draft()).text
