"""Connecting accounts to X against the double, and keeping tokens alive from several threads at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from app.db import Database
from app.errors import Conflict, Malformed
from app.integrations import x
from app.integrations.publisher import Done, Hold
from app.publishing import connections as connecting
from app.publishing.connections import Line
from app.store import Store, connections, everywhere, people, schools
from app.store.connections import Way
from app.tables import ConnectionRow
from app.vault import Vault
from tests.x_double import World, running, the_time

CALLBACK = "https://fledgling.example/connections/callback"
KEYS = x.OAuth1Keys("consumer-key", "consumer-secret", "token", "token-secret")


class Clock:
    """The time of here and of the double, which tests move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        return the_time() + self.ahead


@pytest.fixture(params=["sqlite_database", "postgres_database"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock=clock.seconds)


@pytest.fixture
def line(database: Database, world: World, clock: Clock) -> Iterator[Line]:
    with database.write() as session:
        school = schools.create(session, "Whitehouse Primary School", by="test", now=clock())
        for name in ("head", "other"):
            people.add(Store(session, school.id), name, f"{name}@w.example", "approver", "hash", by="test", now=clock())
    with running(world) as (address, _), httpx.Client(base_url=address, timeout=5) as http:
        app = x.App("client", "secret")
        yield Line(database, school.id, Vault(bytes(32)), http, app, clock, sleep=lambda _: None)


def _people(line: Line) -> list[str]:
    with line.database.read() as session:
        return [one.id for one in people.every(Store(session, line.school_id))]


def _back(line: Line, address: str) -> dict[str, str]:
    there = urlsplit(address)
    answer = line.http.get(f"{there.path}?{there.query}")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def _connect(line: Line, handle: str = "whitehouseps") -> str:
    person = _people(line)[0]
    back = _back(line, connecting.lead_away(line, handle, person, CALLBACK))
    return connecting.come_back(line, back["state"], back["code"], person)


def _found(line: Line) -> connections.Connection:
    with line.database.read() as session:
        found = connections.find(Store(session, line.school_id), "whitehouseps")
    assert found is not None
    return found


def test_an_account_is_connected_and_posts(line: Line, world: World) -> None:
    assert _connect(line, "@WhitehousePS") == "whitehouseps"
    found = _found(line)
    assert (found.way, found.user_id, found.trouble) == (Way.OAUTH2, "1001", "")
    assert isinstance(connecting.publisher(line, found).post("Good news", []), Done)
    assert world.posted == {"Good news": 1}


def test_no_secret_lies_open_in_the_database(line: Line, world: World) -> None:
    _connect(line)
    with line.database.read() as session:
        row = everywhere(session).scalars(select(ConnectionRow)).one()
        kept = row.secrets or b""
    for secret in [*world.access, *world.refresh]:
        assert secret.encode() not in kept
        assert secret not in repr(_found(line))


def test_whoever_was_not_led_there_cannot_come_back(line: Line) -> None:
    head, other = _people(line)
    back = _back(line, connecting.lead_away(line, "whitehouseps", head, CALLBACK))
    with pytest.raises(Conflict, match="not begun here"):
        connecting.come_back(line, back["state"], back["code"], other)
    with pytest.raises(Conflict, match="not begun here"):
        connecting.come_back(line, "made-up", back["code"], head)
    connecting.come_back(line, back["state"], back["code"], head)
    with pytest.raises(Conflict, match="not begun here"):
        connecting.come_back(line, back["state"], back["code"], head)


def test_coming_back_too_late_is_no_use(line: Line, clock: Clock) -> None:
    head = _people(line)[0]
    back = _back(line, connecting.lead_away(line, "whitehouseps", head, CALLBACK))
    clock.ahead += 15 * 60
    with pytest.raises(Conflict, match="too long ago"):
        connecting.come_back(line, back["state"], back["code"], head)


def test_another_account_than_the_one_meant_is_not_taken(line: Line, world: World) -> None:
    with pytest.raises(Conflict, match="another account"):
        _connect(line, "oakclass")
    assert world.ended
    with line.database.read() as session:
        assert connections.every(Store(session, line.school_id)) == ()
    with pytest.raises(Conflict, match="another account"):
        connecting.put_keys(line, "oakclass", KEYS, by="test")


def test_a_wrong_code_is_told_and_connects_nothing(line: Line) -> None:
    head = _people(line)[0]
    back = _back(line, connecting.lead_away(line, "whitehouseps", head, CALLBACK))
    with pytest.raises(Conflict, match="gave no access"):
        connecting.come_back(line, back["state"], "made-up", head)


def test_without_an_app_there_is_nowhere_to_go(line: Line) -> None:
    with pytest.raises(Malformed, match="No app"):
        connecting.lead_away(replace(line, app=x.App("")), "whitehouseps", _people(line)[0], CALLBACK)


def test_tokens_about_to_end_are_renewed_before_they_are_used(line: Line, world: World, clock: Clock) -> None:
    _connect(line)
    publisher = connecting.publisher(line, _found(line))
    assert isinstance(publisher.post("One", []), Done)
    clock.ahead += 2 * 3600 - 60
    assert isinstance(publisher.post("Two", []), Done)
    assert len(world.used_refresh) == 1
    assert isinstance(publisher.post("Three", []), Done)
    assert len(world.used_refresh) == 1


def test_a_token_that_x_took_back_early_is_renewed(line: Line, world: World) -> None:
    _connect(line)
    world.access.clear()
    assert isinstance(connecting.publisher(line, _found(line)).post("One", []), Done)


def test_many_that_need_new_tokens_at_once_fetch_them_once(line: Line, world: World, clock: Clock) -> None:
    _connect(line)
    clock.ahead += 2 * 3600
    patient = replace(line, sleep=time.sleep)
    publishers = [connecting.publisher(patient, _found(line)) for _ in range(4)]
    told: list[object] = []
    threads = [
        threading.Thread(target=lambda one=one, number=number: told.append(one.post(f"Post {number}", [])))
        for number, one in enumerate(publishers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [type(one) for one in told] == [Done] * 4
    assert len(world.used_refresh) == 1
    assert not world.ended


def test_a_connection_that_x_ended_holds_everything_until_a_person_connects_it_again(
    line: Line, world: World, clock: Clock
) -> None:
    _connect(line)
    world.refresh.clear()
    clock.ahead += 2 * 3600
    publisher = connecting.publisher(line, _found(line))
    held = publisher.post("One", [])
    assert isinstance(held, Hold)
    assert (held.slug, held.everything) == ("disconnected", True)
    assert _found(line).trouble == "reconnect"
    assert isinstance(publisher.post("One", []), Hold)
    _connect(line)
    assert _found(line).trouble == ""
    assert isinstance(publisher.post("One", []), Done)


def test_whoever_died_while_renewing_does_not_keep_the_others_waiting(line: Line, clock: Clock) -> None:
    _connect(line)
    clock.ahead += 2 * 3600
    with line.database.write() as session:
        store = Store(session, line.school_id)
        assert connections.claim_renewal(store, "whitehouseps", _found(line).version, by="dead", now=clock())
    waits = connecting.publisher(line, _found(line)).post("One", [])
    assert not isinstance(waits, Done)
    clock.ahead += 61
    assert isinstance(connecting.publisher(line, _found(line)).post("One", []), Done)


def test_four_keys_connect_an_account_once_x_takes_them(line: Line, world: World) -> None:
    with pytest.raises(Conflict, match="does not take"):
        connecting.put_keys(line, "whitehouseps", x.OAuth1Keys("consumer-key", "a", "token", "b"), by="test")
    connecting.put_keys(line, "whitehouseps", KEYS, by="test")
    publisher = connecting.publisher(line, _found(line))
    assert isinstance(publisher.post("One", []), Done)
    world.token = ("token", "changed", "1001")
    held = publisher.post("Two", [])
    assert isinstance(held, Hold)
    assert _found(line).trouble == "keys-refused"


def test_choosing_to_post_by_hand_ends_the_connection_at_x(line: Line, world: World) -> None:
    _connect(line)
    connecting.choose(line, "whitehouseps", Way.MANUAL, by="test")
    assert (_found(line).way, _found(line).secrets) == (Way.MANUAL, None)
    assert world.ended
    assert isinstance(connecting.publisher(line, _found(line)).post("One", []), Hold)


def test_a_connection_made_anew_while_renewing_is_not_overwritten(line: Line, clock: Clock) -> None:
    _connect(line)
    before = _found(line)
    with line.database.write() as session:
        store = Store(session, line.school_id)
        assert connections.claim_renewal(store, "whitehouseps", before.version, by="slow", now=clock())
    _connect(line)
    with line.database.write() as session:
        kept = connections.renew(
            Store(session, line.school_id),
            "whitehouseps",
            before.version,
            secrets=b"old",
            scopes=(),
            expires_at=clock() + timedelta(hours=2),
            by="slow",
            now=clock(),
        )
    assert not kept
    assert _found(line).secrets != b"old"
