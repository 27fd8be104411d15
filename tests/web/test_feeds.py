"""New items of the school's website become drafts, vetted like any other; what stood there before does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.domain import Stage
from app.errors import Conflict, Malformed
from app.exchange import Desk, read_due, reading
from app.store import drafts, feeds
from app.store.feeds import Feed, FeedState
from app.web.schoolwork import workplace_of
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import drawn

pytestmark = both_databases

URL = "https://whitehouse.example/feed"


class Site:
    """The website: its feed and its pictures, and what it was asked."""

    def __init__(self) -> None:
        self.items: list[tuple[str, str, str]] = [("old", "Old news", "")]
        self.status = 200
        self.asked: list[httpx.Request] = []
        self.pictures: dict[str, bytes] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path in self.pictures:
            return httpx.Response(200, content=self.pictures[request.url.path])
        if request.url.path != "/feed":
            return httpx.Response(404)
        entries = "".join(
            f"<item><guid>{key}</guid><title>{title}</title><link>https://whitehouse.example/{key}</link>"
            + (f'<enclosure url="https://whitehouse.example{picture}" type="image/png" length="1"/>' if picture else "")
            + "</item>"
            for key, title, picture in reversed(self.items)
        )
        body = f'<rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'
        return httpx.Response(self.status, content=body.encode(), headers={"etag": f'"{len(self.items)}"'})


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def desk(school: School, site: Site) -> Iterator[Desk]:
    with httpx.Client(transport=httpx.MockTransport(site)) as http:
        yield Desk(
            school.service.database,
            lambda school_id: workplace_of(school.service, school_id),
            http,
            school.service.clock,
            resolved=lambda _host, _port: ["93.184.216.34"],
        )


@pytest.fixture
def feed(school: School, desk: Desk, clock: Clock) -> Feed:
    """A feed that was read once."""
    added = reading.add(desk, school.id, URL, "", by=school.person("administrator").id)
    assert read_due(desk) == 0
    clock.go_on(minutes=15)
    return added


def _drafts(school: School, feed: Feed) -> list[Any]:
    with school.read() as store:
        return list(drafts.by_author(store, feed.created_by, limit=50).items)


def _now(school: School, feed: Feed) -> Feed:
    with school.read() as store:
        return feeds.get(store, feed.id)


def test_a_new_item_becomes_a_draft_that_waits(
    school: School, desk: Desk, site: Site, feed: Feed, clock: Clock
) -> None:
    assert _drafts(school, feed) == []
    site.items.append(("bulbs", "We planted bulbs by the gate.", ""))
    assert read_due(desk) == 1
    (draft,) = _drafts(school, feed)
    assert draft.draft.text == "We planted bulbs by the gate. https://whitehouse.example/bulbs"
    assert draft.draft.source_url == "https://whitehouse.example/bulbs"
    assert draft.stage in {Stage.READY, Stage.REFERRED}
    clock.go_on(minutes=15)
    assert read_due(desk) == 0


def test_an_item_that_names_a_pupil_is_stopped_like_any_other(
    school: School, desk: Desk, site: Site, feed: Feed
) -> None:
    site.items.append(("poem", "Well done to Priya Patel in Holly class for her poem!", ""))
    read_due(desk)
    (draft,) = _drafts(school, feed)
    assert draft.stage is Stage.REJECTED


def test_its_picture_comes_along_without_a_description(school: School, desk: Desk, site: Site, feed: Feed) -> None:
    site.pictures["/a.png"] = drawn()
    site.items.append(("hall", "In the hall.", "/a.png"))
    read_due(desk)
    (draft,) = _drafts(school, feed)
    assert len(draft.draft.photos) == 1
    assert draft.stage is not Stage.READY


def test_a_picture_that_cannot_be_had_or_is_none_leaves_the_words(
    school: School, desk: Desk, site: Site, feed: Feed
) -> None:
    site.pictures["/b.png"] = b"no picture"
    site.items += [("one", "One.", "/missing.png"), ("two", "Two.", "/b.png")]
    assert read_due(desk) == 2
    assert [one.draft.photos for one in _drafts(school, feed)] == [(), ()]


def test_many_new_items_come_over_several_readings(
    school: School, desk: Desk, site: Site, feed: Feed, clock: Clock
) -> None:
    site.items += [(f"n{number}", f"Item {number} of the news.", "") for number in range(12)]
    assert read_due(desk) == 10
    clock.go_on(minutes=15)
    assert read_due(desk) == 2
    assert len(_drafts(school, feed)) == 12


def test_it_is_asked_with_its_marks_and_not_before_its_time(desk: Desk, site: Site, feed: Feed) -> None:
    read_due(desk)
    assert site.asked[-1].headers["if-none-match"] == '"1"'
    asked = len(site.asked)
    read_due(desk)
    assert len(site.asked) == asked


def test_a_site_that_fails_is_left_alone_longer_each_time(
    school: School, desk: Desk, site: Site, feed: Feed, clock: Clock
) -> None:
    site.status = 500
    pauses = []
    for _ in range(9):
        read_due(desk)
        pauses.append(_now(school, feed).next_at - clock())
        clock.time = _now(school, feed).next_at
    assert pauses[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert pauses[-1] == timedelta(days=1)
    assert _now(school, feed).word == "answered-500"
    site.status = 200
    read_due(desk)
    assert (_now(school, feed).failures, _now(school, feed).word) == (0, "")


def test_a_feed_that_is_gone_is_asked_no_more(school: School, desk: Desk, site: Site, feed: Feed, clock: Clock) -> None:
    site.status = 410
    read_due(desk)
    assert (_now(school, feed).state, _now(school, feed).word) == (FeedState.ENDED, "gone")
    asked = len(site.asked)
    clock.go_on(days=2)
    read_due(desk)
    assert len(site.asked) == asked


def test_two_processes_make_one_draft(school: School, desk: Desk, site: Site, feed: Feed) -> None:
    site.items.append(("bulbs", "We planted bulbs by the gate.", ""))
    with school.write() as store:
        assert feeds.claim(store, _now(school, feed), desk.clock())
    assert read_due(desk) == 0
    with school.write() as store:
        assert not feeds.claim(store, _now(school, feed), desk.clock())


@pytest.mark.parametrize(
    ("url", "account", "error"),
    [
        (URL, "", Conflict),
        ("http://whitehouse.example/feed", "", Malformed),
        ("https://whitehouse.example/other", "somebody", Malformed),
    ],
)
def test_what_cannot_be_read_is_refused_when_it_is_added(
    school: School, desk: Desk, feed: Feed, url: str, account: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        reading.add(desk, school.id, url, account, by=feed.created_by)


def test_a_feed_that_was_ended_can_be_read_again(school: School, desk: Desk, feed: Feed) -> None:
    with school.write() as store:
        feeds.end(store, feed.id, by="test", now=desk.clock())
    assert read_due(desk) == 0
    again = reading.add(desk, school.id, URL, "whitehouseps", by=feed.created_by)
    assert (again.id, again.state) == (feed.id, FeedState.ACTIVE)
