"""Webhooks: events are handed on to every address that wants them, and delivered until they are heard or a day is over."""

from __future__ import annotations

import base64
import json
import random
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from app.db import Database
from app.errors import Malformed
from app.integrations import targets, webhooks
from app.integrations.targets import Resolve
from app.integrations.webhooks import Answer, Heard
from app.store import Store, outbox
from app.store import webhooks as kept
from app.store.outbox import EventType
from app.store.webhooks import Delivery, DeliveryState, StoredWebhook
from app.vault import Vault

ACTOR = "webhooks"
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 7 * 3600, 10 * 3600))
"""After each failed try, the time until the next: eight tries in a good day, after the example of Standard Webhooks."""
JITTER = 0.2
OLD_SECRET = timedelta(days=1)
"""How long the old secret signs beside a new one."""
MOST_WEBHOOKS = 10
_AT_ONCE = 50
_SECRET_BYTES = 32
_PURPOSE = "webhook secrets"

# The types that can be asked for; the test's is sent to whoever presses the button.
TYPES = tuple(one for one in EventType if one is not EventType.WEBHOOK_TEST)


@dataclass(frozen=True, slots=True)
class Teller:
    """What delivering takes. ``allowed`` are hosts that may lie in a private network."""

    database: Database
    vault: Vault
    http: httpx.Client
    clock: Callable[[], datetime]
    allowed: frozenset[str] = frozenset()
    resolved: Resolve = targets.resolve
    spread: Callable[[], float] = field(default=random.random)


# ---------------------------------------------------------------- who is told


def add(teller: Teller, school_id: str, url: str, types: Collection[str], *, by: str) -> tuple[StoredWebhook, str]:
    """Tell an address from now on; returns its secret, which is shown this once. Malformed for one that cannot be."""
    targets.check_shape(url, teller.allowed)
    if unknown := set(types) - {str(one) for one in TYPES}:
        raise Malformed(f"There are no events of the type {sorted(unknown)[0]!r}.", slug="event-type-unknown")
    secret = new_secret()
    with teller.database.write() as session:
        store = Store(session, school_id)
        if sum(one.active for one in kept.every(store)) >= MOST_WEBHOOKS:
            raise Malformed(f"A school tells at most {MOST_WEBHOOKS} addresses.", slug="webhooks-too-many")
        sealed = _seal(teller.vault, school_id, [(secret, None)])
        return kept.add(store, url, types, sealed, by=by, now=teller.clock()), secret


def rotate(teller: Teller, school_id: str, webhook_id: str, *, by: str) -> str:
    """A new secret, shown this once; for a day calls are signed with the old one too."""
    now, secret = teller.clock(), new_secret()
    with teller.database.write() as session:
        store = Store(session, school_id)
        store.take_turn()
        had = holding(teller.vault, kept.get(store, webhook_id), now)
        sealed = _seal(teller.vault, school_id, [(secret, None), (had[0], now + OLD_SECRET)])
        kept.change_secrets(store, webhook_id, sealed, by=by, now=now)
    return secret


def send_test(teller: Teller, school_id: str, webhook_id: str, *, by: str) -> None:
    """Put a call in line that says nothing but that it is a test."""
    now = teller.clock()
    with teller.database.write() as session:
        store = Store(session, school_id)
        store.take_turn()
        found = kept.get(store, webhook_id)
        event = outbox.add(store, EventType.WEBHOOK_TEST, {"asked_by": by}, now)
        outbox.hand_on(store, [event.id], now)
        kept.put_in_line(store, event, found.id, webhooks.body_of(str(event.type), event.created_at, event.data), now)


def new_secret() -> str:
    """A secret as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def holding(vault: Vault, found: StoredWebhook, now: datetime) -> list[str]:
    """The secrets that sign now, the present one first."""
    pairs = json.loads(vault.open(found.secrets, f"{_PURPOSE} {found.school_id}"))
    return [secret for secret, until in pairs if until is None or datetime.fromisoformat(until) > now]


def _seal(vault: Vault, school_id: str, pairs: Sequence[tuple[str, datetime | None]]) -> bytes:
    said = json.dumps([[secret, until.isoformat() if until else None] for secret, until in pairs])
    return vault.seal(said.encode(), f"{_PURPOSE} {school_id}")


# ---------------------------------------------------------------- telling them


def hand_on(teller: Teller) -> int:
    """Put new events in line for the addresses that want them; returns how many events there were."""
    with teller.database.read() as session:
        new = outbox.waiting(session, _AT_ONCE)
    for school_id in dict.fromkeys(one.school_id for one in new):
        of_school = [one for one in new if one.school_id == school_id]
        with teller.database.write() as session:
            store = Store(session, school_id)
            store.take_turn()
            wanting = [one for one in kept.every(store) if one.active]
            for event in of_school:
                body = webhooks.body_of(str(event.type), event.created_at, event.data)
                for one in wanting:
                    if not one.types or str(event.type) in one.types:
                        kept.put_in_line(store, event, one.id, body, teller.clock())
            outbox.hand_on(store, [one.id for one in of_school], teller.clock())
    return len(new)


def deliver_due(teller: Teller) -> int:
    """Make the calls that are due; returns how many were made. What fails is due again later."""
    hand_on(teller)
    with teller.database.read() as session:
        found = kept.due(session, _AT_ONCE, teller.clock())
    return sum(_deliver(teller, one) for one in found)


def _deliver(teller: Teller, delivery: Delivery) -> bool:
    now = teller.clock()
    with teller.database.write() as session:
        store = Store(session, delivery.school_id)
        if not kept.claim(store, delivery, now):
            return False
        found = kept.get(store, delivery.webhook_id)
    signing = holding(teller.vault, found, now)
    answer = webhooks.call(
        teller.http,
        found.url,
        signing,
        delivery.event_id,
        delivery.body,
        now=now,
        allowed=teller.allowed,
        resolved=teller.resolved,
    )
    with teller.database.write() as session:
        _note(Store(session, delivery.school_id), teller, delivery, answer)
    return True


def _note(store: Store, teller: Teller, delivery: Delivery, answer: Answer) -> None:
    now = teller.clock()
    if answer.heard is Heard.YES:
        kept.note(store, delivery, DeliveryState.DELIVERED, status=answer.status, word="", next_at=None, now=now)
        return
    if answer.heard is Heard.GONE:
        kept.note(store, delivery, DeliveryState.GIVEN_UP, status=answer.status, word="gone", next_at=None, now=now)
        kept.set_active(store, delivery.webhook_id, active=False, why="gone", by=ACTOR, now=now)
        return
    last = delivery.tries >= len(PAUSES)
    state = DeliveryState.GIVEN_UP if last else DeliveryState.WAITING
    next_at = None if last else now + pause(delivery.tries, answer.after, teller.spread())
    kept.note(store, delivery, state, status=answer.status, word=answer.word, next_at=next_at, now=now)
    if last and _never_heard_since(store, delivery):
        kept.set_active(store, delivery.webhook_id, active=False, why="no-answer", by=ACTOR, now=now)


def pause(tries: int, asked: timedelta | None, spread: float) -> timedelta:
    """How long to wait after that many failures before this one: at least what was asked, spread by a fifth either way."""
    usual = PAUSES[tries] * (1 + JITTER * (2 * spread - 1))
    return max(usual, asked) if asked else usual


def _never_heard_since(store: Store, delivery: Delivery) -> bool:
    heard = kept.get(store, delivery.webhook_id).heard_at
    return heard is None or heard < delivery.created_at
