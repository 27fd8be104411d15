"""Webhooks: signed by the standard, delivered until heard, given up after a day, never into a private network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.db import Database
from app.errors import Malformed, NotFound
from app.exchange import telling
from app.exchange.telling import PAUSES, Teller
from app.integrations import webhooks as calls
from app.integrations.targets import Forbidden
from app.store import Store, outbox, schools, webhooks
from app.store.outbox import EventType
from app.store.webhooks import Delivery, DeliveryState
from app.vault import Vault
from tests.listening import Listener

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        # Signatures of another time than now would not be taken by the library that checks them.
        self.time = datetime.now(UTC)  # noqa: TID251

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture(params=["sqlite_database", "postgres_database"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def school_id(database: Database) -> str:
    with database.write() as session:
        return schools.create(session, "Whitehouse Primary School", by="test", now=START).id


@pytest.fixture
def teller(database: Database, school_id: str) -> Iterator[Teller]:
    with calls.client() as http:
        yield Teller(
            database,
            Vault(bytes(32)),
            http,
            Clock(),
            frozenset({"hook.local"}),
            resolved=lambda _host, _port: ["127.0.0.1"],
            spread=lambda: 0.5,
        )


def _happen(teller: Teller, school_id: str, type_: EventType = EventType.DRAFT_VETTED) -> str:
    with teller.database.write() as session:
        return outbox.add(Store(session, school_id), type_, {"draft": "d1", "verdict": "refer"}, teller.clock()).id


def _deliveries(teller: Teller, school_id: str, webhook_id: str) -> list[Delivery]:
    with teller.database.read() as session:
        return list(webhooks.deliveries(Store(session, school_id), webhook_id, limit=50).items)


def _found(teller: Teller, school_id: str, webhook_id: str) -> webhooks.StoredWebhook:
    with teller.database.read() as session:
        return webhooks.get(Store(session, school_id), webhook_id)


def _later(teller: Teller, pause: timedelta) -> None:
    assert isinstance(teller.clock, Clock)
    teller.clock.time += pause


def test_an_event_is_told_once_signed_and_without_names(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, secret = telling.add(teller, school_id, f"{listener.url}/cms", [], by="test")
    event_id = _happen(teller, school_id)
    assert telling.deliver_due(teller) == 1
    assert telling.deliver_due(teller) == 0
    ((path, headers, body),) = listener.heard
    assert path == "/cms"
    assert headers["webhook-id"] == event_id
    assert headers["host"].startswith("hook.local:")
    said = Webhook(secret).verify(body, headers)
    assert said["type"] == "draft.vetted"
    assert said["data"] == {"draft": "d1", "verdict": "refer"}
    (done,) = _deliveries(teller, school_id, hook.id)
    assert (done.state, done.tries, done.status) == (DeliveryState.DELIVERED, 1, 204)
    with pytest.raises(WebhookVerificationError):
        Webhook(telling.new_secret()).verify(body, headers)


def test_only_the_types_asked_for_are_told(teller: Teller, school_id: str, listener: Listener) -> None:
    telling.add(teller, school_id, listener.url, ["draft.published"], by="test")
    _happen(teller, school_id)
    _happen(teller, school_id, EventType.DRAFT_PUBLISHED)
    telling.deliver_due(teller)
    assert [json.loads(body)["type"] for _, _, body in listener.heard] == ["draft.published"]


def test_what_is_not_heard_is_told_again_with_the_same_id_and_body(
    teller: Teller, school_id: str, listener: Listener
) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    _happen(teller, school_id)
    listener.answers = [(500, {}, b"oh"), (302, {"location": "https://elsewhere.example/"}, b""), (200, {}, b"")]
    for pause in (timedelta(0), PAUSES[0], PAUSES[1]):
        _later(teller, pause)
        assert telling.deliver_due(teller) == 1
        assert telling.deliver_due(teller) == 0  # not before its time
    assert len({(headers["webhook-id"], body) for _, headers, body in listener.heard}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, body in listener.heard}) == 3
    (done,) = _deliveries(teller, school_id, hook.id)
    assert (done.state, done.tries) == (DeliveryState.DELIVERED, 3)


def test_after_a_day_it_is_given_up_and_an_address_that_never_answered_is_told_no_more(
    teller: Teller, school_id: str, listener: Listener
) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    _happen(teller, school_id)
    listener.answers = [(503, {}, b"")]
    began = teller.clock()
    for pause in (timedelta(0), *PAUSES):
        _later(teller, pause)
        telling.deliver_due(teller)
    assert timedelta(hours=24) < teller.clock() - began < timedelta(hours=26)
    (given_up,) = _deliveries(teller, school_id, hook.id)
    assert (given_up.state, given_up.tries, given_up.status) == (DeliveryState.GIVEN_UP, 8, 503)
    found = _found(teller, school_id, hook.id)
    assert (found.active, found.why_ended) == (False, "no-answer")
    _happen(teller, school_id)
    assert telling.deliver_due(teller) == 0


def test_an_address_that_heard_others_meanwhile_stays(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    _happen(teller, school_id)
    listener.answers = [(503, {}, b"")]
    for pause in (timedelta(0), *PAUSES[:-1]):
        _later(teller, pause)
        telling.deliver_due(teller)
    listener.answers = [(204, {}, b""), (503, {}, b"")]
    _happen(teller, school_id)
    telling.deliver_due(teller)
    _later(teller, PAUSES[-1])
    telling.deliver_due(teller)
    assert {one.state for one in _deliveries(teller, school_id, hook.id)} == {
        DeliveryState.GIVEN_UP,
        DeliveryState.DELIVERED,
    }
    assert _found(teller, school_id, hook.id).active


def test_410_ends_it_at_once_and_stops_what_waits(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    listener.answers = [(503, {}, b""), (410, {}, b"")]
    _happen(teller, school_id)
    telling.deliver_due(teller)
    _happen(teller, school_id)
    telling.deliver_due(teller)
    found = _found(teller, school_id, hook.id)
    assert (found.active, found.why_ended) == (False, "gone")
    assert {one.state for one in _deliveries(teller, school_id, hook.id)} == {
        DeliveryState.STOPPED,
        DeliveryState.GIVEN_UP,
    }


def test_retry_after_is_kept(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    listener.answers = [(429, {"retry-after": "3600"}, b"")]
    _happen(teller, school_id)
    telling.deliver_due(teller)
    (waits,) = _deliveries(teller, school_id, hook.id)
    assert waits.next_at == teller.clock() + timedelta(hours=1)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0])
def test_pauses_are_spread_by_a_fifth_at_most(spread: float) -> None:
    for tries, usual in enumerate(PAUSES):
        assert usual * 0.8 <= telling.pause(tries, None, spread) <= usual * 1.2
    assert telling.pause(0, timedelta(hours=2), spread) == timedelta(hours=2)


def test_a_name_that_leads_home_later_on_is_not_called(teller: Teller, school_id: str, listener: Listener) -> None:
    public = replace(teller, allowed=frozenset(), resolved=lambda _host, _port: ["93.184.216.34"])
    hook, _ = telling.add(public, school_id, "https://cms.example/hook", [], by="test")
    _happen(teller, school_id)
    telling.deliver_due(replace(public, resolved=lambda _host, _port: ["127.0.0.1"]))
    (waits,) = _deliveries(teller, school_id, hook.id)
    assert (waits.state, waits.word) == (DeliveryState.WAITING, "forbidden-address")
    assert listener.heard == []


def _unknown(_host: str, _port: int) -> list[str]:
    raise OSError


def test_nobody_there_is_a_failure_like_any_other(teller: Teller, school_id: str) -> None:
    hook, _ = telling.add(teller, school_id, "http://hook.local:1/", [], by="test")
    _happen(teller, school_id)
    telling.deliver_due(teller)
    _happen(teller, school_id)
    telling.deliver_due(replace(teller, resolved=_unknown))
    assert {one.word for one in _deliveries(teller, school_id, hook.id)} == {"unreachable", "no-such-host"}


def test_a_new_secret_signs_beside_the_old_one_for_a_day(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, old = telling.add(teller, school_id, listener.url, [], by="test")
    new = telling.rotate(teller, school_id, hook.id, by="test")
    _happen(teller, school_id)
    telling.deliver_due(teller)
    _, headers, body = listener.heard[-1]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    found = _found(teller, school_id, hook.id)
    assert telling.holding(teller.vault, found, teller.clock() + timedelta(days=1)) == [new]
    assert old.encode() not in found.secrets


def test_the_test_button_tells_only_that_address(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, _ = telling.add(teller, school_id, f"{listener.url}/a", ["draft.published"], by="test")
    telling.add(teller, school_id, f"{listener.url}/b", [], by="test")
    telling.send_test(teller, school_id, hook.id, by="p1")
    telling.deliver_due(teller)
    ((path, _, body),) = listener.heard
    assert path == "/a"
    assert json.loads(body)["type"] == "webhook.test"


def test_what_was_delivered_can_be_delivered_again(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    event_id = _happen(teller, school_id)
    telling.deliver_due(teller)
    (done,) = _deliveries(teller, school_id, hook.id)
    with teller.database.write() as session:
        webhooks.again(Store(session, school_id), done.id, by="test", now=teller.clock())
    assert telling.deliver_due(teller) == 1
    assert [headers["webhook-id"] for _, headers, _ in listener.heard] == [event_id, event_id]


def test_a_call_that_another_process_makes_is_not_made_twice(
    teller: Teller, school_id: str, listener: Listener
) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    _happen(teller, school_id)
    telling.hand_on(teller)
    (waits,) = _deliveries(teller, school_id, hook.id)
    with teller.database.write() as session:
        assert webhooks.claim(Store(session, school_id), waits, teller.clock())
    assert telling.deliver_due(teller) == 0
    _later(teller, webhooks.CALLING)  # that process died
    assert telling.deliver_due(teller) == 1


def test_what_cannot_be_told_is_refused_when_it_is_added(teller: Teller, school_id: str) -> None:
    with pytest.raises(Forbidden):
        telling.add(teller, school_id, "http://cms.example/", [], by="test")
    with pytest.raises(Malformed, match="no events of the type"):
        telling.add(teller, school_id, "http://hook.local/", ["pupil.named"], by="test")
    for number in range(10):
        telling.add(teller, school_id, f"http://hook.local/{number}", [], by="test")
    with pytest.raises(Malformed, match="at most 10"):
        telling.add(teller, school_id, "http://hook.local/more", [], by="test")


def test_another_schools_webhook_is_not_found(teller: Teller, school_id: str, listener: Listener) -> None:
    hook, _ = telling.add(teller, school_id, listener.url, [], by="test")
    with teller.database.write() as session:
        other = schools.create(session, "Another School", by="test", now=START).id
    for act in (telling.rotate, telling.send_test):
        with pytest.raises(NotFound):
            act(teller, other, hook.id, by="test")
    _happen(teller, other)
    telling.deliver_due(teller)
    assert listener.heard == []
