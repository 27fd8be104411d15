"""The queue in a browser: what waits, sieved and page by page, and who is looking at what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.domain import Stage
from app.store import audit, drafts, escalations, locks
from app.web.pages import queue as queue_pages
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, drawn, open_browser
from tests.web.pages.review_forms import digest_on, enrol_alice, seen_on

TO_CHECK = "Come to the Winter Fair on Saturday at 2pm in the hall!"
ADVISED = "School is closed on Friday."
GROUP = ((drawn(), "Children planting bulbs"),)


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


@pytest.fixture
def other(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


def listed(page: str) -> list[str]:
    """The drafts of a list, in its order, by their pages."""
    return re.findall(r'<p class="text"><a href="(/drafts/[0-9a-f]+)"', page)


def id_of(place: str) -> str:
    return place.removeprefix("/drafts/")


@both_databases
def test_the_queue_shows_what_an_approver_wants_to_know(
    author: Browser, new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    first = author.draft(TO_CHECK, classes="Oak")
    clock.go_on(minutes=20)
    second = author.draft(DULL)
    clock.go_on(minutes=115)
    approver = open_browser(new_client(), school, "approver")
    page = approver.get("/queue").text
    assert listed(page) == [first, second]
    assert "<title>Queue (2) · Fledgling</title>" in page
    assert re.search(r'since <time datetime="2026-11-22T09:30:00\+00:00">09:30</time>, 2 h', page)
    assert re.search(r">09:50</time>, 1 h", page)
    assert 'class="light refer"' in page
    assert 'class="light approve"' in page
    assert "Author · @whitehouseps · Oak · no photos" in page
    assert "Advice only. A person still decides." in page
    assert "<img" not in page.partition("<main")[2]


def test_the_menu_of_approvers_counts_what_waits_on_every_page(author: Browser, approver: Browser) -> None:
    for _ in range(2):
        author.draft(DULL)
    for path in ("/queue", "/compose", "/notifications"):
        assert re.search(r'href="/queue"[^>]*>Queue *<span class="badge">2<', approver.get(path).text), path
    assert 'class="badge"' not in author.get("/drafts").text


def test_a_draft_with_advice_alone_says_so(author: Browser, approver: Browser) -> None:
    author.draft(ADVISED)
    page = approver.get("/queue").text
    assert "Advice only. A person still decides." in page
    assert "Nothing was found" not in page


def test_an_empty_queue_says_what_comes_next(approver: Browser) -> None:
    page = approver.get("/queue").text
    assert "Nothing waits." in page
    assert "show up here by themselves" in page
    assert "Start with the oldest" not in page
    assert 'id="account"' not in page


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("verdict=refer", [0]),
        ("verdict=approve", [1, 2]),
        ("verdict=reject", []),
        ("account=whitehouseps", [0, 1, 2]),
        ("account=%40WhitehousePS", [0, 1, 2]),
        ("account=other", []),
        ("class=Oak", [0, 1]),
        ("class=oak+CLASS", [0, 1]),
        ("class=Rowan", []),
        ("class=Oak&verdict=approve", [1]),
        ("mine=1", [2]),
        ("escalated=1", [1]),
        ("verdict=", [0, 1, 2]),
        ("", [0, 1, 2]),
    ],
)
def test_the_queue_is_sieved(
    author: Browser, approver: Browser, school: School, clock: Clock, query: str, wanted: list[int]
) -> None:
    places = []
    for browser, text, classes in ((author, TO_CHECK, "Oak"), (author, DULL, "Oak"), (approver, DULL, "")):
        places.append(browser.draft(text, classes=classes))
        clock.go_on(seconds=1)
    with school.write() as store:
        escalations.add(store, id_of(places[1]), approver.person.id, "", revision=1, by=author.person.id, now=clock())
    page = approver.get(f"/queue?{query}").text
    assert listed(page) == [places[number] for number in wanted]
    if not wanted:
        assert "None of what waits is like that." in page
        assert "3 wait in all" in page


def test_a_sieve_stands_as_chips_that_can_be_taken_off(author: Browser, approver: Browser) -> None:
    author.draft(DULL, classes="Oak")
    page = approver.get("/queue?verdict=approve&class=Oak&mine=").text
    chips = re.findall(r'<a class="chip" href="([^"]+)">([^<]+)<', page)
    assert [(unescape(to), words.strip()) for to, words in chips] == [
        ("/queue?class=Oak", "Verdict: Ready"),
        ("/queue?verdict=approve", "Class: Oak"),
    ]
    assert '<option value="Oak" selected>' in page
    assert "1 of 1" in page


def test_a_sieve_is_kept_from_page_to_page(
    author: Browser, approver: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_pages, "LISTED", 2)
    places = []
    for number in range(5):
        places.append(author.draft(DULL, classes="Oak" if number % 2 == 0 else ""))
        clock.go_on(seconds=1)
    page = approver.get("/queue?class=Oak").text
    assert listed(page) == [places[0], places[2]]
    (onward,) = re.findall(r'<a href="([^"]+)" rel="next">', page)
    assert "class=Oak" in onward
    page = approver.get(unescape(onward)).text
    assert listed(page) == [places[4]]
    assert 'rel="next"' not in page
    assert '<a href="/queue?class=Oak">To the front</a>' in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=x", 422),
        ("cursor=" + "x" * 401, 404),
        ("verdict=%00", 200),
        ("account=%00%f0%9f%92%a9", 200),
        ("class=%ed%a0%80", 200),
        ("class=" + "x" * 201, 404),
        ("verdict=%3Cscript%3E", 200),
    ],
)
def test_odd_addresses_are_answered_in_words(author: Browser, approver: Browser, query: str, status: int) -> None:
    author.draft(DULL)
    answer = approver.get(f"/queue?{query}")
    assert answer.status_code == status
    assert "<script>" not in answer.text.partition("<main")[2]


@both_databases
def test_what_the_rules_stopped_is_listed_apart_until_a_cover_brings_it_in(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    enrol_alice(school)
    assert "The rules stop nothing now." in approver.get("/queue?show=stopped").text
    places = []
    for text, photos in (("Ring 07911 123456!", ()), (DULL, GROUP), (DULL, ())):
        places.append(author.draft(text, photos, classes="Oak"))
        clock.go_on(seconds=1)
    phone, face, waiting = places
    page = approver.get("/queue").text
    assert listed(page) == [waiting]
    assert "<title>Queue (1)" in page
    assert "Stopped by the rules (2)" in page
    page = approver.get("/queue?show=stopped").text
    assert listed(page) == [face, phone]
    assert re.search(r'href="/queue"[^>]*>Queue *<span class="badge">1<', page)
    approver.post(f"{waiting}/decision", decision="reject", digest=digest_on(approver.get(waiting).text), reason="No.")
    page = approver.get(face).text
    covered = approver.post(
        f"{face}/photos/0/cover", digest=digest_on(page), seen=seen_on(page), face="0", step="cover"
    )
    assert covered.status_code == 303
    assert listed(approver.get("/queue").text) == [face]
    assert listed(approver.get("/queue?show=stopped").text) == [phone]


def test_what_the_rules_stopped_goes_on_page_by_page(
    author: Browser, approver: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_pages, "LISTED", 1)
    places = []
    for number in range(2):
        places.append(author.draft(f"Ring 07911 12345{number}!"))
        clock.go_on(seconds=1)
    page = approver.get("/queue?show=stopped").text
    assert listed(page) == [places[1]]
    (onward,) = re.findall(r'<a href="([^"]+)" rel="next">', page)
    assert listed(approver.get(unescape(onward)).text) == [places[0]]
    assert approver.get("/queue?show=stopped&cursor=x").status_code == 422
    assert author.get("/queue?show=stopped").status_code == 403


@pytest.mark.parametrize("role", ["author", "office", "dpo"])
def test_the_queue_is_for_approvers(new_client: Callable[[], TestClient], school: School, role: str) -> None:
    browser = open_browser(new_client(), school, role)
    assert browser.get("/queue").status_code == 403
    assert browser.get("/queue/next").status_code == 403
    for path in ("", "/release", "/take-over"):
        assert browser.post(f"/queue/locks/x{path}").status_code == 403


# ---------------------------------------------------------------- who is looking at what


@both_databases
def test_two_approvers_at_one_draft(
    author: Browser, approver: Browser, other: Browser, school: School, clock: Clock
) -> None:
    place = author.draft(DULL)
    assert approver.post(f"/queue/locks/{id_of(place)}").status_code == 204
    clock.go_on(minutes=3)
    page = other.get("/queue").text
    assert f"<strong>{approver.person.name}</strong> is looking at it, since 09:30." in page
    assert "<strong>You</strong> are looking at it, since 09:30." in approver.get("/queue").text
    refused = other.post(f"/queue/locks/{id_of(place)}")
    assert refused.status_code == 409
    assert f"{approver.person.name} is looking at this draft now." in refused.text
    taken = other.post(f"/queue/locks/{id_of(place)}/take-over")
    assert (taken.status_code, taken.headers["location"]) == (303, place)
    assert approver.post(f"/queue/locks/{id_of(place)}").status_code == 409
    assert "since 09:33" in approver.get("/queue").text
    with school.read() as store:
        actions = [line.action for line in audit.about(store, id_of(place)) if "lock" in line.action]
    assert actions == ["desk.lock.take_over"]


def test_a_lock_is_let_go_or_ends(author: Browser, approver: Browser, school: School, clock: Clock) -> None:
    place = author.draft(DULL)
    approver.post(f"/queue/locks/{id_of(place)}")
    assert approver.post(f"/queue/locks/{id_of(place)}/release").headers["location"] == "/queue"
    assert "is looking at it" not in approver.get("/queue").text
    approver.post(f"/queue/locks/{id_of(place)}")
    clock.go_on(minutes=14)
    approver.post(f"/queue/locks/{id_of(place)}")
    clock.go_on(minutes=14)
    with school.read() as store:
        assert locks.find(store, id_of(place), now=clock()) is not None
        assert locks.find(store, id_of(place), now=clock() + timedelta(minutes=1)) is None


def test_what_does_not_wait_is_not_held(author: Browser, approver: Browser, school: School, clock: Clock) -> None:
    place = author.draft(DULL)
    with school.write() as store:
        drafts.move(store, id_of(place), Stage.READY, Stage.WITHDRAWN, by="test", now=clock())
    assert approver.post(f"/queue/locks/{id_of(place)}").status_code == 409
    assert approver.post(f"/queue/locks/{id_of(place)}/take-over").status_code == 409
    assert approver.post("/queue/locks/nothing").status_code == 404
    assert approver.post("/queue/locks/%00/take-over").status_code == 404
    assert approver.post("/queue/locks/nothing/release").status_code == 303


@pytest.mark.parametrize("path", ["", "/release", "/take-over"])
def test_a_form_of_another_site_is_refused(author: Browser, approver: Browser, school: School, path: str) -> None:
    place = author.draft(DULL)
    assert approver.client.post(f"/queue/locks/{id_of(place)}{path}", data={"other": "form"}).status_code == 403
    with school.read() as store:
        assert locks.holders(store, [id_of(place)], school.service.clock()) == {}


@both_databases
def test_one_starts_with_the_oldest_that_is_free(
    author: Browser, approver: Browser, other: Browser, clock: Clock
) -> None:
    assert approver.get("/queue/next").headers["location"] == "/queue"
    own = approver.draft(DULL, GROUP)
    places = []
    for _ in range(3):
        clock.go_on(seconds=1)
        places.append(author.draft(DULL))
    assert "Your own, with a photo: somebody else decides." in approver.get("/queue").text
    assert "Start with the oldest" in approver.get("/queue").text
    assert approver.get("/queue/next").headers["location"] == places[0]
    assert other.get("/queue/next").headers["location"] == own
    other.post(f"/queue/locks/{id_of(places[0])}")
    assert approver.get("/queue/next").headers["location"] == places[1]
    assert approver.get(f"/queue/next?after={id_of(places[1])}").headers["location"] == places[2]
    assert approver.get(f"/queue/next?after={id_of(places[2])}").headers["location"] == places[1]
    assert approver.get("/queue/next?after=%00").headers["location"] == places[1]
    for place in places[1:]:
        other.post(f"/queue/locks/{id_of(place)}")
    assert approver.get("/queue/next").headers["location"] == "/queue"
    assert "Start with the oldest" not in approver.get("/queue").text


# ---------------------------------------------------------------- one's own drafts


def test_ones_own_drafts_say_what_to_do_next(author: Browser, approver: Browser, school: School, clock: Clock) -> None:
    assert "You have written nothing yet." in author.get("/drafts").text
    waiting, stopped, returned = author.draft(TO_CHECK), author.draft("Ring 07911 123456!"), author.draft(DULL)
    with school.write() as store:
        drafts.move(store, id_of(returned), Stage.READY, Stage.RETURNED, by="test", now=clock())
    page = author.get("/drafts").text
    assert set(listed(page)) == {waiting, stopped, returned}
    assert "an approver looks at what was found and decides" in page
    assert "see why it was stopped, and write it anew" in page
    assert "Read the approver&#39;s reason" in page or "Read the approver’s reason" in page
    assert set(listed(author.get("/drafts?show=change").text)) == {stopped, returned}
    assert listed(author.get("/drafts?show=waiting").text) == [waiting]
    assert listed(author.get("/drafts?show=nonsense").text) == listed(page)
    assert "None of yours has been published yet." in author.get("/drafts?show=published").text
    assert listed(approver.get("/drafts").text) == []


def test_ones_own_drafts_go_on_page_by_page(author: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_pages, "LISTED", 2)
    places = []
    for _ in range(3):
        places.append(author.draft(DULL))
        clock.go_on(seconds=1)
    page = author.get("/drafts?show=waiting").text
    assert listed(page) == [places[2], places[1]]
    (onward,) = re.findall(r'<a href="([^"]+)" rel="next">', page)
    page = author.get(unescape(onward)).text
    assert listed(page) == [places[0]]
    assert '<a href="/drafts?show=waiting">Newest</a>' in page
