"""X as a publisher, against the double: what is done, and what each trouble means for a post."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.integrations import x
from app.integrations.publisher import Done, Hold, Outcome, Posted, Refused, Unknown, Wait
from app.integrations.x.oauth1 import OAuth1, OAuth1Keys
from app.integrations.x.publisher import Bearer, XPublisher
from tests.x_double import Post, World, running, the_time

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
KEYS = OAuth1Keys("consumer-key", "consumer-secret", "token", "token-secret")


def now() -> datetime:
    return datetime.fromtimestamp(the_time(), UTC)


class Own:
    """An access that always signs with the four keys."""

    def __init__(self, auth: httpx.Auth, second: httpx.Auth | None = None) -> None:
        self._auth, self._second = auth, second
        self.renewals = 0

    def auth(self) -> httpx.Auth:
        return self._auth

    def renewed(self) -> httpx.Auth:
        self.renewals += 1
        if self._second is None:
            raise x.XTrouble(x.Trouble.NOT_CONNECTED, "There is no other.")
        return self._second


@pytest.fixture
def double() -> Iterator[tuple[str, World]]:
    with running() as found:
        yield found


@pytest.fixture
def http(double: tuple[str, World]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=double[0], timeout=httpx.Timeout(0.5)) as client:
        yield client


@pytest.fixture
def world(double: tuple[str, World]) -> World:
    return double[1]


@pytest.fixture
def publisher(http: httpx.Client) -> XPublisher:
    return XPublisher(http, Own(OAuth1(KEYS)), "1001", now)


def test_a_post_with_a_described_picture_stands_as_it_was_given(publisher: XPublisher, world: World) -> None:
    uploaded = publisher.upload(JPEG, "image/jpeg")
    assert isinstance(uploaded, Done)
    assert publisher.describe(uploaded.value, "Visitors in the hall") == Done(None)
    posted = publisher.post("Our visitors & friends in the hall.", [uploaded.value])
    assert isinstance(posted, Done)
    (post,) = world.posts.values()
    assert posted.value == Posted(post.id, f"https://x.com/i/web/status/{post.id}")
    assert post.sent == "Our visitors & friends in the hall."
    assert post.replies == "mentionedUsers"
    (media,) = post.media
    assert world.media[media].alt_text == "Visitors in the hall"
    assert hashlib.sha256(world.media[media].data).digest() == hashlib.sha256(JPEG).digest()


def test_what_x_still_allows_is_kept_by_call_and_without_ids(http: httpx.Client, world: World) -> None:
    publisher = XPublisher(http, Own(OAuth1(KEYS)), "1001", now, handle="allowed")
    posted = publisher.post("Good news", [])
    assert isinstance(posted, Done)
    before = _left("allowed")
    assert isinstance(publisher.delete(posted.value.id), Done)
    assert isinstance(publisher.post("Better news", []), Done)
    after = _left("allowed")
    assert set(after) == {"POST /2/tweets", "DELETE /2/tweets/{id}"}
    assert after["POST /2/tweets"] == before["POST /2/tweets"] - 1
    assert x.ALLOWANCES.at(now() + timedelta(days=2)) == {}, "of a window that has ended nothing is known"


def _left(handle: str) -> dict[str, int]:
    return {call: left for (account, call), left in x.ALLOWANCES.at(now()).items() if account == handle}


def test_what_was_posted_is_found_and_taken_down_once(publisher: XPublisher, world: World) -> None:
    posted = publisher.post("Read at https://whitehouse.example/news today", [])
    assert isinstance(posted, Done)
    found = publisher.find_recent(now() - timedelta(minutes=5))
    assert isinstance(found, Done)
    (recent,) = found.value
    assert recent.id == posted.value.id
    assert "t.co" in recent.text
    assert publisher.find_recent(now() + timedelta(minutes=5)) == Done(())
    assert publisher.delete(recent.id) == Done(None)
    assert publisher.delete(recent.id) == Done(None)
    assert world.posts == {}


def test_x_that_knows_only_the_old_names_of_fields_is_asked_by_them(publisher: XPublisher, world: World) -> None:
    world.old_names = True
    publisher.post("Good news", [])
    found = publisher.find_recent(now() - timedelta(minutes=5))
    assert isinstance(found, Done)
    assert [one.text for one in found.value] == ["Good news"]


def test_more_posts_than_can_be_gone_through_leave_it_unknown(publisher: XPublisher, world: World) -> None:
    for number in range(501):
        world.posts[str(number)] = Post(str(number), "1001", f"Post {number}", (), now())
    assert isinstance(publisher.find_recent(now() - timedelta(minutes=5)), Unknown)
    world.posts.popitem()
    found = publisher.find_recent(now() - timedelta(minutes=5))
    assert isinstance(found, Done)
    assert len(found.value) == 500


Told = Callable[[Outcome[Posted]], bool]


@pytest.mark.parametrize(
    ("fault", "told", "stands"),
    [
        ("429", lambda one: isinstance(one, Wait) and one.until > now() - timedelta(seconds=1), 0),
        ("402", lambda one: isinstance(one, Hold) and one.slug == "no-credit" and one.everything, 0),
        ("duplicate", lambda one: isinstance(one, Refused) and one.duplicate, 0),
        ("bare-text", lambda one: isinstance(one, Refused) and not one.duplicate, 0),
        ("500", lambda one: isinstance(one, Unknown), 0),
        ("503", lambda one: isinstance(one, Unknown), 0),
        ("reset", lambda one: isinstance(one, Unknown), 0),
        ("reset-after", lambda one: isinstance(one, Unknown), 1),
        ("hang-after", lambda one: isinstance(one, Unknown), 1),
    ],
)
def test_each_trouble_of_a_post_has_its_meaning(
    publisher: XPublisher, world: World, fault: str, told: Told, stands: int
) -> None:
    world.hang_s = 0.8
    world.faults = [fault]
    assert told(publisher.post("Good news", []))
    assert len(world.posts) == stands


@pytest.mark.parametrize("fault", ["500", "503", "reset", "reset-after"])
def test_a_picture_whose_upload_failed_may_be_uploaded_again(publisher: XPublisher, world: World, fault: str) -> None:
    world.faults = [fault]
    assert isinstance(publisher.upload(JPEG, "image/jpeg"), Wait)
    assert isinstance(publisher.upload(JPEG, "image/jpeg"), Done)


def test_the_windows_limit_is_kept_and_told(publisher: XPublisher, world: World) -> None:
    world.limits["POST /2/tweets"] = 1
    assert isinstance(publisher.post("One", []), Done)
    waits = publisher.post("Two", [])
    assert isinstance(waits, Wait)
    assert timedelta(minutes=14) < waits.until - now() <= timedelta(minutes=15)


def test_x_that_cannot_be_reached_did_nothing() -> None:
    with httpx.Client(base_url="http://127.0.0.1:1", timeout=0.5) as nobody:
        publisher = XPublisher(nobody, Own(OAuth1(KEYS)), "1001", now)
        assert isinstance(publisher.post("Good news", []), Wait)


def test_the_same_words_twice_are_refused_as_a_duplicate(publisher: XPublisher, world: World) -> None:
    publisher.post("Good news", [])
    again = publisher.post("Good news", [])
    assert isinstance(again, Refused)
    assert again.duplicate
    assert world.posted == {"Good news": 1}


def test_a_token_that_ended_is_renewed_once(http: httpx.Client, world: World) -> None:
    access = Own(Bearer("ended"), OAuth1(KEYS))
    assert isinstance(XPublisher(http, access, "1001", now).post("Good news", []), Done)
    assert access.renewals == 1
    never = Own(Bearer("ended"), Bearer("ended too"))
    held = XPublisher(http, never, "1001", now).post("Better news", [])
    assert isinstance(held, Hold)
    assert (held.slug, held.everything, never.renewals) == ("disconnected", True, 1)


def test_wrong_keys_and_too_few_rights_hold_everything(http: httpx.Client, world: World) -> None:
    wrong = Own(OAuth1(OAuth1Keys("consumer-key", "wrong", "token", "token-secret")))
    held = XPublisher(http, wrong, "1001", now).post("Good news", [])
    assert isinstance(held, Hold)
    assert held.slug == "disconnected"
    world.access["narrow"] = ("1001", "family", frozenset({"tweet.read"}), the_time() + 60)
    narrow = XPublisher(http, Own(Bearer("narrow")), "1001", now).post("Good news", [])
    assert isinstance(narrow, Hold)
    assert "secret" not in repr(narrow)


def test_an_answer_that_cannot_be_read_leaves_it_unknown_whether_it_was_posted() -> None:
    for body in (b"{", b"[]", b'{"data": {}}', b'{"data": {"id": "../../x"}}', b'{"data": null}'):
        transport = httpx.MockTransport(lambda _, body=body: httpx.Response(201, content=body))
        with httpx.Client(base_url="https://api.x.example", transport=transport) as client:
            told = XPublisher(client, Own(OAuth1(KEYS)), "1001", now).post("Good news", [])
        assert isinstance(told, Unknown), body


@pytest.mark.parametrize("header", ["x-rate-limit-reset", "retry-after"])
@pytest.mark.parametrize("value", ["", "soon", "99999999999999", "-5", "٣", "99999999999"])
def test_no_header_makes_the_wait_longer_than_a_day(header: str, value: str) -> None:
    answer = httpx.Response(429, headers=[(header.encode(), value.encode())])
    with httpx.Client(base_url="https://api.x.example", transport=httpx.MockTransport(lambda _: answer)) as client:
        told = XPublisher(client, Own(OAuth1(KEYS)), "1001", now).post("Good news", [])
    assert isinstance(told, Wait)
    assert timedelta(0) < told.until - now() <= timedelta(days=1)
